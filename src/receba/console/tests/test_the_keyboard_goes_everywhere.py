"""In a real browser, on real pages: search, palette, keys and switching companies, without touching the mouse."""

from __future__ import annotations

from datetime import date

import pytest

from receba.access.core.roles import Role
from receba.access.models import Grant
from receba.access.scope import Actor, acting
from receba.console.tests.driving import HOST, driven, no_loop
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle

pytestmark = pytest.mark.browser
ON = date(2026, 6, 15)


@pytest.fixture
def tab(cast, client):
    """A manager of Serra Azul and Horizonte, signed in, on the list of Serra Azul's customers."""
    person = cast.people[Role.MANAGER]
    title = NewTitle("NF-77/1", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, ON, ON, 100_00)
    ledger.open_titles(cast.scope, [title], recorded_at=cast.aurora.recorded_at)
    with acting(Actor("command", "tests"), "sign in"):
        Grant.objects.create(person=person, company=cast.horizonte, role=Role.MANAGER)
        client.force_login(person)
    with driven(client) as opened:
        opened.goto(f"{HOST}/{cast.serra_azul.pk}/clientes/", wait_until="networkidle")
        yield opened


def heading(tab) -> str:
    return tab.inner_text("h1")


def test_slash_finds_a_debtor_and_enter_opens_it(tab, cast):
    tab.keyboard.press("/")
    tab.keyboard.type("padar")
    option = tab.locator("#search-list [role=option]:has-text('Padaria Aurora')")
    option.wait_for()
    assert tab.get_attribute("#search", "aria-expanded") == "true"
    tab.keyboard.press("ArrowDown")
    assert tab.get_attribute("#search", "aria-activedescendant") == option.get_attribute("id")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/clientes/{cast.aurora.pk}/")
    # and from then on it is among those opened last
    tab.keyboard.press("/")
    tab.wait_for_selector("#search-list:has-text('Abertos há pouco') [role=option]:has-text('Padaria Aurora')")
    assert tab.complaints == []


def test_escape_closes_the_list_and_leaves_the_field(tab):
    tab.keyboard.press("/")
    tab.keyboard.type("padar")
    tab.wait_for_selector("#search-list [role=option]:has-text('Padaria')")
    tab.keyboard.press("Escape")
    assert tab.input_value("#search") == "padar"
    assert not tab.locator("#search-list").is_visible()
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.id") != "search"


def test_g_and_a_letter_go_to_a_page_and_never_while_typing(tab, cast):
    tab.keyboard.press("/")
    tab.keyboard.type("gt?gk")
    assert tab.input_value("#search") == "gt?gk" and heading(tab) == "Clientes"
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    tab.keyboard.type("gt")
    tab.wait_for_url("**/titulos/")
    tab.keyboard.type("gc")
    tab.wait_for_url("**/clientes/")


def test_the_palette_finds_pages_actions_and_debtors(tab, cast):
    tab.keyboard.press("Control+k")
    tab.keyboard.type("NF-77")
    tab.wait_for_selector("#palette-list [role=option]:has-text('NF-77/1')")
    tab.fill("#palette-text", "titul")
    tab.wait_for_selector("#palette-list [aria-selected=true]:has-text('Títulos')")
    roles = tab.evaluate(
        "[...document.querySelectorAll('#palette-list *')].filter(e => e.getAttribute('role') === 'option')"
        ".every(e => e.id && e.closest('[role=listbox]'))"
    )
    assert roles
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/titulos/")
    assert tab.complaints == []


def test_switching_by_keyboard_keeps_the_page_and_shows_no_row_of_the_other(tab, cast):
    assert "Padaria Aurora" in tab.inner_text("main")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("horiz")
    tab.wait_for_selector("#palette-list [aria-selected=true]:has-text('Colégio Horizonte')")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/{cast.horizonte.pk}/clientes/", wait_until="networkidle")
    seen = tab.content()
    assert "Colégio Horizonte" in tab.inner_text(".switch.firm summary")
    assert not any(name in seen for name in ("Padaria Aurora", "Lúcia", "Vértice", "11.222.333"))
    tab.focus("#search")  # an empty list of customers has put the cursor into its own field
    tab.keyboard.type("padaria")
    tab.wait_for_selector("#search-list:has-text('Nada encontrado')")


def test_a_debtor_s_address_is_not_taken_to_another_company(tab, cast):
    tab.goto(f"{HOST}/{cast.serra_azul.pk}/clientes/{cast.aurora.pk}/", wait_until="networkidle")
    tab.focus(".switch.firm summary")
    tab.keyboard.press("Enter")
    tab.keyboard.press("ArrowDown")
    assert "Horizonte" in tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/{cast.horizonte.pk}/clientes/")


def test_the_map_of_keys_is_what_the_page_offers(tab, cast):
    tab.goto(f"{HOST}/{cast.serra_azul.pk}/clientes/{cast.aurora.pk}/", wait_until="networkidle")
    tab.keyboard.press("?")
    told = tab.inner_text("#keys .keymap").lower()
    assert "não atendeu" in told and "fila" in told and "buscar cliente" in told
    tab.keyboard.press("g")
    tab.keyboard.press("c")
    assert tab.locator("#keys").is_visible(), "keys wait while a dialog is open"
    tab.keyboard.press("Escape")
    assert not tab.locator("#keys").is_visible()


def test_a_stop_is_undone_by_the_button_of_its_notice(tab, cast):
    tab.goto(f"{HOST}/{cast.serra_azul.pk}/clientes/{cast.aurora.pk}/", wait_until="networkidle")
    tab.evaluate("document.querySelector('details:has(form[action$=\"/pausar/\"])').open = true")
    tab.click("form[action$='/pausar/'] button:has-text('Pausar')")
    tab.wait_for_selector("#toasts .toast:has-text('Cobrança pausada')")
    tab.click("#toasts form button")
    tab.wait_for_selector("#toasts .toast:has-text('Pausa liberada')")
    with no_loop(), cast.scope.active():
        assert cast.aurora.holds.get().until_on is not None


def test_everything_of_the_frame_is_read_without_scripts(cast, client):
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(cast.people[Role.MANAGER])
    page = client.get(f"/{cast.serra_azul.pk}/busca/?q=padaria").content.decode()
    assert 'action="/' in page and "Padaria Aurora" in page and 'href="/' in page
