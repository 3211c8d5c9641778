"""Suggested limit (two readings), suggested term, confidence."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from receba.engine.expr.money import divide_down, sum_int64
from receba.engine.expr.stats import ratio_down, ratio_half_up
from receba.scoring.core.parameters import E4, E6, WEIGHT_ONE, ScoringParameters
from receba.scoring.core.portfolio import BIN_E4, LOGIT_BOUND_E4, RATIO_BOUND_E4, Sizes
from receba.scoring.core.rules import logit_e4
from receba.scoring.core.sufficiency import Sufficiency


def risk_by_size(purchases: nw.LazyFrame, factors: nw.LazyFrame) -> nw.LazyFrame:
    """Return the cells (bin of logit PD, bin of size against the typical month, titles, severity) of the slope."""
    ratio = (nw.col("log_e3") * 10 - nw.col("typical_e4")).clip(-RATIO_BOUND_E4, RATIO_BOUND_E4 - 1)
    logit = nw.col("logit_e4").clip(-LOGIT_BOUND_E4, LOGIT_BOUND_E4 - 1)
    return (
        purchases.join(factors.select("debtor_id", "logit_e4", "typical_e4"), on="debtor_id", how="inner")
        .with_columns(
            logit_bin=divide_down(logit + LOGIT_BOUND_E4, BIN_E4),
            ratio_bin=divide_down(ratio + RATIO_BOUND_E4, BIN_E4),
        )
        .group_by("logit_bin", "ratio_bin")
        .agg(titles=sum_int64(nw.col("titles")), severity=sum_int64(nw.col("severity")))
    )


def suggestions(
    scaled: nw.LazyFrame, sufficiency: Sufficiency, tolerance_e6: int, median_e4: int, sizes: Sizes,
    parameters: ScoringParameters,
) -> nw.LazyFrame:  # fmt: skip
    """Return the scored customers with limits, term and confidence.

    Needs `fresh`, the weight of the customer's last fact. Steps are small on purpose, as in the index.
    """
    return (
        scaled.with_columns(
            typical_shrunk_e4=typical_shrunk_e4(median_e4, parameters),
            stretch_return=stretch_e4(parameters.break_even_e6, sizes, parameters),
            stretch_risk=stretch_e4(tolerance_e6, sizes, parameters),
            term_shown_e2=term_shown_e2(sizes, parameters),
            evidence=ratio_half_up(nw.col("weight") * 1000, nw.col("weight") + parameters.prior_weight),
            rhythm=ratio_half_up(nw.col("months_paid") * 1000, nw.col("months_paid") + 1),
            freshness=ratio_half_up(nw.col("fresh") * 1000, WEIGHT_ONE),
        )
        .with_columns(
            limit_return_centavos=limit_centavos("stretch_return", parameters),
            limit_risk_centavos=limit_centavos("stretch_risk", parameters),
            term_free=term_free(),
            founded=nw.col("evidence") * nw.col("rhythm") * nw.col("freshness"),
        )
        .with_columns(
            term_days=on_grid("term_free", parameters),
            confidence=ratio_half_up(nw.col("founded") * sufficiency.quality_e3, 1000**3),
        )
    )


def stretch_e4(pd_ceiling_e6: int, sizes: Sizes, parameters: ScoringParameters) -> nw.Expr:
    """Return how far (ln, 1e-4) from the typical month PD(x) reaches the ceiling, within what evidence reaches."""
    room = (logit_e4(pd_ceiling_e6) - nw.col("logit_e4")) * 1000
    return nw.min_horizontal(ratio_down(room, sizes.slope_e3), nw.lit(sizes.ceiling_e4(parameters)))


def limit_centavos(stretch: str, parameters: ScoringParameters) -> nw.Expr:
    """Return the amount that far from the typical month, down to whole steps."""
    reais = ((nw.col("typical_shrunk_e4") + nw.col(stretch)).clip(0, 250_000) / float(E4)).exp() - 1.0
    steps = (reais * (100.0 / parameters.limit_step_centavos)).floor().cast(nw.Int64)
    return steps * parameters.limit_step_centavos


def typical_shrunk_e4(median_e4: int, parameters: ScoringParameters) -> nw.Expr:
    """Return ln of the typical month; with few months it leans to the portfolio's, never upwards."""
    months, prior = nw.col("months_bought"), parameters.prior_months
    towards = nw.min_horizontal(nw.col("typical_e4"), nw.lit(median_e4))
    return ratio_half_up(nw.col("typical_e4") * months + towards * prior, months + prior)


def term_shown_e2(sizes: Sizes, parameters: ScoringParameters) -> nw.Expr:
    """Return T90 in hundredths of a day; with little history it leans to the portfolio's, never upwards."""
    towards = nw.min_horizontal(nw.col("own_term"), nw.lit(sizes.term_days))
    weight, prior = nw.col("weight"), parameters.prior_weight
    return divide_down((weight * nw.col("own_term") + towards * prior) * 100, weight + prior)


def term_free() -> nw.Expr:
    """Return T90 * q * (1 - change) * (1 - PD) in whole days."""
    kept = nw.col("months_paid") * (E4 - nw.col("change_e4")) * (E6 - nw.col("pd_e6"))
    return divide_down(nw.col("term_shown_e2") * kept, (nw.col("months_paid") + 1) * (100 * E4 * E6))


def on_grid(days: str, parameters: ScoringParameters) -> nw.Expr:
    """Return the longest step of the company's grid that is not longer; 0 below the first."""
    term = nw.lit(0)
    for step in parameters.term_grid_days:
        term = nw.when(nw.col(days) >= step).then(nw.lit(step)).otherwise(term)
    return term.cast(nw.Int64)
