"""Text into dates: day/month/year, month/day/year, ISO, compact, and days relative to a base date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from receba.intake.core.reasons import Reason
from receba.kernel.days import CALENDAR_YEARS

OrderOfDate = Literal["dmy", "mdy", "ymd"]

_TIME = (
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = rf"^([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}$"
_YEAR_LAST = rf"^([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{4}}|[0-9]{{2}}){_TIME}$"
_COMPACT = r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})$"
_COMPACT_DAY_FIRST = r"^([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})$"
RELATIVE = r"^\s*([+-]?[0-9]{1,5})(?:\.0+)?\s*$"
"""A count of days."""
NOTHING = r"^(?i:[\s0/.:T-]*|null|none|nan|nat|n/?a|#n/?a|#n/d)$"
"""What systems write for no date: blanks, `  /  /    `, `00/00/0000`, `0000-00-00`, NULL."""

PIVOT_YEAR = 70
"""Two-digit years below it are of 20xx."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column read: its values, and the code of what is wrong, null where nothing is.

    `missing` says where there was nothing to read.
    """

    values: pl.Series
    reason: pl.Series
    warning: pl.Series
    missing: pl.Series


def parse_dates(text: pl.Series, order: OrderOfDate | str, base: date | None) -> Column:
    """Return a Date column from text; each distinct text is read once.

    With `base`, whole numbers are days after (or, negative, before) it; without it they are not dates.
    """
    distinct = pl.DataFrame({"text": text.unique().drop_nulls()}, schema={"text": pl.String})
    read = distinct.with_columns(value=_date_of(pl.col("text").str.strip_chars(), order, base)).with_columns(
        nothing=(pl.col("text").str.contains(NOTHING) & ~_is_relative(base)).fill_null(value=False),
        in_range=pl.col("value").dt.year().is_between(CALENDAR_YEARS.start, CALENDAR_YEARS.stop - 1),
    )
    rows = pl.DataFrame({"text": text}).join(read, on="text", how="left", maintain_order="left")
    missing = rows["nothing"].fill_null(value=True)
    reasons = rows.select(
        pl.when(missing).then(None)
        .when(pl.col("value").is_null()).then(pl.lit(Reason.NOT_A_DATE.value))
        .when(~pl.col("in_range")).then(pl.lit(Reason.DATE_OUT_OF_RANGE.value))
        .alias("reason")
    )["reason"]  # fmt: skip
    values = rows.select(pl.when(pl.col("in_range")).then(pl.col("value")).alias("v"))["v"]
    return Column(values, reasons.cast(pl.String), pl.repeat(None, len(text), dtype=pl.String, eager=True), missing)


def _is_relative(base: date | None) -> pl.Expr:
    return pl.col("text").str.contains(RELATIVE) if base else pl.lit(value=False)


def _date_of(text: pl.Expr, order: OrderOfDate | str, base: date | None) -> pl.Expr:
    first, second, third = ("3", "1", "2") if order == "mdy" else ("3", "2", "1")
    ways = [
        _assembled(text, _YEAR_FIRST, "1", "2", "3"),
        _assembled(text, _YEAR_LAST, first, second, third),
        _assembled(text, _COMPACT, "1", "2", "3"),
        _assembled(text, _COMPACT_DAY_FIRST, first, second, third),
    ]
    if base:
        days = text.str.extract(RELATIVE).cast(pl.Int32, strict=False)
        ways.append(pl.lit(base) + pl.duration(days=days))
    return pl.coalesce(ways)


def _assembled(text: pl.Expr, pattern: str, year: str, month: str, day: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    short = parts.field(year)
    full = (
        pl.when(short.str.len_chars() == 2)
        .then(
            pl.when(short.cast(pl.Int32, strict=False) < PIVOT_YEAR).then(pl.lit("20")).otherwise(pl.lit("19")) + short
        )
        .otherwise(short)
    )
    iso = full + "-" + parts.field(month).str.pad_start(2, "0") + "-" + parts.field(day).str.pad_start(2, "0")
    return iso.str.to_date("%Y-%m-%d", strict=False)
