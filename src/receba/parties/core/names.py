"""The words by which a name is found: without accents, in small letters, without the particles between them.

`parties_words` in the database (parties/migrations/0004) makes the same words of a name; a test makes them agree.
"""

from __future__ import annotations

import re
import unicodedata

PARTICLES = frozenset({"da", "das", "de", "do", "dos", "e"})
LONGEST = 40
_MARKS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Return a text without accents, in small letters, everything else than letters and digits as one space."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text)).lower()
    return _BETWEEN.sub(" ", bare).strip()


def words_of(name: str) -> set[str]:
    """Return the words of a name that are kept for finding it."""
    return {word[:LONGEST] for word in plain(name).split() if word not in PARTICLES}


def asked_words(text: str) -> list[str]:
    """Return the beginnings of words that somebody looks for, longest first; a particle alone is a beginning too."""
    words = list(dict.fromkeys(word[:LONGEST] for word in plain(text).split()))
    telling = [word for word in words if word not in PARTICLES] or words
    return sorted(telling, key=len, reverse=True)
