"""What people type: days, money and percentages, written in any sensible way. Raises ValueError for anything else."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

_WORDS = {"hoje": 0, "amanhã": 1, "amanha": 1, "ontem": -1, "today": 0, "tomorrow": 1, "yesterday": -1}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})[/.\-\s](\d{1,2})(?:[/.\-\s](\d{4}|\d{2}))?")
_PACKED = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_BRAZILIAN = re.compile(r"-?\d{1,3}(?:\.\d{3})*(?:,\d*)?|-?\d+(?:,\d*)?")
_PLAIN = re.compile(r"-?\d+\.\d{1,2}")


def read_day(text: str, today: date) -> date:
    """Return the day of `23/11/2026`, `23-11-26`, `23112026`, `2026-11-23`, `hoje`, or `23/11` of this year."""
    told = text.strip().lower()
    if told in _WORDS:
        return today + timedelta(_WORDS[told])
    if found := _ISO.fullmatch(told):
        year, month, day = found.groups()
    elif found := _DAY.fullmatch(told) or _PACKED.fullmatch(told):
        day, month, year = found.groups()
    else:
        raise ValueError(f"not a day: {text!r}")
    if year is None:
        year = str(today.year)
    return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


def read_decimal(text: str) -> Decimal:
    """Return the number of `1.234,56`, `1234,5`, `R$ 1.234`, `1234.56`, `2,5%`.

    One point with three figures after it is a thousand's; with one or two, and no comma, it is a decimal's.
    """
    told = re.sub(r"^(-?)\s*r\$\s*", r"\1", text.strip().lower().replace("−", "-")).removesuffix("%")
    told = re.sub(r"\s", "", told)
    if _BRAZILIAN.fullmatch(told):
        return Decimal(told.replace(".", "").replace(",", ".").removesuffix("."))
    if _PLAIN.fullmatch(told):
        return Decimal(told)
    raise ValueError(f"not a number: {text!r}")


def write_decimal(number: Decimal, places: int = 2) -> str:
    """Return `1.234,56`: what read_decimal reads back."""
    return f"{number:,.{places}f}".translate(str.maketrans(",.", ".,"))
