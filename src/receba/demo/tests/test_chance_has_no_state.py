"""A draw depends on the seed, the purpose and the ids; not on the order of the rows nor on the platform."""

from __future__ import annotations

import hashlib

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from receba.demo.core.chance import KNOTS, Chance, exponential_curve, lognormal_curve

WORD = 2**64
IDS = st.lists(st.integers(0, 2**40), min_size=1, max_size=30)


def plainly_mixed(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB % WORD
    return x ^ x >> 31


def plainly_drawn(seed: int, purpose: str, *ids: int) -> int:
    """The obvious way, in Python's own integers."""
    state = int.from_bytes(hashlib.sha256(f"{seed}::{purpose}".encode()).digest()[:8], "little")
    for number in ids:
        state = plainly_mixed((number * 0x9E3779B97F4A7C15 + state) % WORD)
    return state


@given(st.integers(0, 2**31), IDS)
def test_the_column_draws_what_plain_arithmetic_draws(seed, ids):
    frame = pl.DataFrame({"a": ids}, schema={"a": pl.Int64}).with_columns(b=pl.col("a") // 3)
    drawn = frame.select(Chance(seed).draw("x", pl.col("a"), pl.col("b"))).to_series().to_list()
    assert drawn == [plainly_drawn(seed, "x", a, a // 3) for a in ids]


@given(IDS, st.integers(1, 2**32))
def test_a_bounded_draw_stays_below_its_bound(ids, limit):
    drawn = pl.DataFrame({"a": ids}).select(Chance(1).below(limit, "x", pl.col("a"))).to_series()
    assert drawn.min() >= 0
    assert drawn.max() < limit


def test_a_row_keeps_its_draw_when_the_rows_are_shuffled():
    frame = pl.DataFrame({"a": range(1000)})
    draw = Chance(7).below(10**6, "x", pl.col("a"))
    straight = frame.with_columns(x=draw)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=3).with_columns(x=draw).sort("a")
    assert straight.equals(shuffled)


def test_purposes_and_seeds_give_unrelated_draws():
    frame = pl.DataFrame({"a": range(20_000)})
    a = pl.col("a")
    drawn = frame.select(
        x=Chance(1).below(1000, "x", a), y=Chance(1).below(1000, "y", a), z=Chance(2).below(1000, "x", a)
    )
    for one, other in (("x", "y"), ("x", "z")):
        assert abs(drawn.select(pl.corr(one, other)).item()) < 0.03


def test_what_happens_in_80_of_1000_rows_happens_in_about_8_percent():
    frame = pl.DataFrame({"a": range(100_000)})
    share = frame.select(Chance(5).happens(80, "x", pl.col("a")).mean()).item()
    assert 0.075 < share < 0.085


def test_curves_rise_and_have_the_promised_middle():
    lognormal, exponential = lognormal_curve(0.9), exponential_curve()
    assert lognormal == sorted(lognormal)
    assert abs(lognormal[KNOTS // 2] - 1000) <= 3
    assert exponential == sorted(exponential)
    assert abs(sum(exponential) / KNOTS - 1000) < 5
