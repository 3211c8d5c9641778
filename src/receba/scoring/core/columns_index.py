"""From the facts of a customer to its default probability, its index, its IDC and the reasons."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from receba.engine.expr.stats import nearest, normal_cdf, ratio_half_up, tanh, with_normal_quantile
from receba.scoring.core import rules
from receba.scoring.core.columns_customers import log_amount
from receba.scoring.core.normal import quantile
from receba.scoring.core.parameters import E4, E6, WEIGHT_ONE, ScoringParameters
from receba.scoring.core.portfolio import Curve, Medians

CERTAIN_E6 = 100
"""A PD is read as at least 1e-4 and at most 1 - 1e-4 where its quantile is taken."""


def clipped(pd_e6: nw.Expr) -> nw.Expr:
    """Return the PD inside the bounds of the quantile."""
    return pd_e6.clip(CERTAIN_E6, E6 - CERTAIN_E6)


def shrunk(weighted: str, weight: str, towards_e6: nw.Expr | int, parameters: ScoringParameters) -> nw.Expr:
    """Return (S * towards + sum of w*y) / (S + sum of w) in 1e-6 parts."""
    one, prior = parameters.severity_one, parameters.prior_weight
    return ratio_half_up(nw.col(weighted) * E6 + towards_e6 * (prior * one), (nw.col(weight) + prior) * one)


def variance(pd_e6: str, weight: str, parameters: ScoringParameters) -> nw.Expr:
    """Return the variance of the Beta distribution behind a clipped PD."""
    share = nw.col(pd_e6) / float(E6)
    return share * (1.0 - share) / (nw.col(weight) / float(WEIGHT_ONE) + float(parameters.prior_strength + 1))


def factors(customers: nw.LazyFrame, p0_e6: int, parameters: ScoringParameters) -> nw.LazyFrame:
    """Return the customers with PD, change risk and volume, all integers.

    One small step after the other: an expression that repeats a large one makes the statement grow exponentially.
    """
    odds, seen = nw.col("clipped_e6"), nw.col("change_seen")
    return (
        customers.with_columns(pd_e6=shrunk("weighted", "weight", p0_e6, parameters))
        .with_columns(
            pd_recent_e6=shrunk("weighted_recent", "weight_recent", nw.col("pd_e6"), parameters),
            clipped_e6=clipped(nw.col("pd_e6")),
        )
        .with_columns(clipped_recent_e6=clipped(nw.col("pd_recent_e6")))
        .with_columns(
            spread=variance("clipped_e6", "weight", parameters)
            + variance("clipped_recent_e6", "weight_recent", parameters)
        )
        .with_columns(change_seen=(nw.col("pd_recent_e6") - nw.col("pd_e6")) / float(E6) / nw.col("spread").sqrt())
        .with_columns(
            change_e4=nearest((normal_cdf(seen) * 2.0 - 1.0).clip(0.0, 1.0) * float(E4)),
            volume_e4=log_amount(nw.col("average"), E4),
            logit_e4=nearest((odds / (E6 - odds)).log() * float(E4)),
        )
        .drop("spread", "change_seen", "pd_recent_e6", "clipped_recent_e6")
    )


def risk_part(z: nw.Expr | float, months: nw.Expr | int, change_e4: nw.Expr | int, share: int) -> nw.Expr:
    """Return z with its rhythm: little history and a change for the worse pull a good index down, a bad one further."""
    history = (nw.lit(1.0) * months) / (nw.lit(1.0) * months + 1.0)
    change = (nw.lit(1.0) * change_e4) / float(E4 * share)
    score = nw.lit(1.0) * z
    good = score * history * (1.0 - change)
    bad = score * (2.0 - history) * (1.0 + change)
    return nw.when(score > 0).then(good).otherwise(bad)


def standard(name: str, curve: Curve) -> nw.Expr:
    """Return the standard score of an integer column on its curve; 0 where all are equal."""
    return (nw.col(name) - curve.mean) / curve.spread if curve.spread else nw.lit(0.0) * nw.col(name)


def standards(factors: nw.LazyFrame, volumes: Curve, parameters: ScoringParameters) -> nw.LazyFrame:
    """Return the factors with z, risk and volume, floats: the parts of the index."""
    months, change, share = nw.col("months_paid"), nw.col("change_e4"), parameters.change_share
    started = factors.with_columns(
        payer=1.0 - nw.col("clipped_e6") / float(E6), volume_standard=standard("volume_e4", volumes)
    )
    return (
        with_normal_quantile(started, "payer", "z")
        .with_columns(volume=tanh(nw.col("volume_standard")) / float(parameters.volume_share))
        .with_columns(risk=risk_part(nw.col("z"), months, change, share))
    )


def index(standards: nw.LazyFrame, volumes: Curve, medians: Medians, parameters: ScoringParameters) -> nw.LazyFrame:
    """Return the standards, materialised, with the index r in 1e-4 parts and what each factor changed in it."""
    share = parameters.change_share
    z, months, change, volume = nw.col("z"), nw.col("months_paid"), nw.col("change_e4"), nw.col("volume")
    middle_z = quantile(1.0 - rules.clip_pd(medians.pd_e6) / float(E6))
    middle_volume = rules.volume_part(medians.volume_e4, volumes, parameters)
    others = {
        "late": risk_part(middle_z, months, change, share) + volume,
        "change": risk_part(z, months, medians.change_e4, share) + volume,
        "history": risk_part(z, medians.months, change, share) + volume,
        "volume": nw.col("risk") + middle_volume,
    }
    return standards.with_columns(index_e4=nearest((nw.col("risk") + volume) * float(E4))).with_columns(
        (nw.col("index_e4") - nearest(other * float(E4))).alias(f"reason_{name}_e4") for name, other in others.items()
    )


def idc_by_curve(indexed: nw.LazyFrame, curve: Curve) -> nw.LazyFrame:
    """Return the IDC on the normal curve of the portfolio; 500 for all when all are equal."""
    if curve.spread == 0:
        return indexed.with_columns(idc=nw.lit(500).cast(nw.Int64))
    on_curve = indexed.with_columns(index_standard=standard("index_e4", curve))
    return on_curve.with_columns(idc=nearest(normal_cdf(nw.col("index_standard")) * 1000.0).clip(0, 1000))


def idc_by_rank(indexed: nw.LazyFrame, count: int) -> nw.LazyFrame:
    """Return the IDC by mid-rank, for portfolios too small for a curve; equal indices share one rank."""
    equal = indexed.group_by("index_e4").agg(nw.len().cast(nw.Int64).alias("equal"))
    ranked = equal.with_columns(upto=nw.col("equal").cum_sum().over(order_by="index_e4").cast(nw.Int64))
    idc = ratio_half_up((nw.col("upto") * 2 - nw.col("equal")) * 1000, 2 * count)
    return indexed.join(ranked.select("index_e4", idc=idc), on="index_e4", how="inner")
