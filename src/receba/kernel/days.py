"""Dates as numbers, and the Brazilian banking calendar.

Columns carry a day as an int32: days since 1970-01-01. The holidays are those of the national banking
calendar (CMN Res. 4.880/2020; Lei 14.759/2023 for 20 November, national since 2024); the result equals
ANBIMA's published list for 2000-2098.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

EPOCH = date(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()
CALENDAR_YEARS = range(1990, 2100)

_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_FROM_EASTER = (-48, -47, -2, 60)  # Carnival Monday and Tuesday, Good Friday, Corpus Christi


def day_number(day: date) -> int:
    """Return days since 1970-01-01, the form in which columns carry a date."""
    return day.toordinal() - EPOCH_ORDINAL


def from_day_number(number: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(number + EPOCH_ORDINAL)


def month_number(day: date) -> int:
    """Return months since year 0, the form in which columns carry a month."""
    return day.year * 12 + day.month - 1


def from_month_number(number: int) -> date:
    """Return the first day of a month number."""
    return date(number // 12, number % 12 + 1, 1)


@lru_cache(maxsize=256)
def banking_holidays(year: int) -> frozenset[date]:
    """Return the national banking holidays of a year, weekends included when a holiday falls there."""
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {easter(year) + timedelta(n) for n in _FROM_EASTER}
    if year >= 2024:
        days.add(date(year, 11, 20))
    return frozenset(days)


def is_business_day(day: date, extra_holidays: frozenset[date] = frozenset()) -> bool:
    """Return whether banks open on `day`; `extra_holidays` are the local ones of the payer."""
    return day.weekday() < 5 and day not in banking_holidays(day.year) and day not in extra_holidays


def effective_due(due: date, extra_holidays: frozenset[date] = frozenset()) -> date:
    """Return the last day on which paying is on time: `due`, or the next business day.

    Lei 7.089/1983: no charge on a title due on a non-business day and paid on the next one.
    """
    while not is_business_day(due, extra_holidays):
        due += timedelta(1)
    return due


def effective_due_table(years: Iterable[int] = CALENDAR_YEARS) -> tuple[list[int], list[int]]:
    """Return (day numbers, day numbers of their effective due date) for every day of `years`.

    Columns join this table instead of asking the calendar row by row.
    """
    days, effective = [], []
    following: int | None = None
    for year in sorted(years, reverse=True):
        first = date(year, 1, 1)
        for offset in range((date(year + 1, 1, 1) - first).days - 1, -1, -1):
            day = first + timedelta(offset)
            number = day_number(day)
            if following is None or is_business_day(day):
                following = day_number(effective_due(day))
            days.append(number)
            effective.append(following)
    return days[::-1], effective[::-1]
