"""The fast way is checked against the obvious way, to the centavo, on random ledgers."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema, conform
from receba.kernel.days import day_number, effective_due, from_day_number, month_number
from receba.kernel.tables import ENTRIES, INDEX_RATIOS, POSITIONS, TERMS, TITLES, EntryKind
from receba.ledger.core import columns, rules

FIRST = day_number(date(2026, 1, 1))
RISES = {month_number(date(2026, m, 1)): rise for m, rise in enumerate([0, 1_234_567, -900_000, 3_000_000, 5], 1)}


def rise_from(start_day: int, on_day: int) -> int:
    return RISES.get(month_number(from_day_number(start_day)), 0)


TERMS_CASES = [
    rules.TermsFacts(0, 0),
    rules.TermsFacts(200, 100),
    rules.TermsFacts(200, 100, grace_days=3),
    rules.TermsFacts(1000, 333, rise=rise_from),
]


@st.composite
def titles_with_news(draw):
    due = FIRST + draw(st.integers(0, 120))
    face = draw(st.integers(1, 5_000_000))
    title = rules.TitleFacts(due, day_number(effective_due(from_day_number(due))), face)
    news = [rules.EntryFacts("face", EntryKind.FACE, face, due - draw(st.integers(0, 60)), FIRST)]
    for n in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from([EntryKind.PAYMENT, EntryKind.PAYMENT, EntryKind.DISCOUNT, EntryKind.WRITE_OFF]))
        day = due + draw(st.integers(-40, 90))
        news.append(
            rules.EntryFacts(f"{n}", kind, -draw(st.integers(1, face + 5000)), day, FIRST + draw(st.integers(0, 200)))
        )
        if kind == EntryKind.PAYMENT and draw(st.booleans()):
            back = news[-1]
            news.append(
                rules.EntryFacts(
                    f"{n}r",
                    EntryKind.REVERSAL,
                    -back.amount_centavos,
                    back.effective_day + draw(st.integers(0, 20)),
                    back.recorded_day,
                    int(EntryKind.PAYMENT),
                    reverses=back.key,
                )
            )
    return title, draw(st.integers(0, len(TERMS_CASES) - 1)), news


def with_derived(title, terms, news):
    derived = rules.derive(title, terms, news)
    return news + [
        rules.EntryFacts(f"d{n}", kind, amount, day, max(f.recorded_day for f in news), component, payment)
        for n, ((payment, kind, component, day), amount) in enumerate(derived.items())
    ]


def frames(engine, cases):
    titles = {name: [] for name in TITLES.columns}
    entries = {name: [] for name in ENTRIES.columns}
    for n, (title, terms, facts) in enumerate(cases):
        row = (n, n % 3, 1, terms, title.due_day, title.due_day, title.effective_due_day, title.face_centavos)
        for name, value in zip(TITLES.columns, row, strict=True):
            titles[name].append(value)
        for fact in facts:
            row = (
                len(entries["entry_id"]),
                n,
                fact.kind,
                fact.component,
                fact.amount_centavos,
                fact.effective_day,
                fact.recorded_day,
            )
            for name, value in zip(ENTRIES.columns, row, strict=True):
                entries[name].append(int(value))
    terms_rows = [
        {
            "terms_id": n,
            "fine_bps": t.fine_bps,
            "interest_bps_month": t.interest_bps_month,
            "grace_days": t.grace_days,
            "index_id": int(t.rise is rise_from),
        }
        for n, t in enumerate(TERMS_CASES)
    ]
    ratios = [{"index_id": 1, "start_day": d, "rise_e8": rise_from(d, 0)} for d in range(FIRST - 100, FIRST + 400)]
    tables = {
        TITLES: pa.table(titles),
        ENTRIES: pa.table(entries),
        TERMS: pa.Table.from_pylist(terms_rows),
        INDEX_RATIOS: pa.Table.from_pylist(ratios),
    }
    return [engine.open(t.name, conform(t, data.cast(arrow_schema(t)))) for t, data in tables.items()]


@pytest.mark.req("S0.2", "S0.56")
@settings(max_examples=60, deadline=None)
@given(st.lists(titles_with_news(), min_size=1, max_size=12), st.integers(-30, 240), st.integers(0, 240))
def test_columns_give_the_plain_rule_to_the_centavo(cases, on_offset, known_offset):
    on, known = FIRST + on_offset, FIRST + known_offset
    full = [(t, k, with_derived(t, TERMS_CASES[k], news)) for t, k, news in cases]
    engine = connect("duckdb", threads=1)
    got = engine.collect(columns.positions(*frames(engine, full), on_day=on, known_day=known))
    fast = {row["title_id"]: row for row in conform(POSITIONS, got).to_pylist()}
    for n, (title, k, facts) in enumerate(full):
        plain = rules.position(title, TERMS_CASES[k], facts, on, known)
        row = fast.get(n)
        if row is None:
            assert plain.principal_centavos == 0
            assert plain.total_centavos == 0
            continue
        assert {
            k: row[k]
            for k in (
                "principal_centavos",
                "fine_centavos",
                "interest_centavos",
                "correction_centavos",
                "total_centavos",
                "days_late",
            )
        } == {
            "principal_centavos": plain.principal_centavos,
            "fine_centavos": plain.fine_centavos,
            "interest_centavos": plain.interest_centavos,
            "correction_centavos": plain.correction_centavos,
            "total_centavos": plain.total_centavos,
            "days_late": plain.days_late,
        }
        assert row["bucket"] == rules.bucket_of(plain.days_late)


def test_corrections_that_cancel_to_nothing_still_move_interest_and_fine():
    """R$ 30.000,00 rose 1.23 % since February; R$ 12.345,67 paid in April fell by the same R$ 370,37."""
    due, paid, on = (day_number(date(2026, month, 10)) for month in (2, 4, 5))
    title = rules.TitleFacts(due, due, 3_000_000)
    news = [
        rules.EntryFacts("face", EntryKind.FACE, 3_000_000, due - 30, FIRST),
        rules.EntryFacts("paid", EntryKind.PAYMENT, -1_234_567, paid, paid),
    ]
    plain = rules.position(title, TERMS_CASES[3], news, on)
    engine = connect("duckdb", threads=1)
    (row,) = engine.collect(columns.positions(*frames(engine, [(title, 3, news)]), on_day=on, known_day=on)).to_pylist()
    told = (row["fine_centavos"], row["interest_centavos"], row["correction_centavos"])
    assert told == (plain.fine_centavos, plain.interest_centavos, plain.correction_centavos)
    assert told[2] == 0 and told[0] == 303_704
