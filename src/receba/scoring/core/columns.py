"""The published recipe over a whole portfolio, in columns; docs/explanation/indicators.md says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from receba.engine.contract import Engine, conform
from receba.engine.expr.money import sum_int64
from receba.engine.expr.stats import ratio_half_up
from receba.kernel.tables import HISTORY, PAYMENTS, SCORES
from receba.scoring.core import columns_credit as credit
from receba.scoring.core import columns_customers as facts
from receba.scoring.core import columns_index as indices
from receba.scoring.core.normal import ratio_half_up as ratio_int
from receba.scoring.core.parameters import ScoringParameters, weight_unit
from receba.scoring.core.portfolio import (
    Curve,
    Medians,
    Sizes,
    fit_slope_e3,
    mean_severity_e6,
    pooled_spread_e4,
    term_reached,
)
from receba.scoring.core.sufficiency import Sufficiency, measure, refuse_if_insufficient

Scaling = Literal["normal", "rank"]
DEFAULTS = ScoringParameters()


@dataclass(frozen=True, slots=True)
class GlobalIndices:
    """IDC and IDI of the portfolio, 0..1000: plain means of the customers, and weighted by what they bought."""

    customers: int
    idc: int
    idi: int
    idc_weighted: int
    idi_weighted: int


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a day (kernel table SCORES, sorted by debtor) and the numbers of the portfolio behind them.

    `p0` is the portfolio's mean severity, `mean` and `sd` those of the index r; `scaling` says how r became the IDC.
    """

    scores: pa.Table
    global_indices: GlobalIndices
    sufficiency: Sufficiency
    scaling: Scaling
    p0: float
    mean: float
    sd: float
    medians: Medians
    sizes: Sizes
    parameters_version: str


def score(
    engine: Engine, history: pa.Table, payments: pa.Table, on_day: int, parameters: ScoringParameters = DEFAULTS,
    *, rejected_bps: int = 0, every: int = 1,
) -> Scored:  # fmt: skip
    """Return the scores as known on `on_day` (facts of that day and later are not read).

    `history` and `payments` are the kernel tables HISTORY and PAYMENTS; `rejected_bps` is the share of rows that the
    intake refused, which lowers the confidence; `every` is sample_every of its debtors. Raises ContractBroken, and
    InsufficientHistory below the minimum load.
    """
    opened = open_portfolio(engine, history, payments)
    return score_opened(engine, *opened, on_day, parameters, rejected_bps=rejected_bps, every=every)


