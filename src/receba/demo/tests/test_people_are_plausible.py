"""Documents valid, postcodes of their state, phones of their area, and nobody real at the other end of an e-mail."""

from __future__ import annotations

from datetime import date
from functools import cache

import phonenumbers
import polars as pl
import pytest
from stdnum.br import cnpj, cpf

from receba.demo.core import documents, names
from receba.demo.core.portfolio import Portfolio, generate
from receba.demo.core.profile import PROFILES, Profile
from receba.kernel.documents import person_type_of

# First two digits of the postcodes of each state (Correios).
POSTCODES = {
    "SP": range(1, 20), "RJ": range(20, 29), "ES": range(29, 30), "MG": range(30, 40), "BA": range(40, 49),
    "PE": range(50, 57), "PB": range(58, 59), "CE": range(60, 64), "MA": range(65, 66), "PA": range(66, 69),
    "AM": range(69, 70), "DF": range(70, 74), "GO": range(72, 77), "MT": range(78, 79), "PR": range(80, 88),
    "SC": range(88, 90), "RS": range(90, 100),
}  # fmt: skip
AREA_CODES = {
    "SP": range(11, 20), "RJ": (21, 22, 24), "ES": (27, 28), "MG": (31, 32, 33, 34, 35, 37, 38), "PR": range(41, 47),
    "SC": (47, 48, 49), "RS": (51, 53, 54, 55), "DF": (61,), "GO": (61, 62, 64), "MT": (65, 66),
    "BA": (71, 73, 74, 75, 77), "PE": (81, 87), "PB": (83,), "CE": (85, 88), "PA": (91, 93, 94), "AM": (92, 97),
    "MA": (98, 99),
}  # fmt: skip
EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)


@cache
def portfolio(profile: Profile) -> Portfolio:
    return generate(profile, 11, date(2026, 11, 23), 1500)


@EVERY_PROFILE
def test_every_document_is_valid_and_agrees_with_the_kind_of_person(profile):
    wrong = [
        row
        for row in portfolio(profile).customers.select("customer", "document", "person_type").iter_rows()
        if person_type_of(row[1]) != row[2]
    ]
    assert wrong == []


def test_the_companies_have_valid_documents():
    assert [person_type_of(profile.document) for profile in PROFILES] == ["PJ"] * 3


@EVERY_PROFILE
def test_only_the_customer_registered_twice_shares_a_document(profile):
    shared = portfolio(profile).customers.filter(pl.col("document").is_duplicated())
    assert shared["customer"].str.tail(6).to_list() == ["000002", "000003"]
    assert shared["name"].str.to_uppercase().n_unique() == 1


def test_some_firms_have_the_new_cnpj_with_letters():
    lettered = portfolio(PROFILES[0]).customers.filter(pl.col("document").str.contains("[A-Z]"))
    assert 20 < lettered.height < 200


@EVERY_PROFILE
def test_postcodes_and_area_codes_belong_to_the_state(profile):
    for row in portfolio(profile).customers.select("state", "zip", "phone", "mobile").iter_rows(named=True):
        assert int(row["zip"][:2]) in POSTCODES[row["state"]]
        for phone in filter(None, (row["phone"], row["mobile"])):
            assert int(phone[1:3]) in AREA_CODES[row["state"]]


@EVERY_PROFILE
def test_phones_have_a_valid_shape(profile):
    phones = pl.concat([portfolio(profile).customers["phone"], portfolio(profile).customers["mobile"].rename("phone")])
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "BR")) for phone in phones.drop_nulls())


def test_mobile_numbers_keep_to_one_unusual_prefix():
    for profile in PROFILES:
        assert portfolio(profile).customers["mobile"].drop_nulls().str.contains(r"^\(\d\d\) 90").all()


@EVERY_PROFILE
def test_no_email_can_reach_anybody(profile):
    emails = portfolio(profile).customers["email"].drop_nulls()
    assert emails.str.contains(r"^[a-z0-9.\-]+@([a-z0-9\-]+\.)?exemplo\.example$").all()


@EVERY_PROFILE
def test_contacts_are_missing_and_shared_now_and_then(profile):
    customers = portfolio(profile).customers
    no_email = customers["email"].null_count() / customers.height
    assert 0.05 < no_email < 0.13
    assert customers["phone"].null_count() > customers.height // 4
    assert customers.filter(pl.all_horizontal(pl.col("email", "phone", "mobile").is_null())).height > 0
    shared = customers.filter(pl.col("email").str.starts_with("contabilidade@"))
    assert shared.height > 1


def test_economic_groups_have_members_and_branches_share_the_cnpj_root():
    grouped = portfolio(PROFILES[0]).customers.filter(pl.col("group").is_not_null())
    assert grouped.group_by("group").len()["len"].max() >= 3
    branches = grouped.filter(pl.col("name").str.contains("Filial"))
    assert branches.height > 10
    roots = grouped.filter(pl.col("group").is_in(branches["group"].implode())).group_by("group").agg(
        pl.col("document").str.head(8).n_unique()
    )  # fmt: skip
    assert roots["document"].max() == 1


def test_names_have_accents_and_some_are_very_long():
    names_of_firms = portfolio(PROFILES[0]).customers["name"]
    assert names_of_firms.str.contains("[áâãçéêíóôõú]").any()
    assert names_of_firms.str.len_chars().max() > 110
    assert names_of_firms.str.len_chars().max() <= 200


def test_every_name_can_be_written_in_cp1252():
    for profile in PROFILES:
        "".join(portfolio(profile).customers["name"]).encode("cp1252")


def test_check_digits_in_columns_agree_with_the_library():
    rows = pl.DataFrame({"n": range(2000)})
    one = pl.lit(1).repeat_by(1).list.first()
    made = rows.select(
        cpf=documents.cpf(pl.col("n"), 42),
        plain=documents.cnpj(pl.col("n"), 7, one, pl.lit(value=False)),
        lettered=documents.cnpj(pl.col("n"), 7, one, pl.lit(value=True)),
    )
    assert all(cpf.is_valid(value) for value in made["cpf"])
    assert all(cnpj.is_valid(value) for value in made["plain"])
    assert all(cnpj.is_valid(value) for value in made["lettered"])
    assert made.select(documents.spoil(pl.col("cpf"))).to_series().map_elements(cpf.is_valid, pl.Boolean).sum() == 0


def test_a_cpf_of_equal_digits_is_never_made():
    # 111111111 is met when the walk starts there.
    made = pl.DataFrame({"n": [0]}).select(documents.cpf(pl.col("n"), 111_111_111)).item()
    assert cpf.is_valid(made)
    assert len(set(made)) > 1


def test_places_have_a_state_that_the_tests_know():
    assert {place.state for place in names.PLACES.values()} <= set(POSTCODES)
