"""Half-up division of integer columns, written once.

Backends disagree about `//` on negative numbers, so the sign is handled outside (docs/explanation/engine.md).
"""

from __future__ import annotations

import narwhals.stable.v2 as nw


def divide_half_up(numerator: nw.Expr, denominator: int) -> nw.Expr:
    """Return `numerator / denominator` rounded half away from zero; equals kernel.money.divide_half_up.

    `numerator` is int64 with |numerator| * 2 + denominator < 2**63; `denominator` is a positive constant.
    """
    size = (numerator.abs() * 2 + denominator) // (2 * denominator)
    return nw.when(numerator < 0).then(-size).otherwise(size).cast(nw.Int64)


def at_least_zero(value: nw.Expr) -> nw.Expr:
    """Return the value, or 0 where it is negative."""
    return nw.when(value > 0).then(value).otherwise(nw.lit(0)).cast(nw.Int64)


def sum_int64(value: nw.Expr) -> nw.Expr:
    """Return the sum as int64 (DuckDB sums in 128 bits; the cast raises on overflow)."""
    return value.sum().cast(nw.Int64)
