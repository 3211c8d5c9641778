"""The segments' own table: the risk band in which each debtor was before the day."""

from __future__ import annotations

from receba.kernel.tables import Table

BANDS = Table(
    "bands",
    "one debtor's risk band (rules.Risk) as last told before the day",
    {"debtor_id": "int64", "risk": "int32"},
    ("debtor_id",),
)
