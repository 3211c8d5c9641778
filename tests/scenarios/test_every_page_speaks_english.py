"""Somebody who reads English opens every page: no Portuguese but what was written in Portuguese, and the same figures."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django import forms
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from architecture.house import REPO
from receba.access.core.roles import Role
from scenarios.signing import signed_in
from scenarios.test_nobody_where_they_do_not_belong import visits

sys.path.insert(0, str(REPO / "scripts"))
import messages

FOREIGN = re.compile(r"\b\w*[áàâãéêíóôõúç]\w*\b", re.I)
DATA = {"Português", "Lúcia", "Vértice", "Só", "cláusula", "cobrança", "ninguém"}
"""The language's own name; people, a contract, a ruler and a cell of a file, which say what they say."""

PORTUGUESE = {
    "outreach:message_html": "what the customer was sent",
    "outreach:letter_html": "what the customer was sent",
    "outreach:sample": "what a customer is about to be sent",
    "access:audit": "shows rows as they were stored",
    "outreach:policy": "names laws, rulings and the house's own policy as the source of each rule",
}


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Read the catalogues as they are written now, whenever Receba was installed."""
    into = tmp_path_factory.mktemp("locale")
    messages.compile_all(into=into)
    with override_settings(LOCALE_PATHS=[into]):
        yield


def reading(world: Any, language: str) -> dict[str, str]:
    """Return the name and the HTML of every page that the owner opens in a language."""
    browser = signed_in(world.cast.people[Role.OWNER])
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return {
        address.name: answer.content.decode()
        for address, _method, answer in visits(world, browser, ("get",))
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]
    }


@pytest.fixture(scope="module")
def pages(world: Any) -> dict[str, str]:
    return reading(world, "en-GB,en;q=0.9,pt;q=0.5")


@pytest.fixture(scope="module")
def own(pages: dict[str, str]) -> dict[str, str]:
    """Return the pages whose words are the program's own."""
    return {name: html for name, html in pages.items() if name not in PORTUGUESE}


def words(html: str) -> str:
    """Return what a person reads or hears on a page."""
    html = re.sub(r"<(script|style|textarea|pre|iframe)\b.*?</\1>", " ", html, flags=re.S)
    told = re.findall(r'(?:placeholder|alt|title|aria-label|data-label|data-confirm)="([^"]*)"', html)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html) + " " + " ".join(told)))


def test_no_page_shows_a_text_that_has_a_translation(own):
    known = [
        message.id
        for message in messages.read(messages.catalogues()[0])
        if isinstance(message.id, str) and message.id.count(" ") > 1 and message.id != message.string
    ]
    assert len(known) > 400 and len(own) > 20
    wrong = [f"{name}: {said}" for name, html in own.items() for said in known if said in words(html)]
    assert not wrong, "\n".join(wrong)


def test_no_page_shows_a_portuguese_word_that_was_not_written_by_people(own):
    found = {name: set(FOREIGN.findall(words(html))) - DATA for name, html in own.items()}
    assert not any(found.values()), {name: sorted(said) for name, said in found.items() if said}


def test_figures_and_days_are_the_same_in_both_languages(world, pages):
    def figures(html: str) -> list[str]:
        return re.findall(r"R\$\s[\d.,]+|\d\d/\d\d/\d{4}|\d[\d.]*,\d+%", words(html))

    portuguese = reading(world, "pt-BR")
    assert portuguese.keys() == pages.keys()
    changed = {
        name: set(figures(html)) ^ set(figures(pages[name]))
        for name, html in portuguese.items()
        if figures(html) != figures(pages[name])
    }
    assert not changed
    assert len(figures(pages["casework:titles"])) > 5


def test_what_customers_receive_is_portuguese_whoever_looks(world, pages):
    assert reading(world, "pt-BR")["outreach:preview"] == pages["outreach:preview"]


@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_what_is_typed_means_the_same_in_both_languages(language):
    with override(language):
        assert forms.DateField(localize=True).clean("05/06/2026") == date(2026, 6, 5)
        assert forms.DecimalField(localize=True).clean("1.234,56") == Decimal("1234.56")


@pytest.mark.django_db
def test_a_visitor_chooses_the_language_on_the_sign_in_page_and_keeps_it():
    browser, sign_in = Client(), reverse("account_login")
    assert '<html lang="pt-BR">' in browser.get(sign_in).content.decode()
    for language, button, heading in (("en", "Português", "<h1>Sign in</h1>"), ("pt-br", "English", "<h1>Entrar</h1>")):
        chosen = browser.post(reverse("language"), {"language": language}, headers={"referer": sign_in})
        assert (chosen.status_code, chosen["Location"]) == (302, sign_in)
        for _visit in range(2):
            html = browser.get(sign_in, headers={"accept-language": "de"}).content.decode()
            assert button in html and heading in html


@pytest.mark.django_db
def test_the_choice_leads_nowhere_else():
    answer = Client().post(reverse("language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_a_person_changes_the_language_in_the_menu_under_their_name(pages):
    menu = re.search(r'<details class="switch me">.*?</details>', pages["reporting:panel"], re.S)
    assert menu and re.search(r'<button type="submit" name="language" value="pt-br" lang="pt-br">', menu.group())
