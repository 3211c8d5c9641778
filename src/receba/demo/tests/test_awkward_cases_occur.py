"""Every awkward case that real portfolios have occurs in the made-up one, small or large, and adds up."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.demo.core.cases import CASES
from receba.demo.core.portfolio import LEAST_CUSTOMERS, Portfolio, generate
from receba.demo.core.profile import HORIZONTE, PROFILES, SERRA_AZUL, VILA_NOVA, Profile
from receba.kernel.days import is_business_day
from receba.kernel.tables import HoldKind

ON = date(2026, 11, 23)
EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)


@cache
def portfolio(profile: Profile) -> Portfolio:
    return generate(profile, 21, ON, 200)


def settled(made: Portfolio, case: str) -> pl.DataFrame:
    """The settlements of the titles of a case, with the title's amount and dates."""
    titles = made.titles.drop("kind").join(made.title_truth.select("title", "case", "effective_due"), on="title")
    return titles.filter(pl.col("case") == case).join(made.settlements, on="title", how="left")


def principal() -> pl.Expr:
    """What a settlement takes off the principal."""
    cash = pl.col("paid_amount_centavos") - pl.col("fine_centavos") - pl.col("interest_centavos")
    kind = pl.col("kind")
    return pl.when(kind == "reversal").then(-cash).otherwise(cash + pl.col("discount_centavos")).fill_null(0)


def open_by_title(frame: pl.DataFrame) -> pl.Series:
    return frame.group_by("title").agg(pl.col("amount_centavos").first() - principal().sum())["amount_centavos"]


@pytest.mark.parametrize("customers", [LEAST_CUSTOMERS, 200])
@EVERY_PROFILE
def test_every_planted_case_occurs(profile, customers):
    seen = set(generate(profile, 5, ON, customers).title_truth["case"].drop_nulls())
    wanted = {case.name for case in CASES} - (set() if profile.has_giant else {"giant_amount"})
    assert seen == wanted


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**31), st.dates(date(2024, 6, 1), date(2030, 12, 31)), st.sampled_from(PROFILES))
def test_any_seed_and_any_day_give_a_sound_portfolio(seed, on, profile):
    made = generate(profile, seed, on, LEAST_CUSTOMERS)
    assert made.titles["title"].n_unique() == made.titles.height
    assert made.settlements["settlement"].n_unique() == made.settlements.height
    assert made.titles["issued"].max() <= on
    assert made.settlements["paid"].max() <= on
    assert (made.titles["due"] >= made.titles["issued"]).all()
    assert made.titles["amount_centavos"].min() > 0
    assert made.settlements["paid_amount_centavos"].min() > 0
    assert made.titles.join(made.customers, on="customer", how="anti").height == 0
    assert len(set(made.title_truth["case"].drop_nulls())) == len(CASES) - (not profile.has_giant)


@EVERY_PROFILE
def test_an_ordinary_paid_title_is_settled_to_the_centavo(profile):
    made = portfolio(profile)
    plain = made.title_truth.filter(pl.col("case").is_null() & (pl.col("paid") <= ON))
    frame = (
        plain.select("title").join(made.titles.drop("kind"), on="title").join(made.settlements, on="title", how="left")
    )
    assert open_by_title(frame).to_list() == [0] * plain.height


@pytest.mark.parametrize(
    "case", ["partial_payment", "reversal", "early_discount", "abatement", "write_off", "cancelled", "same_day"]
)
@EVERY_PROFILE
def test_awkward_settlements_end_at_zero(profile, case):
    made = portfolio(profile)
    still_to_pay = made.title_truth.filter((pl.col("case") == case) & (pl.col("paid") > ON))
    frame = settled(made, case).join(still_to_pay, on="title", how="anti").filter(pl.col("issued") <= ON - timedelta(5))
    assert set(open_by_title(frame)) == {0}


@pytest.mark.parametrize("case", ["partial_open", "reversal_open", "disputed", "promise", "broken_promise", "old_open"])
@EVERY_PROFILE
def test_open_cases_stay_open(profile, case):
    assert open_by_title(settled(portfolio(profile), case)).min() > 0


@EVERY_PROFILE
def test_overpaid_and_twice_paid_titles_are_in_credit(profile):
    made = portfolio(profile)
    assert open_by_title(settled(made, "overpayment")).max() < 0
    twice = settled(made, "duplicate_payment")
    assert twice.group_by("title").len()["len"].to_list() == [2] * twice["title"].n_unique()
    assert open_by_title(twice).max() < 0


@EVERY_PROFILE
def test_a_bounced_cheque_names_the_payment_that_it_undoes(profile):
    made = portfolio(profile)
    back = made.settlements.filter(pl.col("kind") == "reversal")
    pairs = back.join(made.settlements, left_on="reverses", right_on="settlement", suffix="_first", how="left")
    assert back.height > 0
    assert (pairs["title"] == pairs["title_first"]).all()
    assert (pairs["paid"] > pairs["paid_first"]).all()
    assert (pairs["method_first"] == "cheque").all()
    assert made.settlements.filter(pl.col("kind") != "reversal")["reverses"].null_count() == (
        made.settlements.height - back.height
    )


