"""How well a number separates bad from good: rank AUC, KS, calibration, and an interval that respects customers.

Scores here rise with risk. Everything is a weighted rank formula over Polars columns; no sampling without a seed.
"""

from __future__ import annotations

import random
from collections import Counter

import polars as pl


def auc(scores: pl.Series, bad: pl.Series, weights: pl.Series | None = None) -> float | None:
    """Return the chance that a bad title has a higher score than a good one (ties count half); None without both."""
    steps = _steps(scores, bad, weights)
    total_bad, total_good = int(steps["bad"].sum()), int(steps["good"].sum())
    if not total_bad or not total_good:
        return None
    good_below = steps["good"].cum_sum() - steps["good"]
    won = float((steps["bad"] * (good_below + steps["good"] / 2)).sum())
    return won / (total_bad * total_good)


def ks(scores: pl.Series, bad: pl.Series) -> float | None:
    """Return the largest distance between the two cumulative curves; None without both classes."""
    steps = _steps(scores, bad, None)
    total_bad, total_good = int(steps["bad"].sum()), int(steps["good"].sum())
    if not total_bad or not total_good:
        return None
    distance = (steps["bad"].cum_sum() / total_bad - steps["good"].cum_sum() / total_good).abs()
    return float(distance.max())  # type: ignore[arg-type]


def expected_calibration_error(probabilities: pl.Series, bad: pl.Series, groups: int = 10) -> float | None:
    """Return the mean distance between promised and seen share, over `groups` groups of equal size by promise."""
    count = len(bad)
    if count == 0:
        return None
    frame = pl.DataFrame({"p": probabilities.cast(pl.Float64), "bad": bad.cast(pl.Float64)}).sort("p", "bad")
    cells = frame.with_row_index("place").group_by(pl.col("place") * groups // count).agg(
        pl.len(), gap=(pl.col("p").mean() - pl.col("bad").mean()).abs()
    )  # fmt: skip
    return float((cells["len"] * cells["gap"]).sum() / count)


def brier(probabilities: pl.Series, bad: pl.Series) -> float | None:
    """Return the mean squared distance between promise and outcome."""
    gap = probabilities.cast(pl.Float64) - bad.cast(pl.Float64)
    return float((gap * gap).mean()) if len(bad) else None  # type: ignore[arg-type]


def auc_intervals(
    judged: pl.DataFrame, names: tuple[str, str], draws: int, seed: int = 20_260_101
) -> dict[str, tuple[float, float]]:
    """Return 95 % bootstrap intervals of the AUC of two columns and of their difference (key `gain`).

    `judged` has one row per title: `debtor_id`, `bad` and the two columns, rising with risk. Whole customers are
    drawn, because the titles of one customer are not independent.
    """
    customers = sorted(judged["debtor_id"].unique().to_list())
    dice = random.Random(seed)  # noqa: S311 - reproducible resampling, nothing secret
    values: dict[str, list[float]] = {name: [] for name in (*names, "gain")}
    for _ in range(draws if customers else 0):
        times = Counter(dice.choices(customers, k=len(customers)))
        drawn = pl.DataFrame(
            {"debtor_id": list(times.keys()), "times": list(times.values())},
            schema={"debtor_id": pl.Int64, "times": pl.Int64},
        )
        sample = judged.join(drawn, on="debtor_id", how="inner")
        first, second = (auc(sample[name], sample["bad"], sample["times"]) for name in names)
        if first is not None and second is not None:
            for name, value in zip((*names, "gain"), (first, second, first - second), strict=True):
                values[name].append(value)
    return {name: _middle_95(found) for name, found in values.items() if found}


def _middle_95(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.025 * last)], ordered[round(0.975 * last)]


def _steps(scores: pl.Series, bad: pl.Series, weights: pl.Series | None) -> pl.DataFrame:
    """Return one row per distinct score, rising, with the weight of the bad and of the good at it."""
    weight = pl.repeat(1, len(bad), dtype=pl.Int64, eager=True) if weights is None else weights
    frame = pl.DataFrame({"score": scores, "bad": bad.cast(pl.Int64), "weight": weight})
    by_score = frame.group_by("score").agg(
        bad=(pl.col("bad") * pl.col("weight")).sum(), good=((1 - pl.col("bad")) * pl.col("weight")).sum()
    )
    return by_score.sort("score")
