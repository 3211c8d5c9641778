"""Filters and tags: what people read, and what people without the permission do not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.test import RequestFactory

from receba.console.icons import PATHS
from receba.console.templatetags import receba as tags
from receba.kernel.tables import PersonKind
from receba.parties.models import Debtor

SPACE = "\N{NO-BREAK SPACE}"


def shown(source: str, **context: object) -> str:
    return (
        engines["django"].from_string("{% load receba %}" + source).render(context, RequestFactory().get("/?a=1&b=2"))
    )


@pytest.mark.parametrize(
    "source, value, text",
    [
        ("{{ v|brl }}", 123456789, f"R${SPACE}1.234.567,89"),
        ("{{ v|brl }}", -5, f"-R${SPACE}0,05"),
        ("{{ v|brl }}", 0, f"R${SPACE}0,00"),
        ("{{ v|day }}", date(2026, 7, 1), "01/07/2026"),
        ("{{ v|day }}", datetime(2026, 7, 1, 2, tzinfo=UTC), "30/06/2026"),
        ("{{ v|moment }}", datetime(2026, 7, 1, 2, 5, tzinfo=UTC), "30/06/2026 23:05"),
        ("{{ v|number }}", 1234567, "1.234.567"),
        ("{{ v|idc }}", 1000, "1000"),
        ("{{ v|percent_bps }}", 1234, "12,34%"),
        ("{{ v|seconds }}", 1234, f"1,2{SPACE}s"),
        ("{{ v|document:True }}", "52998224725", "529.982.247-25"),
        ("{{ v|document:True }}", "11222333000181", "11.222.333/0001-81"),
        ("{{ v|phone:True }}", "12991234567", "(12) 99123-4567"),
        ("{{ v|email:True }}", "ana@exemplo.example", "ana@exemplo.example"),
        ("{{ v|personal:True }}", "Maria das Dores Silva", "Maria das Dores Silva"),
    ],
)
def test_a_value_reads(source, value, text):
    assert shown(source, v=value) == text


@pytest.mark.parametrize(
    "name, value, text",
    [
        ("document", "52998224725", "***.982.247-**"),
        ("document", "11222333000181", "**.222.333/****-**"),
        ("phone", "12991234567", "(12) *****-**67"),
        ("email", "ana.maria@exemplo.example", "a***@exemplo.example"),
        ("personal", "Maria das Dores Silva", "Maria D. S."),
        ("personal", "Zé", "Zé"),
    ],
)
def test_who_may_not_see_personal_data_sees_the_mask(name, value, text):
    assert shown(f"{{{{ v|{name}:may }}}}", v=value, may=False) == text
    assert shown(f"{{{{ v|{name} }}}}", v=value) == text


@pytest.mark.parametrize("name", ["document", "phone", "email", "personal"])
@pytest.mark.parametrize("nothing", ["", None])
def test_nothing_is_a_dash(name, nothing):
    assert shown(f"{{{{ v|{name}:True }}}}", v=nothing) == "—"


@pytest.mark.parametrize("name", ["brl", "day", "moment", "number", "idc", "percent_bps", "seconds"])
def test_no_value_is_a_dash(name):
    assert shown(f"{{{{ v|{name} }}}}", v=None) == "—"


def test_a_company_has_no_name_to_hide():
    person, firm = (Debtor(name="Maria das Dores", person_kind=kind) for kind in (PersonKind.PF, PersonKind.PJ))
    assert shown("{{ a|who:may }}, {{ b|who:may }}", a=person, b=firm, may=False) == "Maria D., Maria das Dores"
    assert shown("{{ a|who:may }}", a=person, may=True) == "Maria das Dores"


def test_a_name_cannot_become_markup():
    assert shown("{{ v|personal:True }}{{ v|email:True }}", v="<b>x") == "&lt;b&gt;x&lt;b&gt;x"
    assert "<b>" not in shown(
        '{% icon "check" v %}{% chart "bars" d v %}{% sparkline s v %}', v="<b>", d=[("<b>", 1)], s=[1, 2]
    )


def test_an_icon_is_silent_unless_it_stands_alone():
    assert 'aria-hidden="true"' in shown('{% icon "check" %}')
    assert 'role="img" aria-label="Feito"' in shown('{% icon "check" "Feito" %}')
    assert len(PATHS) == len(set(PATHS.values()))


def test_the_query_keeps_the_filters():
    assert shown("{% query_with b=3 c=4 a=None %}") == "?b=3&amp;c=4"


def test_a_figure_has_the_picture_twice_and_its_table():
    html = shown('{% chart "strip" d "Faixas" unit="brl" %}', d=[("a vencer", 100, "/x/"), ("vencido", 300)])
    assert html.count("<svg") == 2 and 'class="chart wide"' in html and 'class="chart slim"' in html
    assert f'<a href="/x/">a vencer</a> <strong>R${SPACE}1,00</strong>' in html
    assert f'<td class="num">R${SPACE}3,00</td>' in html


def test_a_figure_leaves_out_what_the_page_says_itself():
    html = shown('{% chart "bars" d "Faixas" table=False caption=False %}', d=[("a", 1)])
    assert "<figcaption" not in html and "<table" not in html and "<title>Faixas</title>" in html


def test_a_figure_without_numbers_says_so():
    assert "Ainda não há números" in shown('{% chart "line" d "x" %}', d=[])


def test_every_filter_is_documented():
    assert all(function.__doc__ for function in tags.register.filters.values())
