"""What a portfolio says as a whole: the few numbers that cross from one customer to another.

They come from integer sums, so neither the order of the rows nor the number of threads can move them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from receba.scoring.core.parameters import E4, E6, ScoringParameters

DEFAULT_SPREAD_E4 = 5_000
"""Spread of ln(monthly purchases) where no customer bought in two months."""
NORMAL_P95_E4 = 16_449
BIN_E4 = 2_500
"""Width of the cells (in 1e-4 parts of a logarithm) in which the slope of risk by size is fitted."""
RATIO_BOUND_E4 = 20_000
LOGIT_BOUND_E4 = 70_000


@dataclass(frozen=True, slots=True)
class Curve:
    """Mean and standard deviation of integers, from their exact sums. `spread` 0 means that all are equal."""

    count: int
    mean: float
    spread: float

    @classmethod
    def of(cls, count: int, total: int, squares: int) -> Curve:
        """Return the curve of `count` integers with that sum and sum of squares."""
        if count == 0:
            return cls(0, 0.0, 0.0)
        return cls(count, total / count, sqrt((count * squares - total * total) / (count * count)))


@dataclass(frozen=True, slots=True)
class Medians:
    """The portfolio's middle customer, factor by factor (lower whole number when two share the middle)."""

    pd_e6: int
    change_e4: int
    months: int
    volume_e4: int
    typical_e4: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How purchases and terms look in the portfolio, for the limit and the term."""

    slope_e3: int
    spread_e4: int
    term_days: int

    def ceiling_e4(self, parameters: ScoringParameters) -> int:
        """Return how far above the typical month (in 1e-4 of ln) evidence reaches: its 95th percentile, stretched."""
        stretch = int(log(parameters.limit_stretch_e4 / E4) * E4)
        return NORMAL_P95_E4 * self.spread_e4 // E4 + stretch


def mean_severity_e6(weight: int, weighted_severity: int, parameters: ScoringParameters) -> int:
    """Return the portfolio's mean severity by weight, in 1e-6 parts; 0 without any known title."""
    if weight == 0:
        return 0
    whole = weight * parameters.severity_one
    return (2 * weighted_severity * E6 + whole) // (2 * whole)


def pooled_spread_e4(squares_within_e6: int, degrees: int) -> int:
    """Return the spread of ln(monthly purchases) inside customers, pooled over the portfolio."""
    if degrees <= 0:
        return DEFAULT_SPREAD_E4
    return int(sqrt(squares_within_e6 / degrees) * 10)


def term_reached(weights_on_time: Mapping[int, int], weight_of_all: int) -> int:
    """Return the longest term of which a tenth of all titles, by weight, was at least as long and paid on time."""
    reached = 0
    for term in sorted(weights_on_time, reverse=True):
        reached += weights_on_time[term]
        if reached * 10 >= weight_of_all:
            return term
    return 0


def fit_slope_e3(cells: Iterable[tuple[int, int, int, int]], parameters: ScoringParameters) -> int:
    """Return how much logit PD rises when a month's purchases grow e-fold, in 1e-3 parts.

    One cell is (bin of logit PD, bin of ln(month / typical month), titles, sum of severities). Solves the score
    equation of a logistic regression with offset by bisection, between the floor and the ceiling of the parameters.
    """
    points = [
        ((logit * BIN_E4 + BIN_E4 // 2 - LOGIT_BOUND_E4) / E4, (ratio * BIN_E4 + BIN_E4 // 2 - RATIO_BOUND_E4) / E4,
         titles, severity / parameters.severity_one)
        for logit, ratio, titles, severity in sorted(cells)
    ]  # fmt: skip
    low, high = parameters.slope_floor_e3, max(parameters.slope_ceiling_e3, parameters.slope_floor_e3)
    while low < high:
        middle = (low + high + 1) // 2
        slope = middle / 1000
        gain = sum(u * (bad - titles / (1.0 + exp(-logit - slope * u))) for logit, u, titles, bad in points)
        if gain > 0:
            low = middle
        else:
            high = middle - 1
    return low


def mid_rank_idc(below: int, equal: int, count: int) -> int:
    """Return 1000 * (rank - 1/2) / count, where customers with the same index share the middle rank."""
    return (1000 * (2 * below + equal) + count) // (2 * count)
