"""Payments, whole, partial, late-learned and reversed, in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.kernel.tables import EntryKind
from receba.ledger import queries, services
from receba.ledger.core import rules
from receba.ledger.models import Entry
from receba.ledger.services import News, NewTitle

DUE = date(2026, 9, 10)
PAY = EntryKind.PAYMENT


def title_of(cast, debtor, reais=150_000, due=DUE, code="T1"):
    new = NewTitle(code, debtor.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 8, 10), due, reais)
    return services.open_titles(cast.scope, [new], recorded_at=datetime(2026, 8, 10, 12, tzinfo=UTC))[code]


def owed(cast, debtor, on, known_on=None):
    return queries.titles_of(cast.scope, debtor.pk, on=on, known_on=known_on)[0].position


@pytest.mark.req("S0.2")
def test_1500_reais_75_days_late_owe_the_published_example(cast):
    title_of(cast, cast.aurora)
    assert owed(cast, cast.aurora, date(2026, 11, 24)).total_centavos == 1_567_50


def test_a_partial_payment_settles_fine_and_interest_before_principal(cast):
    title = title_of(cast, cast.aurora, 1_000_00)
    services.post(cast.scope, [News("p1", title, PAY, 500_00, date(2026, 11, 24))])
    # fine 20,00 and interest 1.000 x 1 %/30 x 75 = 25,00 first: 455,00 to the principal
    assert owed(cast, cast.aurora, date(2026, 11, 24)).principal_centavos == 545_00
    assert owed(cast, cast.aurora, date(2026, 12, 24)).total_centavos == 545_00 + 5_45


def test_the_same_news_twice_is_one_entry_and_other_facts_under_its_key_clash(cast):
    title = title_of(cast, cast.lucia)
    news = News("bank:1", title, PAY, 10_00, DUE)
    assert services.post(cast.scope, [news]).new == 1
    assert services.post(cast.scope, [news]) == services.Posted(0, 1, ())
    clash = services.post(cast.scope, [News("bank:1", title, PAY, 11_00, DUE)])
    assert clash.clashing == ("bank:1",)
    with cast.scope.active():
        assert Entry.objects.filter(kind=PAY).count() == 1


def test_due_on_a_holiday_pays_next_business_day_without_charges(cast):
    title = title_of(cast, cast.lucia, 1_000_00, date(2026, 11, 20))
    assert owed(cast, cast.lucia, date(2026, 11, 23)).total_centavos == 1_000_00
    assert owed(cast, cast.lucia, date(2026, 11, 24)).total_centavos == 1_021_33
    services.post(cast.scope, [News("p", title, PAY, 1_000_00, date(2026, 11, 23))])
    assert owed(cast, cast.lucia, date(2026, 12, 31)).total_centavos == 0


def test_a_payment_of_the_face_value_made_late_waives_the_charges_under_these_terms(cast):
    title = title_of(cast, cast.aurora, 1_000_00)
    services.post(cast.scope, [News("p", title, PAY, 1_000_00, date(2026, 9, 20))])
    assert owed(cast, cast.aurora, date(2026, 10, 20)).total_centavos == 0
    with cast.scope.active():
        waived = Entry.objects.filter(kind=EntryKind.DISCOUNT)
        assert sum(e.amount_centavos for e in waived) == -(20_00 + 3_33)


def test_what_was_known_then_stays_readable_after_late_news(cast):
    title = title_of(cast, cast.aurora, 1_000_00)
    services.post(
        cast.scope, [News("p", title, PAY, 400_00, date(2026, 9, 5))], recorded_at=datetime(2026, 10, 1, 12, tzinfo=UTC)
    )
    assert owed(cast, cast.aurora, date(2026, 9, 6), known_on=date(2026, 9, 30)).principal_centavos == 1_000_00
    assert owed(cast, cast.aurora, date(2026, 9, 6), known_on=date(2026, 10, 1)).principal_centavos == 600_00


def test_a_reversed_payment_brings_the_debt_back_with_its_charges(cast):
    title = title_of(cast, cast.aurora, 1_000_00)
    services.post(cast.scope, [News("p", title, PAY, 1_023_33, date(2026, 9, 20))])
    assert owed(cast, cast.aurora, date(2026, 9, 20)).total_centavos == 0
    services.reverse(cast.scope, key="r", entry_key="p", effective_on=date(2026, 9, 20), note="cheque devolvido")
    assert owed(cast, cast.aurora, date(2026, 9, 20)).total_centavos == 1_023_33
    with pytest.raises(services.NothingToReverse):
        services.reverse(cast.scope, key="r2", entry_key="p", effective_on=date(2026, 9, 21), note="de novo")


@pytest.mark.req("S0.2")
@given(st.data())
def test_any_order_of_arrival_gives_the_same_ledger(data):
    title = rules.TitleFacts(20_000, 20_001, 100_000)
    terms = rules.TermsFacts(200, 100, waive_unpaid=data.draw(st.booleans()))
    face = rules.EntryFacts("face", EntryKind.FACE, 100_000, 19_970)
    payments = [
        rules.EntryFacts(f"p{n}", PAY, -amount, 20_000 + day)
        for n, (amount, day) in enumerate(
            data.draw(st.lists(st.tuples(st.integers(1, 60_000), st.integers(-10, 90)), max_size=4))
        )
    ]
    in_time = rules.derive(title, terms, [face, *payments])
    held: list[rules.EntryFacts] = [face]
    for payment in data.draw(st.permutations(payments)):
        held.append(payment)
        step = rules.missing(rules.derive(title, terms, held), rules.posted(held))
        held += [
            rules.EntryFacts(f"{len(held)}:{n}", kind, amount, day, component=part, payment=key)
            for n, ((key, kind, part, day), amount) in enumerate(step.items())
        ]
    assert {k: v for k, v in rules.posted(held).items() if v} == in_time
    by_kind = {kind: sum(e.amount_centavos for e in held if e.kind == kind) for kind in EntryKind}
    charges = by_kind[EntryKind.FINE] + by_kind[EntryKind.INTEREST]
    balance = sum(e.amount_centavos for e in held)
    assert by_kind[EntryKind.FACE] + charges + by_kind[EntryKind.DISCOUNT] + by_kind[PAY] == balance


def test_a_payment_for_a_title_of_another_company_is_refused(cast):
    title = title_of(cast, cast.aurora)
    with pytest.raises(services.OutsideScope):
        services.post(cast.stranger_scope, [News("p", title, PAY, 10_00, DUE)])


def test_what_the_file_declares_as_fine_interest_and_discount_is_obeyed(cast):
    title = title_of(cast, cast.aurora, 1_000_00)
    told = News(
        "p", title, PAY, 970_00, date(2026, 9, 20), declared={"fine": 10_00, "interest": 5_00, "discount": 45_00}
    )
    services.post(cast.scope, [told])
    # 970,00 of cash: 15,00 went to charges; 955,00 and 45,00 of discount to the principal
    assert owed(cast, cast.aurora, date(2026, 9, 20)).principal_centavos == 0
    services.post(cast.scope, [News("q", title, PAY, 1_00, date(2026, 9, 21))])
    assert owed(cast, cast.aurora, date(2026, 9, 21)).principal_centavos == -1_00
