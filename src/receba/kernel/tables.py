"""The named, typed tables that steps hand to each other: what one row is, and the integer type of each column.

Contract (docs/explanation/engine.md): money is int64 centavos, a day is an int32 day number, a month an int32 month
number, an id an int64, a small code an int32. No float, decimal, date or text crosses from one step to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

ColumnType = Literal["int64", "int32"]


class EntryKind(IntEnum):
    """Why a title's balance moved. The sign of the amount says which way."""

    FACE = 1
    FEE = 2
    FINE = 3
    INTEREST = 4
    CORRECTION = 5
    DISCOUNT = 6
    PAYMENT = 7
    REVERSAL = 8
    WRITE_OFF = 9
    NOVATION = 10


CHARGE_KINDS = (EntryKind.FEE, EntryKind.FINE, EntryKind.INTEREST, EntryKind.CORRECTION)


class HoldKind(IntEnum):
    """Why the ruler must stay silent about a debtor or a title."""

    DISPUTE = 1
    PROMISE = 2
    AGREEMENT = 3
    OPT_OUT = 4
    REVIEW = 5
    LAWYER = 6
    DECEASED = 7
    BANKRUPTCY = 8
    LEGAL = 9
    AUTOMATIC_DEBIT = 10
    WRONG_PERSON = 11


class PersonKind(IntEnum):
    """PF is a natural person (CPF), PJ a legal entity (CNPJ)."""

    PF = 1
    PJ = 2


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One kind of row: its name, its grain in words, its columns and its key."""

    name: str
    grain: str
    columns: Mapping[str, ColumnType]
    key: tuple[str, ...]


TITLES = Table(
    "titles",
    "one title (título/parcela), open or not",
    {
        "title_id": "int64",
        "debtor_id": "int64",
        "portfolio_id": "int64",
        "terms_id": "int64",
        "issued_day": "int32",
        "due_day": "int32",
        "effective_due_day": "int32",
        "face_centavos": "int64",
    },
    ("title_id",),
)
ENTRIES = Table(
    "entries",
    "one entry of the ledger; recorded_day is the day on which we learned it",
    {
        "entry_id": "int64",
        "title_id": "int64",
        "kind": "int32",
        "component": "int32",
        "amount_centavos": "int64",
        "effective_day": "int32",
        "recorded_day": "int32",
    },
    ("entry_id",),
)
TERMS = Table(
    "terms",
    "one immutable version of the terms of late payment",
    {
        "terms_id": "int64",
        "fine_bps": "int32",
        "interest_bps_month": "int32",
        "grace_days": "int32",
        "index_id": "int32",
    },
    ("terms_id",),
)
INDEX_RATIOS = Table(
    "index_ratios",
    "one index and start day: how much it rose from then until the day of the reading, in 1e-8 parts",
    {"index_id": "int32", "start_day": "int32", "rise_e8": "int64"},
    ("index_id", "start_day"),
)
DEBTORS = Table(
    "debtors",
    "one debtor of one creditor company",
    {"debtor_id": "int64", "person_kind": "int32", "has_email": "int32"},
    ("debtor_id",),
)
HOLDS = Table(
    "holds",
    "one hold; title_id 0 means the whole debtor, until_day is the last day that it holds",
    {
        "hold_id": "int64",
        "debtor_id": "int64",
        "title_id": "int64",
        "kind": "int32",
        "from_day": "int32",
        "until_day": "int32",
    },
    ("hold_id",),
)
STANDINGS = Table(
    "standings",
    "one title that is known on the day, and how it stands: the sums of its entries from which history, sales and "
    "roll rates follow. face_centavos is the face as corrected (0 when cancelled), settled_day as in HISTORY, "
    "earlier_centavos the principal EARLIER_DAYS before",
    {
        "title_id": "int64",
        "debtor_id": "int64",
        "portfolio_id": "int64",
        "terms_id": "int64",
        "issued_day": "int32",
        "due_day": "int32",
        "effective_due_day": "int32",
        "settled_day": "int32",
        "face_centavos": "int64",
        "principal_centavos": "int64",
        "earlier_centavos": "int64",
    },
    ("title_id",),
)
EARLIER_DAYS = 30
"""How long before the day `earlier_centavos` of STANDINGS is: the month of the roll rates."""
POSITIONS = Table(
    "positions",
    "one title with money open (or in credit) as of a day: principal, accrued charges, lateness",
    {
        "title_id": "int64",
        "debtor_id": "int64",
        "portfolio_id": "int64",
        "due_day": "int32",
        "effective_due_day": "int32",
        "principal_centavos": "int64",
        "fee_centavos": "int64",
        "fine_centavos": "int64",
        "interest_centavos": "int64",
        "correction_centavos": "int64",
        "total_centavos": "int64",
        "days_late": "int32",
        "bucket": "int32",
    },
    ("title_id",),
)
HISTORY = Table(
    "history",
    "one title that was due before the day of the reading: what scoring learns from. settled_day is the day on "
    "which the principal reached zero (NOT_SETTLED while it is open); paid_* sum the payments known",
    {
        "title_id": "int64",
        "debtor_id": "int64",
        "issued_day": "int32",
        "due_day": "int32",
        "effective_due_day": "int32",
        "settled_day": "int32",
        "face_centavos": "int64",
    },
    ("title_id",),
)
PAYMENTS = Table(
    "payments",
    "one payment received (positive), by day",
    {"title_id": "int64", "debtor_id": "int64", "paid_day": "int32", "paid_centavos": "int64"},
    (),
)
SCORES = Table(
    "scores",
    "one debtor with a score on a day; idc and idi are 0..1000, confidence 0..1000, *_e4 are 1e-4 parts",
    {
        "debtor_id": "int64",
        "idc": "int32",
        "idi": "int32",
        "pd_e4": "int32",
        "confidence": "int32",
        "limit_return_centavos": "int64",
        "limit_risk_centavos": "int64",
        "term_days": "int32",
        "titles_known": "int32",
        "titles_late": "int32",
        "months_paid": "int32",
        "reason_late_e4": "int32",
        "reason_change_e4": "int32",
        "reason_history_e4": "int32",
        "reason_volume_e4": "int32",
    },
    ("debtor_id",),
)
SEGMENTS = Table(
    "segments",
    "one debtor's cell on a day: codes of segments.core.rules; worsened is 1 when the risk band fell on that day",
    {
        "debtor_id": "int64",
        "risk": "int32",
        "behaviour": "int32",
        "value": "int32",
        "person_kind": "int32",
        "worsened": "int32",
    },
    ("debtor_id",),
)
DECISIONS = Table(
    "decisions",
    "one debtor's decision of a day and its facts: send a step, or stay silent for a reason; codes of ruler.core.rules",
    {
        "debtor_id": "int64",
        "outcome": "int32",
        "reason": "int32",
        "version_id": "int64",
        "step": "int32",
        "title_id": "int64",
        "titles_due": "int32",
        "open_centavos": "int64",
        "overdue_centavos": "int64",
        "days_late": "int32",
        "person_kind": "int32",
        "risk": "int32",
        "worsened": "int32",
        "has_email": "int32",
        "hold": "int32",
        "last_contact_day": "int32",
    },
    ("debtor_id",),
)
NOT_SETTLED = 2**31 - 1
"""settled_day of a title that is still open."""

TABLES: tuple[Table, ...] = (
    TITLES,
    ENTRIES,
    TERMS,
    INDEX_RATIOS,
    DEBTORS,
    HOLDS,
    STANDINGS,
    POSITIONS,
    HISTORY,
    PAYMENTS,
    SCORES,
    SEGMENTS,
    DECISIONS,
)
