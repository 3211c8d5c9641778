"""The KPIs: what each one is, in which unit, and their values for a day.

A value belongs to the whole company or to one portfolio, and is an integer in the unit that the registry states.
A ratio with denominator 0 has no value (None), never 0. docs/reference/kpis.md explains each one in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from receba.engine.contract import Engine
from receba.kernel.money import divide_half_up
from receba.reporting.core import columns, pareto, rules
from receba.reporting.core.columns import Sums

WHOLE = -1
"""The bucket of a value that is not split."""
OVER_90_BUCKET = 5
"""First ageing bucket beyond 90 days late (ledger.core.rules.BUCKET_LIMITS)."""


class Unit(StrEnum):
    """What one unit of a value is."""

    CENTAVOS = "centavos"
    BPS = "bps"
    DAYS_E1 = "days_e1"
    COUNT = "count"


class Split(StrEnum):
    """What the bucket of a value means."""

    NONE = "none"
    AGEING = "ageing"
    ROLL = "roll"
    DEBTORS = "debtors"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One KPI: its name in code, its unit, what its buckets are, and its formula."""

    id: str
    unit: Unit
    formula: str
    split: Split = Split.NONE


_C, _B, _D, _N = Unit.CENTAVOS, Unit.BPS, Unit.DAYS_E1, Unit.COUNT
_DEFINED = (
    Kpi("open_centavos", _C, "sum of the principal of titles with principal above 0", Split.AGEING),
    Kpi("open_updated_centavos", _C, "the same titles with accrued fine, interest and correction", Split.AGEING),
    Kpi("overdue_centavos", _C, "open_centavos in buckets 1 to 7"),
    Kpi("overdue_updated_centavos", _C, "open_updated_centavos in buckets 1 to 7"),
    Kpi("credit_centavos", _C, "minus the sum of the principal of titles with principal below 0"),
    Kpi("ledger_balance_centavos", _C, "open_centavos - credit_centavos: the sum of all entries"),
    Kpi("open_titles", _N, "titles with principal above 0", Split.AGEING),
    Kpi("overdue_titles", _N, "open_titles in buckets 1 to 7"),
    Kpi("open_debtors", _N, "debtors with principal above 0"),
    Kpi("overdue_debtors", _N, "debtors with overdue principal"),
    Kpi("average_ticket_centavos", _C, "open_centavos / open_titles"),
    Kpi("delinquency_bps", _B, "open_centavos of the bucket / open_centavos; whole: overdue / open", Split.AGEING),
    Kpi("over90_bps", _B, "open_centavos beyond 90 days late / open_centavos"),
    Kpi("dpd_overdue_count", _D, "mean of days late over overdue titles"),
    Kpi("dpd_overdue_value", _D, "sum of principal x days late / overdue principal"),
    Kpi("dpd_open_value", _D, "sum of principal x days late / open_centavos"),
    Kpi("dpd_due_count", _D, "mean of days late over titles due in the last 365 days, paid and unpaid"),
    Kpi("dpd_due_value", _D, "sum of face x days late / sum of face, over the same titles"),
    Kpi("payment_delay", _D, "sum of paid x (day paid - due day) / sum of paid, last 90 days, early ones negative"),
    Kpi("punctuality_count_bps", _B, "titles paid by the effective due day / titles due, last 90 days"),
    Kpi("punctuality_value_bps", _B, "face paid by the effective due day / face due, last 90 days"),
    Kpi("received_centavos", _C, "payments received less payments reversed, last 30 days"),
    Kpi("sales_centavos", _C, "face issued less cancellations, last 90 days"),
    Kpi("dso_simple", _D, "open_centavos / sales_centavos x 90"),
    Kpi("dso_countback", _D, "days of the last months whose sales the open amount covers, last one in proportion"),
    Kpi("dso_best_possible", _D, "open_centavos in bucket 0 / sales_centavos x 90"),
    Kpi("average_days_delinquent", _D, "dso_simple - dso_best_possible"),
    Kpi("cost_of_delay_centavos", _C, "sum of principal x days late x cost of capital a month / 30"),
    Kpi("roll_bps", _B, "of the open amount in bucket b 30 days ago, the part in a worse bucket now", Split.ROLL),
    Kpi(
        "recovery_bps", _B, "of the face that fell due in a month, the part settled by the end of an age", Split.COHORT
    ),
    Kpi("pareto_share_bps", _B, "share of overdue principal of the first n % of debtors, largest first", Split.DEBTORS),
    Kpi("pareto_80_debtors", _N, "fewest debtors that together owe 80 % of overdue principal"),
    Kpi("top20_share_bps", _B, "share of overdue principal of the first 20 % of overdue debtors, largest first"),
)
KPIS: dict[str, Kpi] = {kpi.id: kpi for kpi in _DEFINED}
"""Every KPI by its name. tests/test_every_kpi_is_documented.py keeps docs/reference/kpis.md complete."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one KPI; portfolio None is the whole company, bucket WHOLE is no split."""

    portfolio_id: int | None
    kpi: str
    bucket: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the KPIs are computed from: kernel tables as of one day, as known on one day."""

    positions: pa.Table
    standings: pa.Table
    payments: pa.Table


def measure(engine: Engine, facts: Facts, *, on_day: int, cost_bps_month: int) -> list[Value]:
    """Return every KPI of the company and of each of its portfolios at the end of `on_day`."""
    frames = {name: engine.open(f"kpi_{name}", getattr(facts, name)) for name in Facts.__slots__}
    by_portfolio = columns.sums(engine, frames, on_day)
    return values_of(by_portfolio, pareto.curves(engine, frames["positions"]), on_day, cost_bps_month)


def values_of(
    by_portfolio: Mapping[int, Sums], curves: Mapping[int | None, pareto.Curve], on_day: int, cost_bps_month: int
) -> list[Value]:
    """Return every KPI that follows from the sums of each portfolio and the Pareto curves."""
    whole = Sums.total(by_portfolio.values())
    values: list[Value] = []
    for portfolio_id, sums in [(None, whole), *sorted(by_portfolio.items())]:
        for kpi, bucket, value in _values(sums, on_day, cost_bps_month):
            values.append(Value(portfolio_id, kpi, bucket, value))
        for kpi, bucket, value in _of_debtors(curves.get(portfolio_id, pareto.EMPTY)):
            values.append(Value(portfolio_id, kpi, bucket, value))
    return values


def _values(sums: Sums, on_day: int, cost_bps_month: int) -> Iterator[tuple[str, int, int | None]]:
    """Yield (kpi, bucket, value) of everything that follows from sums."""
    yield from _amounts(sums)
    opened, overdue = sum(sums.principal), sum(sums.principal[1:])
    yield "delinquency_bps", WHOLE, rules.ratio(overdue * 10_000, opened)
    yield from (("delinquency_bps", b, rules.ratio(p * 10_000, opened)) for b, p in enumerate(sums.principal))
    yield "over90_bps", WHOLE, rules.ratio(sum(sums.principal[OVER_90_BUCKET:]) * 10_000, opened)
    yield "dpd_overdue_count", WHOLE, rules.ratio(sums.days * 10, sum(sums.titles[1:]))
    yield "dpd_overdue_value", WHOLE, rules.ratio(sums.principal_days * 10, overdue)
    yield "dpd_open_value", WHOLE, rules.ratio(sums.principal_days * 10, opened)
    yield "dpd_due_count", WHOLE, rules.ratio(sums.due_days * 10, sums.due_titles)
    yield "dpd_due_value", WHOLE, rules.ratio(sums.due_face_days * 10, sums.due_face)
    yield "payment_delay", WHOLE, rules.ratio(sums.paid_days * 10, sums.paid)
    yield "punctuality_count_bps", WHOLE, rules.ratio(sums.in_time_titles * 10_000, sums.judged_titles)
    yield "punctuality_value_bps", WHOLE, rules.ratio(sums.in_time_face * 10_000, sums.judged_face)
    yield "received_centavos", WHOLE, sums.received
    yield from _recovery(sums)
    yield from _speed(sums, on_day)
    yield "cost_of_delay_centavos", WHOLE, divide_half_up(sums.principal_days * cost_bps_month, 300_000)
    yield from (
        ("roll_bps", b, rules.ratio(worse * 10_000, before))
        for b, (before, worse) in enumerate(zip(sums.roll_before, sums.roll_worse, strict=True))
    )


def cohort_bucket(months_ago: int, age: int) -> int:
    """Return the bucket of what fell due `months_ago`, at an age in months."""
    return months_ago * 100 + age


def _recovery(sums: Sums) -> Iterator[tuple[str, int, int | None]]:
    """Yield the share of each month's face that was settled by the end of each age, and of all months until today."""
    due = sum(sums.cohorts.values())
    unsettled = sum(face for (_ago, age), face in sums.cohorts.items() if age == columns.UNSETTLED)
    yield "recovery_bps", WHOLE, rules.ratio((due - unsettled) * 10_000, due)
    for ago in range(columns.COHORT_MONTHS):
        by_age = {age: face for (months, age), face in sums.cohorts.items() if months == ago}
        due, settled = sum(by_age.values()), 0
        for age in range(ago + 1):
            settled += by_age.get(age, 0)
            yield "recovery_bps", cohort_bucket(ago, age), rules.ratio(settled * 10_000, due)


