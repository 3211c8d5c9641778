"""The fast way is checked against the obvious way, integer by integer, and against itself in another order."""

from __future__ import annotations

import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.scoring.core.columns import score
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.reference import score_plainly
from receba.scoring.core.sufficiency import InsufficientHistory
from receba.scoring.tests.making import ANY_LOAD, ON, Book, portfolios, town

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RECIPES = [
    ANY_LOAD,
    replace(ANY_LOAD, small_base=1),
    replace(ANY_LOAD, small_base=1, half_life_days=60, recent_days=400, prior_strength=1, window_months=12),
    replace(ANY_LOAD, tolerance_e6=200_000, slope_floor_e3=1, bad_after_days=20, minimum_known_titles=1),
]


@pytest.mark.req("S3.1", "S3.7")
@SLOW
@given(portfolios(), st.sampled_from(RECIPES), st.sampled_from([0, 1, 250, 10_000]))
def test_columns_and_plain_agree_on_every_integer(book: Book, recipe: ScoringParameters, rejected_bps: int):
    try:
        fast = book.score(recipe, rejected_bps=rejected_bps)
    except InsufficientHistory:
        assume(False)
    slow = score_plainly(*book.plain(), ON, recipe, rejected_bps)
    assert fast.scores.to_pylist() == slow.rows
    assert fast.p0 == slow.p0_e6 / 1_000_000
    assert (fast.mean, fast.sd) == (slow.curve.mean / 10_000, slow.curve.spread / 10_000)
    assert fast.medians == slow.medians
    assert fast.sizes == slow.sizes


@pytest.mark.parametrize("customers", [7, 99, 100, 130])
def test_they_agree_on_both_sides_of_a_hundred_customers(customers):
    book = town(customers)
    fast, slow = book.score(), score_plainly(*book.plain(), ON, ANY_LOAD)
    assert fast.scaling == ("rank" if customers < 100 else "normal")
    assert fast.scores.to_pylist() == slow.rows


@pytest.mark.req("S3.1")
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_order_batches_and_threads_do_not_move_a_bit(threads):
    book = town(150, months=30)
    expected = book.score()
    shuffled = Book(random.Random(threads).sample(book.sales, len(book.sales)))
    history, payments = (
        pa.Table.from_batches(table.to_batches(max_chunksize=123 * threads)) for table in shuffled.tables()
    )
    again = score(connect(threads=threads), history, payments, ON, ANY_LOAD)
    assert again.scores.equals(expected.scores)
    assert (again.mean, again.sd, again.p0) == (expected.mean, expected.sd, expected.p0)
    assert again.global_indices == expected.global_indices


@pytest.mark.req("S3.7")
@settings(SLOW, max_examples=10)
@given(portfolios(), st.randoms(use_true_random=False))
def test_what_happens_from_the_day_on_does_not_leak(book: Book, dice: random.Random):
    """Settlements of the day and later, payments of the day and later, titles not yet due: none moves a score."""
    history, payments = (table.to_pylist() for table in book.tables())
    changed = [dict(row) for row in history if row["due_day"] < ON and row["issued_day"] < ON]
    for row in changed:
        if row["settled_day"] >= ON:
            row["settled_day"] = ON + dice.randrange(0, 500)
    known_payments = [row for row in payments if row["paid_day"] < ON]
    known_payments += [{**row, "paid_day": ON + dice.randrange(0, 90)} for row in payments[:3]]
    try:
        expected = book.score()
    except InsufficientHistory:
        assume(False)
    again = score(
        connect(),
        pa.Table.from_pylist(changed, schema=book.tables()[0].schema),
        pa.Table.from_pylist(known_payments, schema=book.tables()[1].schema),
        ON,
        ANY_LOAD,
    )
    assert again.scores.equals(expected.scores)
    assert again.global_indices == expected.global_indices
