"""Business days and months for columns of day numbers."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from receba.kernel.days import effective_due_table

_YEARS = range(2000, 2100)


@lru_cache(maxsize=1)
def _tables() -> tuple[int, pl.Series, pl.Series]:
    """Return the first day number, and for each day from it the next and the previous business day."""
    days, following = effective_due_table(_YEARS)
    frame = pl.DataFrame({"day": days, "next": following}, schema={"day": pl.Int32, "next": pl.Int32})
    frame = frame.with_columns(
        previous=pl.when(pl.col("day") == pl.col("next")).then("day").otherwise(None).forward_fill().fill_null(days[0])
    )
    return days[0], frame["next"], frame["previous"]


def next_business(day: pl.Expr) -> pl.Expr:
    """Return the day, or the first business day after it (Int32 day numbers, years 2000 to 2099)."""
    first, following, _ = _tables()
    return pl.lit(following).gather(day - first)


def previous_business(day: pl.Expr) -> pl.Expr:
    """Return the day, or the last business day before it (Int32 day numbers, years 2000 to 2099)."""
    first, _, previous = _tables()
    return pl.lit(previous).gather(day - first)


def month_of(day: pl.Expr) -> pl.Expr:
    """Return the month number (year * 12 + month - 1, Int32) of a day number."""
    as_date = day.cast(pl.Int32).cast(pl.Date)
    return as_date.dt.year().cast(pl.Int32) * 12 + as_date.dt.month().cast(pl.Int32) - 1


def first_day_of(month: pl.Expr) -> pl.Expr:
    """Return the day number (Int32) of the first day of a month number."""
    return pl.date(month // 12, month % 12 + 1, 1).cast(pl.Int32)


def as_date(day: pl.Expr) -> pl.Expr:
    """Return a day number as a date."""
    return day.cast(pl.Int32).cast(pl.Date)