def open_portfolio(engine: Engine, history: pa.Table, payments: pa.Table) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """Return history and payments as lazy frames, checked against their contract."""
    return (
        engine.open("history", conform(HISTORY, history)),
        engine.open("payments", conform(PAYMENTS, payments)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What the titles and payments say of each customer, one row each, in integers; all else follows from it.

    `customers` holds one row per customer, weights in parts of fact_weight. `purchases` (a customer and month) and
    `terms` (a customer and term, the weight of what was paid on time) are those of a sample, for the slope and the term
    of the portfolio. The rows of different customers never meet before this: any part of the customers gives its part.
    """

    customers: nw.LazyFrame
    purchases: nw.LazyFrame
    terms: nw.LazyFrame
    every: int = 1


def known_of(
    engine: Engine, history: nw.LazyFrame, payments: nw.LazyFrame, on_day: int, parameters: ScoringParameters = DEFAULTS,
    *, every: int = 1,
) -> Known:  # fmt: skip
    """Return what is known on `on_day` of the customers of HISTORY and PAYMENTS, materialised.

    `every` is sample_every of the whole portfolio. Only with the titles that are not due yet in `history` is
    `changes_day` of a customer right.
    """
    calendar = engine.open("window", facts.calendar_table(on_day, parameters))
    titles = engine.materialise("known_titles", facts.known_titles(history, calendar, on_day, parameters))
    purchases = engine.materialise("purchases", facts.monthly_purchases(titles))
    terms = engine.materialise("terms", facts.terms_on_time(titles))
    customers = facts.customers(engine, titles, purchases, terms, history, payments, calendar, on_day, parameters)
    return Known(customers, facts.sampled(purchases, every), facts.sampled(terms, every), every)


def sample_every(customers: int) -> int:
    """Return of how many customers one is in the sample: all of up to 200,000, else about 100,000."""
    return max(1, customers // facts.SAMPLE)


def score_opened(
    engine: Engine, history: nw.LazyFrame, payments: nw.LazyFrame, on_day: int, parameters: ScoringParameters,
    *, rejected_bps: int = 0, every: int = 1,
) -> Scored:  # fmt: skip
    """Return the scores of frames that are already open; for many days over the same portfolio."""
    known = known_of(engine, history, payments, on_day, parameters, every=every)
    return score_known(engine, known, on_day, parameters, rejected_bps=rejected_bps)


def score_known(
    engine: Engine, known: Known, on_day: int, parameters: ScoringParameters = DEFAULTS, *, rejected_bps: int = 0
) -> Scored:
    """Return the scores of all customers together; raises InsufficientHistory below the minimum load."""
    unit = weight_unit(on_day, parameters.half_life_days)
    faded = (ratio_half_up(nw.col(name), unit).alias(name) for name in _WEIGHTS)
    customers = engine.materialise("faded", known.customers.with_columns(*faded))
    calendar = engine.open("window", facts.calendar_table(on_day, parameters))
    ready = refuse_if_insufficient(_histogram(engine, customers), on_day, parameters)

    totals = _totals(engine, customers)
    p0_e6 = mean_severity_e6(totals["weight"], totals["weighted"], parameters)
    known_enough = customers.filter(nw.col("titles_known") >= parameters.minimum_known_titles)
    factors = engine.materialise("factors", indices.factors(known_enough, p0_e6, parameters))
    middle = _one_row(engine, factors.select(*_MIDDLES))
    volumes, medians = Curve.of(middle["n"], middle["volume_sum"], middle["volume_squares"]), _medians(middle)
    sizes = _sizes(engine, customers, known, factors, middle, parameters)

    standards = engine.materialise("standards", indices.standards(factors, volumes, parameters))
    indexed = engine.materialise("indexed", indices.index(standards, volumes, medians, parameters))
    curve = _curve(engine, indexed)
    small = curve.count < parameters.small_base
    scaled = indices.idc_by_rank(indexed, curve.count) if small else indices.idc_by_curve(indexed, curve)
    sufficiency = measure(
        customers_known=totals["customers"], customers_ready=ready, customers_scored=curve.count,
        kinds={kind: totals[kind] for kind in ("on_time", "paid_late", "is_open")},
        days_since_last_fact=on_day - totals["last_fact"], rejected_bps=rejected_bps, parameters=parameters,
    )  # fmt: skip
    wide = _finish(engine, scaled, calendar, sufficiency, medians, sizes, parameters)
    return Scored(
        scores=conform(SCORES, wide), global_indices=_global(wide), sufficiency=sufficiency,
        scaling="rank" if small else "normal", p0=p0_e6 / 1_000_000, mean=curve.mean / 10_000, sd=curve.spread / 10_000,
        medians=medians, sizes=sizes, parameters_version=parameters.version,
    )  # fmt: skip


_WEIGHTS = ("weight", "weighted", "weight_recent", "weighted_recent")
_MIDDLES = (
    nw.len().alias("n"),
    nw.col("pd_e6").median().alias("pd_e6"),
    nw.col("change_e4").median().alias("change_e4"),
    nw.col("months_paid").median().alias("months"),
    nw.col("volume_e4").median().alias("volume_e4"),
    nw.col("typical_e4").median().alias("typical_e4"),
    nw.col("volume_e4").sum().alias("volume_sum"),
    (nw.col("volume_e4") * nw.col("volume_e4")).sum().alias("volume_squares"),
    nw.col("within").sum().alias("within"),
    (nw.col("months_bought") - 1).clip(0, None).sum().alias("degrees"),
)


def _one_row(engine: Engine, frame: nw.LazyFrame) -> dict[str, int]:
    """Return the only row, as whole numbers; the floor of a median, 0 where there is nothing to sum."""
    row: dict[str, Any] = engine.collect(frame).to_pylist()[0]
    return {name: 0 if value is None else int(value // 1) for name, value in row.items()}


def _histogram(engine: Engine, customers: nw.LazyFrame) -> dict[int, int]:
    counted = engine.collect(customers.group_by("titles_known").agg(nw.len().alias("customers")))
    return dict(zip(counted["titles_known"].to_pylist(), counted["customers"].to_pylist(), strict=True))


def _totals(engine: Engine, customers: nw.LazyFrame) -> dict[str, int]:
    names = ("weight", "weighted", "on_time", "paid_late", "is_open")
    return _one_row(
        engine,
        customers.select(
            *(sum_int64(nw.col(name)).alias(name) for name in names),
            nw.col("last_fact").max(),
            nw.len().alias("customers"),
        ),
    )


def _medians(row: dict[str, int]) -> Medians:
    return Medians(row["pd_e6"], row["change_e4"], row["months"], row["volume_e4"], row["typical_e4"])


def _sizes(
    engine: Engine, customers: nw.LazyFrame, known: Known, factors: nw.LazyFrame, middle: dict[str, int],
    parameters: ScoringParameters,
) -> Sizes:  # fmt: skip
    cells = engine.collect(credit.risk_by_size(known.purchases, factors))
    rows = zip(*(cells[name].to_pylist() for name in ("logit_bin", "ratio_bin", "titles", "severity")), strict=True)
    by_term = engine.collect(known.terms.group_by("term").agg(weight=sum_int64(nw.col("weight"))))
    weights = dict(zip(by_term["term"].to_pylist(), by_term["weight"].to_pylist(), strict=True))
    sample = facts.sampled(customers, known.every)
    of_all = _one_row(engine, sample.select(weight_titles=sum_int64(nw.col("weight_titles"))))
    return Sizes(
        slope_e3=fit_slope_e3(rows, parameters),
        spread_e4=pooled_spread_e4(middle["within"], middle["degrees"]),
        term_days=term_reached(weights, of_all["weight_titles"]),
    )


def _curve(engine: Engine, indexed: nw.LazyFrame) -> Curve:
    r = nw.col("index_e4")
    row = _one_row(engine, indexed.select(nw.len().alias("n"), r.sum().alias("total"), (r * r).sum().alias("squares")))
    return Curve.of(row["n"], row["total"], row["squares"])


def _finish(
    engine: Engine, scaled: nw.LazyFrame, calendar: nw.LazyFrame, sufficiency: Sufficiency, medians: Medians,
    sizes: Sizes, parameters: ScoringParameters,
) -> pa.Table:  # fmt: skip
    tolerance = medians.pd_e6 if parameters.tolerance_e6 is None else parameters.tolerance_e6
    fresh = calendar.select("fresh", last_fact=nw.col("day"))
    dated = scaled.join(fresh, on="last_fact", how="inner")
    finished = credit.suggestions(dated, sufficiency, tolerance, medians.typical_e4, sizes, parameters).with_columns(
        idi=ratio_half_up(nw.col("pd_e6"), 1_000), pd_e4=ratio_half_up(nw.col("pd_e6"), 100), titles_late=nw.col("bad")
    )
    return engine.collect(finished.select(*SCORES.columns, "reais").sort("debtor_id"))


def _global(wide: pa.Table) -> GlobalIndices:
    count, value = wide.num_rows, pc.sum(wide["reais"]).as_py() or 0
    weights = wide["reais"] if value else pa.array([1] * count, pa.int64())

    def mean(name: str) -> int:
        return ratio_int(pc.sum(wide[name]).as_py() or 0, max(count, 1))

    def weighted(name: str) -> int:
        return ratio_int(pc.sum(pc.multiply(wide[name], weights)).as_py() or 0, max(value or count, 1))

    return GlobalIndices(count, mean("idc"), mean("idi"), weighted("idc"), weighted("idi"))
