"""The queue of the day: built once or five times, read by page, narrowed to what a person may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from receba.casework import queries, services
from receba.casework.core.outcomes import Channel, Outcome
from receba.casework.core.tables import Action, Why
from receba.casework.models import QueueItem
from receba.casework.services import Told
from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import ENTRIES, INDEX_RATIOS, SCORES, TERMS, TITLES, EntryKind, HoldKind
from receba.ledger import queries as ledger_queries
from receba.ledger import services as ledger
from receba.ledger.core import columns
from receba.ledger.services import News, NewTitle

ON = date(2026, 6, 15)


@pytest.fixture
def portfolio(committed, cast):
    """Lúcia is not late; Aurora owes 1.000,00 since 4 May and Vértice 5.010,00, mostly in the other portfolio."""

    def new(code, debtor, part, due, centavos):
        return NewTitle(code, debtor.pk, part.pk, cast.terms.pk, due - timedelta(30), due, centavos)

    titles = [
        new("L1", cast.lucia, cast.portfolio, date(2026, 7, 1), 200_00),
        new("A1", cast.aurora, cast.portfolio, date(2026, 5, 4), 1_000_00),
        new("A2", cast.aurora, cast.portfolio, date(2026, 7, 4), 400_00),
        new("V1", cast.vertice, cast.other_portfolio, date(2026, 2, 2), 5_000_00),
        new("V2", cast.vertice, cast.portfolio, date(2026, 6, 1), 10_00),
    ]
    cast.titles = ledger.open_titles(cast.scope, titles, recorded_at=datetime(2026, 1, 2, 12, tzinfo=UTC))
    return cast


def build(cast, on=ON, scores=()):
    engine, tables = connect(), ledger_queries.read(cast.scope, on=on, known_on=on)
    frames = [engine.open(t.name, tables[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS)]
    positions = engine.collect(columns.positions(*frames, on_day=day_number(on), known_day=day_number(on)))
    blank = dict.fromkeys(SCORES.columns, 0)
    scored = pa.Table.from_pylist([blank | row for row in scores], schema=arrow_schema(SCORES))
    return services.build_queue(cast.scope, on, engine=engine, positions=positions, scores=scored)


def rows(cast, **which):
    page = queries.queue_page(cast.scope, **which)
    return [(r.item.debtor.code, r.item.overdue_centavos, Action(r.item.next_action)) for r in page.rows]


def tell(cast, debtor, outcome, key="k", on=ON, **facts):
    at = datetime(on.year, on.month, on.day, 14, tzinfo=UTC)
    services.record_interaction(cast.scope, Told(debtor.pk, Channel.CALL, outcome, **facts), key=key, at=at)


def test_before_the_first_day_there_is_no_queue(cast):
    assert queries.queue_page(cast.scope).on is None
    assert queries.place(cast.scope, cast.aurora.pk) is None


def test_only_who_is_late_is_in_the_queue_the_most_promising_first(portfolio):
    assert build(portfolio, scores=[{"debtor_id": portfolio.aurora.pk, "idc": 900}]) == 2
    # Vértice: 5.000,00 x 45 % (91-180 days) + 10,00 x 95 %, half of it without a score; Aurora: 1.000,00 x 80 % x 90 %
    assert rows(portfolio) == [
        ("3", 5_010_00, Action.FIND_CONTACT),
        ("2", 1_000_00, Action.CALL),
    ]
    first, second = queries.queue_page(portfolio.scope).rows
    assert (first.item.expected_centavos, second.item.expected_centavos) == (1_129_75, 720_00)
    assert (first.item.idc, second.item.idc) == (None, 900)
    assert first.item.reasons() == [Why.CONCENTRATED, Why.NEVER_CONTACTED, Why.OLD, Why.UNREACHABLE]
    assert (second.item.open_centavos, second.item.titles_overdue, second.item.oldest_days_late) == (1_400_00, 1, 42)


def test_a_queue_built_again_is_the_same_and_old_ones_go(portfolio):
    build(portfolio)
    with portfolio.scope.active():
        first = list(QueueItem.objects.order_by("portfolio_id", "rank").values_list("debtor_id", "rank", "why"))
    build(portfolio)
    with portfolio.scope.active():
        assert list(QueueItem.objects.order_by("portfolio_id", "rank").values_list("debtor_id", "rank", "why")) == first
    build(portfolio, ON + timedelta(10))
    with portfolio.scope.active():
        assert set(QueueItem.objects.values_list("on", flat=True)) == {ON + timedelta(10)}


def test_a_person_of_one_portfolio_gets_its_debtors_and_its_amounts(portfolio):
    build(portfolio)
    portfolio.scope = replace(portfolio.scope, portfolios=frozenset({portfolio.portfolio.pk}))
    assert rows(portfolio) == [("2", 1_000_00, Action.CALL), ("3", 10_00, Action.FIND_CONTACT)]
    portfolio.scope = replace(portfolio.scope, portfolios=frozenset({portfolio.other_portfolio.pk}))
    assert rows(portfolio) == [("3", 5_000_00, Action.FIND_CONTACT)]
    alone = queries.place(portfolio.scope, portfolio.vertice.pk)
    assert (alone.before, alone.after) == (None, None)
    with pytest.raises(services.WholeCompanyOnly):
        build(portfolio)


def test_who_owes_most_is_told_within_what_a_person_sees(portfolio):
    assert queries.largest(portfolio.scope) == []
    build(portfolio)
    assert [i.overdue_centavos for i in queries.largest(portfolio.scope)] == [5_010_00, 1_000_00]
    narrow = replace(portfolio.scope, portfolios=frozenset({portfolio.portfolio.pk}))
    assert [i.overdue_centavos for i in queries.largest(narrow)] == [1_000_00, 10_00]


def test_a_stranger_has_no_queue(portfolio):
    build(portfolio)
    assert queries.largest(portfolio.stranger_scope) == []
    assert queries.queue_page(portfolio.stranger_scope).rows == []


def test_pages_follow_each_other_and_neighbours_are_the_next_rows(portfolio):
    build(portfolio)
    first = queries.queue_page(portfolio.scope, limit=1)
    second = queries.queue_page(portfolio.scope, limit=1, after=first.following)
    assert [r.item.debtor.code for r in (*first.rows, *second.rows)] == ["3", "2"]
    assert second.following is None
    first, last = (queries.place(portfolio.scope, debtor.pk) for debtor in (portfolio.vertice, portfolio.aurora))
    assert (first.before, first.after, first.item.rank) == (None, portfolio.aurora.pk, 1)
    assert (last.before, last.after) == (portfolio.vertice.pk, None)
    assert rows(portfolio, action=Action.CALL) == [("2", 1_000_00, Action.CALL)]
    assert rows(portfolio, portfolio_id=portfolio.other_portfolio.pk) == [("3", 5_000_00, Action.FIND_CONTACT)]


def test_work_done_today_shows_at_once(portfolio):
    build(portfolio)
    tell(portfolio, portfolio.aurora, Outcome.NOTE, key="note")
    row = queries.queue_page(portfolio.scope).rows[1]
    assert (row.last_contact_at, row.worked_at is not None) == (None, True)
    tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER)
    assert queries.queue_page(portfolio.scope).rows[1].last_contact_at == datetime(2026, 6, 15, 14, tzinfo=UTC)


def test_a_promise_is_waited_for_then_checked_then_charged(portfolio):
    tell(portfolio, portfolio.aurora, Outcome.PROMISED, promised_on=date(2026, 6, 17), promised_centavos=500_00)
    told = {}
    for day in (ON, date(2026, 6, 17), date(2026, 6, 18)):
        build(portfolio, day)
        told[day.day] = {code: action for code, _overdue, action in rows(portfolio)}["2"]
    assert told == {15: Action.WAIT_PROMISE, 17: Action.CHECK_PAYMENT, 18: Action.CHARGE_PROMISE}
    payment = News("p1", portfolio.titles["A1"], EntryKind.PAYMENT, 450_00, date(2026, 6, 17))
    ledger.post(portfolio.scope, [payment], recorded_at=datetime(2026, 6, 18, 12, tzinfo=UTC))
    build(portfolio, date(2026, 6, 18))  # 90 % of the promise came in: kept
    assert {code: action for code, _o, action in rows(portfolio)}["2"] == Action.CALL


def test_a_call_back_is_due_on_its_day_only(portfolio):
    tell(portfolio, portfolio.aurora, Outcome.CALL_BACK, promised_on=date(2026, 6, 17))
    build(portfolio, date(2026, 6, 17))
    assert ("2", 1_000_00, Action.CALL_BACK) in rows(portfolio)
    build(portfolio, date(2026, 6, 18))
    assert ("2", 1_000_00, Action.CALL) in rows(portfolio)


def test_a_hold_takes_a_debtor_to_the_end(portfolio):
    ledger.place_hold(portfolio.scope, debtor_id=portfolio.vertice.pk, kind=HoldKind.LAWYER, from_on=ON)
    build(portfolio)
    assert rows(portfolio) == [("2", 1_000_00, Action.CALL), ("3", 5_010_00, Action.LEAVE_ALONE)]
