"""The recipe for one portfolio, written the obvious way: lists, whole numbers, one customer at a time.

It is slow and it is the reference: random portfolios must give the same integers here and in columns.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from receba.kernel.days import from_day_number, month_number
from receba.scoring.core.normal import cdf, nearest, ratio_half_up
from receba.scoring.core.parameters import E4, WEIGHT_ONE, ScoringParameters, memory_weight, weight_unit, window_start
from receba.scoring.core.portfolio import (
    BIN_E4,
    LOGIT_BOUND_E4,
    RATIO_BOUND_E4,
    Curve,
    Medians,
    Sizes,
    fit_slope_e3,
    mean_severity_e6,
    mid_rank_idc,
    pooled_spread_e4,
    term_reached,
)
from receba.scoring.core.rules import (
    Customer,
    KnownTitle,
    Payment,
    Title,
    change_risk_e4,
    index_e4,
    known_title,
    limit_centavos,
    log_amount,
    logit_e4,
    shrunk,
    term_days,
    typical_shrunk_e4,
)
from receba.scoring.core.sufficiency import diversity_e3, quality_e3


def lower_median(values: Iterable[int]) -> int:
    """Return the middle value, or the floor of the mean of the two in the middle; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2


@dataclass(frozen=True, slots=True)
class PlainScores:
    """The result of the reference: rows by debtor, and the numbers of the portfolio."""

    rows: list[dict[str, int]]
    p0_e6: int
    curve: Curve
    medians: Medians
    sizes: Sizes


def score_plainly(
    titles: Sequence[Title], payments: Sequence[Payment], on_day: int, parameters: ScoringParameters,
    rejected_bps: int = 0,
) -> PlainScores:  # fmt: skip
    """Return the scores of a portfolio as known on `on_day`; the reader checks sufficiency."""
    known = [k for k in (known_title(title, on_day, parameters) for title in titles) if k]
    everyone = _customers(known, payments, on_day, parameters)
    p0 = mean_severity_e6(sum(c.weight for c in everyone), sum(c.weighted for c in everyone), parameters)
    scored = [c for c in everyone if c.titles_known >= parameters.minimum_known_titles]
    for customer in scored:
        customer.pd_e6 = shrunk(customer.weighted, customer.weight, p0, parameters)
        customer.change_e4 = change_risk_e4(customer, parameters)
        customer.volume_e4 = log_amount(customer.average, E4)
    volumes = _curve(c.volume_e4 for c in scored)
    medians = Medians(
        lower_median(c.pd_e6 for c in scored), lower_median(c.change_e4 for c in scored),
        lower_median(c.months_paid for c in scored), lower_median(c.volume_e4 for c in scored),
        lower_median(c.typical_e4 for c in scored),
    )  # fmt: skip
    for c in scored:
        c.index_e4 = index_e4(c.pd_e6, c.months_paid, c.change_e4, c.volume_e4, volumes, parameters)
    curve = _curve(c.index_e4 for c in scored)
    sizes = _sizes(known, everyone, scored, parameters)
    kinds: set[str] = set().union(*(c.kinds for c in everyone))
    quality = quality_e3(diversity_e3(len(kinds)), rejected_bps)
    rows = [_row(c, scored, curve, volumes, medians, sizes, quality, on_day, parameters) for c in scored]
    return PlainScores(sorted(rows, key=lambda row: row["debtor_id"]), p0, curve, medians, sizes)


def _curve(values: Iterable[int]) -> Curve:
    numbers = list(values)
    return Curve.of(len(numbers), sum(numbers), sum(n * n for n in numbers))


def _customers(
    known: Sequence[KnownTitle], payments: Sequence[Payment], on_day: int, parameters: ScoringParameters
) -> list[Customer]:
    by_debtor: dict[int, list[KnownTitle]] = defaultdict(list)
    for title in known:
        by_debtor[title.title.debtor_id].append(title)
    paid: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        if window_start(on_day, parameters) <= payment.paid_day < on_day:
            paid[payment.debtor_id].append(payment)
    result = []
    for debtor, own in by_debtor.items():
        customer = Customer(debtor)
        _learn_behaviour(customer, own, on_day, parameters)
        _learn_purchases(customer, own, on_day)
        _learn_rhythm(customer, paid[debtor], on_day)
        result.append(customer)
    return result


def _learn_behaviour(customer: Customer, own: Sequence[KnownTitle], on_day: int, parameters: ScoringParameters) -> None:
    occasions: dict[int, list[KnownTitle]] = defaultdict(list)
    for title in own:
        occasions[title.day].append(title)
        customer.titles_late += title.late_days >= parameters.bad_after_days
        customer.kinds.add("overdue" if title.is_open else "late" if title.late_days > 0 else "on time")
        customer.reais += title.title.face_centavos // 100
        customer.weight_titles += title.weight
    for day, together in occasions.items():
        weight = together[0].weight
        weighted = weight * ratio_half_up(sum(t.severity for t in together), len(together))
        recent = on_day - day <= parameters.recent_days
        customer.weight += weight
        customer.weighted += weighted
        customer.weight_recent += weight * recent
        customer.weighted_recent += weighted * recent
    unit = weight_unit(on_day, parameters.half_life_days)
    for name in ("weight", "weighted", "weight_recent", "weighted_recent"):
        setattr(customer, name, ratio_half_up(getattr(customer, name), unit))
    customer.titles_known = len(own)
    customer.last_fact = max(occasions)
    on_time: dict[int, int] = defaultdict(int)
    for title in own:
        if not title.is_open and title.late_days <= 0:
            on_time[title.term] += title.weight
    customer.own_term = term_reached(on_time, customer.weight_titles)


