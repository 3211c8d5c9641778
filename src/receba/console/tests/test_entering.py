"""Signing in, choosing a company, finding one's way, and the pages of refusal: in Portuguese, in the console's look."""

from __future__ import annotations

import logging
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client, RequestFactory
from django.urls import reverse

from cast import PASSWORD
from receba.access.core.roles import Permission, Role
from receba.access.models import Grant
from receba.access.scope import Actor, acting
from receba.console import views
from receba.console.navigation import NAVIGATION, menu

ENGLISH = re.compile(
    r"\b(sign|password|enter|email|please|your|codes?|activate|generate|confirm|cancel|incorrect|the|too)\b", re.I
)


def words(response) -> str:
    """Return what a person reads on a page."""
    html = re.sub(r"<(script|head|dialog)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    told = re.findall(r'(?:placeholder|alt|title|aria-label)="([^"]*)"', html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html) + " ".join(told))


def sign_in(client: Client, email: str) -> object:
    return client.post(reverse("account_login"), {"login": email, "password": PASSWORD})


def confirmed(client: Client, name: str):
    """Open a page of one's account's safety, saying one's password again where it is asked."""
    page = client.get(reverse(name), follow=True)
    if page.redirect_chain:
        page = client.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    return page


@pytest.fixture
def collector(cast, client):
    person = cast.people[Role.COLLECTOR]
    sign_in(client, person.email)
    return person


def test_the_way_in_is_in_portuguese_and_a_wrong_password_is_told(client, cast):
    page = client.get(reverse("account_login"))
    assert "Esqueci a senha" in words(page) and not ENGLISH.search(words(page))
    wrong = client.post(reverse("account_login"), {"login": "owner@ponte.example", "password": "outra-coisa-1"})
    assert "errorlist" in wrong.content.decode() and not ENGLISH.search(words(wrong))
    assert sign_in(client, cast.people[Role.OWNER].email).headers["location"] == "/"


def test_a_page_sends_the_visitor_to_the_way_in_and_back(client, cast):
    asked = client.get("/")
    assert asked.headers["location"] == f"{reverse('account_login')}?next=/"


@pytest.mark.parametrize(
    "name, said",
    [
        ("account_change_password", "Trocar a senha"),
        ("account_logout", "Quer mesmo sair?"),
        ("mfa_index", "Aplicativo autenticador"),
    ],
)
def test_the_pages_of_one_s_account_are_in_portuguese(client, collector, name, said):
    read = words(client.get(reverse(name)))
    assert said in read and not ENGLISH.search(read)


@pytest.mark.parametrize(
    "name", ["account_reset_password", "account_reset_password_done", "account_signup", "account_inactive"]
)
def test_the_pages_before_the_door_are_in_portuguese(client, db, name):
    page = client.get(reverse(name))
    assert page.status_code == 200 and not ENGLISH.search(words(page))


def test_the_second_step_from_end_to_end(client, collector):
    """Switch the authenticator on, keep the recovery codes, leave, come back with a code, switch it off."""
    asked = confirmed(client, "mfa_activate_totp")
    assert "leia esta imagem" in words(asked)
    assert asked.context["form"].secret in asked.content.decode() and 'src="data:image/svg' in asked.content.decode()
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(asked.context["form"].secret, counter))
    done = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert Authenticator.objects.filter(user=collector, type="totp").exists()
    assert "código" in words(done) and not ENGLISH.search(words(done))
    codes = confirmed(client, "mfa_view_recovery_codes")
    assert codes.content.decode().count("<li>") >= 10 and not ENGLISH.search(words(codes))
    assert not ENGLISH.search(words(client.get(reverse("mfa_index"))))
    client.post(reverse("account_logout"))

    second = sign_in(client, collector.email)
    assert second.headers["location"].startswith(reverse("mfa_authenticate"))
    asked = client.get(second.headers["location"])
    assert "código de 6 números" in words(asked) and not ENGLISH.search(words(asked))
    assert client.get("/").status_code == 302, "the first step alone opens nothing"
    refused = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "errorlist" in refused.content.decode() and not ENGLISH.search(words(refused))
    recovery = codes.context["unused_codes"][0]
    assert client.post(reverse("mfa_authenticate"), {"code": recovery}).headers["location"] == "/"

    asked = confirmed(client, "mfa_deactivate_totp")
    assert "só a senha" in words(asked) and not ENGLISH.search(words(asked))
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=collector).exists()


def test_one_s_password_is_asked_again_before_the_second_step_changes(client, collector):
    asked = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "Confirme que é você" in words(asked) and not ENGLISH.search(words(asked))
    after = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert "leia esta imagem" in words(after)


def test_who_has_one_company_enters_it(client, collector, cast):
    first = client.get("/")
    assert first.status_code == 302 and first.headers["location"].startswith(f"/{cast.serra_azul.pk}/")


def test_who_has_many_chooses_and_sees_only_one_s_own(client, collector, cast):
    assert b"Horizonte" not in client.get("/?todas=1", follow=True).content
    with acting(Actor("command", "tests"), "grant"):
        Grant.objects.create(person=collector, company=cast.horizonte, role=Role.READER)
    page = client.get("/")
    assert "Serra Azul" in words(page) and "Colégio Horizonte" in words(page)
    assert client.get(f"/?empresa={cast.horizonte.pk}").headers["location"].startswith(f"/{cast.horizonte.pk}/")


def test_a_company_that_is_not_granted_cannot_be_chosen(client, collector, cast):
    page = client.get(f"/?empresa={cast.horizonte.pk}")
    assert f"/{cast.horizonte.pk}/" not in page.headers.get("location", "")


def test_who_has_none_is_told_what_to_do(client, cast):
    person = cast.stranger
    with acting(Actor("command", "tests"), "revoke"):
        Grant.objects.filter(person=person).delete()
    sign_in(client, person.email)
    assert "Peça acesso" in words(client.get("/"))


def test_the_menu_shows_what_the_role_may_open(cast):
    ways = {str(way["label"]) for way in menu(cast.scope, "/")}
    assert "Pessoas" in ways
    reader = type(cast.scope)(cast.serra_azul.pk, cast.scope.actor, frozenset({Permission.VIEW}), None, "x")
    assert "Pessoas" not in {str(way["label"]) for way in menu(reader, "/")}


def test_the_menu_marks_one_page_and_heads_each_group_once(cast):
    people = reverse("access:people", args=[cast.serra_azul.pk])
    ways = menu(cast.scope, people + "1/revogar/")
    assert [str(way["label"]) for way in ways if way["here"]] == ["Pessoas"]
    heads = [str(way["opens"]) for way in ways if way["opens"]]
    assert len(heads) == len(set(heads))
    assert {str(entry.group) for entry in NAVIGATION} >= set(heads)


@pytest.mark.parametrize("path", ["/nada/", "/999999/pessoas/"])
def test_what_does_not_exist_says_so(client, collector, path):
    page = client.get(path)
    assert page.status_code == 404 and "não foi liberada para você" in words(page)


def test_what_is_not_allowed_says_so(client, collector, cast):
    page = client.get(reverse("access:people", args=[cast.serra_azul.pk]))
    assert page.status_code == 403 and "Seu papel nesta empresa não inclui" in words(page)


def test_a_stale_form_says_what_to_do(cast):
    page = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@b.example"})
    assert page.status_code == 403 and "atualize a página" in words(page)


def test_a_failure_gives_a_reference_that_the_log_has(caplog):
    with caplog.at_level(logging.ERROR, logger="receba.console.views"):
        try:
            raise RuntimeError("quebrou")
        except RuntimeError:
            page = views.server_error(RequestFactory().get("/1/fila/?cpf=52998224725"))
    reference = re.search(r"<code>([0-9A-F]{8})</code>", page.content.decode())[1]
    assert page.status_code == 500
    (record,) = caplog.records
    assert reference in record.getMessage() and record.exc_info and "52998224725" not in record.getMessage()
