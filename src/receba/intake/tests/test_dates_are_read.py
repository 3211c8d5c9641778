"""Dates in the forms that creditors write, and the evidence for day/month or month/day."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.intake.core.dates import parse_dates
from receba.intake.core.sniffing import find_date_orders

BASE = date(2026, 1, 31)


def read(text, order="dmy", base=None):
    column = parse_dates(pl.Series([text], dtype=pl.String), order, base)
    return column.values[0], column.reason[0]


@pytest.mark.parametrize(
    "text, order, day",
    [
        ("31/12/2026", "dmy", date(2026, 12, 31)),
        ("1/2/2026", "dmy", date(2026, 2, 1)),
        ("1/2/2026", "mdy", date(2026, 1, 2)),
        ("31-12-26", "dmy", date(2026, 12, 31)),
        ("31.12.99", "dmy", date(1999, 12, 31)),
        ("2026-12-31", "mdy", date(2026, 12, 31)),
        ("2026/12/31", "dmy", date(2026, 12, 31)),
        ("20261231", "dmy", date(2026, 12, 31)),
        ("31122026", "dmy", date(2026, 12, 31)),
        ("5/7/2018 13:20", "mdy", date(2018, 5, 7)),
        ("2018-08-17 00:00:00", "dmy", date(2018, 8, 17)),
        ("2018-08-17T10:11:12.345-03:00", "dmy", date(2018, 8, 17)),
        ("8/17/2018 1:20:05 PM", "mdy", date(2018, 8, 17)),
        ("  31/12/2026 ", "dmy", date(2026, 12, 31)),
    ],
)
def test_dates_are_read_in_their_own_form(text, order, day):
    assert read(text, order) == (day, None)


@pytest.mark.parametrize(
    "text", ["31/02/2026", "13/13/2026", "ontem", "2026-1", "43330", "1/2/3", "31/12/202", "٠1/02/2026"]
)
def test_what_is_not_a_date_is_refused(text):
    assert read(text) == (None, "not_a_date")


@pytest.mark.parametrize("text", ["31/12/1989", "01/01/2100", "1026-12-31"])
def test_a_date_outside_the_calendar_is_refused(text):
    assert read(text) == (None, "date_out_of_range")


@pytest.mark.parametrize(
    "text", [None, "", "  /  /    ", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00", "NULL", "NaT"]
)
def test_the_ways_of_writing_no_date_are_missing_and_not_wrong(text):
    column = parse_dates(pl.Series([text], dtype=pl.String), "dmy", None)
    assert column.missing[0]
    assert column.reason[0] is None


def test_relative_days_count_from_the_base():
    assert read("-31", base=BASE) == (date(2025, 12, 31), None)
    assert read("0", base=BASE) == (BASE, None)
    assert read("1.0", base=BASE) == (date(2026, 2, 1), None)
    assert read("-31") == (None, "not_a_date")


def orders(base=None, **columns):
    return {
        key: (found.value, found.certainty)
        for key, found in find_date_orders({k: pl.Series(v, dtype=pl.String) for k, v in columns.items()}, base).items()
    }


def test_a_day_above_twelve_proves_the_order_of_its_column():
    assert orders(issued=["01/02/2026", "13/02/2026"]) == {"issued": ("dmy", "proved")}
    assert orders(issued=["01/02/2026", "02/13/2026"]) == {"issued": ("mdy", "proved")}


def test_an_ambiguous_column_follows_the_other_columns_of_the_file():
    assert orders(issued=["01/02/2026"], due=["02/28/2026"]) == {
        "issued": ("mdy", "neighbour"),
        "due": ("mdy", "proved"),
    }


def test_ambiguous_columns_take_the_order_in_which_issue_comes_before_due():
    assert orders(issued=["02/11/2026", "03/09/2026"], due=["03/01/2026", "04/08/2026"])["due"] == (
        "mdy",
        "consistency",
    )
    assert orders(issued=["11/02/2026", "09/03/2026"], due=["01/03/2026", "08/04/2026"])["due"] == (
        "dmy",
        "consistency",
    )


def test_what_stays_ambiguous_is_day_first_and_says_so():
    assert orders(issued=["01/02/2026"], due=["01/03/2026"]) == {
        "issued": ("dmy", "assumed"),
        "due": ("dmy", "assumed"),
    }


def test_a_column_with_both_forms_is_reported_as_conflicting():
    assert orders(due=["13/02/2026", "14/02/2026", "02/15/2026"]) == {"due": ("dmy", "conflicting")}


@settings(deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    st.sampled_from([("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y"), ("ymd", "%Y-%m-%d"), ("dmy", "%Y%m%d")]),
)
def test_a_date_written_is_the_date_read(day, form):
    order, pattern = form
    assert read(day.strftime(pattern), order) == (day, None)


@settings(deadline=None)
@given(st.integers(-12_000, 12_000))
def test_relative_days_come_back(days):
    assert read(str(days), base=BASE)[0] == BASE + timedelta(days)
