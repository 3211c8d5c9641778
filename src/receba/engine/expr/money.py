"""Division and sums of integer columns, written once, exact on every backend (docs/explanation/engine.md)."""

from __future__ import annotations

import narwhals.stable.v2 as nw


def divide_down(numerator: nw.Expr, denominator: nw.Expr | int) -> nw.Expr:
    """Return the whole quotient as int64; `numerator` >= 0, `denominator` > 0, both integers, quotient below 2**51.

    Narwhals' `//` divides in floats on Spark, which is wrong from 2**53 on, and repeats its operand eight times on
    DuckDB. Less its remainder the numerator divides without one, and the float is next to the true quotient.
    """
    whole = (numerator - numerator % denominator) / denominator
    return (whole + 0.5).floor().cast(nw.Int64)


def divide_half_up(numerator: nw.Expr, denominator: int) -> nw.Expr:
    """Return `numerator / denominator` rounded half away from zero; equals kernel.money.divide_half_up.

    `numerator` is int64 with |numerator| * 2 + denominator < 2**63; `denominator` is a positive constant; the result
    is below 2**51.
    """
    size = divide_down(numerator.abs() * 2 + denominator, 2 * denominator)
    return nw.when(numerator < 0).then(-size).otherwise(size).cast(nw.Int64)


def product_e8(amount: nw.Expr, rate_e8: nw.Expr) -> nw.Expr:
    """Return amount * rate / 10**8 rounded half away from zero, exactly; |amount| <= 10**12 and |rate| <= 10**10.

    The product itself would leave 64 bits (R$ 60 million at 800 %), so it is taken in two halves of the rate.
    """
    size, rate = amount.abs(), rate_e8.abs()
    high, low = size * divide_down(rate, 10_000), size * (rate % 10_000)
    rest = (high % 10_000) * 10_000 + low + 10**8 // 2
    whole = divide_down(high, 10_000) + divide_down(rest, 10**8)
    apart = ((amount < 0) & (rate_e8 > 0)) | ((amount > 0) & (rate_e8 < 0))
    return nw.when(apart).then(-whole).otherwise(whole).cast(nw.Int64)


def at_least_zero(value: nw.Expr) -> nw.Expr:
    """Return the value, or 0 where it is negative."""
    return nw.when(value > 0).then(value).otherwise(nw.lit(0)).cast(nw.Int64)


def sum_int64(value: nw.Expr) -> nw.Expr:
    """Return the sum as int64. DuckDB sums in 128 bits and the cast raises on overflow; Polars in the column's width."""
    return value.cast(nw.Int64).sum().cast(nw.Int64)
