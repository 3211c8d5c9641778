"""The normal curve for one number: the plain twins of engine.expr.stats, with the same constants."""

from __future__ import annotations

from math import exp, floor, log, sqrt

from receba.engine.expr.stats import (
    CDF_FRONT,
    CDF_SCALE,
    CDF_TERMS,
    CENTRE_ABOVE,
    CENTRE_BELOW,
    TAIL,
    TAIL_ABOVE,
    TAIL_BELOW,
    horner,
)


def quantile(p: float) -> float:
    """Return z with Φ(z) = p, 0 < p < 1. Raises ValueError outside."""
    side = 1 - p if p > 0.5 else p
    if side < TAIL:
        deep = sqrt(log(side) * -2.0)
        tail = horner(TAIL_ABOVE, deep) / horner(TAIL_BELOW, deep)
        return -tail if p > 0.5 else tail
    off = p - 0.5
    return off * horner(CENTRE_ABOVE, off * off) / horner(CENTRE_BELOW, off * off)


def cdf(x: float) -> float:
    """Return Φ(x)."""
    size = abs(x)
    t = 1.0 / (size * CDF_SCALE + 1.0)
    above = exp(size * size * -0.5) * CDF_FRONT * horner(CDF_TERMS, t)
    return 1.0 - above if x > 0 else above


def tanh(x: float) -> float:
    """Return the hyperbolic tangent, by the same arithmetic as the columns."""
    grown = exp(min(max(x, -20.0), 20.0) * 2.0)
    return (grown - 1.0) / (grown + 1.0)


def nearest(x: float) -> int:
    """Return the nearest whole number, halves upwards."""
    return floor(x + 0.5)


def ratio_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half up; numerator >= 0, denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)
