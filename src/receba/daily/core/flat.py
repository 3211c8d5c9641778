"""From a flat ledger (titles and settlements without entries) to the kernel tables of a day over files."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from receba.engine.contract import conform
from receba.kernel.tables import DEBTORS, ENTRIES, NOT_SETTLED, TERMS, TITLES, EntryKind, PersonKind, Table
from receba.scoring.core.flat import FlatLedger

PORTFOLIO = 1
TERMS_ID = 1
_TITLE = pl.col("title_id")


def tables_of(
    ledger: FlatLedger, *, fine_bps: int, interest_bps_month: int, person: PersonKind
) -> dict[Table, pa.Table]:
    """Return TITLES, ENTRIES, TERMS and DEBTORS of a flat ledger, all in one portfolio, under one version of terms.

    Each title gets its face on the day of issue and its payments; what a settled title was paid short is a discount of
    its last payment's day. Everything is known on the day it happened; nobody has an e-mail.
    """
    history, payments = _frame(ledger.history), _frame(ledger.payments)
    paid = payments.group_by("title_id").agg(paid=pl.col("paid_centavos").sum(), last=pl.col("paid_day").max())
    short = history.join(paid, on="title_id").filter(
        (pl.col("settled_day") != NOT_SETTLED) & (pl.col("paid") < pl.col("face_centavos"))
    )
    entries = pl.concat(
        [
            _entries(history, EntryKind.FACE, pl.col("face_centavos"), pl.col("issued_day")),
            _entries(payments, EntryKind.PAYMENT, -pl.col("paid_centavos"), pl.col("paid_day")),
            _entries(short, EntryKind.DISCOUNT, pl.col("paid") - pl.col("face_centavos"), pl.col("last")),
        ]
    ).filter(pl.col("amount_centavos") != 0)
    titles = history.with_columns(
        portfolio_id=pl.lit(PORTFOLIO, dtype=pl.Int64), terms_id=pl.lit(TERMS_ID, dtype=pl.Int64)
    )
    debtors = ledger.customers.select("debtor_id").with_columns(person_kind=int(person), has_email=0)
    terms = {"terms_id": [TERMS_ID], "fine_bps": [fine_bps], "interest_bps_month": [interest_bps_month],
             "grace_days": [0], "index_id": [0]}  # fmt: skip
    return {
        TITLES: conform(TITLES, titles.select(*TITLES.columns).to_arrow()),
        ENTRIES: conform(ENTRIES, entries.with_row_index("entry_id", 1).to_arrow()),
        TERMS: conform(TERMS, pa.table(terms)),
        DEBTORS: conform(DEBTORS, debtors.to_arrow()),
    }


def _frame(data: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(data)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _entries(rows: pl.DataFrame, kind: EntryKind, amount: pl.Expr, day: pl.Expr) -> pl.DataFrame:
    return rows.sort("title_id").select(
        _TITLE,
        kind=pl.lit(int(kind), dtype=pl.Int32),
        component=pl.lit(0, dtype=pl.Int32),
        amount_centavos=amount.cast(pl.Int64),
        effective_day=day.cast(pl.Int32),
        recorded_day=day.cast(pl.Int32),
    )
