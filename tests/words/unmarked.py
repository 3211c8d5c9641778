"""Finds words that people read and that no translator sees: text outside the marks in templates, and in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

NAMES = {"Receba", "IDC", "IDI", "CSV", "CPF", "CNPJ", "DSO", "HTML", "JSON", "Enter", "mm", "aaaa", "Ctrl"}
"""Words that are the same in every language."""

SHOWN = {"alt", "aria-label", "data-confirm", "data-label", "placeholder", "title"}
"""Attributes that people read or hear."""

WORD = re.compile(r"[^\W\d_]{2,}")
ACCENTED = re.compile(r"[áàâãéêíóôõúçÁÀÂÃÉÊÍÓÔÕÚÇ]")
LABELS = {"empty_label", "label", "verbose_name"}
SPEAKERS = {"add_error", "Fault", "IntakeError", "Misread", "ValidationError"}
MARKS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "said",
}


class Reader(HTMLParser):
    """Collects what a page says, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, str]] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "kbd", "code")
        button = tag == "input" and dict(attrs).get("type") in ("submit", "button")
        for name, value in attrs:
            if value and (name in SHOWN or (button and name == "value")):
                self.said.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "kbd", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append((self.getpos()[0], data))


def bare(template: str) -> str:
    """Return a template's HTML without its tags, and without what the translation tags hold; lines stay where they are."""
    kept, within = [], False
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.TEXT:
            kept.append(re.sub(r"[^\n]", "", token.contents) if within else token.contents)
        elif token.token_type == TokenType.BLOCK:
            first = token.contents.split()[0]
            within = first in ("blocktranslate", "blocktrans", "comment") or (
                within and first not in ("endblocktranslate", "endblocktrans", "endcomment")
            )
    return "".join(kept)


def in_template(text: str) -> list[tuple[int, str]]:
    """Return (line, words) of what a template says without a mark."""
    reader = Reader()
    reader.feed(bare(text))
    reader.close()
    return [(line, said.strip()) for line, said in reader.said if set(WORD.findall(said)) - NAMES]


def in_python(text: str) -> list[tuple[int, str]]:
    """Return (line, text) of every text that no mark holds and that has Portuguese accents or stands where people read.

    What documents the code is no text.
    """
    return sorted(set(_unmarked(ast.parse(text))))


def _unmarked(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.Call) and _name(child.func) in MARKS:
            others = [argument for argument in child.args if not isinstance(argument, ast.Constant)]
            yield from _unmarked(ast.Tuple([*others, *(keyword.value for keyword in child.keywords)]))
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and ACCENTED.search(child.value):
            yield child.lineno, child.value
        yield from _shown(child)
        yield from _unmarked(child)


def _shown(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Give what stands unmarked where people read: a field's label, a refusal, a message, a table of labels."""
    places: list[ast.expr | None] = []
    if isinstance(node, ast.Call):
        owner = _name(getattr(node.func, "value", node))
        # There is no admin: a note of a model is for who reads the code.
        places = [k.value for k in node.keywords if k.arg in LABELS or (k.arg == "help_text" and owner == "forms")]
        if owner == "messages" or _name(node.func) in SPEAKERS:
            places += node.args[-1:]
    elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_name(target).endswith("LABELS") for target in targets):
            places = list(node.value.values)
    for place in places:
        parts = place.values if isinstance(place, ast.JoinedStr) else [place]
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and _are_words(part.value):
                yield part.lineno, part.value


def _are_words(text: str) -> bool:
    return any(word not in NAMES and not word.isupper() for word in WORD.findall(text))


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))