def _amounts(sums: Sums) -> Iterator[tuple[str, int, int | None]]:
    for kpi, parts in (
        ("open_centavos", sums.principal),
        ("open_updated_centavos", sums.updated),
        ("open_titles", sums.titles),
    ):
        yield kpi, WHOLE, sum(parts)
        yield from ((kpi, bucket, part) for bucket, part in enumerate(parts))
    yield "overdue_centavos", WHOLE, sum(sums.principal[1:])
    yield "overdue_updated_centavos", WHOLE, sum(sums.updated[1:])
    yield "overdue_titles", WHOLE, sum(sums.titles[1:])
    yield "credit_centavos", WHOLE, sums.credit
    yield "ledger_balance_centavos", WHOLE, sum(sums.principal) - sums.credit
    yield "average_ticket_centavos", WHOLE, rules.ratio(sum(sums.principal), sum(sums.titles))


def _speed(sums: Sums, on_day: int) -> Iterator[tuple[str, int, int | None]]:
    """Yield the three DSO and what lies between them."""
    opened = sum(sums.principal)
    sales = rules.sales_in(sums.sales, on_day, rules.DSO_DAYS)
    simple = rules.ratio(opened * rules.DSO_DAYS * 10, sales)
    best = rules.ratio(sums.principal[0] * rules.DSO_DAYS * 10, sales)
    yield "sales_centavos", WHOLE, sales
    yield "dso_simple", WHOLE, simple
    yield "dso_countback", WHOLE, rules.countback(opened, sums.sales, on_day)
    yield "dso_best_possible", WHOLE, best
    yield "average_days_delinquent", WHOLE, None if simple is None or best is None else simple - best


def _of_debtors(curve: pareto.Curve) -> Iterator[tuple[str, int, int | None]]:
    yield "open_debtors", WHOLE, curve.open_debtors
    yield "overdue_debtors", WHOLE, curve.overdue_debtors
    yield "pareto_80_debtors", WHOLE, curve.debtors_for_80
    yield "top20_share_bps", WHOLE, curve.share_bps(20)
    yield from (("pareto_share_bps", percent, curve.share_bps(percent)) for percent in pareto.PERCENTS)
