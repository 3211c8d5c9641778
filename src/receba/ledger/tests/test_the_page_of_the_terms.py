"""The page on which a company writes what late payment costs: versions are added, never edited."""

from __future__ import annotations

from datetime import date

import pytest

from receba.access.core.roles import Role
from receba.ledger.core.rules import DEFAULT_IMPUTATION
from receba.ledger.forms import TermsForm
from receba.ledger.models import Terms
from scenarios.signing import signed_in

NEW = {
    "code": "padrao", "since": "2026-07-01", "relation": "consumer", "fine": "2,00", "interest": "0,75", "grace_days": "3", "index": "",
    "discounts": "5 1\n10 dias: 2,5%", "unpaid_charges": "keep", "source": "contrato 2026, cláusula 4",
    **{f"imputation_{n}": part for n, part in enumerate(DEFAULT_IMPUTATION)},
}  # fmt: skip


def post(cast, **changes):
    return signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/configuracoes/encargos/", NEW | changes)


def test_a_new_version_stands_beside_the_old_one(cast):
    assert post(cast).status_code == 302
    with cast.scope.active():
        old, new = Terms.objects.order_by("since")
    assert (new.since, new.fine_bps, new.interest_bps_month, new.grace_days) == (date(2026, 7, 1), 200, 75, 3)
    assert (new.early_discounts, new.unpaid_charges) == ([[10, 250], [5, 100]], "keep")
    assert (old.since, old.interest_bps_month) == (date(2020, 1, 1), 100)
    text = signed_in(cast.people[Role.MANAGER]).get(f"/{cast.serra_azul.pk}/configuracoes/encargos/").content.decode()
    assert "01/07/2026" in text
    assert "2,50" in text


def test_a_version_of_a_day_that_has_one_is_refused(cast):
    post(cast)
    answer = post(cast, interest="9,00")
    assert "versões não se editam" in str(answer.context["form"].errors["since"])
    with cast.scope.active():
        assert not Terms.objects.filter(interest_bps_month=900).exists()


@pytest.mark.parametrize(
    "field, typed",
    [
        ("fine", "20,01"),
        ("fine", "-1"),
        ("interest", "1,255"),
        ("discounts", "dez por cento"),
        ("discounts", "10 2\n10 3"),
        ("grace_days", "61"),
        ("source", ""),
        ("since", "31/02/2026"),
        ("index", "999"),
        ("code", "com espaço"),
        ("relation", "outra"),
        ("imputation_0", "principal"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(cast, field, typed):
    assert list(post(cast, **{field: typed}).context["form"].errors) == [field.removesuffix("_0")]


@pytest.mark.parametrize(
    "typed, read",
    [
        ("", []),
        ("10 2,5", [[10, 250]]),
        ("10: 2.5 %", [[10, 250]]),
        ("10 dias = 3", [[10, 300]]),
        (" 5 1 \n\n30 4,75", [[30, 475], [5, 100]]),
    ],
)
def test_discounts_are_read_as_people_write_them(cast, typed, read):
    form = TermsForm(NEW | {"discounts": typed})
    assert form.is_valid(), form.errors
    assert form.facts()["early_discounts"] == read
