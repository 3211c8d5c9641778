"""A customer about whom nothing new is known is not read again: its row of yesterday is its row of today, to the unit."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import HISTORY, NOT_SETTLED, PAYMENTS
from receba.scoring.core.columns import known_of, sample_every
from receba.scoring.core.columns_customers import SAMPLE, sampled
from receba.scoring.core.columns_state import marks
from receba.scoring.core.parameters import fact_weight, stays_until
from receba.scoring.tests.making import ANY_LOAD, ON, Book, portfolios, town


def learned(book: Book, on: int) -> dict[int, dict[str, int]]:
    """Return the row of each customer with its mark, from the facts known at the end of `on`."""
    history, payments = book.tables()
    titles = [
        {**row, "settled_day": row["settled_day"] if row["settled_day"] <= on else NOT_SETTLED}
        for row in history.to_pylist()
        if row["issued_day"] <= on
    ]
    sold = {row["title_id"] for row in titles}
    paid = [row for row in payments.to_pylist() if row["paid_day"] <= on and row["title_id"] in sold]
    engine = connect()
    opened = (
        engine.open("history", pa.Table.from_pylist(titles, schema=arrow_schema(HISTORY))),
        engine.open("payments", pa.Table.from_pylist(paid, schema=arrow_schema(PAYMENTS))),
    )
    customers = known_of(engine, *opened, on, ANY_LOAD).customers
    rows = customers.join(marks(engine, *opened), on="debtor_id", how="inner")
    return {row["debtor_id"]: row for row in engine.collect(rows).to_pylist()}


@pytest.mark.req("S3.26")
@settings(deadline=None, max_examples=40)
@given(portfolios(), st.integers(-40, 40), st.integers(1, 45))
@example(town(8), 1, 1)
@example(town(8), -3, 20)
def test_a_row_whose_day_has_not_come_is_the_row_of_a_later_day_with_the_same_facts(book, offset, days):
    before, after = learned(book, ON + offset), learned(book, ON + offset + days)
    for debtor, row in before.items():
        now = after.get(debtor)
        if row["changes_day"] > ON + offset + days and now and now["mark"] == row["mark"]:
            assert now == row


@pytest.mark.req("S3.26")
def test_most_of_a_quiet_town_is_not_read_again_the_next_day():
    before, after = learned(town(60), ON + 1), learned(town(60), ON + 2)
    held = [debtor for debtor, row in before.items() if row["changes_day"] > ON + 2]
    assert len(held) > 40
    assert all(before[debtor] == after[debtor] for debtor in held)


@pytest.mark.req("S3.26")
def test_two_titles_that_swap_their_days_of_payment_are_another_mark():
    one, other = Book(), Book()
    one.sell(1, [100], late=3).sell(1, [200], late=9)
    other.sell(1, [100], late=9).sell(1, [200], late=3)
    assert learned(one, ON)[1]["mark"] != learned(other, ON)[1]["mark"]


@pytest.mark.req("S3.26")
def test_weights_halve_every_half_life_and_keep_their_sums_from_day_to_day():
    on = day_number(date(2026, 6, 2))
    until = stays_until(on, 365)
    assert until == day_number(date(2026, 7, 1))
    for age in (0, 1, 30, 364, 365, 730, 1_000):
        today = fact_weight(on - age, on, 365)
        assert today / fact_weight(on, on, 365) == pytest.approx(0.5 ** (age / 365), rel=2e-4)
        assert today == fact_weight(on - age, until, 365)
    assert fact_weight(on - 14 * 365, on, 365) == 0


@pytest.mark.req("S3.26")
def test_the_sample_is_everybody_until_it_pays_and_then_a_fair_part():
    assert sample_every(SAMPLE * 2 - 1) == 1
    assert sample_every(SAMPLE * 10) == 10
    engine = connect()
    for step in (1, 2, 10, 16, 1000):
        ids = pa.table({"debtor_id": pa.array(range(7, 7 + 20_000 * step, step), pa.int64())})
        assert 1_700 < engine.collect(sampled(engine.open("ids", ids), 10)).num_rows < 2_300
