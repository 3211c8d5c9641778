"""Telephones as people type them, and as the register holds them (E.164)."""

from __future__ import annotations

import re

AREA_CODES = tuple(
    str(code)
    for first, lasts in {
        1: range(1, 10), 2: (1, 2, 4, 7, 8), 3: (1, 2, 3, 4, 5, 7, 8), 4: range(1, 10), 5: (1, 3, 4, 5),
        6: range(1, 10), 7: (1, 3, 4, 5, 7, 9), 8: range(1, 10), 9: range(1, 10),
    }.items()
    for last in lasts
    for code in [10 * first + last]
)  # fmt: skip
"""The area codes in use in Brazil (Anatel, Plano Geral de Códigos Nacionais)."""
_TYPED = re.compile(r"[\d\s()+./-]{8,22}")
_WITHOUT_AREA = frozenset({8, 9})


def possible_numbers(text: str) -> list[str]:
    """Return the numbers of the register that a typed one may be; none when it is no telephone.

    Without the area code it may be in any of them, and eight digits may be a mobile of before the ninth digit: one
    look into the index for each, since a search by the end of a number could use none.
    """
    if not _TYPED.fullmatch(text.strip()):
        return []
    digits = re.sub(r"\D", "", text).lstrip("0")
    if len(digits) in (12, 13) and digits.startswith("55"):
        digits = digits[2:]
    if len(digits) in _WITHOUT_AREA:
        local = [digits, *(["9" + digits] if len(digits) == 8 and digits[0] in "6789" else [])]
        return [f"+55{area}{number}" for number in local for area in AREA_CODES]
    if len(digits) in (10, 11) and digits[:2] in AREA_CODES:
        area, number = digits[:2], digits[2:]
        return [f"+55{digits}", *([f"+55{area}9{number}"] if len(number) == 8 and number[0] in "6789" else [])]
    return []
