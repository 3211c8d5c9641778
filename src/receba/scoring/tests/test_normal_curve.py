"""The two approximations, against the standard library, and the columns against the plain twins."""

from __future__ import annotations

from statistics import NormalDist

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.expr import stats
from receba.scoring.core import normal

EXACT = NormalDist()
PROBABILITIES = [1e-4, 0.001, 0.02424, 0.02426, 0.1, 0.5, 0.8413447460685429, 0.97574, 0.97576, 0.999, 1 - 1e-4]
POINTS = [-8.0, -3.2, -1.0, -1e-9, 0.0, 1e-9, 0.5, 1.959963984540054, 4.0, 8.0]


def on_columns(expression, values):
    return on_frame(lambda frame: frame.with_columns(y=expression(nw.col("x"))), values)


def on_frame(steps, values):
    engine = connect()
    frame = engine.open("values", pa.table({"x": pa.array(values, pa.float64())}))
    return engine.collect(steps(frame))["y"].to_pylist()


@pytest.mark.req("S3.16")
@given(st.floats(1e-6, 1 - 1e-6))
def test_quantile_is_acklams_to_nine_digits(p):
    exact = EXACT.inv_cdf(p)
    assert abs(normal.quantile(p) - exact) <= 1.2e-9 * max(abs(exact), 1e-2)


@given(st.floats(-30, 30))
def test_distribution_is_right_to_seven_digits(x):
    assert abs(normal.cdf(x) - EXACT.cdf(x)) < 7.6e-8


@pytest.mark.req("S3.16")
@pytest.mark.parametrize(
    ("pd", "z"), [(0.5, 0.0), (0.158655253931457, 1.0), (0.022750131948179, 2.0), (0.977249868051821, -2.0)]
)
def test_known_values_of_z(pd, z):
    assert normal.quantile(1 - pd) == pytest.approx(z, abs=1e-8)


def test_columns_equal_the_plain_quantile():
    assert on_frame(lambda frame: stats.with_normal_quantile(frame, "x", "y"), PROBABILITIES) == pytest.approx(
        [normal.quantile(p) for p in PROBABILITIES], rel=1e-14, abs=1e-15
    )


def test_columns_equal_the_plain_distribution_and_tanh():
    assert on_columns(stats.normal_cdf, POINTS) == pytest.approx([normal.cdf(x) for x in POINTS], rel=1e-14)
    assert on_columns(stats.tanh, [*POINTS, 500.0]) == pytest.approx([normal.tanh(x) for x in [*POINTS, 500.0]])


@pytest.mark.parametrize(("x", "whole"), [(0.5, 1), (-0.5, 0), (2.4999, 2), (-2.5, -2), (1e9 + 0.5, 10**9 + 1)])
def test_nearest_rounds_halves_upwards_everywhere(x, whole):
    assert normal.nearest(x) == whole
    assert on_columns(stats.nearest, [x]) == [whole]


@given(st.lists(st.tuples(st.integers(0, 2**60), st.integers(2**10, 2**40)), min_size=1, max_size=20))
def test_ratios_of_columns_are_exact(pairs):
    engine = connect()
    frame = engine.open("pairs", pa.table({"n": [n for n, _ in pairs], "d": [d for _, d in pairs]}))
    result = engine.collect(frame.select(y=stats.ratio_half_up(nw.col("n"), nw.col("d"))))["y"].to_pylist()
    assert sorted(result) == sorted(normal.ratio_half_up(n, d) for n, d in pairs)


@given(st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=20), st.integers(2**10, 10**6))
def test_ratio_down_is_the_floor_for_negative_numbers_too(numerators, denominator):
    engine = connect()
    frame = engine.open("numbers", pa.table({"n": numerators}))
    result = engine.collect(frame.select(y=stats.ratio_down(nw.col("n"), denominator)))["y"].to_pylist()
    assert sorted(result) == sorted(n // denominator for n in numerators)
