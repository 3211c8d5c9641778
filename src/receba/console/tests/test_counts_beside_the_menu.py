"""How a company stands: counted in one statement, as the person may see it; companies with most trouble first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from receba.access.core.roles import Permission, Role, permissions_of
from receba.access.queries import scopes_of
from receba.casework.core.outcomes import Outcome
from receba.casework.models import Interaction, QueueDay, QueueItem
from receba.console.glance import MOST, Glance, LastRun, capped, glance, troubles
from receba.console.navigation import entries, first_page, menu, place_of
from receba.daily import queries as daily
from receba.daily.models import DailyRun
from receba.intake.models import ImportFile, RejectedRow
from receba.reporting.models import KpiDay

ON = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 15, tzinfo=UTC)


@pytest.fixture
def day(cast):
    """Serra Azul on a day: three in the queue, one of them worked; two refused rows; published KPIs."""
    company = cast.serra_azul
    with cast.scope.active():
        QueueDay.objects.create(company=company, on=ON, built_at=NOON, debtors=3)
        for rank, debtor in enumerate((cast.lucia, cast.aurora, cast.vertice), 1):
            QueueItem.objects.create(**_queue_item(company, debtor, rank))
        Interaction.objects.create(
            company=company, debtor=cast.aurora, at=NOON, kind=1, outcome=Outcome.NO_ANSWER, by="Dalva", key="k"
        )
        file = ImportFile.objects.create(
            company=company,
            name="a.csv",
            sha256="0" * 64,
            size_bytes=1,
            table="titles",
            uploaded_at=NOON,
            uploaded_by="x",
        )
        for line in (1, 2):
            RejectedRow.objects.create(
                company=company, file=file, line=line, raw={}, reasons=[], changed_at=NOON, changed_by="x"
            )
        for known, value in ((ON, 1), (ON + timedelta(1), 500_00)):
            KpiDay.objects.create(
                company=company, on=ON, known_on=known, kpi="overdue_centavos", bucket=-1, value=value
            )
    return cast


def _queue_item(company, debtor, rank):
    given = {"company": company, "debtor": debtor, "on": ON, "rank": rank}
    for field in QueueItem._meta.concrete_fields:
        if field.name not in given and not field.primary_key and not field.null and not field.has_default():
            given[field.name] = 0
    return given


def test_what_waits_is_counted_without_what_was_done(day):
    assert glance(day.scope) == Glance(queue=2, plan=0, failed=0, refused=2, data_on=ON, overdue_centavos=500_00)


def test_one_statement_says_it_all(day, django_assert_num_queries):
    with day.scope.active(), django_assert_num_queries(1):
        glance(day.scope)


def test_nobody_counts_what_they_may_not_see(day):
    reader = replace(day.scope, permissions=permissions_of([Role.READER]))
    assert glance(reader) == Glance(data_on=ON, overdue_centavos=500_00)
    assert glance(day.stranger_scope) == Glance()
    narrow = replace(day.scope, portfolios=frozenset({day.other_portfolio.pk}))
    assert glance(narrow).overdue_centavos is None and glance(narrow).queue == 0


def test_the_menu_shows_the_counts_where_the_work_is(day):
    counts = {str(way["label"]): way["count"] for way in menu(day.scope, "/", glance(day.scope)) if way["count"]}
    assert counts == {"Fila": "2", "Importar": "2"}


def test_a_count_stops_where_nobody_needs_to_know_by_how_much_more():
    assert (capped(MOST), capped(MOST + 1)) == ("999", "999+")


@pytest.mark.parametrize(
    "role, first",
    [
        (Role.COLLECTOR, "casework:queue"),
        (Role.MANAGER, "reporting:panel"),
        (Role.OWNER, "reporting:panel"),
        (Role.AUDITOR, "access:audit"),
        (Role.READER, "reporting:panel"),
    ],
)
def test_each_role_begins_with_its_own_work(cast, role, first):
    scope = replace(cast.scope, permissions=permissions_of([role]))
    assert entries(scope)[0].view == first
    groups = [entry.group for entry in entries(scope)]
    assert [g for n, g in enumerate(groups) if n and groups[n - 1] is not g and g in groups[:n]] == []


def test_keys_and_labels_of_the_menu_are_each_their_own(cast):
    keys = [entry.key for entry in entries(cast.scope)]
    assert len(keys) == len(set(keys)) and "e" not in keys, "g e leads to the companies"


def test_another_company_is_entered_by_the_kind_of_page_and_no_id_goes_along(cast):
    debtor = f"/{cast.serra_azul.pk}/clientes/{cast.lucia.pk}/"
    place = place_of(debtor, cast.serra_azul.pk)
    assert place == "casework:debtors"
    assert first_page(cast.stranger_scope, place) == f"/{cast.horizonte.pk}/clientes/"
    assert first_page(cast.stranger_scope, "casework:debtor") == f"/{cast.horizonte.pk}/painel/"
    reader = replace(cast.stranger_scope, permissions=frozenset({Permission.VIEW}))
    assert first_page(reader, "casework:queue") == f"/{cast.horizonte.pk}/painel/"


def test_trouble_is_said_in_words_the_worst_first():
    run = LastRun(date(2026, 6, 10), "failed", "falhou")
    seen = Glance(0, 3, 1, 2, date(2026, 6, 10), 1)
    told = troubles(seen, run, today=ON, approves=True)
    assert [t.words for t in told] == [
        "a rotina de 10/06 falhou",
        "dados parados há 5 dias",
        "1 mensagem com problema",
        "2 linhas recusadas a corrigir",
        "3 contatos esperam aprovação",
    ]
    assert not troubles(Glance(data_on=ON), LastRun(ON, "done", ""), today=ON, approves=True)
    assert not troubles(Glance(plan=3, data_on=ON), None, today=ON, approves=False), "not theirs to approve"


def test_the_list_of_companies_asks_for_scopes_at_once_and_gives_the_same(cast, django_assert_num_queries):
    person = cast.people[Role.OWNER]
    with django_assert_num_queries(2):
        ((company, scope),) = scopes_of(person)
    assert (company, scope.permissions, scope.portfolios) == (cast.serra_azul, permissions_of([Role.OWNER]), None)
    assert [c for c, _scope in scopes_of(cast.stranger)] == [cast.horizonte]


def test_the_last_working_day_is_told(cast):
    assert daily.latest(cast.scope) is None
    with cast.scope.active():
        DailyRun.objects.create(
            company=cast.serra_azul, on=ON, known_on=ON, state="failed", started_at=timezone.now(), started_by="x"
        )
    told = daily.latest(cast.scope)
    assert (told.on, told.state) == (ON, "failed")
    assert daily.latest(cast.stranger_scope) is None
