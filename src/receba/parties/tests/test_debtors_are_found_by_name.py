"""A debtor is found by any words of the name, however they are typed, and only by who may see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.parties import services
from receba.parties.core.names import asked_words, plain, words_of
from receba.parties.models import Contact, Debtor, NameWord
from receba.parties.queries import by_name
from receba.parties.services import DebtorFacts


def found(scope, text, limit=20):
    return [debtor.code for debtor in by_name(scope, text, limit=limit)]


@pytest.mark.parametrize(
    "typed, codes",
    [
        ("lucia", ["1"]),
        ("LÚCIA FERR", ["1"]),
        ("ferreira, lucia", ["1"]),
        ("vert", ["3"]),
        ("s.a", ["3"]),
        ("padaria da aurora", ["2"]),
        ("ucia", []),
        ("lucia aurora", []),
        ("...", []),
        ("", []),
    ],
)
def test_any_words_in_any_order_without_accents(cast, typed, codes):
    assert found(cast.scope, typed) == codes


def test_a_new_name_replaces_the_words_of_the_old_one(cast):
    services.record(cast.scope, [DebtorFacts("1", "Lúcia Prestes"), DebtorFacts("9", "José Conceição")])
    assert (found(cast.scope, "ferreira"), found(cast.scope, "prestes"), found(cast.scope, "conceicao")) == (
        [], ["1"], ["9"],
    )  # fmt: skip
    services.record(cast.scope, [DebtorFacts("1", city="Itu")])
    assert found(cast.scope, "lucia prestes") == ["1"]
    with cast.scope.active():
        assert NameWord.objects.filter(debtor=cast.lucia).count() == 2


def test_the_closest_come_first_and_no_more_than_asked(cast):
    names = [f"Ana{'b' * n} Silva" for n in range(5)]
    services.record(cast.scope, [DebtorFacts(f"a{n}", name) for n, name in enumerate(names)])
    assert found(cast.scope, "ana", limit=3) == ["a0", "a1", "a2"]
    assert found(cast.scope, "silva ana", limit=2) == ["a0", "a1"]


def test_words_are_behind_the_walls_of_company_and_portfolio(cast):
    assert found(cast.stranger_scope, "lucia") == []
    narrow = replace(cast.scope, portfolios=frozenset({cast.portfolio.pk}))
    assert found(narrow, "lucia") == []
    day = date(2026, 1, 5)
    ledger.open_titles(cast.scope, [NewTitle("T", cast.lucia.pk, cast.portfolio.pk, cast.terms.pk, day, day, 1_00)])
    assert found(narrow, "lucia") == ["1"]
    with narrow.active():
        assert set(NameWord.objects.values_list("debtor_id", flat=True)) == {cast.lucia.pk}


@given(st.text(alphabet=st.sampled_from("aZéÇãÀ 1-.,'ºde&ñüŁß\u0301"), max_size=60) | st.text(max_size=30))
def test_who_types_a_whole_name_asks_for_each_of_its_words(name):
    assert words_of(name) <= set(asked_words(name))
    assert plain(plain(name)) == plain(name)


@pytest.mark.parametrize(
    "name", ["São João & Cia. Ltda", "ÀÉÎõü-Çñ 3º D'Ávila", "Maria das Dores e Silva", "e", "", "x" * 90]
)
def test_the_database_makes_the_same_words(db, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT parties_words(%s)", [name])
        assert {word for (word,) in cursor.fetchall()} == words_of(name)


@pytest.mark.parametrize("model, filters", [(Contact, {"value": "x@y.example"}), (NameWord, {"word": "silva"})])
def test_an_index_answers_under_row_level_security(cast, model, filters):
    with cast.scope.active(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = model.objects.filter(**filters).explain()
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert next(iter(filters)) in condition


def test_the_cast_has_words(cast):
    with cast.scope.active():
        assert Debtor.objects.count() == 3
        assert NameWord.objects.count() == sum(len(words_of(d.name)) for d in Debtor.objects.all())