def _month(day: int) -> int:
    return month_number(from_day_number(day))


def _learn_purchases(customer: Customer, own: Sequence[KnownTitle], on_day: int) -> None:
    months: dict[int, list[KnownTitle]] = defaultdict(list)
    for title in own:
        months[_month(title.day)].append(title)
    amounts = {month: sum(t.title.face_centavos for t in titles) for month, titles in months.items()}
    bought = {month: amount for month, amount in amounts.items() if amount > 0}
    if not bought:
        return
    logs = {month: log_amount(amount, 1_000) for month, amount in bought.items()}
    customer.months_bought = len(bought)
    customer.typical_e4 = log_amount(sum(bought.values()) // (_month(on_day - 1) - min(bought) + 1), E4)
    customer.within = sum(n * n for n in logs.values()) - ratio_half_up(sum(logs.values()) ** 2, len(logs))
    customer.months = [(logs[month], len(months[month]), sum(t.severity for t in months[month])) for month in bought]


def _learn_rhythm(customer: Customer, paid: Sequence[Payment], on_day: int) -> None:
    months: dict[int, list[Payment]] = defaultdict(list)
    for payment in paid:
        months[_month(payment.paid_day)].append(payment)
    sums = {month: sum(p.paid_centavos for p in group) for month, group in months.items()}
    sums = {month: amount for month, amount in sums.items() if amount > 0}
    if not sums:
        return
    last = _month(on_day - 1)
    span = last - min(sums) + 1
    average_last = sum(amount for month, amount in sums.items() if month > last - 3) // min(span, 3)
    customer.months_paid = len(sums)
    customer.average = (sum(sums.values()) // span + average_last) // 2
    customer.last_fact = max(customer.last_fact, *(p.paid_day for month in sums for p in months[month]))


def _sizes(
    known: Sequence[KnownTitle], everyone: Sequence[Customer], scored: Sequence[Customer], parameters: ScoringParameters
) -> Sizes:
    cells: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for customer in scored:
        logit = min(max(logit_e4(customer.pd_e6), -LOGIT_BOUND_E4), LOGIT_BOUND_E4 - 1)
        for log_e3, titles, severities in customer.months:
            ratio = min(max(log_e3 * 10 - customer.typical_e4, -RATIO_BOUND_E4), RATIO_BOUND_E4 - 1)
            cell = cells[(logit + LOGIT_BOUND_E4) // BIN_E4, (ratio + RATIO_BOUND_E4) // BIN_E4]
            cell[0] += titles
            cell[1] += severities
    on_time: dict[int, int] = defaultdict(int)
    for title in known:
        if not title.is_open and title.late_days <= 0:
            on_time[title.term] += title.weight
    return Sizes(
        slope_e3=fit_slope_e3([(*key, value[0], value[1]) for key, value in cells.items()], parameters),
        spread_e4=pooled_spread_e4(sum(c.within for c in scored), sum(max(c.months_bought - 1, 0) for c in scored)),
        term_days=term_reached(on_time, sum(c.weight_titles for c in everyone)),
    )


def _idc(customer: Customer, scored: Sequence[Customer], curve: Curve, parameters: ScoringParameters) -> int:
    if curve.count < parameters.small_base:
        below = sum(c.index_e4 < customer.index_e4 for c in scored)
        equal = sum(c.index_e4 == customer.index_e4 for c in scored)
        return mid_rank_idc(below, equal, curve.count)
    if curve.spread == 0:
        return 500
    return min(max(nearest(cdf((customer.index_e4 - curve.mean) / curve.spread) * 1000.0), 0), 1000)


def _row(
    c: Customer, scored: Sequence[Customer], curve: Curve, volumes: Curve, medians: Medians, sizes: Sizes,
    quality: int, on_day: int, parameters: ScoringParameters,
) -> dict[str, int]:  # fmt: skip
    def without(pd_e6: int = c.pd_e6, months: int = c.months_paid, change: int = c.change_e4,
                volume: int = c.volume_e4) -> int:  # fmt: skip
        return c.index_e4 - index_e4(pd_e6, months, change, volume, volumes, parameters)

    typical = typical_shrunk_e4(c.typical_e4, c.months_bought, medians.typical_e4, parameters)
    tolerance = medians.pd_e6 if parameters.tolerance_e6 is None else parameters.tolerance_e6
    fresh = memory_weight(on_day - c.last_fact, parameters.half_life_days)
    evidence = ratio_half_up(c.weight * 1000, c.weight + parameters.prior_weight)
    months = ratio_half_up(c.months_paid * 1000, c.months_paid + 1)
    founded = evidence * months * ratio_half_up(fresh * 1000, WEIGHT_ONE)
    return {
        "debtor_id": c.debtor_id,
        "idc": _idc(c, scored, curve, parameters),
        "idi": ratio_half_up(c.pd_e6, 1000),
        "pd_e4": ratio_half_up(c.pd_e6, 100),
        "confidence": ratio_half_up(founded * quality, 1000**3),
        "limit_return_centavos": limit_centavos(typical, c.pd_e6, parameters.break_even_e6, sizes, parameters),
        "limit_risk_centavos": limit_centavos(typical, c.pd_e6, tolerance, sizes, parameters),
        "term_days": term_days(c, sizes, parameters),
        "titles_known": c.titles_known,
        "titles_late": c.titles_late,
        "months_paid": c.months_paid,
        "reason_late_e4": without(pd_e6=medians.pd_e6),
        "reason_change_e4": without(change=medians.change_e4),
        "reason_history_e4": without(months=medians.months),
        "reason_volume_e4": without(volume=medians.volume_e4),
    }
