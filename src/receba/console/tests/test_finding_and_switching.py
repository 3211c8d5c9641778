"""The search of the bar, debtors opened last, deep links, notices with undo; and nothing of another company."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from cast import PASSWORD
from receba.access.core.roles import Role, permissions_of
from receba.access.models import Grant, Person
from receba.access.scope import Actor, acting
from receba.access.toasts import undo_of
from receba.casework import queries
from receba.casework.recent import KEPT
from receba.ledger import services as ledger
from receba.ledger.models import Hold
from receba.ledger.services import NewTitle
from receba.parties import services as parties
from receba.parties.core.phones import AREA_CODES, possible_numbers
from receba.parties.services import DebtorFacts

ON = date(2026, 6, 15)


@pytest.fixture
def book(cast):
    """Aurora owes a title; Vértice has a mobile in Campinas."""
    title = NewTitle("NF-77/1", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, ON, ON, 100_00)
    cast.titles = ledger.open_titles(cast.scope, [title], recorded_at=cast.aurora.recorded_at)
    parties.record(cast.scope, [DebtorFacts("3", mobiles=("+5519987654321",))])
    return cast


def enter(cast, role=Role.MANAGER) -> Client:
    client = Client()
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(cast.people[role] if isinstance(role, Role) else role)
    return client


def search(client, company, text, **more):
    return client.get(reverse("console:search", args=[company.pk]), {"q": text, **more})


@pytest.mark.parametrize(
    "text, code",
    [
        ("98765-4321", "3"),
        ("9 8765 4321", "3"),
        ("8765-4321", "3"),
        ("19 98765-4321", "3"),
        ("(19) 8765-4321", "3"),
        ("+55 19 98765 4321", "3"),
        ("019 98765-4321", "3"),
        ("11.222.333", "2"),
        ("112223330001", "2"),
        ("vertice", "3"),
    ],
)
def test_a_debtor_is_found_by_the_end_of_a_telephone_and_the_root_of_a_cnpj(book, text, code):
    assert [hit.debtor.code for hit in queries.search(book.scope, text)] == [code]


def test_who_sees_no_documents_finds_none_by_a_part_of_them(book):
    reader = replace(book.scope, permissions=permissions_of([Role.READER]))
    assert queries.search(reader, "11.222.333") == []
    assert [hit.debtor.code for hit in queries.search(reader, "11222333000181")] == ["2"]


@pytest.mark.parametrize("text", ["123", "2026-01", "", "abc", "1234567"])
def test_what_is_no_telephone_is_not_looked_for_as_one(text):
    assert possible_numbers(text) == []


def test_a_number_without_area_is_looked_for_in_every_area():
    assert len(AREA_CODES) == len(set(AREA_CODES)) == 67
    assert len(possible_numbers("3333-4444")) == 67
    assert len(possible_numbers("98888-7777")) == 67
    assert len(possible_numbers("8888-7777")) == 2 * 67


def test_results_come_in_groups_and_masked_for_who_may_not_see(book):
    page = search(enter(book), book.serra_azul, "NF-77").content.decode()
    assert "NF-77/1" in page and "Títulos" in page and "Padaria Aurora" in page
    listed = search(enter(book), book.serra_azul, "lucia", lista="1").content.decode()
    assert 'role="option"' in listed and "529.982.247-25" in listed and "<html" not in listed
    masked = search(enter(book, Role.READER), book.serra_azul, "lucia").content.decode()
    assert "529.982.247-25" not in masked and "Lúcia F." in masked


def test_pages_are_found_as_well_but_only_those_one_may_open(book):
    assert "Auditoria" in search(enter(book, Role.OWNER), book.serra_azul, "audi", lista="1").content.decode()
    assert "Auditoria" not in search(enter(book), book.serra_azul, "audi", lista="1").content.decode()


def test_enter_with_a_single_sure_answer_opens_it(book):
    answer = search(enter(book), book.serra_azul, "11.222.333/0001-81")
    assert answer.headers["location"] == reverse("casework:debtor", args=[book.serra_azul.pk, book.aurora.pk])
    assert search(enter(book), book.serra_azul, "padaria").status_code == 200, "a name is never sure"


def test_the_search_never_leaves_the_company(book):
    stranger = enter(book, book.stranger)
    for text in ("padaria", "NF-77", "11222333000181", "98765-4321", "aurora@exemplo.example"):
        page = search(stranger, book.horizonte, text).content.decode()
        assert "Aurora" not in page and "Vértice" not in page
    assert search(stranger, book.serra_azul, "padaria").status_code == 404


def test_debtors_opened_last_come_first_and_stay_in_their_company(book):
    client = enter(book)
    for debtor in (book.lucia, book.aurora, book.lucia):
        client.get(reverse("casework:debtor", args=[book.serra_azul.pk, debtor.pk]))
    page = search(client, book.serra_azul, "", lista="1")
    assert [d.name for d in page.context["recent"]] == [book.lucia.name, book.aurora.name]
    with acting(Actor("command", "tests"), "grant"):
        Grant.objects.create(person=book.people[Role.MANAGER], company=book.horizonte, role=Role.MANAGER)
    assert search(client, book.horizonte, "", lista="1").context["recent"] == []
    assert KEPT == 10


def test_a_stop_is_undone_from_its_notice_and_placed_again_from_the_next(book):
    client, company = enter(book), book.serra_azul
    client.post(
        reverse("casework:hold", args=[company.pk, book.aurora.pk]), {"motivo": "5", "nota": "carta do advogado"}
    )
    page = client.get(reverse("casework:debtor", args=[company.pk, book.aurora.pk]))
    (notice,) = page.context["messages"]
    back = undo_of(notice)
    assert f'action="{back["address"]}"' in page.content.decode() and "Desfazer" in page.content.decode()
    client.post(back["address"], back["fields"])
    with book.scope.active():
        assert Hold.objects.get().until_on is not None, "it stops nothing any more"
    page = client.get(reverse("casework:debtor", args=[company.pk, book.aurora.pk]))
    (notice,) = page.context["messages"]
    again = undo_of(notice)
    client.post(again["address"], again["fields"])
    with book.scope.active():
        placed = Hold.objects.get(until_on=None)
        assert (placed.kind, placed.note) == (5, "carta do advogado")


def test_a_notice_without_undo_has_no_form(book):
    client = enter(book)
    client.get("/")
    assert not any(undo_of(message) for message in get_messages(client.get("/").wsgi_request))


# ------------------------------------------------------------------------------------------ links from outside


def sign_in(client, person, address):
    asked = client.get(address)
    assert asked.headers["location"] == f"{reverse('account_login')}?next={quote(address)}"
    return client.post(asked.headers["location"], {"login": person.email, "password": PASSWORD, "next": address})


def test_a_link_survives_the_sign_in_with_its_question(book, client):
    link = reverse("casework:debtors", args=[book.serra_azul.pk]) + "?q=padaria&pagina=2"
    assert sign_in(client, book.people[Role.MANAGER], link).headers["location"] == link


def test_a_link_survives_the_second_step(book, client):
    person, secret = book.people[Role.MANAGER], generate_totp_secret()
    with acting(Actor("command", "tests"), "second step"):
        TOTP.activate(person, secret)
    assert Authenticator.objects.filter(user=person).exists()
    link = reverse("casework:debtors", args=[book.serra_azul.pk]) + "?q=padaria"
    step = sign_in(client, person, link)
    assert step.headers["location"].startswith(reverse("mfa_authenticate"))
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(step.headers["location"], {"code": code}).headers["location"] == link


def test_a_link_survives_the_first_password(book, client):
    person = book.people[Role.MANAGER]
    with acting(Actor("command", "tests"), "first password"):
        Person.objects.filter(pk=person.pk).update(must_change_password=True)
    link = reverse("casework:debtors", args=[book.serra_azul.pk]) + "?q=padaria"
    sign_in(client, person, link)
    choose = client.get(link).headers["location"]
    assert choose == reverse("account_change_password")
    new = {"oldpassword": PASSWORD, "password1": "outra-frase-7-azul", "password2": "outra-frase-7-azul"}
    assert client.post(choose, new).headers["location"] == link


@pytest.mark.parametrize("company", ["theirs", "nobody's"])
def test_a_link_into_a_company_that_is_not_granted_says_the_same_whether_it_exists(book, company):
    pk = book.horizonte.pk if company == "theirs" else 999_999
    page = enter(book).get(f"/{pk}/fila/?q=1")
    assert page.status_code == 404
    text = page.content.decode()
    assert "não foi liberada para você" in text and "Ver as minhas empresas" in text and "Horizonte" not in text
    with acting(Actor("command", "tests"), "grant"):
        Grant.objects.create(person=book.people[Role.COLLECTOR], company=book.horizonte, role=Role.READER)
    asked = enter(book, Role.AUDITOR).get(f"/?empresa={pk}&todas=1", follow=True).content.decode()
    assert "Horizonte" not in asked


# ------------------------------------------------------------------------------------------ switching companies


def test_the_switcher_lists_granted_companies_only_and_filters_them(book):
    with acting(Actor("command", "tests"), "grant"):
        Grant.objects.create(person=book.people[Role.MANAGER], company=book.horizonte, role=Role.READER)
    client = enter(book)
    page = client.get(reverse("casework:queue", args=[book.serra_azul.pk])).content.decode()
    assert f"?empresa={book.horizonte.pk}&amp;pagina=casework%3Aqueue" in page
    # a reader has no queue there, so their panel opens
    there = client.get(f"/?empresa={book.horizonte.pk}&pagina=casework:queue")
    assert there.headers["location"] == reverse("reporting:panel", args=[book.horizonte.pk])
    found = client.get(reverse("console:companies"), {"q": "colég"}).content.decode()
    assert "Horizonte" in found and "Serra Azul" not in found
    assert "Horizonte" not in enter(book, Role.AUDITOR).get(reverse("console:companies")).content.decode()


def test_home_shows_trouble_and_only_what_the_role_may_see(book):
    with acting(Actor("command", "tests"), "grant"):
        Grant.objects.create(person=book.people[Role.READER], company=book.horizonte, role=Role.READER)
    page = enter(book, Role.READER).get("/")
    (first, second) = page.context["places"]
    assert {str(first.company), str(second.company)} == {"Serra Azul", "Colégio Horizonte"}
    assert not first.shows_queue and not first.shows_rows
    assert "ainda sem dados" in page.content.decode()
