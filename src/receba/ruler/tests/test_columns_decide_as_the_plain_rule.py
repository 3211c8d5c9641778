"""Everyone in scope leaves with an outcome and a reason, and the columns give the plain rule's on every row."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema, conform
from receba.kernel.tables import DEBTORS, DECISIONS, HOLDS, POSITIONS, SEGMENTS
from receba.ruler.core import columns, rules
from receba.ruler.core.tables import ASSIGNED, CONTACTS, SEEN, TAKEN, ladder_table

TODAY = 20_000
LADDER = [
    rules.Rung(1, 0, -5, True, rest_days=1),
    rules.Rung(1, 1, 1, True, min_centavos=1_000),
    rules.Rung(1, 2, 1, False, max_centavos=999),
    rules.Rung(1, 3, 7, True, person_kind=2, minimum_centavos=5_000),
    rules.Rung(1, 4, 15, False, risk_mask=0b110000),
    rules.Rung(1, 5, -10, True, worsened=True),
    rules.Rung(1, 6, 0, True),
    rules.Rung(2, 0, 3, True, catch_up_days=0, rest_days=0),
]


@st.composite
def debtors(draw):
    titles = tuple(
        rules.TitleSeen(
            0,
            TODAY - offset,
            max(0, offset),
            draw(st.integers(1, 8_000)),
            draw(st.integers(0, 2)),
            draw(st.sampled_from([0, 0, 0, 1, 6])),
            draw(st.frozensets(st.integers(0, 6), max_size=2)),
        )
        for offset in draw(st.lists(st.integers(-12, 20), min_size=1, max_size=4))
    )
    return rules.DebtorSeen(
        0,
        draw(st.integers(1, 2)),
        draw(st.integers(0, 5)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from([0, 0, 0, 4])),
        draw(st.one_of(st.none(), st.integers(TODAY - 4, TODAY - 1))),
        titles,
    )


def table(kind, rows):
    return pa.Table.from_pylist([{n: int(r.get(n, 0)) for n in kind.columns} for r in rows], schema=arrow_schema(kind))


def numbered(cast):
    """Give debtors and titles their ids."""
    result, title_id = [], 0
    for n, debtor in enumerate(cast):
        titles = []
        for title in debtor.titles:
            title_id += 1
            titles.append(
                rules.TitleSeen(
                    title_id,
                    *(
                        getattr(title, f)
                        for f in ("effective_due_day", "days_late", "total_centavos", "version_id", "hold", "taken")
                    ),
                )
            )
        result.append(
            rules.DebtorSeen(
                n,
                *(
                    getattr(debtor, f)
                    for f in ("person_kind", "risk", "worsened", "has_email", "hold", "last_contact_day")
                ),
                tuple(titles),
            )
        )
    return result


def fast_plan(cast):
    engine = connect(threads=1)
    titles = [(d, t) for d in cast for t in d.titles]
    rows = {
        "positions": table(
            POSITIONS,
            [
                {
                    "title_id": t.title_id,
                    "debtor_id": d.debtor_id,
                    "portfolio_id": t.version_id,
                    "principal_centavos": t.total_centavos,
                    "effective_due_day": t.effective_due_day,
                    "due_day": t.effective_due_day,
                    "total_centavos": t.total_centavos,
                    "days_late": t.days_late,
                }
                for d, t in titles
            ],
        ),
        "holds": table(
            HOLDS,
            [{"debtor_id": d.debtor_id, "kind": d.hold, "until_day": TODAY} for d in cast if d.hold]
            + [
                {"debtor_id": d.debtor_id, "title_id": t.title_id, "kind": t.hold, "until_day": TODAY}
                for d, t in titles
                if t.hold
            ]
            + [{"debtor_id": d.debtor_id, "kind": 1, "until_day": TODAY - 1} for d in cast],
        ),
        "debtors": table(
            DEBTORS, [{"debtor_id": d.debtor_id, "person_kind": d.person_kind, "has_email": d.has_email} for d in cast]
        ),
        "segments": table(SEGMENTS, [{"debtor_id": d.debtor_id, "risk": d.risk, "worsened": d.worsened} for d in cast]),
        "ladder": ladder_table(LADDER),
        "assigned": table(
            ASSIGNED, [{"level": 1, "target_id": 1, "version_id": 1}, {"level": 1, "target_id": 2, "version_id": 2}]
        ),
        "taken": table(
            TAKEN,
            [
                {
                    "title_id": t.title_id,
                    "version_id": t.version_id,
                    "step": s,
                    "effective_due_day": t.effective_due_day,
                }
                for _d, t in titles
                for s in (*t.taken, *t.taken)  # a step may have been said twice
            ]
            + [
                {
                    "title_id": t.title_id,
                    "version_id": t.version_id + other,
                    "step": s,
                    "effective_due_day": t.effective_due_day - earlier,
                }
                for _d, t in titles
                for s in range(7)
                for other, earlier in ((0, 1), (1, 0))  # said of an earlier due date, or by another ruler
            ],
        ),
        "contacts": table(
            CONTACTS,
            [
                {"debtor_id": d.debtor_id, "last_day": d.last_contact_day}
                for d in cast
                if d.last_contact_day is not None
            ],
        ),
    }
    frames = columns.Frames(**{name: engine.open(name, data) for name, data in rows.items()})
    decisions, seen = columns.plan(engine, frames, TODAY)
    by_debtor = {row["debtor_id"]: row for row in conform(DECISIONS, engine.collect(decisions)).to_pylist()}
    return by_debtor, conform(SEEN, engine.collect(seen)).to_pylist()


FACTS = ("person_kind", "risk", "worsened", "has_email", "hold")


def as_rows(debtor, decision, seen):
    """Return what the columns should hold: the decision with its facts, and the titles if a step was due."""
    told = {name: int(getattr(decision, name)) for name in DECISIONS.columns if hasattr(decision, name)}
    told |= {name: int(getattr(debtor, name)) for name in FACTS}
    told["last_contact_day"] = debtor.last_contact_day or 0
    looked = [
        {
            "debtor_id": debtor.debtor_id,
            "look": int(found.look),
            "step": found.rung.step if found.rung else -1,
            "spoken": int(found.spoken),
            **{
                n: getattr(found.title, n)
                for n in ("title_id", "version_id", "hold", "effective_due_day", "days_late", "total_centavos")
            },
        }
        for found in seen
        if found.look in rules.KEPT
    ]
    return told, looked if decision.step >= 0 else []


@pytest.mark.req("S0.4")
@settings(max_examples=60, deadline=None)
@given(st.lists(debtors(), min_size=1, max_size=12))
def test_every_debtor_gets_the_decision_of_the_plain_rule(drawn):
    cast = numbered(drawn)
    fast, looked = fast_plan(cast)
    assert fast.keys() == {d.debtor_id for d in cast}
    expected = []
    for debtor in cast:
        told, titles = as_rows(debtor, *rules.decide(debtor, LADDER, TODAY))
        assert fast[debtor.debtor_id] == told
        expected += titles
    assert sorted(looked, key=lambda row: row["title_id"]) == sorted(expected, key=lambda row: row["title_id"])


@pytest.mark.req("S0.4")
@settings(max_examples=400, deadline=None)
@given(debtors())
def test_the_facts_that_a_decision_keeps_give_it_again(drawn):
    (debtor,) = numbered([drawn])
    made, seen = rules.decide(debtor, LADDER, TODAY)
    kept = [
        replace(found.title, taken=frozenset({found.rung.step}) if found.look == rules.Look.TAKEN else frozenset())
        for found in seen
        if found.look in rules.KEPT
    ]
    sums = {name: getattr(made, name) for name in ("open_centavos", "overdue_centavos", "days_late")}
    again, _seen = rules.decide(replace(debtor, titles=rules.with_the_rest(kept, **sums)), LADDER, TODAY)
    assert made.step < 0 or again == made
