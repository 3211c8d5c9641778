"""What one row, and rows together, must satisfy: dates in order, keys that say one thing."""

from __future__ import annotations

from dataclasses import dataclass

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


def row_rules(spec: TableSpec, rows: pl.DataFrame) -> list[Broken]:
    """Return the rules broken inside one row of the typed table `rows`."""
    names = set(rows.columns)
    broken = []
    if {"issued", "due"} <= names:
        broken.append(_dates_out_of_order(rows, Reason.DUE_BEFORE_ISSUE, "due"))
    if {"issued", "paid"} <= names:
        broken.append(_dates_out_of_order(rows, Reason.PAID_BEFORE_ISSUE, "paid"))
    if spec.name == "ledger":
        unpaid = rows.filter((pl.col("paid_amount") > 0) & pl.col("paid").is_null() & pl.col("paid_readable"))
        broken.append(Broken(Reason.MISSING_PAID_DATE, "paid", _shown(unpaid, _reais("paid_amount"), pl.lit(""))))
        zero = rows.filter((pl.col("paid_amount") == 0) & pl.col("paid").is_not_null())
        broken.append(
            Broken(Reason.AMOUNT_NOT_POSITIVE, "paid_amount", _shown(zero, _reais("paid_amount"), pl.lit("")))
        )
    if spec.name == "settlements":
        loose = rows.filter((pl.col("kind") == "reversal") & pl.col("reverses").is_null())
        broken.append(Broken(Reason.MISSING_REVERSED, "reverses", _shown(loose, pl.lit(None), pl.lit(""))))
    return broken


def _dates_out_of_order(rows: pl.DataFrame, reason: Reason, later: str) -> Broken:
    wrong = rows.filter(pl.col(later) < pl.col("issued"))
    return Broken(reason, later, _shown(wrong, _day(later), _day("issued")))


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
    shown = _shown(wrong, pl.col(key), pl.col("first_line").cast(pl.String))
    return Broken(reason, key, shown), repeated


def _shown(rows: pl.DataFrame, value: pl.Expr, other: pl.Expr) -> pl.DataFrame:
    return rows.select("line", value=value.cast(pl.String), other=other.cast(pl.String))


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%d/%m/%Y")


def _reais(column: str) -> pl.Expr:
    cents = (pl.col(column) % 100).cast(pl.String).str.pad_start(2, "0")
    return (pl.col(column) // 100).cast(pl.String) + "," + cents
