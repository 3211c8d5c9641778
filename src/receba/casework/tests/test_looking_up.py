"""Finding debtors and titles, now and on a past day, within what a person may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from receba.casework import queries
from receba.casework.queries import Filter
from receba.kernel.tables import EntryKind
from receba.ledger import services as ledger
from receba.ledger.core.rules import BUCKET_LIMITS, bucket_of
from receba.ledger.models import Title
from receba.ledger.services import News, NewTitle
from receba.parties import services as parties
from receba.parties.services import DebtorFacts

ON = date(2026, 6, 15)


@pytest.fixture
def portfolio(cast):
    """Titles of Aurora due every 7 days around ON, one of them paid; one of Vértice in the other portfolio."""
    new = [
        NewTitle(f"A-{n:03}", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, date(2025, 1, 2), due, 100_00 + n)
        for n in range(70)
        for due in [ON + timedelta(14 - 7 * n)]
    ]
    other = NewTitle("V-1", cast.vertice.pk, cast.other_portfolio.pk, cast.terms.pk, ON, ON, 70_00)
    cast.titles = ledger.open_titles(cast.scope, [*new, other], recorded_at=datetime(2026, 1, 2, 12, tzinfo=UTC))
    payment = News("p", cast.titles["A-030"], EntryKind.PAYMENT, 100_30, date(2026, 1, 5))
    ledger.post(cast.scope, [payment], recorded_at=datetime(2026, 6, 10, 12, tzinfo=UTC))
    parties.record(cast.scope, [DebtorFacts("3", mobiles=("+5511987654321",))])
    return cast


def found(cast, text):
    return [(hit.debtor.code, hit.by) for hit in queries.search(cast.scope, text)]


@pytest.mark.req("S1.24")
@pytest.mark.parametrize(
    "text, code, by",
    [
        ("11.222.333/0001-81", "2", "document"),
        ("11222333000181", "2", "document"),
        ("padaria", "2", "name"),
        ("Padaria Aurora", "2", "name"),
        ("CONSTRUTORA", "3", "name"),
        ("Construtora V", "3", "name"),
        ("aurora@exemplo.example", "2", "contact"),
        ("(11) 98765-4321", "3", "contact"),
        ("+55 11 98765-4321", "3", "contact"),
        ("A-00", "2", "title"),
        ("p", None, ""),
        ("%", None, ""),
        ("' OR 1=1 --", None, ""),
    ],
)
def test_a_debtor_is_found_by_what_people_type(portfolio, text, code, by):
    assert found(portfolio, text) == ([(code, by)] if code else [])


def test_a_search_stays_inside_the_scope(portfolio):
    narrow = replace(portfolio.scope, portfolios=frozenset({portfolio.other_portfolio.pk}))
    for scope in (narrow, portfolio.stranger_scope):
        for text in ("padaria", "11222333000181", "A-00", "aurora@exemplo.example", "2"):
            assert queries.search(scope, text) == []
    assert [d.code for d in queries.debtors_page(narrow)] == ["3"]


def test_debtors_come_by_name_page_after_page(portfolio):
    first = queries.debtors_page(portfolio.scope, limit=2)
    rest = queries.debtors_page(portfolio.scope, after=(first[-1].name, first[-1].pk), limit=2)
    assert [d.code for d in (*first, *rest)] == ["3", "1", "2"]


@pytest.mark.parametrize("bucket", range(len(BUCKET_LIMITS) + 1))
def test_a_bucket_lists_the_titles_that_are_in_it(portfolio, bucket):
    listed = queries.open_titles(portfolio.scope, Filter(bucket), on=ON)
    assert {row.bucket for row in listed.rows} <= {bucket}
    with portfolio.scope.active():
        wanted = {
            t.pk
            for t in Title.objects.exclude(code="A-030")
            if bucket_of((ON - t.due_on).days if t.effective_due_on < ON else 0) == bucket
        }
    assert {row.title.pk for row in listed.rows} == wanted
    assert listed.count == len(wanted)
    assert listed.principal_centavos == sum(row.principal_centavos for row in listed.rows)


def test_pages_of_titles_give_each_once(portfolio):
    seen, after = [], None
    while True:
        page = queries.open_titles(portfolio.scope, Filter(), on=ON, after=after, limit=20)
        seen += [row.title.pk for row in page.rows]
        after = page.following
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page.count == 70


@pytest.mark.req("S0.56", "S0.5")
def test_a_past_day_lists_what_was_open_then_as_it_was_known(committed, portfolio):
    past = date(2026, 3, 2)
    as_known_then = queries.titles_as_of(portfolio.scope, Filter(overdue=True), on=past, known_on=date(2026, 6, 9))
    as_known_now = queries.titles_as_of(portfolio.scope, Filter(overdue=True), on=past, known_on=date(2026, 6, 10))
    assert as_known_then.count == as_known_now.count + 1
    assert as_known_then.principal_centavos - as_known_now.principal_centavos == 100_30
    assert portfolio.titles["A-030"] in {row.title.pk for row in as_known_then.rows}
    top = queries.titles_as_of(portfolio.scope, Filter(), on=past, known_on=past, limit=3)
    assert len(top.rows) == 3
    assert top.count == 71 - 1  # V-1 was issued later
    assert [r.total_centavos for r in top.rows] == sorted((r.total_centavos for r in top.rows), reverse=True)


def test_today_computed_equals_today_listed(committed, portfolio):
    for which in (Filter(), Filter(3), Filter(overdue=True), Filter(portfolio_id=portfolio.other_portfolio.pk)):
        now = queries.open_titles(portfolio.scope, which, on=ON)
        computed = queries.titles_as_of(portfolio.scope, which, on=ON, known_on=date(2100, 1, 1))
        assert (now.count, now.principal_centavos) == (computed.count, computed.principal_centavos)
        assert sum(row.total_centavos for row in now.rows) == computed.total_centavos


def test_a_narrow_scope_lists_its_titles_only(committed, portfolio):
    narrow = replace(portfolio.scope, portfolios=frozenset({portfolio.other_portfolio.pk}))
    assert queries.open_titles(narrow, Filter(), on=ON).count == 1
    assert queries.titles_as_of(narrow, Filter(), on=ON, known_on=ON).count == 1
    with pytest.raises(Title.DoesNotExist):
        queries.title_page(narrow, portfolio.titles["A-001"], on=ON)
    with pytest.raises(Title.DoesNotExist):
        queries.title_page(portfolio.stranger_scope, portfolio.titles["A-001"], on=ON)


def test_a_title_page_runs_the_balance_and_explains_the_charges(portfolio):
    page = queries.title_page(portfolio.scope, portfolio.titles["A-010"], on=ON)
    assert [line.balance_centavos for line in page.lines] == [100_10]
    assert sum(c.owed_centavos for c in page.charges) == page.position.charges_centavos > 0
    paid = queries.title_page(portfolio.scope, portfolio.titles["A-030"], on=ON)
    assert paid.lines[-1].balance_centavos == 0


def test_a_profile_adds_up_its_titles(portfolio):
    profile = queries.profile(portfolio.scope, portfolio.aurora.pk, on=ON)
    assert len(profile.open_titles) == 69
    assert [title.code for title in profile.settled] == ["A-030"]
    totals = profile.totals
    assert totals["total"] == sum(totals[p] for p in ("principal", "fee", "fine", "interest", "correction"))
    assert totals["overdue"] == sum(r.position.principal_centavos for r in profile.open_titles if r.bucket)
    assert profile.score is None


def test_what_is_settled_today_is_told_by_the_sums_as_by_the_readings(portfolio):
    today = timezone.localdate()
    quick, read = (
        queries.profile(portfolio.scope, portfolio.aurora.pk, on=today, known_on=known) for known in (None, today)
    )
    assert quick.open_titles == read.open_titles and quick.totals == read.totals
    assert quick.settled == read.settled and len(quick.settled) == 1
