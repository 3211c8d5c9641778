"""A small portfolio with every awkward thing in it, for comparing engines; another one for every seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from receba.casework.core.tables import CASES, REACHABLE
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number, effective_due_table
from receba.kernel.tables import DEBTORS, ENTRIES, HOLDS, TERMS, TITLES, EntryKind, HoldKind, Table
from receba.ruler.core.rules import rungs
from receba.ruler.core.tables import ASSIGNED, CONTACTS, LADDER, TAKEN, ladder_table
from receba.ruler.shipped import SHIPPED, shipped
from receba.segments.core.tables import BANDS

ON = date(2026, 11, 23)
DAY = day_number(ON)
ABOUT = {
    "indices": {"1": {str(2024 * 12 + n): percent for n, percent in enumerate(("0.53", "-0.70", "1.21", "0.00"))}},
    "cost_bps_month": 150,
    "rejected_bps": 37,
}
_TERMS = ((1, 0, 0, 0, 0), (2, 200, 100, 0, 0), (3, 200, 100, 5, 0), (4, 1000, 333, 0, 1))
_AMOUNTS = (1, 99, 100_00, 1_234_56, 5_000_00, 999_999_99, 9_999_999_999)


def portfolio(seed: int = 7, debtors: int = 140) -> dict[Table, pa.Table]:
    """Return the tables of a base of ON: ties, centavos and billions, reversals, credits, cancelled titles, facts known
    late, indices with deflation, grace, holds of all kinds and ages, steps taken, promises, debtors without anything.
    """
    dice = random.Random(seed)
    effective = dict(zip(*effective_due_table(), strict=True))
    titles, entries = [], []

    def enter(title: int, kind: EntryKind, amount: int, day: int, component: int = 0, known: int | None = None) -> None:
        recorded = max(day, day + dice.choice((0, 0, 0, 2, 40))) if known is None else known
        row = (len(entries) + 1, title, int(kind), component, amount, day, recorded)
        entries.append(dict(zip(ENTRIES.columns, row, strict=True)))

    for debtor in range(1, debtors + 1):
        habit = dice.choice((-4, 0, 0, 1, 5, 12, 45))
        for _n in range(dice.choice((0, 1, 4, 9, 14, 25))):
            number = len(titles) + 1
            due = (
                DAY
                + dice.choice((-1200, -400, -365, -180, -91, -90, -60, -31, -30, -8, -3, -1, 0, 1, 5, 30))
                - (0 if dice.random() < 0.3 else dice.randrange(300))
            )
            issued, face = due - dice.choice((0, 7, 30, 30, 60, 400)), dice.choice(_AMOUNTS)
            row = (number, debtor, 1 + number % 3, 1 + dice.randrange(4), issued, due, effective.get(due, due), face)
            titles.append(dict(zip(TITLES.columns, row, strict=True)))
            enter(number, EntryKind.FACE, face, issued)
            fate = dice.random()
            paid = due + habit + dice.randrange(3)
            if paid > DAY + 20 or fate < 0.12:
                continue
            if fate < 0.16:
                enter(number, EntryKind.REVERSAL, -face, issued + 1, int(EntryKind.FACE))
            elif fate < 0.20:
                enter(number, EntryKind.WRITE_OFF, -face, due + 50)
            elif fate < 0.30 and face > 1:
                enter(number, EntryKind.PAYMENT, -(face // 3), paid)
                enter(number, EntryKind.DISCOUNT, -(face // 5), paid)
            elif fate < 0.36:
                enter(number, EntryKind.PAYMENT, -face - 7_77, paid)
            elif fate < 0.42:
                enter(number, EntryKind.PAYMENT, -face, paid)
                enter(number, EntryKind.REVERSAL, face, paid + 2, int(EntryKind.PAYMENT))
            else:
                enter(number, EntryKind.FINE, face // 50, paid)
                enter(number, EntryKind.PAYMENT, -face - face // 50, paid)
    holds = [
        {
            "hold_id": n,
            "debtor_id": dice.randrange(1, debtors + 1),
            "title_id": dice.choice((0, 0, dice.randrange(1, len(titles)))),
            "kind": int(dice.choice(tuple(HoldKind))),
            "from_day": DAY - dice.choice((100, 5, 0, -3)),
            "until_day": DAY + dice.choice((-50, -1, 0, 9, 40_000)),
        }
        for n in range(1, 50)
    ]
    some = [n for n in range(1, debtors + 1) if dice.random() < 0.7]
    rows: Mapping[Table, list[dict[str, int]]] = {
        TITLES: titles,
        ENTRIES: entries,
        TERMS: [dict(zip(TERMS.columns, row, strict=True)) for row in _TERMS],
        HOLDS: holds,
        DEBTORS: [
            {"debtor_id": n, "person_kind": 1 + n % 2, "has_email": int(dice.random() < 0.8)}
            for n in range(1, debtors + 1)
        ],
        ASSIGNED: [
            {"level": 1, "target_id": 1, "version_id": 1},
            {"level": 1, "target_id": 2, "version_id": 2},
            *({"level": 2, "target_id": n, "version_id": 3} for n in range(3, debtors, 9)),
            *({"level": 3, "target_id": n, "version_id": 1} for n in range(2, len(titles), 31)),
        ],
        TAKEN: [
            {"title_id": t["title_id"], "version_id": 1 + t["title_id"] % 3, "step": dice.randrange(4),
             "effective_due_day": t["effective_due_day"] - dice.choice((0, 0, 0, 30))}
            for t in titles if dice.random() < 0.2
        ],
        CONTACTS: [{"debtor_id": n, "last_day": DAY - dice.choice((1, 2, 5, 60))} for n in some[::3]],
        BANDS: [{"debtor_id": n, "risk": dice.randrange(6)} for n in some],
        CASES: [
            {"debtor_id": n, "last_contact_micros": dice.choice((0, 1_790_000_000_000_000)),
             "promise": dice.randrange(5), "call_back_day": dice.choice((0, DAY, DAY + 3))}
            for n in some[::2]
        ],
        REACHABLE: [{"debtor_id": n} for n in some],
    }  # fmt: skip
    ladder = [rung for n, code in enumerate(SHIPPED, start=1) for rung in rungs(n, shipped(code))]
    made = {table: pa.Table.from_pylist(told, schema=arrow_schema(table)) for table, told in rows.items()}
    return made | {LADDER: ladder_table(ladder)}
