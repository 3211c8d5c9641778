"""Money, days, percentages, documents and telephones as people type them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from receba.access import fields
from receba.kernel.typed import read_day, read_decimal, write_decimal

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234,5", "1234.5"), ("1.234,50", "1234.50"), ("R$ 1.234,50", "1234.50"), ("r$1.234", "1234"), ("1.234", "1234"),
        ("1234.56", "1234.56"), ("0,5", "0.5"), ("-R$ 3,10", "-3.10"), ("2,5%", "2.5"), ("1 234,56", "1234.56"), ("7,", "7"),
        ("R$\N{NO-BREAK SPACE}12.345.678,90", "12345678.90"),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_any_sensible_way(text, number):
    assert read_decimal(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "doze", "1,234.56", "1.23.4", "1,2,3", "12-", "1e5", "--1"])
def test_what_could_be_two_amounts_or_none_is_refused(text):
    with pytest.raises(ValueError, match="number"):
        read_decimal(text)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_is_shown_is_read_back(number):
    assert read_decimal(write_decimal(number)) == number


@pytest.mark.parametrize(
    "text", ["23/11/2026", "23-11-26", "23.11.2026", "23112026", "231126", "2026-11-23", "23/11", "hoje", " Hoje "]
)
def test_a_day_is_read_in_any_sensible_way(text):
    assert read_day(text, TODAY) == TODAY


def test_days_have_words():
    assert read_day("amanhã", TODAY) == TODAY + timedelta(1)
    assert read_day("ontem", TODAY) == TODAY - timedelta(1)


@pytest.mark.parametrize("text", ["31/02/2026", "11/23/2026", "2026", "logo", "", "1/1/1/1"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError):  # the calendar's own words
        read_day(text, TODAY)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_shown_the_brazilian_way_and_read_back(day):
    shown = fields.Typed("day").format_value(day)
    assert shown == f"{day:%d/%m/%Y}"
    assert read_day(shown, TODAY) == day == fields.DayField().clean(day.isoformat())


class Everything(forms.Form):
    dia = fields.DayField()
    valor = fields.MoneyField()
    taxa = fields.PercentField(most=20)
    documento = fields.DocumentField()
    telefone = fields.PhoneField()


def test_a_form_gives_typed_values_and_shows_them_tidily():
    typed = {
        "dia": "hoje",
        "valor": "R$ 1.234,5",
        "taxa": "2,5%",
        "documento": "11222333000181",
        "telefone": "12991234567",
    }
    form = Everything(typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "dia": timezone.localdate(), "valor": Decimal("1234.5"), "taxa": Decimal("2.5"), "documento": "11222333000181",
        "telefone": "(12) 99123-4567",
    }  # fmt: skip
    shown = Everything(initial={"dia": TODAY, "valor": Decimal("1234567.8"), "documento": "52998224725"}).as_div()
    assert 'value="23/11/2026"' in shown and 'value="1.234.567,80"' in shown and 'value="529.982.247-25"' in shown


def test_what_is_wrong_is_said_with_an_example():
    form = Everything(
        {"dia": "31/02/2026", "valor": "1,234.56", "taxa": "30", "documento": "11222333000182", "telefone": "123"}
    )
    assert set(form.errors) == {"dia", "valor", "taxa", "documento", "telefone"}
    assert "31/12/2026" in form.errors["dia"][0] and "1.234,56" in form.errors["valor"][0]
    assert "CPF/CNPJ não confere" in form.errors["documento"][0] and "DDD" in form.errors["telefone"][0]
