"""Sentences that a core says: Portuguese as they stand, and still open to another language at the edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Said(str):
    """A Portuguese sentence that remembers its template and what was put into it."""

    template: str
    values: dict[str, object]


def said(template: str, /, **values: object) -> Said:
    """Return the sentence: `{name}` of the template is the value of that name, a list is joined by commas.

    The template is what translators see, so it is written out where `said` is called.
    """
    sentence = Said(_filled(template, values, str))
    sentence.template, sentence.values = template, values
    return sentence


def kept(text: str) -> Any:
    """Return a sentence as a value for JSON, from which `said_again` makes it once more: template and values."""
    if not isinstance(text, Said):
        return text
    return {"said": text.template, "values": {name: _kept_value(value) for name, value in text.values.items()}}


def _kept_value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_kept_value(part) for part in value]
    return kept(value) if isinstance(value, str) else value


def said_again(value: Any) -> str:
    """Return the sentence that `kept` kept."""
    sentence: str = _again(value)
    return sentence


def _again(value: Any) -> Any:
    if isinstance(value, list):
        return [_again(part) for part in value]
    if not isinstance(value, dict):
        return value
    values = {name: _again(part) for name, part in value["values"].items()}
    sentence = Said(_filled(value["said"], values, str))
    sentence.template, sentence.values = value["said"], values
    return sentence


def said_together(*sentences: str) -> Said:
    """Return the sentences one after another."""
    names = [f"s{n}" for n in range(len(sentences))]
    template = " ".join(f"{{{name}}}" for name in names)
    return said(template, **dict(zip(names, sentences, strict=True)))


def said_in(text: str, translate: Callable[[str], str]) -> str:
    """Return the text with its template, and those of the sentences inside it, translated; a plain text as it is."""
    if not isinstance(text, Said):
        return text
    return _filled(translate(text.template), text.values, lambda value: said_in(value, translate))


def _filled(template: str, values: dict[str, object], tell: Callable[[str], str]) -> str:
    """Return the template with its values; every text among them is told by `tell`."""

    def told(value: object) -> object:
        if isinstance(value, list | tuple):
            return ", ".join(str(told(part)) for part in value)
        return tell(value) if isinstance(value, str) else value

    return template.format(**{name: told(value) for name, value in values.items()}) if values else template