@EVERY_PROFILE
def test_some_payments_wait_for_a_title_that_never_came(profile):
    made = portfolio(profile)
    assert made.settlements.join(made.titles, on="title", how="anti").height >= 3


@EVERY_PROFILE
def test_early_payers_get_three_percent(profile):
    frame = settled(portfolio(profile), "early_discount")
    early = frame.filter(pl.col("settlement").is_not_null() & (pl.col("paid") < pl.col("due")))
    assert early.height > 0
    assert (early["discount_centavos"] == early["amount_centavos"] * 3 // 100).all()


@EVERY_PROFILE
def test_late_payments_bring_fine_and_interest_and_on_time_ones_never(profile):
    made = portfolio(profile)
    titles = made.titles.drop("kind").join(made.title_truth.select("title", "effective_due"), on="title")
    frame = titles.join(made.settlements, on="title")
    on_time = frame.filter(pl.col("paid") <= pl.col("effective_due"))
    assert on_time.select(pl.col("fine_centavos", "interest_centavos").sum()).row(0) == (0, 0)
    assert frame["fine_centavos"].max() > 0
    assert frame["interest_centavos"].max() > 0


@EVERY_PROFILE
def test_titles_due_on_a_day_off_are_paid_on_the_next_business_day(profile):
    frame = settled(portfolio(profile), "next_business_day")
    assert not any(is_business_day(day) for day in frame["due"])
    assert (frame["paid"] == frame["effective_due"]).all()


def test_some_titles_fall_due_on_a_weekday_holiday():
    due = portfolio(SERRA_AZUL).titles["due"].unique()
    assert any(day.weekday() < 5 and not is_business_day(day) for day in due)


@EVERY_PROFILE
def test_some_pay_on_the_day_of_issue_and_some_before_the_due_date(profile):
    made = portfolio(profile)
    same_day = settled(made, "same_day")
    assert (same_day["paid"] == same_day["issued"]).all()
    frame = made.titles.drop("kind").join(made.settlements, on="title")
    assert frame.filter(pl.col("paid") < pl.col("due")).height > made.titles.height // 20


@EVERY_PROFILE
def test_one_title_has_been_open_for_more_than_two_years(profile):
    frame = settled(portfolio(profile), "old_open")
    assert (ON - frame["due"][0]).days > 730
    since = portfolio(profile).customers.filter(pl.col("customer") == frame["customer"][0])["since"][0]
    assert since < frame["issued"][0]


def test_the_smallest_and_the_largest_amounts():
    for profile in PROFILES:
        amounts = portfolio(profile).titles["amount_centavos"]
        assert amounts.min() == 1
    assert portfolio(SERRA_AZUL).titles["amount_centavos"].max() == 123_456_789
    assert portfolio(VILA_NOVA).titles["amount_centavos"].max() == 123_456_789
    assert portfolio(HORIZONTE).titles["amount_centavos"].max() < 1_000_000


@EVERY_PROFILE
def test_customers_with_one_title_with_none_and_with_more_than_700(profile):
    truth = portfolio(profile).truth
    sizes = {size: truth.filter(pl.col("size") == size)["titles"] for size in ("none", "single", "giant")}
    assert set(sizes["none"]) == {0}
    assert set(sizes["single"]) == {1}
    assert len(sizes["single"]) >= 2
    if profile.has_giant:
        assert sizes["giant"].min() > 700


@EVERY_PROFILE
def test_every_kind_of_hold_that_the_generator_promises(profile):
    holds = portfolio(profile).holds
    assert set(holds["kind"]) == {
        "dispute", "promise", "opt_out", "lawyer", "deceased", "bankruptcy", "wrong_person", "legal"
    }  # fmt: skip
    assert {kind.upper() for kind in set(holds["kind"])} <= set(HoldKind.__members__)
    assert (holds["from_on"] <= ON).all()


@EVERY_PROFILE
def test_promises_are_running_or_broken_and_the_dead_are_people(profile):
    made = portfolio(profile)
    until = made.holds.filter(pl.col("kind") == "promise")["until_on"]
    assert until.null_count() == 0
    assert until.max() > ON > until.min()
    kinds = made.holds.join(made.customers, on="customer").select("kind", "person_type")
    assert set(kinds.filter(pl.col("kind") == "deceased")["person_type"]) == {"PF"}
    assert set(kinds.filter(pl.col("kind") == "bankruptcy")["person_type"]) == {"PJ"}


def test_too_small_a_portfolio_is_refused():
    with pytest.raises(ValueError, match="at least 60 customers"):
        generate(SERRA_AZUL, 1, ON, 59)
