"""Sentences that a core says: Portuguese as they stand, and still open to another language at the edge."""

from __future__ import annotations

from collections.abc import Callable


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
