"""Terms above what the law lets a creditor charge are not recorded, and never fall on a natural person."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.access.core.roles import Role
from receba.kernel.tables import EntryKind
from receba.ledger import queries, services
from receba.ledger.core import rules
from receba.ledger.core.ceilings import Ceiling, Relation, ceilings_from, exceeded
from receba.ledger.models import Terms, Title
from receba.ledger.services import AboveCeiling, News, NewTitle, NotAnOrder, NotForConsumers
from scenarios.signing import signed_in

SINCE = date(2026, 7, 1)
BUSINESS, CONDOMINIUM, CONSUMER = Relation.BUSINESS, Relation.CONDOMINIUM, Relation.CONSUMER
NEW = {
    "code": "novas", "since": "2026-07-01", "relation": "consumer", "fine": "2,00", "interest": "1,00",
    "grace_days": "0", "index": "", "discounts": "", "unpaid_charges": "waive", "source": "contrato, cláusula 4",
    **{f"imputation_{n}": part for n, part in enumerate(rules.DEFAULT_IMPUTATION)},
}  # fmt: skip


def add(cast, fine_bps, interest_bps_month, **more):
    return services.add_terms(
        cast.scope, code="novas", since=SINCE, source="contrato", fine_bps=fine_bps,
        interest_bps_month=interest_bps_month, **more,
    )  # fmt: skip


def post(cast, **changes):
    return signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/configuracoes/encargos/", NEW | changes)


@pytest.mark.parametrize(
    "fine, interest, relation, declared, stopped",
    [
        (200, 100, CONSUMER, False, []),
        (201, 100, CONSUMER, False, ["fine"]),
        (200, 101, CONSUMER, False, ["interest"]),
        (201, 101, CONSUMER, True, ["fine", "interest"]),
        (1000, 100, BUSINESS, False, []),
        (1001, 100, BUSINESS, False, ["fine"]),
        (1000, 250, BUSINESS, False, ["interest"]),
        (1001, 250, BUSINESS, True, []),
        (10_001, 100, BUSINESS, True, ["fine"]),
        (200, 100, CONDOMINIUM, False, []),
        (201, 100, CONDOMINIUM, True, ["fine"]),
        (200, 101, CONDOMINIUM, False, ["interest"]),
        (200, 101, CONDOMINIUM, True, []),
    ],
)
def test_terms_above_a_ceiling_are_refused(cast, fine, interest, relation, declared, stopped):
    if not stopped:
        made = add(cast, fine, interest, relation=relation, declared=declared)
        assert (made.fine_bps, made.relation, made.declared) == (fine, relation, declared)
        return
    with pytest.raises(AboveCeiling) as refusal:
        add(cast, fine, interest, relation=relation, declared=declared)
    assert sorted({ceiling.charge for ceiling in refusal.value.ceilings}) == stopped
    with cast.scope.active():
        assert not Terms.objects.filter(code="novas").exists()


DAYS = st.dates(date(1980, 1, 1), date(2030, 1, 1))
CEILINGS = st.lists(
    st.builds(
        Ceiling,
        relation=st.sampled_from(Relation),
        charge=st.sampled_from(["fine", "interest"]),
        most_bps=st.integers(0, 500),
        since=DAYS,
        until=st.none() | DAYS,
        rule=st.sampled_from(["refuse", "declare"]),
        source=st.just("lei"),
    ),
    max_size=6,
)


@given(CEILINGS, st.sampled_from(Relation), DAYS, st.integers(0, 600), st.integers(0, 600), st.booleans())
def test_nothing_passes_a_ceiling_of_any_later_day(ceilings, relation, since, fine, interest, declared):
    def stopped(fine, interest, since=since, declared=declared):
        return exceeded(
            ceilings, relation=relation, since=since, fine_bps=fine, interest_bps_month=interest, declared=declared
        )

    found = stopped(fine, interest)
    assert all({"fine": fine, "interest": interest}[c.charge] > c.most_bps for c in found)
    lowest = {
        charge: min((c.most_bps for c in found if c.charge == charge), default=asked)
        for charge, asked in (("fine", fine), ("interest", interest))
    }
    assert stopped(lowest["fine"], lowest["interest"]) == []  # the limits told are limits that do
    assert set(found) <= set(stopped(fine, interest, since - timedelta(1)))  # an earlier version meets all of them
    assert set(found) <= set(stopped(fine, interest, declared=False))  # a statement only ever lifts
    if declared:
        assert all(c.rule == "refuse" for c in found)


def test_data_that_names_no_charge_is_refused():
    row = {"relation": "consumer", "charge": "fee", "most_bps": 1, "since": SINCE, "rule": "refuse", "source": "x"}
    with pytest.raises(ValueError, match="not a ceiling"):
        ceilings_from({"ceiling": [row]})


def test_the_page_says_which_limit_and_whose(cast):
    form = post(cast, fine="2,01", interest="1,5", declared="on").context["form"]
    assert list(form.errors) == ["fine", "interest"]
    assert "2% (CDC, art. 52" in str(form.errors["fine"])
    assert "1% (Decreto 22.626" in str(form.errors["interest"])


def test_the_page_asks_for_a_statement_between_businesses_and_keeps_it(cast):
    typed = {"relation": "business", "interest": "2,50"}
    assert list(post(cast, **typed).context["form"].errors) == ["interest", "declared"]
    assert post(cast, **typed, declared="on").status_code == 302
    with cast.scope.active():
        made = Terms.objects.get(code="novas")
        assert (made.relation, made.declared, made.interest_bps_month) == ("business", True, 250)
    text = signed_in(cast.people[Role.MANAGER]).get(f"/{cast.serra_azul.pk}/configuracoes/encargos/").content.decode()
    assert "declarado acima do teto usual" in text


def test_a_natural_person_never_comes_under_terms_between_businesses(cast):
    terms = add(cast, 500, 300, relation=BUSINESS, declared=True)
    new = [
        NewTitle(f"T{debtor.pk}", debtor.pk, cast.portfolio.pk, terms.pk, SINCE, SINCE, 100_00)
        for debtor in (cast.aurora, cast.lucia)
    ]
    with pytest.raises(NotForConsumers) as refusal:
        services.open_titles(cast.scope, new)
    assert refusal.value.codes == (f"T{cast.lucia.pk}",)
    with cast.scope.active():
        assert not Title.objects.exists()
    assert len(services.open_titles(cast.scope, new[:1])) == 1


def test_the_page_takes_the_statement_of_a_condominium_and_not_of_a_consumer(cast):
    assert post(cast, relation="condominium", interest="1,50", declared="on").status_code == 302
    assert list(post(cast, code="outras", interest="1,50", declared="on").context["form"].errors) == ["interest"]
    with cast.scope.active():
        assert Terms.objects.get(code="novas").declared
    text = signed_in(cast.people[Role.MANAGER]).get(f"/{cast.serra_azul.pk}/configuracoes/encargos/").content.decode()
    assert "condomínio e condôminos; declarado acima do teto usual" in text


def test_a_natural_person_owes_to_a_condominium_under_its_own_terms(cast):
    terms = add(cast, 200, 150, relation=CONDOMINIUM, declared=True)
    new = NewTitle("T", cast.lucia.pk, cast.portfolio.pk, terms.pk, SINCE, SINCE, 100_00)
    assert len(services.open_titles(cast.scope, [new])) == 1


def test_the_reference_tells_the_limit_of_every_ceiling():
    page = (Path(__file__).parents[4] / "docs/reference/late-charges.md").read_text("utf-8")
    for relation in Relation:
        row = re.search(rf"^\| `{relation}` \| (.+) \| (.+) \|$", page, re.M)
        assert row, relation
        for charge, told in zip(("fine", "interest"), row.groups(), strict=True):
            known = {
                (f"{c.most_bps // 100} %", {"refuse": "refused above", "declare": "with a statement above"}[c.rule])
                for c in services.ceilings()
                if (c.relation, c.charge) == (relation, charge)
            }
            assert set(re.findall(r"(\d+ %),? (refused above|with a statement above)", told)) == known


def test_the_order_of_a_payment_is_chosen_and_followed(cast):
    order = ["principal", "correction", "interest", "fine", "fee"]
    post(cast, unpaid_charges="keep", **{f"imputation_{n}": part for n, part in enumerate(order)})
    with cast.scope.active():
        terms = Terms.objects.get(code="novas")
    assert terms.imputation_words == "principal, correção, juros, multa, despesas"
    due = date(2026, 9, 10)
    new = NewTitle("T", cast.aurora.pk, cast.portfolio.pk, terms.pk, date(2026, 8, 10), due, 1_000_00)
    title = services.open_titles(cast.scope, [new])["T"]
    services.post(cast.scope, [News("p", title, EntryKind.PAYMENT, 400_00, date(2026, 9, 20))])
    owed = queries.titles_of(cast.scope, cast.aurora.pk, on=date(2026, 9, 20))[0].position
    assert (owed.principal_centavos, owed.fine_centavos, owed.interest_centavos) == (600_00, 20_00, 3_33)


@pytest.mark.parametrize("order", [["fee"] * 5, ["fee", "fine", "interest", "correction"], ["fee", "x"]])
def test_an_order_that_leaves_something_out_is_refused(cast, order):
    with pytest.raises(NotAnOrder):
        add(cast, 0, 0, imputation=order)
    typed = {f"imputation_{n}": part for n, part in enumerate([*order, "", "", "", ""][:5])}
    assert list(post(cast, **typed).context["form"].errors) == ["imputation"]


@given(st.permutations(rules.DEFAULT_IMPUTATION), st.integers(1, 3_000_00), st.booleans())
def test_in_any_order_every_centavo_of_a_payment_is_placed_once(order, paid, waive):
    owed = rules.Position(1_000_00, 0, 20_00, 25_00, 7_77, 75)
    went = rules.impute(paid, owed, rules.TermsFacts(200, 100, imputation=tuple(order), waive_unpaid=waive))
    to_charges = sum(went.settled.values())
    assert all(0 < part <= owed.accrued()[kind] for kind, part in went.settled.items())
    if went.waived:
        assert to_charges + sum(went.waived.values()) == owed.charges_centavos
    else:
        before = order[: order.index("principal")]
        first = sum(owed.accrued()[rules.KIND_OF[part]] for part in before)
        assert to_charges == min(paid, first) + min(max(0, paid - first - 1_000_00), owed.charges_centavos - first)
