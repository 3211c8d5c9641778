"""The normal curve as arithmetic, so that every backend gives the same value.

No backend but one offers `erf`; the quantile is P. J. Acklam's rational approximation (relative error below 1.2e-9),
the distribution is Abramowitz and Stegun 26.2.17 (absolute error below 7.5e-8).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt
from typing import TypeVar

import narwhals.stable.v2 as nw

from receba.engine.expr.money import divide_down

Number = TypeVar("Number", nw.Expr, float)

TAIL = 0.02425
"""Below TAIL and above 1 - TAIL Acklam's approximation uses its second form."""
CENTRE_ABOVE = (-3.969683028665376e01, 2.209460984245205e02, -2.759285104469687e02,
                1.383577518672690e02, -3.066479806614716e01, 2.506628277459239e00)  # fmt: skip
CENTRE_BELOW = (-5.447609879822406e01, 1.615858368580409e02, -1.556989798598866e02,
                6.680131188771972e01, -1.328068155288572e01, 1.0)  # fmt: skip
TAIL_ABOVE = (-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e00,
              -2.549732539343734e00, 4.374664141464968e00, 2.938163982698783e00)  # fmt: skip
TAIL_BELOW = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0)
CDF_SCALE = 0.2316419
CDF_TERMS = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530, 0.0)
CDF_FRONT = 1 / sqrt(2 * pi)


def horner(terms: Sequence[float], x: Number) -> Number:
    """Return the polynomial whose highest power comes first, for a column or a float."""
    value = x * terms[0] + terms[1]
    for term in terms[2:]:
        value = value * x + term
    return value


def with_normal_quantile(frame: nw.LazyFrame, p: str, name: str) -> nw.LazyFrame:
    """Return the frame with column `name`: z with Φ(z) = p, for a float column strictly between 0 and 1.

    Step by step: Spark gives up compiling one expression that repeats the logarithm in every power of two polynomials.
    """
    high, off, deep = nw.col(p) > 0.5, nw.col("_off"), nw.col("_deep")
    polynomials = {
        "_tail_above": horner(TAIL_ABOVE, deep), "_tail_below": horner(TAIL_BELOW, deep),
        "_above": off * horner(CENTRE_ABOVE, off * off), "_below": horner(CENTRE_BELOW, off * off),
    }  # fmt: skip
    tail = nw.col("_tail_above") / nw.col("_tail_below")
    steps = frame.with_columns(_side=nw.when(high).then(1 - nw.col(p)).otherwise(nw.col(p)), _off=nw.col(p) - 0.5)
    return (
        steps.with_columns(_deep=(nw.col("_side").log() * -2.0).sqrt())
        .with_columns(**polynomials)
        .with_columns(
            _tail=nw.when(high).then(tail * -1.0).otherwise(tail), _centre=nw.col("_above") / nw.col("_below")
        )
        .with_columns(nw.when(nw.col("_side") < TAIL).then(nw.col("_tail")).otherwise(nw.col("_centre")).alias(name))
        .drop("_side", "_off", "_deep", "_tail", "_centre", *polynomials)
    )


def normal_cdf(x: nw.Expr) -> nw.Expr:
    """Return Φ(x) for a float column."""
    size = x.abs()
    t = 1.0 / (size * CDF_SCALE + 1.0)
    above = (size * size * -0.5).exp() * CDF_FRONT * horner(CDF_TERMS, t)
    return nw.when(x > 0).then(1.0 - above).otherwise(above)


def tanh(x: nw.Expr) -> nw.Expr:
    """Return the hyperbolic tangent of a float column (clipped at 20, where it is 1 in double precision)."""
    grown = (x.clip(-20.0, 20.0) * 2.0).exp()
    return (grown - 1.0) / (grown + 1.0)


def nearest(x: nw.Expr) -> nw.Expr:
    """Return the nearest int64, halves upwards; a plain cast rounds on one backend and cuts on another."""
    return (x + 0.5).floor().cast(nw.Int64)


def ratio_half_up(numerator: nw.Expr, denominator: nw.Expr | int) -> nw.Expr:
    """Return numerator / denominator rounded half up, exactly; both int64, numerator >= 0, denominator > 0.

    2 * numerator + denominator must stay below 2**63, the result below 2**51.
    """
    return divide_down(numerator * 2 + denominator, denominator * 2)


def ratio_down(numerator: nw.Expr, denominator: int) -> nw.Expr:
    """Return the floor of numerator / denominator, of negative numbers too; `divide_down` is for those of one sign."""
    below = -divide_down(-numerator + (denominator - 1), denominator)
    above = divide_down(numerator, denominator)
    return nw.when(numerator < 0).then(below).otherwise(above).cast(nw.Int64)
