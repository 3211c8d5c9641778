"""Every KPI against the obvious way, on random ledgers; and the published examples, to the figure."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema, conform
from receba.kernel.days import day_number, effective_due, from_day_number
from receba.kernel.money import divide_half_up
from receba.kernel.tables import (
    ENTRIES,
    INDEX_RATIOS,
    NOT_SETTLED,
    PAYMENTS,
    POSITIONS,
    STANDINGS,
    TERMS,
    TITLES,
    EntryKind,
)
from receba.ledger.core import columns as ledger_columns
from receba.ledger.core.rules import bucket_of
from receba.reporting.core import rules
from receba.reporting.core.kpis import KPIS, WHOLE, Facts, measure

ON = date(2026, 6, 15)
ON_DAY = day_number(ON)
COST = 150


@st.composite
def ledgers(draw):
    """Titles of a few debtors in two portfolios, paid whole, in part, too much, late or not at all."""
    made = []
    for number in range(draw(st.integers(0, 25))):
        due = ON_DAY + draw(st.integers(-460, 40))
        face = draw(st.integers(1, 900_000))
        title = {
            "title_id": number,
            "debtor_id": draw(st.integers(0, 6)),
            "portfolio_id": draw(st.integers(1, 2)),
            "terms_id": 1,
            "issued_day": due - draw(st.integers(0, 60)),
            "due_day": due,
            "effective_due_day": day_number(effective_due(from_day_number(due))),
            "face_centavos": face,
        }
        pays = draw(
            st.lists(st.tuples(st.sampled_from([face, face // 2 or 1, face + 7, 1]), st.integers(-30, 200)), max_size=2)
        )
        made.append((title, pays, draw(st.integers(0, 9)) == 0))
    return made


def tables_of(ledger):
    titles = [title for title, _pays, _cancelled in ledger]
    entries = []
    for title, pays, cancelled in ledger:
        news = [(EntryKind.FACE, 0, title["face_centavos"], title["issued_day"])]
        news += [(EntryKind.PAYMENT, 0, -amount, title["due_day"] + after) for amount, after in pays]
        if cancelled:
            news.append((EntryKind.REVERSAL, int(EntryKind.FACE), -title["face_centavos"], title["issued_day"] + 1))
        for kind, component, amount, day in news:
            entries.append(
                {
                    "entry_id": len(entries),
                    "title_id": title["title_id"],
                    "kind": int(kind),
                    "component": component,
                    "amount_centavos": amount,
                    "effective_day": day,
                    "recorded_day": day,
                }
            )
    terms = [{"terms_id": 1, "fine_bps": 200, "interest_bps_month": 100, "grace_days": 0, "index_id": 0}]
    return {
        TITLES: pa.Table.from_pylist(titles, schema=arrow_schema(TITLES)),
        ENTRIES: pa.Table.from_pylist(entries, schema=arrow_schema(ENTRIES)),
        TERMS: pa.Table.from_pylist(terms, schema=arrow_schema(TERMS)),
        INDEX_RATIOS: arrow_schema(INDEX_RATIOS).empty_table(),
    }


def facts_of(engine, tables):
    frames = [engine.open(t.name, tables[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS)]
    days = {"on_day": ON_DAY, "known_day": ON_DAY}
    made = {
        POSITIONS: ledger_columns.positions(*frames, **days),
        STANDINGS: ledger_columns.standings(*frames[:2], **days),
        PAYMENTS: ledger_columns.payments(*frames[:2], **days),
    }
    return Facts(*(conform(table, engine.collect(frame)) for table, frame in made.items()))


def history_of(titles, entries, until=ON_DAY):
    """Return the titles that were due, one loop over the entries of each."""
    for title in titles.values():
        if title["due_day"] >= until:
            continue
        known = [e for e in entries if e["title_id"] == title["title_id"]]
        faces = [e for e in known if EntryKind.FACE in (e["kind"], e["component"])]
        face = sum(e["amount_centavos"] for e in faces)
        if face <= 0:
            continue
        lowered = [e["effective_day"] for e in known if e["amount_centavos"] < 0 and e not in faces]
        settled = max(lowered) if sum(e["amount_centavos"] for e in known) <= 0 else NOT_SETTLED
        yield title | {"face_centavos": face, "settled_day": settled}


def plainly(facts, tables, portfolio):
    """Compute every KPI of one portfolio (None: all) by loops over rows."""
    titles = {t["title_id"]: t for t in tables[TITLES].to_pylist() if portfolio in (None, t["portfolio_id"])}
    rows = [p for p in facts.positions.to_pylist() if p["title_id"] in titles]
    owed = [p for p in rows if p["principal_centavos"] > 0]
    late = [p for p in owed if p["bucket"] > 0]
    opened = sum(p["principal_centavos"] for p in owed)
    overdue = sum(p["principal_centavos"] for p in late)
    principal_days = sum(p["principal_centavos"] * p["days_late"] for p in owed)
    result = {}

    def put(kpi, value, bucket=WHOLE):
        result[kpi, bucket] = value

    def share(part, whole, factor=10_000):
        return divide_half_up(part * factor, whole) if whole > 0 else None

    for number in range(8):
        inside = [p for p in rows if p["bucket"] == number]
        principal = sum(max(0, p["principal_centavos"]) for p in inside)
        put("open_centavos", principal, number)
        put("open_updated_centavos", sum(p["total_centavos"] for p in inside if p["principal_centavos"] >= 0), number)
        put("open_titles", sum(p["principal_centavos"] > 0 for p in inside), number)
        put("delinquency_bps", share(principal, opened), number)
    put("open_centavos", opened)
    put("open_updated_centavos", sum(result["open_updated_centavos", n] for n in range(8)))
    put("overdue_centavos", overdue)
    put("overdue_updated_centavos", sum(result["open_updated_centavos", n] for n in range(1, 8)))
    credit = -sum(min(0, p["principal_centavos"]) for p in rows)
    put("credit_centavos", credit)
    entries = [
        e
        for e in tables[ENTRIES].to_pylist()
        if e["title_id"] in titles and e["effective_day"] <= ON_DAY and e["recorded_day"] <= ON_DAY
    ]
    put("ledger_balance_centavos", sum(e["amount_centavos"] for e in entries))
    put("open_titles", len(owed))
    put("overdue_titles", len(late))
    put("average_ticket_centavos", share(opened, len(owed), 1))
    put("delinquency_bps", share(overdue, opened))
    put("over90_bps", share(sum(p["principal_centavos"] for p in owed if p["days_late"] > 90), opened))
    put("dpd_overdue_count", share(sum(p["days_late"] for p in late), len(late), 10))
    put("dpd_overdue_value", share(principal_days, overdue, 10))
    put("dpd_open_value", share(principal_days, opened, 10))

    due = [h for h in history_of(titles, entries) if h["due_day"] >= ON_DAY - 365]
    lates = []
    for h in due:
        until = min(h["settled_day"], ON_DAY)
        lates.append(until - h["due_day"] if until > h["effective_due_day"] else 0)
    put("dpd_due_count", share(sum(lates), len(due), 10))
    faces = [h["face_centavos"] for h in due]
    put("dpd_due_value", share(sum(f * n for f, n in zip(faces, lates, strict=True)), sum(faces), 10))
    judged = [h for h in due if h["due_day"] >= ON_DAY - 90 and h["effective_due_day"] < ON_DAY]
    in_time = [h for h in judged if h["settled_day"] <= h["effective_due_day"]]
    put("punctuality_count_bps", share(len(in_time), len(judged)))
    put(
        "punctuality_value_bps",
        share(sum(h["face_centavos"] for h in in_time), sum(h["face_centavos"] for h in judged)),
    )
    paid = [p for p in facts.payments.to_pylist() if p["title_id"] in titles]
    recent = [p for p in paid if ON_DAY - 90 < p["paid_day"] <= ON_DAY]
    delay = sum(p["paid_centavos"] * (p["paid_day"] - titles[p["title_id"]]["due_day"]) for p in recent)
    put("payment_delay", share(delay, sum(p["paid_centavos"] for p in recent), 10))
    put("received_centavos", sum(p["paid_centavos"] for p in paid if ON_DAY - 30 < p["paid_day"] <= ON_DAY))

    cohorts(put, share, list(history_of(titles, entries, until=ON_DAY + 1)))

    sales = {}
    for e in entries:
        issued = titles[e["title_id"]]["issued_day"]
        if (e["kind"] == EntryKind.FACE or e["component"] == EntryKind.FACE) and issued <= ON_DAY:
            sales[issued] = sales.get(issued, 0) + e["amount_centavos"]
    sold = sum(v for day, v in sales.items() if ON_DAY - 90 < day <= ON_DAY)
    simple, best = share(opened, sold, 900), share(result["open_centavos", 0], sold, 900)
    put("sales_centavos", sold)
    put("dso_simple", simple)
    put("dso_best_possible", best)
    put("dso_countback", day_by_day_countback(opened, sales))
    put("average_days_delinquent", None if simple is None else simple - best)
    put("cost_of_delay_centavos", divide_half_up(principal_days * COST, 300_000))

    by_debtor = {}
    for p in late:
        by_debtor[p["debtor_id"]] = by_debtor.get(p["debtor_id"], 0) + p["principal_centavos"]
    largest = sorted(by_debtor.values(), reverse=True)
    put("open_debtors", len({p["debtor_id"] for p in owed}))
    put("overdue_debtors", len(largest))
    enough = 0
    while sum(largest[:enough]) * 10 < overdue * 8:
        enough += 1
    put("pareto_80_debtors", enough)
    for percent in range(5, 101, 5):
        taken = -(-len(largest) * percent // 100)
        put("pareto_share_bps", share(sum(largest[:taken]), overdue), percent)
    put("top20_share_bps", result["pareto_share_bps", 20])
    rolls(result, titles, entries, rows)
    return result


def day_by_day_countback(opened, sales):
    """Walk the months back from ON, one by one."""
    left, days, last = opened, 0, ON
    while left > 0:
        if day_number(last) <= ON_DAY - 1_096:
            return None
        first = last.replace(day=1)
        sold = max(0, sum(v for d, v in sales.items() if day_number(first) <= d <= day_number(last)))
        if left < sold:
            return days * 10 + divide_half_up(left * last.day * 10, sold)
        left, days, last = left - sold, days + last.day, first - timedelta(1)
    return days * 10


def cohorts(put, share, due):
    """Walk the last 12 months back, and in each the months since."""

    def month(day):
        return from_day_number(day).year * 12 + from_day_number(day).month

    mine = [h for h in due if month(ON_DAY) - month(h["due_day"]) < 12]
    whole = sum(h["face_centavos"] for h in mine)
    put("recovery_bps", share(sum(h["face_centavos"] for h in mine if h["settled_day"] != NOT_SETTLED), whole))
    for ago in range(12):
        rows = [h for h in mine if month(ON_DAY) - month(h["due_day"]) == ago]
        for age in range(ago + 1):
            by_then = [
                h
                for h in rows
                if h["settled_day"] != NOT_SETTLED and month(h["settled_day"]) <= month(h["due_day"]) + age
            ]
            put(
                "recovery_bps",
                share(sum(h["face_centavos"] for h in by_then), sum(h["face_centavos"] for h in rows)),
                ago * 100 + age,
            )


def rolls(result, titles, entries, rows):
    then, limits = ON_DAY - 30, (0, 30, 60, 90)
    now = {p["title_id"]: p for p in rows}
    before, worse = [0] * 5, [0] * 5
    for number, title in titles.items():
        amount = sum(e["amount_centavos"] for e in entries if e["title_id"] == number and e["effective_day"] <= then)
        if amount <= 0 or title["issued_day"] > then:
            continue
        was = bucket_of(then - title["due_day"] if title["effective_due_day"] < then else 0, limits)
        before[was] += amount
        position = now.get(number)
        if position and position["principal_centavos"] > 0:
            is_now = bucket_of(position["days_late"], limits)
            if is_now > was or is_now == was == 4:
                worse[was] += min(amount, position["principal_centavos"])
    for n in range(5):
        result["roll_bps", n] = divide_half_up(worse[n] * 10_000, before[n]) if before[n] else None


@pytest.mark.req("S0.51", "S0.52", "S0.55", "S0.56", "S0.11", "S0.40")
@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_every_kpi_equals_its_plain_computation(ledger):
    engine = connect()
    tables = tables_of(ledger)
    facts = facts_of(engine, tables)
    values = measure(engine, facts, on_day=ON_DAY, cost_bps_month=COST)
    for portfolio in {v.portfolio_id for v in values}:
        fast = {(v.kpi, v.bucket): v.value for v in values if v.portfolio_id == portfolio}
        assert fast == plainly(facts, tables, portfolio)
        assert {kpi for kpi, _bucket in fast} == set(KPIS)


@pytest.mark.req("S0.51", "S0.56")
@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_buckets_add_up_to_the_total_and_portfolios_to_the_company(ledger):
    engine = connect()
    tables = tables_of(ledger)
    facts = facts_of(engine, tables)
    values = measure(engine, facts, on_day=ON_DAY, cost_bps_month=COST)
    by_key = {(v.portfolio_id, v.kpi, v.bucket): v.value for v in values}
    for portfolio in {v.portfolio_id for v in values}:
        for kpi in ("open_centavos", "open_updated_centavos", "open_titles"):
            assert by_key[portfolio, kpi, WHOLE] == sum(by_key[portfolio, kpi, n] for n in range(8))
        assert by_key[portfolio, "ledger_balance_centavos", WHOLE] == (
            by_key[portfolio, "open_centavos", WHOLE] - by_key[portfolio, "credit_centavos", WHOLE]
        )
    parts = [v.value for v in values if v.kpi == "open_centavos" and v.bucket == WHOLE and v.portfolio_id is not None]
    assert sum(parts) == by_key[None, "open_centavos", WHOLE]


@pytest.mark.req("S0.52")
def test_the_published_countback_example_gives_53_8_days():
    november, october = day_number(date(2026, 11, 10)), day_number(date(2026, 10, 10))
    sales = {november: 500_00, october: 520_00}
    assert rules.countback(900_00, sales, day_number(date(2026, 11, 30))) == 538


@pytest.mark.req("S0.52")
def test_the_published_examples_of_simple_and_best_possible_dso():
    assert rules.ratio(900 * 90 * 10, 1_500) == 540
    assert rules.ratio(600 * 90 * 10, 1_500) == 360


def test_no_sales_give_no_dso_instead_of_zero():
    assert rules.ratio(900, 0) is None
    assert rules.countback(1, {}, ON_DAY) is None
    assert rules.countback(0, {}, ON_DAY) == 0
