"""From a flat ledger file (one row = a title and maybe its settlement) to the tables that scoring reads."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from receba.engine.contract import arrow_schema
from receba.kernel.days import effective_due_table
from receba.kernel.tables import HISTORY, NOT_SETTLED, PAYMENTS

SETTLED_SHARE_BPS = 9_000
"""A title is settled once this share of its amount was paid: a flat file does not say that a discount was given."""


@dataclass(frozen=True, slots=True)
class FlatLedger:
    """HISTORY and PAYMENTS with surrogate ids, and `customers`: debtor_id and the creditor's own code."""

    history: pa.Table
    payments: pa.Table
    customers: pl.DataFrame


def history_from_flat(frame: pl.DataFrame) -> FlatLedger:
    """Return the kernel tables of a flat ledger's accepted rows.

    Columns: customer (text), issued and due (Date), amount (Int64 centavos), and optionally paid (Date), paid_amount
    (Int64 centavos, absent or null = the amount), title (text: rows of one customer with the same title are its
    settlements). Ids follow the sorted codes, so the same rows give the same ids in any order.
    Raises ValueError when a needed column is missing or null.
    """
    missing = [name for name in ("customer", "issued", "due", "amount") if name not in frame.columns]
    if missing:
        raise ValueError(f"flat ledger: missing columns {', '.join(missing)}")
    rows = _with_ids(_complete(frame))
    titles = rows.group_by("title_id", "debtor_id").agg(
        pl.col("issued", "due", "amount").first(),
        pl.col("settled_day").min(),
    )
    effective = pl.DataFrame(effective_due_table(), schema={"due_day": pl.Int32, "effective_due_day": pl.Int32})
    history = (
        titles.with_columns(issued_day=_day("issued"), due_day=_day("due"), face_centavos=pl.col("amount"))
        .join(effective, on="due_day", how="left")
        .with_columns(pl.col("effective_due_day").fill_null(pl.col("due_day")))
        .sort("title_id")
    )
    payments = rows.filter(pl.col("paid").is_not_null()).select(
        "title_id", "debtor_id", paid_day=_day("paid"), paid_centavos=pl.col("paid_amount")
    )
    return FlatLedger(
        history.select(*HISTORY.columns).to_arrow().cast(arrow_schema(HISTORY)),
        payments.sort(*PAYMENTS.columns).to_arrow().cast(arrow_schema(PAYMENTS)),
        rows.select("debtor_id", "customer").unique().sort("debtor_id"),
    )


def _day(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Date).to_physical().cast(pl.Int32)


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with every optional column there, and none of the needed ones null."""
    needed = frame.select("customer", "issued", "due", "amount").null_count().row(0)
    if any(needed):
        raise ValueError("flat ledger: customer, issued, due and amount must not be null")
    absent = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in (("title", pl.String), ("paid", pl.Date), ("paid_amount", pl.Int64))
        if name not in frame.columns
    ]
    return frame.with_columns(*absent).with_columns(
        pl.col("customer").cast(pl.String), pl.col("title").cast(pl.String), pl.col("amount").cast(pl.Int64),
        pl.col("paid_amount").fill_null(pl.col("amount")).cast(pl.Int64),
    )  # fmt: skip


def _with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with debtor_id, title_id and the day on which each settlement reached the settled share."""
    ordered = rows.sort("customer", "title", "issued", "due", "amount", "paid", "paid_amount", nulls_last=True)
    settlements_of_one = pl.struct("customer", "title")
    alone = pl.col("title").is_null()
    starts = alone | (settlements_of_one.ne_missing(settlements_of_one.shift(1))).fill_null(True)
    known = ordered.with_columns(
        debtor_id=pl.col("customer").rank("dense").cast(pl.Int64), title_id=starts.cast(pl.Int64).cum_sum()
    )
    paid = known.with_columns(amount=pl.col("amount").max().over("title_id")).sort("title_id", "paid", nulls_last=True)
    so_far = pl.when(pl.col("paid").is_not_null()).then(pl.col("paid_amount")).otherwise(0).cum_sum().over("title_id")
    reached = pl.col("paid").is_not_null() & (so_far * 10_000 >= pl.col("amount") * SETTLED_SHARE_BPS)
    return paid.with_columns(settled_day=pl.when(reached).then(_day("paid")).otherwise(NOT_SETTLED))
