"""Who owes: how large, since when, and the true way in which they pay."""

from __future__ import annotations

from datetime import date
from itertools import chain, repeat

import polars as pl

from receba.demo.core.chance import Chance, lognormal_curve
from receba.demo.core.identities import identify
from receba.demo.core.profile import BEHAVIOURS, Profile
from receba.kernel.days import day_number

HISTORY_DAYS = 548
"""Eighteen months."""
WITHOUT_HISTORY_PER_MILLE = 30
SINGLE_TITLE_PER_MILLE = 30
_SIZES = lognormal_curve(0.9)
C = pl.col("c")


def draw_customers(profile: Profile, chance: Chance, on: date, count: int) -> pl.DataFrame:
    """Return one row per customer: what the creditor knows, and the hidden columns that the titles are drawn from.

    `c` is the row number from 0. Columns: those of the intake (customer, name, …) and size, since_day, behaviour,
    pd_e4, mean_delay_days, lost_per_mille, drift, drift_day, scale (1000 is the median customer).
    """
    frame = pl.DataFrame({"c": pl.int_range(0, count, dtype=pl.Int64, eager=True)})
    frame = _size_and_age(frame, profile, chance, on, count)
    frame = _behaviour(frame, profile, chance, on)
    return identify(frame, profile, chance)


def _at_least(count: int, per_mille: int, least: int) -> int:
    return max(least, count * per_mille // 1000)


def _size_and_age(frame: pl.DataFrame, profile: Profile, chance: Chance, on: date, count: int) -> pl.DataFrame:
    """The newest customers have no title, those before them have one; the first customer may be a giant."""
    none = _at_least(count, WITHOUT_HISTORY_PER_MILLE, 2)
    single = _at_least(count, SINGLE_TITLE_PER_MILLE, 2)
    today = day_number(on)
    size = (
        pl.when(count - none <= C).then(pl.lit("none"))
        .when(count - none - single <= C).then(pl.lit("single"))
        .when((C == 0) & profile.has_giant).then(pl.lit("giant"))
        .otherwise(pl.lit("usual"))
    )  # fmt: skip
    old = today - HISTORY_DAYS - 30 - chance.below(8 * 365, "since", C)
    new = today - 60 - chance.below(HISTORY_DAYS - 60, "since new", C)
    return frame.with_columns(size=size).with_columns(
        since_day=pl.when(pl.col("size") == "none").then(today - chance.below(20, "since none", C))
        .when(pl.col("size") == "single").then(today - 75 - chance.below(75, "since single", C))
        .when((pl.col("size") == "giant") | chance.happens(760, "is old", C)).then(old)
        .otherwise(new),
        scale=chance.pick(_SIZES, "scale", C),
    )  # fmt: skip


def _behaviour(frame: pl.DataFrame, profile: Profile, chance: Chance, on: date) -> pl.DataFrame:
    wheel = list(chain.from_iterable(repeat(n, profile.mix[kind.name]) for n, kind in enumerate(BEHAVIOURS)))
    frame = frame.with_columns(b=chance.pick(wheel, "behaviour", C))
    kinds = pl.DataFrame(
        {
            "b": range(len(BEHAVIOURS)),
            "behaviour": [kind.name for kind in BEHAVIOURS],
            "pd_low": [kind.pd_e4[0] for kind in BEHAVIOURS],
            "pd_range": [kind.pd_e4[1] - kind.pd_e4[0] for kind in BEHAVIOURS],
            "delay_low": [kind.mean_delay_days[0] for kind in BEHAVIOURS],
            "delay_range": [kind.mean_delay_days[1] - kind.mean_delay_days[0] for kind in BEHAVIOURS],
            "lost_per_mille": [kind.lost_per_mille for kind in BEHAVIOURS],
        }
    )
    frame = frame.join(kinds, on="b", how="left", maintain_order="left", validate="m:1")
    drift = chance.pick(["stable"] * 79 + ["worsening"] * 11 + ["improving"] * 8 + ["stopped"] * 2, "drift", C)
    return frame.with_columns(
        pd_e4=pl.col("pd_low") + chance.below(pl.col("pd_range") + 1, "pd", C),
        mean_delay_days=pl.col("delay_low") + chance.below(pl.col("delay_range") + 1, "mean delay", C),
        drift=pl.when(pl.col("size") == "giant").then(pl.lit("stable")).otherwise(drift),
        drift_day=day_number(on) - chance.between(60, 150, "drift day", C),
    ).drop("b", "pd_low", "pd_range", "delay_low", "delay_range")
