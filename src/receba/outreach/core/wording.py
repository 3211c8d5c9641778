"""The lawful word: what a text may not say, how it must be written, and which HTML may travel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any


class Fault(StrEnum):
    """What is wrong with a template."""

    SYNTAX = "syntax"
    UNKNOWN_NAME = "unknown_name"
    FORBIDDEN_WORD = "forbidden_word"
    NO_IDENTIFICATION = "no_identification"
    NO_WAY_OUT = "no_way_out"
    NO_TITLES = "no_titles"
    SUBJECT_TELLS = "subject_tells"
    SUBJECT_EMPTY = "subject_empty"
    SUBJECT_LONG = "subject_long"
    HTML_TAG = "html_tag"
    HTML_ATTRIBUTE = "html_attribute"
    FOREIGN_LINK = "foreign_link"
    EMPTY = "empty"
    LONG_SENTENCE = "long_sentence"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: in which part (subject, text, html), of what, by which rule. A warning does not block."""

    part: str
    fault: Fault
    found: str = ""
    rule: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that a part of a message may not hold, and the reason in law."""

    where: str
    source: str
    pattern: re.Pattern[str]


SUBJECT_MAX = 120
_SENTENCE_WORDS = 30
OWN_LINKS: Mapping[str, str] = {"credor.site": "[site]", "credor.email": "[email]", "credor.telefone": "[telefone]"}
"""What stands for the creditor's own addresses while a template's HTML is read."""
_OWN = ("[site]", "mailto:[email]", "tel:[telefone]")
_ALLOWED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("p", "br", "hr", "strong", "b", "em", "i", "u", "ul", "ol", "li", "h1", "h2", "h3", "div", "span", "small"),
        frozenset(),
    ),
    **dict.fromkeys(("table", "thead", "tbody", "tr", "th", "td"), frozenset({"align", "scope", "colspan"})),
    "a": frozenset({"href"}),
}


def plain(text: str) -> str:
    """Return text as it is compared: lower case, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", bare)


def word_lists(data: Mapping[str, Any]) -> tuple[WordList, ...]:
    """Return the lists of forbidden_words.toml, ready to search."""
    return tuple(WordList(row["where"], row["source"], _pattern(row["words"])) for row in data["list"])


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    parts = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def forbidden(part: str, text: str, lists: Sequence[WordList]) -> Iterator[Problem]:
    """Yield each forbidden word of a part, in the order in which it appears."""
    for words in lists:
        if words.where in ("anywhere", part):
            fault = Fault.SUBJECT_TELLS if words.where == "subject" else Fault.FORBIDDEN_WORD
            for found in words.pattern.finditer(plain(text)):
                yield Problem(part, fault, found[0], words.source)


def subject_problems(subject: str) -> Iterator[Problem]:
    """Yield what is wrong with a subject line as such."""
    if not subject.strip():
        yield Problem("subject", Fault.SUBJECT_EMPTY)
    if len(subject) > SUBJECT_MAX or "\n" in subject.strip():
        yield Problem("subject", Fault.SUBJECT_LONG, str(len(subject)))


def hard_sentences(part: str, text: str) -> Iterator[Problem]:
    """Yield a warning for each sentence too long to be understood at first reading."""
    for sentence in re.split(r"[.!?:;]\s|\n\s*\n|\n- ", text):
        words = sentence.split()
        if len(words) > _SENTENCE_WORDS:
            yield Problem(part, Fault.LONG_SENTENCE, " ".join(words[:6]) + "…", f"{_SENTENCE_WORDS}", warning=True)


class _Reader(HTMLParser):
    """Reads HTML for its words and for what may not travel."""

    def __init__(self, homes: Sequence[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.problems: list[Problem] = []
        self._homes = homes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = _ALLOWED.get(tag)
        if allowed is None:
            self.problems.append(Problem("html", Fault.HTML_TAG, tag))
            return
        for name, value in attrs:
            if name not in allowed:
                self.problems.append(Problem("html", Fault.HTML_ATTRIBUTE, f"{tag} {name}"))
            elif name == "href" and not is_own_link(value or "", self._homes):
                self.problems.append(Problem("html", Fault.FOREIGN_LINK, value or "", "ME-1"))
        if tag not in ("b", "strong", "em", "i", "u", "span", "a", "small"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.problems.append(Problem("html", Fault.HTML_TAG, "<!-- -->"))

    def handle_decl(self, decl: str) -> None:
        self.problems.append(Problem("html", Fault.HTML_TAG, "<!>"))

    def unknown_decl(self, data: str) -> None:
        self.problems.append(Problem("html", Fault.HTML_TAG, "<![]>"))

    def handle_pi(self, data: str) -> None:
        self.problems.append(Problem("html", Fault.HTML_TAG, "<?>"))


def read_html(html: str, homes: Sequence[str] = ()) -> tuple[str, list[Problem]]:
    """Return the words that a reader sees, and what may not travel: tags, attributes, links to elsewhere."""
    reader = _Reader(homes)
    reader.feed(html)
    reader.close()
    if re.search(r"<(?![a-zA-Z/!?])", html):  # a tag whose name would come from a value
        reader.problems.append(Problem("html", Fault.HTML_TAG, "<"))
    return "".join(reader.words), reader.problems


def is_own_link(href: str, homes: Sequence[str]) -> bool:
    """Return whether a link leads to the creditor itself (rule ME-1): its site, its e-mail, its telephone."""
    target = href.strip().lower()
    starts = (*_OWN, *homes)
    return any(target == home or target.startswith((f"{home}/", f"{home}?", f"{home}#")) for home in starts)
