"""What one row, and rows together, must satisfy: dates in order, keys that say one thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from receba.intake.core.fields import TableSpec
from receba.intake.core.reasons import Reason

_TITLE_FACTS = ("customer", "issued", "due", "amount")


@dataclass(frozen=True, slots=True)
class Broken:
    """The rows that break one rule: line, value and other (texts for the message)."""

    reason: Reason
    field: str
    rows: pl.DataFrame


def row_rules(spec: TableSpec, rows: pl.DataFrame, today: date | None = None) -> list[Broken]:
    """Return the rules broken inside one row of the typed table `rows`; nothing was paid after `today`."""
    names = set(rows.columns)
    broken = []
    if {"issued", "due"} <= names:
        broken.append(_dates_out_of_order(rows, Reason.DUE_BEFORE_ISSUE, "due"))
    if {"issued", "paid"} <= names:
        broken.append(_dates_out_of_order(rows, Reason.PAID_BEFORE_ISSUE, "paid"))
    if "paid" in names and today is not None:
        ahead = rows.filter(pl.col("paid") > today).with_columns(today=pl.lit(today))
        broken.append(Broken(Reason.PAID_IN_FUTURE, "paid", shown(ahead, day_shown("paid"), day_shown("today"))))
    if spec.name == "ledger":
        unpaid = rows.filter((pl.col("paid_amount") > 0) & pl.col("paid").is_null() & pl.col("paid_readable"))
        broken.append(Broken(Reason.MISSING_PAID_DATE, "paid", shown(unpaid, reais_shown("paid_amount"))))
        zero = rows.filter((pl.col("paid_amount") == 0) & pl.col("paid").is_not_null())
        broken.append(Broken(Reason.AMOUNT_NOT_POSITIVE, "paid_amount", shown(zero, reais_shown("paid_amount"))))
    if spec.name == "settlements":
        loose = rows.filter((pl.col("kind") == "reversal") & pl.col("reverses").is_null())
        broken.append(Broken(Reason.MISSING_REVERSED, "reverses", shown(loose, pl.lit(None))))
    return broken


def _dates_out_of_order(rows: pl.DataFrame, reason: Reason, later: str) -> Broken:
    wrong = rows.filter(pl.col(later) < pl.col("issued"))
    return Broken(reason, later, shown(wrong, day_shown(later), day_shown("issued")))


def key_rules(spec: TableSpec, rows: pl.DataFrame) -> tuple[Broken, pl.DataFrame]:
    """Return the rows whose key already says something else, and (line, first_line) of the rows that only repeat.

    A key is the row's own number; rows without one are never repeats. In a ledger a title may come in several rows,
    one for each payment, as long as its own facts agree.
    """
    key = spec.key
    content = [name for name in rows.columns if name not in ("line", "paid_readable")]
    keyed = rows.filter(pl.col(key).is_not_null() & pl.col(key).is_duplicated())
    facts = [*_TITLE_FACTS] if spec.name == "ledger" else content
    firsts = keyed.select(
        "line", key,
        first_line=pl.col("line").min().over(key),
        agrees=pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(name).first().over(key, order_by="line")) for name in facts
        ),
    )  # fmt: skip
    reason = Reason.CONFLICTING_TITLE if spec.name == "ledger" else Reason.DUPLICATE_KEY
    wrong = firsts.filter(~pl.col("agrees"))
    agreeing = keyed.join(wrong, on="line", how="anti")
    same = agreeing.select("line", first_line=pl.col("line").min().over(content))
    repeated = same.filter(pl.col("line") != pl.col("first_line"))
    named = shown(wrong, key, pl.col("first_line"))
    return Broken(reason, key, named), repeated


def shown(rows: pl.DataFrame, value: str | pl.Expr, other: pl.Expr | None = None) -> pl.DataFrame:
    """Return line, value and other as texts for a message."""
    shown_value = pl.col(value) if isinstance(value, str) else value
    shown_other = pl.lit("") if other is None else other
    return rows.select("line", value=shown_value.cast(pl.String), other=shown_other.cast(pl.String))


def day_shown(column: str) -> pl.Expr:
    """Return a date as people write it: 31/12/2026."""
    return pl.col(column).dt.strftime("%d/%m/%Y")


def reais_shown(column: str | pl.Expr) -> pl.Expr:
    """Return centavos as people write them: 1234,56."""
    centavos = pl.col(column) if isinstance(column, str) else column
    cents = (centavos % 100).cast(pl.String).str.pad_start(2, "0")
    return (centavos // 100).cast(pl.String) + "," + cents
