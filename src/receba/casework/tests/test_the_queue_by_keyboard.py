"""A queue worked without a mouse: the case beside the list, one key for what happened, Enter for the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from receba.access.core.roles import Role
from receba.casework.core.outcomes import Outcome
from receba.casework.models import Interaction
from receba.casework.tests.test_pages import TODAY, portfolio, sign_in  # noqa: F401  # the fixture
from receba.console.tests.driving import HOST, driven, no_loop
from receba.kernel.days import effective_due

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(portfolio):  # noqa: F811
    client = Client()
    sign_in(client, portfolio.people[Role.COLLECTOR])
    with driven(client) as opened:
        opened.fila = f"{HOST}/{portfolio.serra_azul.pk}/fila/"
        opened.clientes = f"{HOST}/{portfolio.serra_azul.pk}/clientes/"
        yield opened


def told(portfolio):  # noqa: F811
    with no_loop(), portfolio.scope.active():
        return list(Interaction.objects.order_by("id").values_list("debtor_id", "outcome"))


def case_of(tab, name):
    tab.wait_for_selector(f"#caso h2:has-text('{name}')")


@pytest.mark.req("S0.6")
def test_every_case_of_the_queue_gets_an_outcome_by_the_keyboard_alone(tab, portfolio):  # noqa: F811
    tab.goto(tab.fila)
    case_of(tab, "Aurora")
    tab.keyboard.press("1")
    tab.keyboard.press("Enter")
    case_of(tab, "Vértice")
    assert tab.locator("tr.worked").count() == 1
    tab.keyboard.press("2")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("tr.worked >> nth=1")
    assert told(portfolio) == [
        (portfolio.aurora.pk, Outcome.NO_ANSWER),
        (portfolio.vertice.pk, Outcome.RIGHT_PERSON),
    ]
    assert tab.complaints == []


@pytest.mark.req("S0.6")
def test_a_promise_takes_two_keys_once_the_case_is_open(tab, portfolio):  # noqa: F811
    """The stop-watch story: the case is chosen (j), the promise (3) has its day and amount filled in, Enter registers."""
    tab.goto(tab.fila)
    case_of(tab, "Aurora")
    tab.keyboard.press("j")
    case_of(tab, "Vértice")
    tab.keyboard.press("3")
    assert tab.locator("#caso input[name=valor]").input_value() == "300,00"
    tab.keyboard.press("Enter")
    tab.wait_for_selector("tr.worked")
    with no_loop(), portfolio.scope.active():
        promise = Interaction.objects.get()
    assert (promise.outcome, promise.promised_centavos) == (Outcome.PROMISED, 300_00)
    assert promise.promised_on == effective_due(TODAY + timedelta(1))


def test_a_form_that_is_refused_comes_back_with_the_reason(tab, portfolio):  # noqa: F811
    tab.goto(tab.fila)
    case_of(tab, "Aurora")
    tab.keyboard.press("3")
    tab.fill("#caso input[name=valor]", "0,00")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#caso .errorlist")
    assert "valor maior que zero" in tab.inner_text("#caso .errorlist")
    assert told(portfolio) == []


def test_on_a_telephone_a_row_leads_to_the_page_of_the_debtor(portfolio):  # noqa: F811
    client = Client()
    sign_in(client, portfolio.people[Role.COLLECTOR])
    with driven(client, width=390, height=844) as tab:
        tab.goto(f"{HOST}/{portfolio.serra_azul.pk}/fila/")
        tab.click("tbody tr a")
        tab.wait_for_url("**/clientes/*/")
        assert "Aurora" in tab.inner_text("h1")


def test_figures_in_a_field_are_figures(tab, portfolio):  # noqa: F811
    tab.goto(f"{tab.clientes}{portfolio.aurora.pk}/")
    tab.click("form.record textarea")
    tab.keyboard.type("3 parcelas")
    assert tab.locator("input[name=resultado]:checked").count() == 0
    assert tab.locator("form.record textarea").input_value() == "3 parcelas"
