"""The formulas of the recipe for one title and one customer, in whole numbers wherever a number is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, floor, log, sqrt

from receba.scoring.core.normal import cdf, nearest, quantile, ratio_half_up, tanh
from receba.scoring.core.parameters import E4, E6, WEIGHT_ONE, ScoringParameters, fact_weight, window_start
from receba.scoring.core.portfolio import Curve, Sizes


@dataclass(frozen=True, slots=True)
class Title:
    """One title: whose it is, its days, its amount. settled_day is NOT_SETTLED while it is open."""

    debtor_id: int
    issued_day: int
    due_day: int
    effective_due_day: int
    settled_day: int
    face_centavos: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment received."""

    debtor_id: int
    paid_day: int
    paid_centavos: int


@dataclass(slots=True)
class Customer:
    """What is known of one customer; the names are those of the columns."""

    debtor_id: int
    weight: int = 0
    weighted: int = 0
    weight_recent: int = 0
    weighted_recent: int = 0
    weight_titles: int = 0
    titles_known: int = 0
    titles_late: int = 0
    kinds: set[str] = field(default_factory=set)
    reais: int = 0
    last_fact: int = 0
    months_paid: int = 0
    average: int = 0
    months_bought: int = 0
    typical_e4: int = 0
    within: int = 0
    own_term: int = 0
    pd_e6: int = 0
    change_e4: int = 0
    volume_e4: int = 0
    index_e4: int = 0
    months: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KnownTitle:
    """A title whose outcome is known on the day, with its severity."""

    title: Title
    day: int
    late_days: int
    is_open: bool
    severity: int
    weight: int
    term: int


def log_amount(centavos: int, parts: int) -> int:
    """Return ln(1 + reais) in 1/parts."""
    return nearest(log(centavos / 100.0 + 1.0) * float(parts))


def clip_pd(pd_e6: int) -> int:
    """Return the PD inside the bounds of the quantile, 1e-4 and 1 - 1e-4."""
    return min(max(pd_e6, 100), E6 - 100)


def logit_e4(pd_e6: int) -> int:
    """Return ln(PD / (1 - PD)) in 1e-4 parts."""
    return nearest(log(clip_pd(pd_e6) / (E6 - clip_pd(pd_e6))) * E4)


def severity(late_days: int, parameters: ScoringParameters) -> int:
    """Return how bad a delay is, 0..severity_one: that it was late, that it was badly late, and by how many days."""
    days = min(max(late_days, 0), parameters.late_clip_days)
    return (
        parameters.severity_any * (late_days > 0)
        + parameters.severity_bad * (late_days >= parameters.bad_after_days)
        + ratio_half_up(days * parameters.severity_days, parameters.late_clip_days)
    )


def known_title(title: Title, on_day: int, parameters: ScoringParameters) -> KnownTitle | None:
    """Return what `title` teaches on `on_day`, or None: not due, before the window, or late by too little to know."""
    if title.due_day >= on_day or title.issued_day >= on_day:
        return None
    is_open = title.settled_day >= on_day
    late_days = min(title.settled_day, on_day) - title.effective_due_day
    day = min(title.effective_due_day, on_day - 1)
    if (is_open and late_days < parameters.bad_after_days) or day < window_start(on_day, parameters):
        return None
    weight = fact_weight(day, on_day, parameters.half_life_days)
    term = min(max(title.due_day - title.issued_day, 0), parameters.longest_term_days)
    return KnownTitle(title, day, late_days, is_open, severity(late_days, parameters), weight, term)


def shrunk(weighted: int, weight: int, towards_e6: int, parameters: ScoringParameters) -> int:
    """Return (S * towards + sum of w*y) / (S + sum of w) in 1e-6 parts."""
    one, prior = parameters.severity_one, parameters.prior_weight
    return ratio_half_up(weighted * E6 + towards_e6 * prior * one, (weight + prior) * one)


def change_risk_e4(customer: Customer, parameters: ScoringParameters) -> int:
    """Return the probability that the customer became worse in the recent days, in 1e-4 parts."""
    recent = shrunk(customer.weighted_recent, customer.weight_recent, customer.pd_e6, parameters)
    spread = 0.0
    for pd_e6, weight in ((customer.pd_e6, customer.weight), (recent, customer.weight_recent)):
        share = clip_pd(pd_e6) / float(E6)
        spread += share * (1.0 - share) / (weight / float(WEIGHT_ONE) + float(parameters.prior_strength + 1))
    worse = cdf((recent - customer.pd_e6) / float(E6) / sqrt(spread)) * 2.0 - 1.0
    return nearest(min(max(worse, 0.0), 1.0) * E4)


def risk_part(z: float, months: int, change_e4: int, share: int) -> float:
    """Return z with its rhythm: little history and a change for the worse pull a good index down, a bad one further."""
    history = (1.0 * months) / (1.0 * months + 1.0)
    change = (1.0 * change_e4) / float(E4 * share)
    if z > 0:
        return z * history * (1.0 - change)
    return z * (2.0 - history) * (1.0 + change)


def volume_part(volume_e4: int, volumes: Curve, parameters: ScoringParameters) -> float:
    """Return the small nudge of volume."""
    if volumes.spread == 0:
        return 0.0
    return tanh((volume_e4 - volumes.mean) / volumes.spread) / float(parameters.volume_share)


def index_e4(
    pd_e6: int, months: int, change_e4: int, volume_e4: int, volumes: Curve, parameters: ScoringParameters
) -> int:
    """Return the combined index r in 1e-4 parts."""
    z = quantile(1.0 - clip_pd(pd_e6) / float(E6))
    share = parameters.change_share
    return nearest((risk_part(z, months, change_e4, share) + volume_part(volume_e4, volumes, parameters)) * E4)


def limit_centavos(typical_e4: int, pd_e6: int, ceiling_pd_e6: int, sizes: Sizes, parameters: ScoringParameters) -> int:
    """Return the largest month at which PD(x) stays at or below the ceiling, within what the customer has shown.

    `typical_e4` is ln(1 + reais) of the typical month, already shrunk.
    """
    room = logit_e4(ceiling_pd_e6) - logit_e4(pd_e6)
    stretch = min(room * 1000 // sizes.slope_e3, sizes.ceiling_e4(parameters))
    reais = exp(min(max(typical_e4 + stretch, 0), 250_000) / E4) - 1.0
    return floor(reais * (100.0 / parameters.limit_step_centavos)) * parameters.limit_step_centavos


def typical_shrunk_e4(typical_e4: int, months_bought: int, median_e4: int, parameters: ScoringParameters) -> int:
    """Return ln of the typical month; with few months it leans to the portfolio's, never upwards."""
    prior = parameters.prior_months
    return ratio_half_up(typical_e4 * months_bought + min(typical_e4, median_e4) * prior, months_bought + prior)


def term_days(customer: Customer, sizes: Sizes, parameters: ScoringParameters) -> int:
    """Return T90 * q * (1 - change) * (1 - PD), down to the grid; with little history T90 leans downwards only."""
    prior = parameters.prior_weight
    own, towards = customer.own_term, min(customer.own_term, sizes.term_days)
    shown_e2 = (customer.weight * own + prior * towards) * 100 // (customer.weight + prior)
    kept = customer.months_paid * (E4 - customer.change_e4) * (E6 - customer.pd_e6)
    days = shown_e2 * kept // ((customer.months_paid + 1) * 100 * E4 * E6)
    return max((step for step in parameters.term_grid_days if step <= days), default=0)
