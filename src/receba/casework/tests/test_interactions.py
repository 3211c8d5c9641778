"""What a collector records, and what follows: holds, invalid contacts, one row for a double click."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from receba.access.core.roles import Permission
from receba.access.scope import NotAllowed
from receba.casework import queries, services
from receba.casework.core.outcomes import BadOutcome, Channel, Outcome
from receba.casework.models import Interaction
from receba.casework.services import Told
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger import services as ledger
from receba.ledger.models import Hold
from receba.ledger.services import News, NewTitle
from receba.parties.models import Contact, Debtor

ON = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 14, tzinfo=UTC)
TALKED = {"channel": Channel.CALL, "outcome": Outcome.RIGHT_PERSON}


@pytest.fixture
def portfolio(cast):
    """Aurora owes 1.000,00 overdue in one portfolio; Vértice 300,00 overdue in the other."""
    new = [
        NewTitle("A1", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 4, 1), date(2026, 5, 4), 1_000_00),
        NewTitle(
            "V1", cast.vertice.pk, cast.other_portfolio.pk, cast.terms.pk, date(2026, 1, 2), date(2026, 6, 1), 300_00
        ),
    ]
    cast.titles = ledger.open_titles(cast.scope, new, recorded_at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    return cast


def tell(cast, debtor, outcome, key="k", **facts):
    told = Told(debtor.pk, Channel.CALL, outcome, **facts)
    return services.record_interaction(cast.scope, told, key=key, at=AT)


def holds(cast):
    with cast.scope.active():
        return [(HoldKind(h.kind), h.title_id, h.from_on, h.until_on) for h in Hold.objects.order_by("id")]


def test_a_promise_silences_the_ruler_until_the_day_after_it(portfolio):
    tell(portfolio, portfolio.aurora, Outcome.PROMISED, promised_on=date(2026, 6, 20), promised_centavos=500_00)
    assert holds(portfolio) == [(HoldKind.PROMISE, None, ON, date(2026, 6, 21))]


def test_a_double_click_records_once_and_holds_once(portfolio):
    facts = {"promised_on": date(2026, 6, 20), "promised_centavos": 500_00}
    first, new = tell(portfolio, portfolio.aurora, Outcome.PROMISED, **facts)
    again, new_again = tell(portfolio, portfolio.aurora, Outcome.PROMISED, **facts)
    assert (new, new_again, again.pk) == (True, False, first.pk)
    assert len(holds(portfolio)) == 1
    with pytest.raises(services.KeyReused):
        tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER)


def test_a_wrong_person_ends_the_contact_and_nothing_else(portfolio):
    with portfolio.scope.active():
        contact = Contact.objects.get(debtor=portfolio.aurora)
    tell(portfolio, portfolio.aurora, Outcome.WRONG_PERSON, contact_id=contact.pk)
    with portfolio.scope.active():
        contact.refresh_from_db()
    assert contact.invalid_reason == "pessoa errada"
    assert holds(portfolio) == []


def test_a_wrong_person_at_an_unknown_address_stops_everything(portfolio):
    tell(portfolio, portfolio.vertice, Outcome.WRONG_PERSON)
    assert holds(portfolio) == [(HoldKind.WRONG_PERSON, None, ON, None)]


def test_a_dispute_holds_the_titles_named_and_only_them(portfolio):
    title = portfolio.titles["A1"]
    tell(portfolio, portfolio.aurora, Outcome.DISPUTED, title_ids=(title,), note="não recebeu a mercadoria")
    tell(portfolio, portfolio.vertice, Outcome.SAYS_PAID, key="k2")
    assert holds(portfolio) == [
        (HoldKind.DISPUTE, title, ON, None),
        (HoldKind.REVIEW, None, ON, date(2026, 6, 20)),
    ]


@pytest.mark.parametrize("outcome, kind", [(Outcome.STOP, HoldKind.OPT_OUT), (Outcome.DECEASED, HoldKind.DECEASED)])
def test_who_must_not_be_contacted_is_held_without_an_end(portfolio, outcome, kind):
    tell(portfolio, portfolio.aurora, outcome)
    assert holds(portfolio) == [(kind, None, ON, None)]


@pytest.mark.parametrize(
    "outcome, facts",
    [
        (Outcome.PROMISED, {}),
        (Outcome.PROMISED, {"promised_on": date(2026, 6, 20)}),
        (Outcome.PROMISED, {"promised_on": date(2026, 6, 14), "promised_centavos": 1}),
        (Outcome.PROMISED, {"promised_on": date(2026, 9, 1), "promised_centavos": 1}),
        (Outcome.PROMISED, {"promised_on": date(2026, 6, 20), "promised_centavos": 0}),
        (Outcome.CALL_BACK, {}),
        (Outcome.NO_ANSWER, {"promised_on": date(2026, 6, 20)}),
    ],
)
def test_an_outcome_without_what_it_needs_is_refused(portfolio, outcome, facts):
    with pytest.raises(BadOutcome):
        tell(portfolio, portfolio.aurora, outcome, **facts)
    with portfolio.scope.active():
        assert not Interaction.objects.exists()


def test_somebody_elses_contact_or_title_is_refused(portfolio):
    with portfolio.scope.active():
        contact = Contact.objects.get(debtor=portfolio.aurora)
    with pytest.raises(services.NotOfThisDebtor):
        tell(portfolio, portfolio.vertice, Outcome.WRONG_PERSON, contact_id=contact.pk)
    with pytest.raises(services.NotOfThisDebtor):
        tell(portfolio, portfolio.vertice, Outcome.DISPUTED, title_ids=(portfolio.titles["A1"],))


@pytest.mark.req("S1.25")
def test_an_interaction_is_never_edited_or_removed(portfolio):
    first, _new = tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER)
    for change in ("UPDATE casework_interaction SET note = 'x'", "DELETE FROM casework_interaction"):
        with pytest.raises(DatabaseError, match="append-only"), portfolio.scope.active(), transaction.atomic():
            connection.cursor().execute(change)
    with portfolio.scope.active():
        assert Interaction.objects.get().pk == first.pk


def test_who_may_not_work_records_nothing(portfolio):
    portfolio.scope = replace(portfolio.scope, permissions=frozenset({Permission.VIEW}))
    with pytest.raises(NotAllowed):
        tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER)


def test_a_stranger_and_another_portfolio_see_neither_the_debtor_nor_what_was_told(portfolio):
    tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER)
    narrow = replace(portfolio.scope, portfolios=frozenset({portfolio.other_portfolio.pk}))
    for scope in (portfolio.stranger_scope, narrow):
        portfolio.scope = scope
        with pytest.raises(Debtor.DoesNotExist):
            tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER, key="k3")
        with pytest.raises(Debtor.DoesNotExist):
            queries.profile(scope, portfolio.aurora.pk, on=ON)
        assert queries.timeline(scope, portfolio.aurora.pk) == []
        assert queries.counters(scope, on=ON).interactions == 0


@pytest.mark.req("S1.23", "S1.25", "S1.32")
def test_the_timeline_tells_money_contacts_and_holds_newest_first(portfolio):
    payment = News("p1", portfolio.titles["A1"], EntryKind.PAYMENT, 500_00, date(2026, 6, 10), method="pix")
    ledger.post(portfolio.scope, [payment], recorded_at=datetime(2026, 6, 11, 12, tzinfo=UTC))
    tell(portfolio, portfolio.aurora, Outcome.PROMISED, promised_on=date(2026, 6, 20), promised_centavos=500_00)
    told = queries.timeline(portfolio.scope, portfolio.aurora.pk)
    assert [(e.kind, e.on, e.amount_centavos) for e in told] == [
        ("hold", ON, None),
        ("interaction", ON, 500_00),
        ("entry", date(2026, 6, 10), -500_00),
        ("entry", date(2026, 4, 1), 1_000_00),
    ]
    # 37 days late: 2 % of 1.000,00 and 1 %/30 x 37 days, both paid before principal
    assert sorted(told[2].parts.values()) == [12_33, 20_00]


def test_the_counters_tell_the_days_work(portfolio):
    tell(portfolio, portfolio.aurora, Outcome.NO_ANSWER, key="1")
    tell(portfolio, portfolio.aurora, Outcome.PROMISED, key="2", promised_on=ON, promised_centavos=500_00)
    tell(portfolio, portfolio.vertice, Outcome.RIGHT_PERSON, key="3")
    assert queries.counters(portfolio.scope, on=ON) == queries.queue.Counters(3, 2, 2, 1, 500_00)
    assert queries.counters(portfolio.scope, on=date(2026, 6, 16)).interactions == 0
    assert queries.counters(portfolio.scope, on=ON, by="somebody else").interactions == 0
