"""A flat file of titles becomes the kernel tables: ids, effective due days, settlements of one title put together."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest

from receba.engine.contract import conform
from receba.kernel.days import day_number
from receba.kernel.tables import HISTORY, NOT_SETTLED, PAYMENTS
from receba.scoring.core.flat import history_from_flat

SATURDAY, MONDAY = date(2026, 5, 9), date(2026, 5, 11)


def flat(*rows, **extra):
    names = ("customer", "issued", "due", "amount", "paid", "paid_amount")
    frame = pl.DataFrame(
        rows, orient="row",
        schema=dict(zip(names, (pl.String, pl.Date, pl.Date, pl.Int64, pl.Date, pl.Int64), strict=True)),
    )  # fmt: skip
    return frame.with_columns(**{name: pl.Series(values) for name, values in extra.items()})


def test_one_row_is_one_title_and_maybe_its_payment():
    ledger = history_from_flat(
        flat(
            ("B", date(2026, 4, 9), SATURDAY, 100_00, MONDAY, None), ("A", date(2026, 4, 1), MONDAY, 50_00, None, None)
        )
    )
    assert ledger.customers.rows() == [(1, "A"), (2, "B")]
    assert ledger.history.to_pylist() == [
        {"title_id": 1, "debtor_id": 1, "issued_day": day_number(date(2026, 4, 1)), "due_day": day_number(MONDAY),
         "effective_due_day": day_number(MONDAY), "settled_day": NOT_SETTLED, "face_centavos": 50_00},
        {"title_id": 2, "debtor_id": 2, "issued_day": day_number(date(2026, 4, 9)), "due_day": day_number(SATURDAY),
         "effective_due_day": day_number(MONDAY), "settled_day": day_number(MONDAY), "face_centavos": 100_00},
    ]  # fmt: skip
    assert ledger.payments.to_pylist() == [
        {"title_id": 2, "debtor_id": 2, "paid_day": day_number(MONDAY), "paid_centavos": 100_00}
    ]
    conform(HISTORY, ledger.history)
    conform(PAYMENTS, ledger.payments)


def test_two_settlements_of_one_title_settle_it_on_the_second_day():
    ledger = history_from_flat(
        flat(
            ("A", date(2026, 1, 5), MONDAY, 100_00, date(2026, 5, 20), 60_00),
            ("A", date(2026, 1, 5), MONDAY, 100_00, date(2026, 5, 12), 40_00),
            title=["N-1", "N-1"],
        )
    )
    assert ledger.history["settled_day"].to_pylist() == [day_number(date(2026, 5, 20))]
    assert sorted(ledger.payments["paid_centavos"].to_pylist()) == [40_00, 60_00]


def test_a_small_discount_settles_and_a_part_payment_does_not():
    ledger = history_from_flat(
        flat(
            ("A", date(2026, 1, 5), MONDAY, 100_00, MONDAY, 90_00),
            ("A", date(2026, 1, 6), MONDAY, 100_00, MONDAY, 89_99),
        )
    )
    assert ledger.history["settled_day"].to_pylist() == [day_number(MONDAY), NOT_SETTLED]


def test_the_same_number_of_two_customers_is_two_titles():
    rows = [("A", date(2026, 1, 5), MONDAY, 1_00, None, None), ("B", date(2026, 1, 5), MONDAY, 1_00, None, None)]
    assert history_from_flat(flat(*rows, title=["7", "7"])).history.num_rows == 2


def test_the_order_of_the_file_does_not_matter():
    dice = random.Random(3)
    rows = [
        (f"C{n % 7}", date(2026, 1, 1 + n % 28), date(2026, 3, 1 + n % 28), 10_00 + n, MONDAY if n % 3 else None, None)
        for n in range(60)
    ]
    first, second = history_from_flat(flat(*rows)), history_from_flat(flat(*dice.sample(rows, len(rows))))
    assert first.history.equals(second.history)
    assert first.payments.equals(second.payments)


def test_nulls_and_missing_columns_are_refused_by_name():
    with pytest.raises(ValueError, match="missing columns due, amount"):
        history_from_flat(pl.DataFrame({"customer": ["A"], "issued": [MONDAY]}))
    with pytest.raises(ValueError, match="must not be null"):
        history_from_flat(flat(("A", MONDAY, None, 1_00, None, None)))
