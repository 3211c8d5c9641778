"""AUC, KS and calibration, against scikit-learn and against numbers done by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from receba.scoring.core.measures import auc, auc_intervals, brier, expected_calibration_error, ks

CASES = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(1, 3)), min_size=2, max_size=60)


def columns(cases):
    return (pl.Series([float(score) for score, *_ in cases]), pl.Series([bad for _, bad, *_ in cases]))


@given(CASES)
def test_auc_and_ks_equal_scikit_learn_with_ties_and_weights(cases):
    scores, bad = columns(cases)
    assume(0 < bad.sum() < len(bad))
    assert auc(scores, bad) == pytest.approx(roc_auc_score(bad.to_list(), scores.to_list()))
    false, true, _ = roc_curve(bad.to_list(), scores.to_list(), drop_intermediate=False)
    assert ks(scores, bad) == pytest.approx(max(abs(true - false)))
    weights = pl.Series([weight for *_, weight in cases])
    assert auc(scores, bad, weights) == pytest.approx(
        roc_auc_score(bad.to_list(), scores.to_list(), sample_weight=weights.to_list())
    )


def test_a_single_class_has_no_auc_and_no_ks():
    scores, bad = pl.Series([0.1, 0.2]), pl.Series([True, True])
    assert auc(scores, bad) is None
    assert ks(scores, bad) is None


def test_calibration_by_hand():
    """Ten titles at 10 % of which two are bad, ten at 50 % of which four are: mean gap (0.1 + 0.1) / 2."""
    promised = pl.Series([0.1] * 10 + [0.5] * 10)
    bad = pl.Series([True] * 2 + [False] * 8 + [True] * 4 + [False] * 6)
    assert expected_calibration_error(promised, bad, groups=2) == pytest.approx(0.1)
    assert brier(promised, bad) == pytest.approx((2 * 0.81 + 8 * 0.01 + 4 * 0.25 + 6 * 0.25) / 20)
    assert expected_calibration_error(pl.Series([], dtype=pl.Float64), pl.Series([], dtype=pl.Boolean)) is None


def test_intervals_hold_the_auc_are_repeatable_and_draw_whole_customers():
    rows = pl.DataFrame(
        {
            "debtor_id": [n // 5 for n in range(400)],
            "bad": [n % 7 == 0 or n % 11 == 0 for n in range(400)],
            "sharp": [float(n % 7 == 0) + n % 3 / 10 for n in range(400)],
            "blunt": [float(n % 13) for n in range(400)],
        }
    )
    found = auc_intervals(rows, ("sharp", "blunt"), draws=60)
    assert found == auc_intervals(rows, ("sharp", "blunt"), draws=60)
    low, high = found["sharp"]
    assert low < auc(rows["sharp"], rows["bad"]) < high
    assert found["gain"][0] > 0
    one_customer = rows.with_columns(debtor_id=pl.lit(1, pl.Int64))
    low, high = auc_intervals(one_customer, ("sharp", "blunt"), draws=5)["sharp"]
    assert low == high
