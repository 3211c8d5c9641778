"""How a natural person's name reads to who may not see it whole."""

from __future__ import annotations

_SMALL = frozenset({"da", "das", "de", "do", "dos", "e"})


def initials(name: str) -> str:
    """Return the first word and initials of the others: `Maria A. S.`."""
    words = [word for word in name.split() if word.lower() not in _SMALL]
    return " ".join([*words[:1], *(f"{word[0]}." for word in words[1:])])
