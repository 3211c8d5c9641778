"""What the files show must follow from the truth: late shares, delays, drifts, seasons."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest

from receba.demo.core.portfolio import Portfolio, generate
from receba.demo.core.profile import HORIZONTE, PROFILES, SERRA_AZUL, VILA_NOVA, Profile
from receba.kernel.days import effective_due

ON = date(2026, 11, 23)
EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)


@cache
def portfolio(profile: Profile, seed: int = 3) -> Portfolio:
    return generate(profile, seed, ON, 1200)


def observed(made: Portfolio) -> pl.DataFrame:
    """Return the titles that were not planted, with the lateness that only the files show."""
    paid = made.settlements.filter(pl.col("kind") == "payment").group_by("title").agg(pl.col("paid").max())
    truth = made.title_truth.select("title", "customer", "pd_e4", "effective_due", "case")
    titles = made.titles.select("title", "issued", "due").join(truth, on="title", validate="1:1")
    known = titles.filter(pl.col("case").is_null() & (pl.col("effective_due") <= ON - timedelta(5)))
    joined = known.join(paid, on="title", how="left")
    late = (pl.col("paid") - pl.col("effective_due")).dt.total_days() >= 5
    return joined.with_columns(late=late.fill_null(value=True))


def assert_close_to_its_probability(frame: pl.DataFrame) -> None:
    chances = pl.col("pd_e4") / 10_000
    seen, wanted, variance = frame.select(
        pl.col("late").sum(), chances.sum().alias("p"), (chances * (1 - chances)).sum().alias("v")
    ).row(0)
    assert abs(seen - wanted) < 4 * variance**0.5 + 1, (seen, wanted, frame.height)


@EVERY_PROFILE
def test_the_late_share_is_the_true_pd(profile):
    assert_close_to_its_probability(observed(portfolio(profile)))


@EVERY_PROFILE
def test_the_late_share_is_the_true_pd_in_every_band_of_risk(profile):
    frame = observed(portfolio(profile))
    for low, high in ((0, 300), (300, 700), (700, 1500), (1500, 3000), (3000, 6000), (6000, 10_001)):
        band = frame.filter(pl.col("pd_e4").is_between(low, high, closed="left"))
        assert band.height > 100
        assert_close_to_its_probability(band)


@EVERY_PROFILE
def test_customers_of_one_behaviour_have_the_mean_delay_they_are_said_to_have(profile):
    made = portfolio(profile)
    bad = made.title_truth.filter(pl.col("bad") & ~pl.col("lost") & pl.col("case").is_null())
    frame = bad.join(made.truth.select("customer", "mean_delay_days", "behaviour"), on="customer")
    means = frame.group_by("behaviour").agg(pl.col("delay_days").mean(), pl.col("mean_delay_days").mean(), pl.len())
    for _, seen, wanted, count in means.filter(pl.col("len") >= 300).iter_rows():
        # Waits are whole days cut down, half a day less on the average; the rest is chance.
        assert abs(seen - wanted + 0.5) < 4 * wanted / count**0.5


@EVERY_PROFILE
def test_behaviours_drift_in_the_direction_that_the_truth_says(profile):
    made = portfolio(profile)
    truth = made.truth.filter(pl.col("drift_on").is_not_null()).select("customer", "drift", "drift_on", "behaviour")
    frame = observed(made).join(truth, on="customer").with_columns(after=pl.col("due") >= pl.col("drift_on"))
    share = {
        (drift, after): late
        for drift, after, late in frame.group_by("drift", "after").agg(pl.col("late").mean()).iter_rows()
    }
    assert share["worsening", True] > share["worsening", False] + 0.1
    assert share["improving", True] < share["improving", False]
    assert share["stopped", True] == 1.0


@EVERY_PROFILE
def test_the_share_of_customers_that_drift_is_about_one_in_five(profile):
    truth = portfolio(profile).truth
    assert 0.15 < truth["drift_on"].count() / truth.height < 0.27


@EVERY_PROFILE
def test_due_dates_are_honoured_on_the_next_business_day(profile):
    made = portfolio(profile)
    sample = made.titles.join(made.title_truth, on="title").select("due", "effective_due").unique()
    assert all(effective_due(due) == effective for due, effective in sample.iter_rows())


@EVERY_PROFILE
def test_good_payers_stay_good_when_the_bank_is_closed(profile):
    """A title that is not bad is paid less than five days after the effective due date, wherever weekends fall."""
    good = portfolio(profile).title_truth.filter(~pl.col("bad") & pl.col("case").is_null())
    assert ((good["paid"] - good["effective_due"]).dt.total_days() < 5).all()


def test_food_sells_in_december_and_not_in_february():
    months = portfolio(SERRA_AZUL).titles.group_by(pl.col("issued").dt.strftime("%Y-%m")).len()
    sold = dict(months.iter_rows())
    assert sold["2025-12"] > 1.5 * sold["2026-02"]


def test_a_third_of_the_invoices_are_issued_at_the_end_of_the_month():
    issued = portfolio(SERRA_AZUL).titles.select(
        left=pl.col("issued").dt.month_end().dt.day() - pl.col("issued").dt.day()
    )
    assert issued.filter(pl.col("left") < 5).height > 0.3 * issued.height


@EVERY_PROFILE
def test_titles_due_after_the_holidays_are_riskier(profile):
    truth = portfolio(profile).title_truth.filter(pl.col("case").is_null())
    months = truth.group_by(pl.col("effective_due").dt.month().alias("m")).agg(pl.col("pd_e4").mean())
    mean = dict(months.iter_rows())
    assert mean[1] > 1.1 * mean[6]


def test_tuition_is_due_on_day_5_or_10_and_books_on_day_20():
    titles = portfolio(HORIZONTE).titles.join(portfolio(HORIZONTE).title_truth.select("title", "case"), on="title")
    titles = titles.filter(pl.col("case").ne_missing(pl.lit("old_open")))
    days = titles.group_by("kind").agg(pl.col("due").dt.day().unique().sort())
    assert dict(days.iter_rows()) == {"Mensalidade": [5, 10], "Material didático": [20]}


def test_instalments_carry_their_number_and_fall_one_a_month():
    titles = portfolio(VILA_NOVA).titles.filter(pl.col("customer") == "L000100").sort("due")
    months = titles.select(pl.col("due").dt.year() * 12 + pl.col("due").dt.month()).to_series()
    assert months.diff().drop_nulls().unique().to_list() == [1]
    assert titles["description"].str.contains(r"^Quadra \d+, lote \d+ – parcela \d+/(120|144|180)$").all()


def test_business_terms_run_from_14_to_45_days():
    made = portfolio(SERRA_AZUL)
    frame = made.titles.join(made.title_truth.filter(pl.col("case").ne_missing(pl.lit("old_open"))), on="title")
    terms = (frame["due"] - frame["issued"]).dt.total_days()
    assert (terms.min(), terms.max()) == (14, 45)


def test_parcels_of_an_invoice_add_up_to_within_a_centavo_of_each_other():
    titles = portfolio(SERRA_AZUL).titles.join(portfolio(SERRA_AZUL).title_truth.select("title", "case"), on="title")
    sound = titles.filter(pl.col("case").is_null()).with_columns(invoice=pl.col("title").str.head(9))
    spread = sound.group_by("invoice").agg(pl.col("amount_centavos").max() - pl.col("amount_centavos").min())
    assert spread["amount_centavos"].max() == 1
