"""The ruler's own tables: the ladder, who climbs which, and what was already said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import pyarrow as pa

from receba.engine.contract import arrow_schema
from receba.kernel.tables import Table
from receba.ruler.core.rules import Rung

LADDER = Table(
    "ladder",
    "one step of one published version",
    {
        "version_id": "int64", "step": "int32", "offset_days": "int32", "email": "int32", "min_centavos": "int64",
        "max_centavos": "int64", "person_kind": "int32", "risk_mask": "int32", "worsened": "int32",
        "catch_up_days": "int32", "rest_days": "int32", "minimum_centavos": "int64",
    },
    ("version_id", "step"),
)  # fmt: skip
ASSIGNED = Table(
    "assigned",
    "one assignment in force: level 1 portfolio, 2 debtor, 3 title, and the id there",
    {"level": "int32", "target_id": "int64", "version_id": "int64"},
    ("level", "target_id"),
)
TAKEN = Table(
    "taken",
    "one step taken for a title under a due date, as a place in the newest version of its ruler",
    {"title_id": "int64", "version_id": "int64", "step": "int32", "effective_due_day": "int32"},
    (),
)
CONTACTS = Table("contacts", "one debtor's last contact", {"debtor_id": "int64", "last_day": "int32"}, ("debtor_id",))

SEEN = Table(
    "seen",
    "one open title (of rules.KEPT) of a debtor for whom a step was due, and whether the contact names it",
    {
        "debtor_id": "int64", "title_id": "int64", "version_id": "int64", "look": "int32", "step": "int32",
        "spoken": "int32", "hold": "int32", "effective_due_day": "int32", "days_late": "int32",
        "total_centavos": "int64",
    },
    ("title_id",),
)  # fmt: skip


def ladder_table(rungs: Iterable[Rung]) -> pa.Table:
    """Return the rungs as LADDER."""
    rows = [{name: int(value) for name, value in asdict(rung).items()} for rung in rungs]
    return pa.Table.from_pylist(rows, schema=arrow_schema(LADDER))
