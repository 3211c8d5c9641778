"""Money text becomes centavos without passing through a float."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.intake.core.amounts import parse_amounts
from receba.kernel.money import MAX_CENTAVOS


def read(text, decimal="comma", positive=False):
    amounts = parse_amounts(pl.Series([text], dtype=pl.String), decimal, positive=positive)
    return amounts.column.values[0], amounts.column.reason[0]


@pytest.mark.parametrize(
    "text, decimal, centavos",
    [
        ("1.234,56", "comma", 123_456),
        ("R$ 1.234,56", "comma", 123_456),
        ("R$\u00a0 0,5", "comma", 50),
        (",5", "comma", 50),
        ("1234", "comma", 123_400),
        ("1.234", "comma", 123_400),
        ("1.234", "dot", 123),
        ("1,234.56", "dot", 123_456),
        ("35516.41", "dot", 3_551_641),
        ("12.", "dot", 1_200),
        ("+10,00", "comma", 1_000),
        ("000010,00", "comma", 1_000),
        ("0.30000000000000004", "dot", 30),
        ("9999999999,99", "comma", 999_999_999_999),
    ],
)
def test_amounts_are_read_in_their_own_convention(text, decimal, centavos):
    assert read(text, decimal) == (centavos, None)


@pytest.mark.parametrize(
    "text, centavos", [("0,005", 1), ("0,004", 0), ("1,235", 124), ("1,2349", 123), ("2,675", 268)]
)
def test_a_fraction_of_a_centavo_is_rounded_half_up(text, centavos):
    assert read(text) == (centavos, None)


@pytest.mark.parametrize(
    "text, decimal",
    [
        ("abc", "comma"), ("1,2,3", "comma"), ("12.34,5", "comma"), ("1.5", "comma"), ("1,5", "dot"), ("1e5", "dot"),
        ("--5", "comma"), ("5-5", "comma"), (".", "dot"), ("R$", "comma"), ("(5", "comma"), ("1.2345,00", "comma"),
        ("１２", "comma"), ("1,٠", "comma"), ("٠,1", "comma"),
    ],
)  # fmt: skip
def test_what_is_not_an_amount_is_refused(text, decimal):
    assert read(text, decimal) == (None, "not_a_number")


@pytest.mark.parametrize("text", ["-5,00", "5,00-", "(5,00)", "−5,00"])
def test_a_negative_amount_is_read_and_refused(text):
    assert read(text) == (-500, "negative_amount")
    assert read(text, positive=True) == (-500, "amount_not_positive")


def test_zero_is_refused_only_where_the_amount_must_be_positive():
    assert read("0,00") == (0, None)
    assert read("0,00", positive=True) == (0, "amount_not_positive")
    assert read("0,001", positive=True) == (0, "amount_not_positive")


@pytest.mark.parametrize("text", ["10000000000,01", "99999999999999", "123456789012345678901234567890", "1" * 400])
def test_an_amount_beyond_the_budget_is_refused_and_not_added_up(text):
    assert read(text) == (None, "amount_over_budget")


def test_the_largest_amount_is_accepted():
    assert read("10.000.000.000,00") == (MAX_CENTAVOS, None)


@pytest.mark.parametrize("text", [None, "", "  ", "-", "NULL", "nan", "N/A", "#N/D"])
def test_nothing_is_missing_and_not_wrong(text):
    amounts = parse_amounts(pl.Series([text], dtype=pl.String), "comma", positive=True)
    assert amounts.column.missing[0]
    assert amounts.column.reason[0] is None


def written(value: Decimal, decimal: str, *, grouped: bool) -> str:
    text = f"{value:,f}" if grouped else f"{value:f}"
    return text.translate(str.maketrans(",.", ".,")) if decimal == "comma" else text


@settings(deadline=None)
@given(
    st.lists(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=3), min_size=1, max_size=30),
    st.sampled_from(["comma", "dot"]),
    st.booleans(),
)
def test_every_amount_is_the_decimal_half_up_and_the_residue_explains_the_sum(values, decimal, grouped):
    text = pl.Series([written(value, decimal, grouped=grouped) for value in values], dtype=pl.String)
    amounts = parse_amounts(text, decimal, positive=False)
    expected = [int((value * 100).quantize(Decimal(1), ROUND_HALF_UP)) for value in values]
    assert amounts.column.values.to_list() == expected
    exact = Decimal(sum(expected)) / 100 - Decimal(amounts.residue.sum()) / 10**12
    assert exact == sum(values)
