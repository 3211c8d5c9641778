"""A day's KPIs are stored once, read back, and computed again for any day, as known on any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from receba.access.core.roles import Permission
from receba.access.scope import Actor, NotAllowed, Scope
from receba.engine.backends import connect
from receba.kernel.tables import EntryKind
from receba.ledger import services as ledger
from receba.ledger.services import News, NewTitle
from receba.reporting import queries, services
from receba.reporting.core.kpis import KPIS
from receba.reporting.labels import LABELS, shown
from receba.reporting.models import KpiDay

ON = date(2026, 6, 15)
RECORDED = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def portfolio(committed, cast):
    """Three titles: Aurora owes 1.000,00 overdue and 500,00 to come; Vértice 300,00 overdue in the other portfolio."""
    new = [
        NewTitle("A1", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 4, 1), date(2026, 5, 4), 1_000_00),
        NewTitle("A2", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 5, 1), date(2026, 7, 1), 500_00),
        NewTitle("V1", cast.vertice.pk, cast.other_portfolio.pk, cast.terms.pk, date(2026, 1, 2), ON, 300_00),
        NewTitle("V2", cast.vertice.pk, cast.other_portfolio.pk, cast.terms.pk, date(2026, 1, 2), date(2026, 3, 2), 90),
    ]
    cast.titles = ledger.open_titles(cast.scope, new, recorded_at=RECORDED)
    return cast


def publish(cast, on=ON, known_on=ON):
    engine = connect()
    facts = queries.facts_of(cast.scope, engine, on=on, known_on=known_on)
    tables = {"positions": facts.positions, "standings": facts.standings, "payments": facts.payments}
    return len(services.publish(cast.scope, on=on, known_on=known_on, engine=engine, **tables))


def everything(cast, on=ON):
    with cast.scope.active():
        return list(KpiDay.objects.filter(on=on).order_by("portfolio_id", "kpi", "bucket").values_list("kpi", "value"))


@pytest.mark.req("S0.5", "S0.51")
def test_a_day_published_twice_is_stored_once(portfolio):
    count = publish(portfolio)
    first = everything(portfolio)
    assert len(first) == count
    assert publish(portfolio) == count
    assert everything(portfolio) == first
    panel = queries.panel(portfolio.scope, ON)
    assert panel.stored
    assert panel.value("open_centavos") == 1_800_90
    assert panel.value("overdue_centavos") == 1_000_90
    assert dict(panel.split("open_centavos")) == {0: 800_00, 1: 0, 2: 0, 3: 1_000_00, 4: 0, 5: 90, 6: 0, 7: 0}


@pytest.mark.req("S0.56")
def test_a_past_day_computed_again_equals_what_was_stored_then(portfolio):
    publish(portfolio)
    before = queries.panel(portfolio.scope, ON, ON)
    late_news = [News("p1", portfolio.titles["A1"], EntryKind.PAYMENT, 400_00, date(2026, 6, 10))]
    ledger.post(portfolio.scope, late_news, recorded_at=datetime(2026, 6, 20, 12, tzinfo=UTC))
    again = {(v.kpi, v.bucket): v.value for v in queries.recompute(portfolio.scope, ON, ON) if v.portfolio_id is None}
    assert again == before.values
    restated = queries.panel(portfolio.scope, ON, date(2026, 6, 20))
    assert not restated.stored
    assert restated.value("overdue_centavos") < before.value("overdue_centavos")
    publish(portfolio, known_on=date(2026, 6, 20))
    assert queries.panel(portfolio.scope, ON).values == restated.values
    assert queries.panel(portfolio.scope, ON, ON).values == before.values


def test_a_person_of_one_portfolio_sees_its_numbers_only(portfolio):
    publish(portfolio)
    narrow = replace(portfolio.scope, portfolios=frozenset({portfolio.other_portfolio.pk}))
    assert queries.panel(narrow, ON).value("open_centavos") == 300_90
    with narrow.active():
        assert set(KpiDay.objects.values_list("portfolio_id", flat=True)) == {portfolio.other_portfolio.pk}
    with pytest.raises(services.WholeCompanyOnly):
        publish(replace_scope(portfolio, narrow))


def replace_scope(cast, scope):
    cast.scope = scope
    return cast


def test_a_person_of_several_portfolios_gets_them_computed(portfolio):
    publish(portfolio)
    both = replace(portfolio.scope, portfolios=frozenset({portfolio.portfolio.pk, portfolio.other_portfolio.pk}))
    panel = queries.panel(both, ON)
    assert not panel.stored
    assert panel.values == queries.panel(portfolio.scope, ON).values


def test_a_stranger_has_no_numbers(portfolio):
    publish(portfolio)
    panel = queries.panel(portfolio.stranger_scope, ON)
    assert panel.value("open_centavos") == 0
    assert queries.trend(portfolio.stranger_scope, "open_centavos", until=ON) == []


def test_the_trend_tells_each_day_once_by_its_latest_knowledge(portfolio):
    publish(portfolio, date(2026, 6, 12), date(2026, 6, 12))
    publish(portfolio)
    payment = News("p1", portfolio.titles["A1"], EntryKind.PAYMENT, 1_036_00, date(2026, 6, 12))
    ledger.post(portfolio.scope, [payment], recorded_at=datetime(2026, 6, 20, 12, tzinfo=UTC))
    publish(portfolio, known_on=date(2026, 6, 20))
    told = queries.trend(portfolio.scope, "overdue_titles", until=ON)
    assert told == [(date(2026, 6, 12), 2), (ON, 1)]


@pytest.mark.req("S0.11")
def test_the_cost_of_delay_uses_the_cost_that_held_on_the_day(portfolio):
    publish(portfolio)
    # 1.000,00 x 42 days + 0,90 x 105 days, at 1 % a month
    assert queries.panel(portfolio.scope, ON).value("cost_of_delay_centavos") == 14_03
    services.set_capital_cost(portfolio.scope, since=date(2026, 6, 1), bps_month=200, source="comitê de crédito")
    today = date(2100, 1, 1)  # the cost is recorded by the clock: known from now on
    assert queries.capital_cost(portfolio.scope, on=date(2026, 5, 31), known_on=today) == 100
    assert queries.capital_cost(portfolio.scope, on=ON, known_on=date(2026, 1, 1)) == 100
    assert queries.capital_cost(portfolio.scope, on=ON, known_on=today) == 200


def test_only_settings_people_say_what_money_costs(cast):
    reader = Scope(cast.serra_azul.pk, Actor("person", "leitor"), frozenset({Permission.VIEW}))
    with pytest.raises(NotAllowed):
        services.set_capital_cost(reader, since=ON, bps_month=1, source="x")


def test_every_kpi_has_a_name_and_a_formula_on_screen():
    assert set(LABELS) == set(KPIS)


def test_values_are_written_the_brazilian_way():
    assert shown("open_centavos", 1_234_567_89) == "R$ 1.234.567,89"
    assert shown("delinquency_bps", 3_333) == "33,33%"
    assert shown("dso_simple", 538) == "53,8 dias"
    assert shown("average_days_delinquent", -5) == "-0,5 dias"
    assert shown("dso_simple", None) == "—"
    assert shown("open_titles", 12_345) == "12.345"
