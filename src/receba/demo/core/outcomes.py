"""What happens to each title: the true probability, the draw, the day of payment. All of it is the ground truth."""

from __future__ import annotations

from functools import reduce

import narwhals.stable.v2 as nw
import polars as pl

from receba.demo.core.calendar import month_of, next_business, previous_business
from receba.demo.core.chance import Chance, exponential_curve
from receba.demo.core.profile import BEHAVIOURS, Profile
from receba.demo.core.trades import percent
from receba.engine.expr.money import divide_half_up

BAD_AFTER_DAYS = 5
FINE_BPS = 200
INTEREST_BPS_MONTH = 100
T = pl.col("t")
_WAITS = exponential_curve()


def drifted_pd(pd_e4: pl.Expr, drift: pl.Expr) -> pl.Expr:
    """Return the PD (1e-4) after the change: three times worse, three times better, or everything."""
    return (
        pl.when(drift == "worsening").then((pd_e4 * 3).clip(2500, 9500))
        .when(drift == "improving").then(pd_e4 // 3)
        .when(drift == "stopped").then(10_000)
        .otherwise(pd_e4)
    )  # fmt: skip


def draw_outcomes(titles: pl.DataFrame, profile: Profile, chance: Chance) -> pl.DataFrame:
    """Return the titles with pd_e4 (of this title), bad, lost, delay_days, method and pays_charges.

    `bad` is exactly a draw with probability pd_e4: 5 or more days after the effective due date, or never.
    """
    changed = pl.col("due_day") >= pl.col("drift_day")
    pd_now = pl.when(changed).then(drifted_pd(pl.col("pd_e4"), pl.col("drift"))).otherwise("pd_e4")
    season = percent(profile.season_risk, month_of(pl.col("due_day")))
    stopped = changed & (pl.col("drift") == "stopped")
    titles = titles.with_columns(
        pd_e4=pl.when(stopped).then(10_000).otherwise((pd_now * season // 100).clip(10, 9_700)),
        method=chance.pick(profile.payment_methods, "method", T),
        pays_charges=chance.happens(profile.charges_per_mille, "charges", T),
    ).with_columns(bad=chance.below(10_000, "bad", T) < pl.col("pd_e4"))
    waits = (pl.col("mean_delay_days") - BAD_AFTER_DAYS) * chance.pick(_WAITS, "wait", T) // 1000
    return titles.with_columns(
        lost=pl.col("bad") & (stopped | chance.happens(pl.col("lost_per_mille"), "lost", T)),
        delay_days=pl.when("bad").then(BAD_AFTER_DAYS + waits).otherwise(_good_delay(chance)).cast(pl.Int64),
    )


def _good_delay(chance: Chance) -> pl.Expr:
    choices = [(kind.name, chance.pick(kind.good_delays, f"good {kind.name}", T)) for kind in BEHAVIOURS]
    return reduce(
        lambda other, choice: pl.when(pl.col("behaviour") == choice[0]).then(choice[1]).otherwise(other),
        choices[1:],
        choices[0][1],
    )


def pay(titles: pl.DataFrame) -> pl.DataFrame:
    """Return the titles with paid_day (null when lost), fine_centavos and interest_centavos.

    Banks settle on business days; Pix and cards work every day. Moving a payment to a business day never makes a
    good title bad.
    """
    effective = pl.col("effective_due_day")
    wanted = (effective + pl.col("delay_days")).cast(pl.Int32)
    later, earlier = next_business(wanted), previous_business(wanted)
    too_late = ~pl.col("bad") & (later - effective >= BAD_AFTER_DAYS)
    banked = pl.when((pl.col("delay_days") < 0) | too_late).then(earlier).otherwise(later)
    day = pl.when(pl.col("method").is_in(["pix", "cartao"])).then(wanted).otherwise(banked)
    day = pl.when(pl.col("case") == "same_day").then("issued_day").otherwise(pl.max_horizontal(day, "issued_day"))
    return titles.with_columns(paid_day=pl.when(~pl.col("lost")).then(day))


def with_charges(payments: pl.DataFrame, base: str) -> pl.DataFrame:
    """Return the payments with fine_centavos and interest_centavos on column `base`, zero when none is due.

    Fine 2 %, interest 1 % per 30 days from the due date, only when paid after the effective due date.
    """
    frame = nw.from_native(payments, eager_only=True)
    due = (nw.col("day") > nw.col("effective_due_day")) & nw.col("pays_charges")
    days = (nw.col("day") - nw.col("due_day")).cast(nw.Int64)
    fine = divide_half_up(nw.col(base) * FINE_BPS, 10_000)
    interest = divide_half_up(nw.col(base) * INTEREST_BPS_MONTH * days, 10_000 * 30)
    return frame.with_columns(
        fine_centavos=nw.when(due).then(fine).otherwise(nw.lit(0)).cast(nw.Int64),
        interest_centavos=nw.when(due).then(interest).otherwise(nw.lit(0)).cast(nw.Int64),
    ).to_native()
