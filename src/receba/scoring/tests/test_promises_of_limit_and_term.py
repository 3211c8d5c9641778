"""Higher risk never raises a limit or a term, less history never lengthens a term, more volume never lowers a limit."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receba.scoring.core import portfolio, rules
from receba.scoring.core.parameters import E6, ScoringParameters
from receba.scoring.core.portfolio import Sizes
from receba.scoring.tests.making import ANY_LOAD, monthly, town

PUBLISHED = ScoringParameters()
PDS = st.integers(0, E6)
SIZES = st.builds(Sizes, slope_e3=st.integers(1, 4_000), spread_e4=st.integers(0, 20_000), term_days=st.integers(0, 90))
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIXED = replace(ANY_LOAD, tolerance_e6=100_000, slope_ceiling_e3=1_000)
"""Tolerance and slope held, so that only the customer's own history moves its limit."""


@pytest.mark.req("S3.12", "S3.14")
@given(PDS, PDS, st.integers(0, 200_000), PDS, SIZES)
def test_a_higher_pd_never_raises_a_limit(one, other, typical, ceiling, sizes):
    low, high = sorted((one, other))
    limits = [rules.limit_centavos(typical, pd, ceiling, sizes, PUBLISHED) for pd in (low, high)]
    assert limits[0] >= limits[1] >= 0


@pytest.mark.req("S3.12")
@given(PDS, st.integers(0, 200_000), st.integers(0, 200_000), st.integers(0, 200_000), st.integers(0, 36), SIZES)
def test_more_volume_at_equal_risk_never_lowers_a_limit(pd, one, other, median, months, sizes):
    less, more = sorted((one, other))
    typical = [rules.typical_shrunk_e4(value, months, median, PUBLISHED) for value in (less, more)]
    limits = [rules.limit_centavos(value, pd, PUBLISHED.break_even_e6, sizes, PUBLISHED) for value in typical]
    assert limits[0] <= limits[1]


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.integers(0, 35))
def test_few_months_lean_the_typical_purchase_downwards_only(typical, median, months):
    shrunk = [rules.typical_shrunk_e4(typical, n, median, PUBLISHED) for n in (months, months + 1)]
    assert shrunk[0] <= shrunk[1] <= typical


@pytest.mark.req("S3.15")
@given(st.integers(1_000, E6 - 1_000), st.integers(50_000, 150_000), st.integers(1_000, 300_000))
def test_at_the_least_risk_limit_the_expected_late_share_is_within_the_tolerance(pd, typical, tolerance):
    """PD(x) = logistic(logit PD + slope * ln(x / typical)); the limit is rounded down, so it stays at or below."""
    sizes = Sizes(slope_e3=1_000, spread_e4=8_000, term_days=30)
    limit = rules.limit_centavos(typical, pd, tolerance, sizes, PUBLISHED)
    if limit:
        ratio_e4 = log(limit / 100 + 1) * 10_000 - typical
        pd_at_limit = 1 / (1 + exp(-(rules.logit_e4(pd) + ratio_e4) / 10_000))
        assert pd_at_limit <= tolerance / E6 * 1.0003


@pytest.mark.req("S3.13")
@given(PDS, PDS, st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 36), st.integers(0, 36),
       st.integers(0, 365), st.integers(0, 10**6), SIZES)  # fmt: skip
def test_more_risk_more_change_or_less_history_never_gives_a_longer_term(
    pd_a, pd_b, change_a, change_b, months_a, months_b, own, weight, sizes
):
    customer = rules.Customer(1, weight=weight, own_term=own)
    better = replace(
        customer, pd_e6=min(pd_a, pd_b), change_e4=min(change_a, change_b), months_paid=max(months_a, months_b)
    )
    worse = replace(
        customer, pd_e6=max(pd_a, pd_b), change_e4=max(change_a, change_b), months_paid=min(months_a, months_b)
    )
    assert rules.term_days(worse, sizes, PUBLISHED) <= rules.term_days(better, sizes, PUBLISHED)


@pytest.mark.req("S3.13")
@given(st.integers(0, 365), st.integers(0, 10**6), st.integers(0, 10**6), SIZES)
def test_less_evidence_leans_the_term_downwards_only(own, one, other, sizes):
    customer = rules.Customer(1, own_term=own, months_paid=12)
    less, more = (replace(customer, weight=weight) for weight in sorted((one, other)))
    assert rules.term_days(less, sizes, PUBLISHED) <= rules.term_days(more, sizes, PUBLISHED)


