"""What was learned of a customer yesterday and still holds: told by one number over its rows."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from receba.engine.contract import Engine
from receba.engine.expr.money import sum_int64

PRIME = 2**31 - 1
SEEDS = (1_234_567, 987_654_321)
SHIFT = 2**52
"""Added to every column, so that a remainder is one of a number that is not negative."""
TITLE_COLUMNS = ("issued_day", "due_day", "effective_due_day", "settled_day", "face_centavos")
PAYMENT_COLUMNS = ("paid_day", "paid_centavos")


def marks(engine: Engine, history: nw.LazyFrame, payments: nw.LazyFrame) -> nw.LazyFrame:
    """Return, for each debtor of HISTORY and PAYMENTS (here with what is not due yet), one number over all its rows.

    It does not depend on the rows' order. Two sets of rows have the same number by chance once in 10**18 times.
    """
    parts = [
        engine.materialise(f"mixed_{name}", _mixed(frame, columns))
        for name, frame, columns in (("titles", history, TITLE_COLUMNS), ("payments", payments, PAYMENT_COLUMNS))
    ]
    summed = nw.concat(parts).group_by("debtor_id").agg(*(sum_int64(nw.col(name)).alias(name) for name in _names()))
    first, second = (nw.col(name) % PRIME for name in _names())
    return summed.select("debtor_id", mark=first * 2**31 + second)


def _names() -> list[str]:
    return [f"mixed_{number}" for number in range(len(SEEDS))]


def _mixed(frame: nw.LazyFrame, columns: tuple[str, ...]) -> nw.LazyFrame:
    """Return two numbers for each row. Squares, since sums of anything linear would not see two rows swap a value."""
    seeded = frame.select(
        "debtor_id",
        *((nw.col(name).cast(nw.Int64) + SHIFT).alias(name) for name in columns),
        **{name: nw.lit(seed + len(columns)).cast(nw.Int64) for name, seed in zip(_names(), SEEDS, strict=True)},
    )
    for number, column in enumerate(columns, start=1):
        seeded = seeded.with_columns(((nw.col(n) + nw.col(column)) % PRIME).alias(n) for n in _names())
        seeded = seeded.with_columns((nw.col(n) * nw.col(n) % PRIME + number).alias(n) for n in _names())
    return seeded.select("debtor_id", *_names())
