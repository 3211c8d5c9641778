"""Small awkward portfolios in two languages: the kernel's tables for the columns, facts for the plain rules."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from receba.casework.core.tables import CASES, REACHABLE, Promise
from receba.engine.contract import arrow_schema, conform
from receba.kernel.days import day_number, effective_due, from_day_number
from receba.kernel.tables import (
    DEBTORS,
    ENTRIES,
    HOLDS,
    INDEX_RATIOS,
    TERMS,
    TITLES,
    EntryKind,
    HoldKind,
    Table,
)
from receba.ledger.core import rules as ledger
from receba.ruler.core.rules import Rung
from receba.ruler.core.tables import ASSIGNED, CONTACTS, LADDER, TAKEN, ladder_table
from receba.segments.core.tables import BANDS

ON = date(2026, 6, 15)
"""Also the day of the plain computations that the tests of the queue and of the KPIs bring along."""
ON_DAY = day_number(ON)
RATIOS_FROM = ON_DAY - 500
AMOUNTS = (1, 99, *[150_00] * 9, *[1_000_00] * 9, *[98_765_43] * 9, 10**9 + 1, *[10**11 + 7] * 3)
"""Few, so that there are ties; and one so large that its interest, before it is divided, passes 2**53."""
RUNGS = (
    Rung(1, 0, -5, True, rest_days=1),
    Rung(1, 1, 1, True, min_centavos=1_000),
    Rung(1, 2, 1, False, max_centavos=999),
    Rung(1, 3, 7, True, person_kind=2, minimum_centavos=500_000),
    Rung(1, 4, 15, False, risk_mask=0b110001, catch_up_days=30),
    Rung(1, 5, -10, True, worsened=True),
    Rung(1, 6, 0, True),
    Rung(2, 0, 3, True, catch_up_days=200, rest_days=0),
)


def rise(start_day: int, on_day: int) -> int:
    """Return an index that goes up and down from day to day, in 1e-8 parts, as read on ON_DAY."""
    return start_day * 7_654_321 % 9_000_000 - 3_000_000


PLAIN_TERMS = {
    4: ledger.TermsFacts(0, 0),
    5: ledger.TermsFacts(200, 100, grace_days=3),
    6: ledger.TermsFacts(1000, 333, rise=rise),
}


@dataclass(frozen=True)
class Awkward:
    """One awkward title as the plain rules see it."""

    title_id: int
    debtor_id: int
    portfolio_id: int
    terms_id: int
    issued_day: int
    facts: ledger.TitleFacts
    entries: tuple[ledger.EntryFacts, ...]


@dataclass(frozen=True)
class Portfolio:
    """Kernel tables, and the awkward titles among them in the words of the plain rules."""

    tables: Mapping[Table, pa.Table]
    awkward: tuple[Awkward, ...]


def portfolio(titles: int, seed: int) -> Portfolio:
    """Return that many titles of a quarter as many debtors, and all that was said about them; by the seed."""
    dice, people = random.Random(seed), max(2, titles // 4)
    debtors = range(1, people + 1)
    cases = [_awkward(dice, 1 + n, people) for n in range(titles)]
    return Portfolio(
        {
            TITLES: table(TITLES, [_title(case) for case in cases]),
            ENTRIES: table(ENTRIES, _entries(cases)),
            DEBTORS: table(DEBTORS, [{"debtor_id": n, "person_kind": 1 + n % 2, "has_email": n % 3 % 2} for n in debtors]),
            TERMS: table(TERMS, _terms()),
            INDEX_RATIOS: table(INDEX_RATIOS, _ratios()),
            LADDER: ladder_table(RUNGS),
            **_said(dice, debtors, cases),
        },
        tuple(cases),
    )  # fmt: skip


def table(of: Table, rows: list[dict[str, int]]) -> pa.Table:
    """Return rows as a kernel table; what a row does not say is 0."""
    empty = dict.fromkeys(of.columns, 0)
    return conform(of, pa.Table.from_pylist([empty | row for row in rows], schema=arrow_schema(of)))


def _awkward(dice: random.Random, title_id: int, debtors: int) -> Awkward:
    """Return a title paid early, late, in part, too much, twice, reversed, cancelled, learned late, or not at all."""
    due = ON_DAY - dice.choice([-40, -10, -3, 0, 1, 1, 7, 15, 29, 30, 31, 60, 90, 91, 200, 365, 400])
    issued, face = due - dice.choice([0, 7, 30, 60]), dice.choice(AMOUNTS)
    title = ledger.TitleFacts(due, day_number(effective_due(from_day_number(due))), face)
    told = [ledger.EntryFacts("face", EntryKind.FACE, face, issued, issued)]
    kinds = [EntryKind.PAYMENT] * 4 + [EntryKind.DISCOUNT]
    for n in range(dice.choice([0, 0, 1, 1, 2, 3])):
        kind, day = dice.choice(kinds), max(issued, due + dice.choice([-20, 0, 1, 4, 5, 30, 80]))
        amount = dice.choice([face, face, face + 7, max(1, face // 2), 1])
        told.append(ledger.EntryFacts(f"{n}", kind, -amount, day, day + dice.choice([0, 0, 3, 40])))
        if kind == EntryKind.PAYMENT and dice.random() < 0.25:
            back = told[-1]
            told.append(
                ledger.EntryFacts(
                    f"{n}r", EntryKind.REVERSAL, amount, back.effective_day + dice.choice([0, 9]), back.recorded_day,
                    int(EntryKind.PAYMENT), reverses=back.key,
                )
            )  # fmt: skip
    if len(told) == 1 and dice.random() < 0.15:
        told.append(ledger.EntryFacts("c", EntryKind.REVERSAL, -face, issued, issued, int(EntryKind.FACE)))
    terms_id = dice.choice(sorted(PLAIN_TERMS))
    recorded = max(fact.recorded_day for fact in told)
    derived = [
        ledger.EntryFacts(f"d{n}", kind, amount, day, recorded, component, payment)
        for n, ((payment, kind, component, day), amount) in enumerate(
            ledger.derive(title, PLAIN_TERMS[terms_id], told).items()
        )
    ]
    return Awkward(title_id, dice.randint(1, debtors), dice.randint(1, 3), terms_id, issued, title, (*told, *derived))


def _title(case: Awkward) -> dict[str, int]:
    title = case.facts
    return {
        "title_id": case.title_id, "debtor_id": case.debtor_id, "portfolio_id": case.portfolio_id,
        "terms_id": case.terms_id, "issued_day": case.issued_day, "due_day": title.due_day,
        "effective_due_day": title.effective_due_day, "face_centavos": title.face_centavos,
    }  # fmt: skip


def _entries(cases: list[Awkward]) -> list[dict[str, int]]:
    pairs = [(case.title_id, fact) for case in cases for fact in case.entries]
    return [
        {
            "entry_id": n, "title_id": title_id, "kind": int(fact.kind), "component": int(fact.component),
            "amount_centavos": fact.amount_centavos, "effective_day": fact.effective_day,
            "recorded_day": fact.recorded_day,
        }
        for n, (title_id, fact) in enumerate(pairs, start=1)
    ]  # fmt: skip


def _terms() -> list[dict[str, int]]:
    return [
        {
            "terms_id": number, "fine_bps": terms.fine_bps, "interest_bps_month": terms.interest_bps_month,
            "grace_days": terms.grace_days, "index_id": int(terms.rise is rise),
        }
        for number, terms in PLAIN_TERMS.items()
    ]  # fmt: skip


def _ratios() -> list[dict[str, int]]:
    days = range(RATIOS_FROM, ON_DAY + 100)
    return [{"index_id": 1, "start_day": day, "rise_e8": rise(day, ON_DAY)} for day in days]


def _said(dice: random.Random, debtors: range, cases: list[Awkward]) -> dict[Table, pa.Table]:
    """Return holds, assignments, steps taken, contacts, bands, cases and addresses: about some, not about others."""
    some = [debtor for debtor in debtors if dice.random() < 0.3]
    holds = [
        {
            "hold_id": n, "debtor_id": dice.choice(debtors), "title_id": dice.choice([0, 0, dice.randint(1, len(cases))]),
            "kind": int(dice.choice(list(HoldKind))), "from_day": ON_DAY + dice.choice([-9, 0, 1]),
            "until_day": ON_DAY + dice.choice([-1, 0, 30]),
        }
        for n in range(len(debtors) // 4)
    ]  # fmt: skip
    assigned = [{"level": 1, "target_id": 1, "version_id": 1}, {"level": 1, "target_id": 2, "version_id": 2}]
    assigned += [{"level": 2, "target_id": d, "version_id": 1 + d % 2} for d in some[::5]]
    assigned += [{"level": 3, "target_id": t, "version_id": 1 + t % 2} for t in range(1, len(cases), 11)]
    taken = [
        {
            "title_id": case.title_id, "version_id": dice.randint(1, 2), "step": step,
            "effective_due_day": case.facts.effective_due_day - dice.choice([0, 0, 0, 30]),
        }
        for case in cases for step in range(7) if dice.random() < 0.2
    ]  # fmt: skip
    told = [
        {
            "debtor_id": d, "last_contact_micros": dice.choice([0, 1_700_000_000_000_000]),
            "promise": int(dice.choice(list(Promise))), "call_back_day": dice.choice([0, ON_DAY, ON_DAY + 1]),
        }
        for d in some
    ]  # fmt: skip
    return {
        HOLDS: table(HOLDS, holds),
        ASSIGNED: table(ASSIGNED, assigned),
        TAKEN: table(TAKEN, taken + taken[:5]),
        CONTACTS: table(CONTACTS, [{"debtor_id": d, "last_day": ON_DAY - dice.randint(0, 4)} for d in some[::3]]),
        BANDS: table(BANDS, [{"debtor_id": d, "risk": dice.randint(0, 5)} for d in debtors if dice.random() < 0.6]),
        CASES: table(CASES, told),
        REACHABLE: table(REACHABLE, [{"debtor_id": d} for d in debtors if d % 4]),
    }
