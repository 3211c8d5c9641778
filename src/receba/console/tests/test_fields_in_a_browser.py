"""Fields are tidied when one leaves them, and never fight who types."""

from __future__ import annotations

import pytest

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.console.tests.driving import HOST, driven

pytestmark = pytest.mark.browser


def test_a_field_is_tidied_when_one_leaves_it_and_never_while_one_types(cast, client, settings):
    settings.DEMO = True
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(cast.people[Role.OWNER])
    with driven(client) as tab:
        tab.goto(f"{HOST}/console/design")

        def typed(name, text, *keys):
            field = tab.locator(f"#fields-free-{name}")
            field.fill("")
            field.press_sequentially(text)
            for key in keys:
                field.press(key)
            during = field.input_value()
            field.blur()
            return during, field.input_value()

        assert typed("valor", "1234,5") == ("1234,5", "1.234,50")
        assert typed("valor", "12345", "ArrowLeft", "ArrowLeft", "Backspace") == ("1245", "1.245,00")
        assert typed("dia", "1/2/27") == ("1/2/27", "01/02/2027")
        assert typed("dia", "31/02/2027") == ("31/02/2027", "31/02/2027"), "what is wrong stays for the person to mend"
        assert typed("documento", "11222333000181") == ("11222333000181", "11.222.333/0001-81")
        assert typed("telefone", "12991234567") == ("12991234567", "(12) 99123-4567")
        assert typed("taxa", "2,5%")[1] == "2,50"
        assert tab.locator(".day-field .calendar").count() > 0
        assert tab.complaints == []