@pytest.mark.req("S3.13")
def test_the_term_is_on_the_companys_grid():
    grid = {0, *PUBLISHED.term_grid_days}
    assert {row["term_days"] for row in town(60).rows().values()} <= grid


@pytest.mark.req("S3.13")
@FEW
@given(st.integers(3, 20), st.integers(1, 10), st.sampled_from([14, 28, 60, 90]))
def test_in_a_whole_portfolio_a_perfect_payer_with_less_history_has_no_longer_term(months, dropped, term):
    longer = town(8).sell(50, monthly(100, months + dropped), term=term).rows()[50]
    shorter = town(8).sell(50, monthly(100, months), term=term).rows()[50]
    assert shorter["term_days"] <= longer["term_days"]
    assert shorter["limit_return_centavos"] <= longer["limit_return_centavos"]


@pytest.mark.req("S3.14")
@FEW
@given(st.lists(st.integers(-2, 12), min_size=4, max_size=12), st.data())
def test_in_a_whole_portfolio_paying_one_title_later_never_raises_the_limits(delays, data):
    place = data.draw(st.integers(0, len(delays) - 1))
    later = [late + 14 * (n == place) for n, late in enumerate(delays)]

    def limits(days: list[int]) -> tuple[int, int]:
        book = town(8)
        for age, late in zip(monthly(100, len(days)), days, strict=True):
            book.sell(50, [age], late=late, centavos=2_000_00)
        row = book.rows(FIXED)[50]
        return row["limit_return_centavos"], row["limit_risk_centavos"]

    before, after = limits(delays), limits(later)
    assert after[0] <= before[0]
    assert after[1] <= before[1]


@pytest.mark.req("S3.12")
def test_buying_twice_as_much_at_the_same_risk_raises_both_limits():
    small = town(40).sell(50, monthly(60, 12), centavos=1_000_00).rows()[50]
    large = town(40).sell(50, monthly(60, 12), centavos=2_000_00).rows()[50]
    for name in ("limit_return_centavos", "limit_risk_centavos"):
        assert 1.5 * small[name] < large[name] <= 2.02 * small[name]


@pytest.mark.req("S3.12")
def test_the_limit_never_goes_beyond_what_the_customer_has_shown():
    """R$ 500 a month for a year: at most the 95th percentile of such months, and a fifth more."""
    scored = town(120).sell(901, monthly(40, 12), late=-2, centavos=500_00).score()
    row = next(row for row in scored.scores.to_pylist() if row["debtor_id"] == 901)
    shown = exp(1.6449 * scored.sizes.spread_e4 / 10_000)
    assert row["limit_return_centavos"] <= 500_00 * shown * 1.2 + 1_00


@pytest.mark.req("S3.14")
def test_break_even_is_margin_over_margin_and_loss():
    assert ScoringParameters(margin_bps=2_000, lgd_bps=3_000).break_even_e6 == 400_000


def test_the_slope_is_found_where_risk_grows_with_size():
    """Cells made from a logistic curve whose logit rises by 2 for every e-fold of size."""
    cells = []
    for logit in range(16, 40):
        for ratio in range(16):
            at = (logit * 2_500 + 1_250 - portfolio.LOGIT_BOUND_E4) / 1e4
            u = (ratio * 2_500 + 1_250 - portfolio.RATIO_BOUND_E4) / 1e4
            cells.append((logit, ratio, 1_000, round(1_200_000 / (1 + exp(-at - 2 * u)))))
    assert portfolio.fit_slope_e3(cells, PUBLISHED) == pytest.approx(2_000, abs=5)
    flat = [(logit, ratio, 1_000, 60_000) for logit, ratio, *_ in cells]
    assert portfolio.fit_slope_e3(flat, PUBLISHED) == PUBLISHED.slope_floor_e3


def test_the_term_reached_by_a_tenth_of_the_weight():
    assert portfolio.term_reached({30: 89, 60: 10, 90: 1}, 100) == 60
    assert portfolio.term_reached({30: 5}, 100) == 0
    assert portfolio.term_reached({}, 0) == 0
