"""The arithmetic of single KPIs, plainly: integers in, integers out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from receba.kernel.days import day_number, from_day_number
from receba.kernel.money import divide_half_up

DSO_DAYS = 90
"""Days of sales that the simple DSO looks at."""
SALES_DAYS = 1_096
"""Days of sales that the countback may go through (three years); an older balance has no countback DSO."""


def ratio(numerator: int, denominator: int) -> int | None:
    """Return the ratio rounded half up; None when there is nothing to divide by."""
    return divide_half_up(numerator, denominator) if denominator > 0 else None


def sales_in(sales_by_day: Mapping[int, int], on_day: int, days: int) -> int:
    """Return what was sold in the `days` days that end with `on_day`, in centavos."""
    return sum(amount for day, amount in sales_by_day.items() if on_day - days < day <= on_day)


def countback(open_centavos: int, sales_by_day: Mapping[int, int], on_day: int) -> int | None:
    """Return the countback DSO in tenths of a day; None when three years of sales do not cover the open amount.

    The month of `on_day` counts its days until then; each month that the open amount covers counts whole, and the
    one that it does not cover counts in proportion.
    """
    by_month: dict[tuple[int, int], int] = {}
    for number, amount in sales_by_day.items():
        day = from_day_number(number)
        if number <= on_day:
            by_month[day.year, day.month] = by_month.get((day.year, day.month), 0) + amount
    last, left, days = from_day_number(on_day), open_centavos, 0
    while left > 0:
        if day_number(last) <= on_day - SALES_DAYS:
            return None
        sold = max(0, by_month.get((last.year, last.month), 0))
        if sold > left:
            return days * 10 + divide_half_up(left * last.day * 10, sold)
        left, days = left - sold, days + last.day
        last = date(last.year, last.month, 1) - timedelta(1)
    return days * 10
