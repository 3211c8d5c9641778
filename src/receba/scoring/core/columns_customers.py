"""From titles and payments to one row of integers per customer: group-bys only, nothing known after the day."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import pyarrow as pa

from receba.engine.contract import DAY_BOUNDS, Engine
from receba.engine.expr.money import divide_down, sum_int64
from receba.engine.expr.stats import nearest, ratio_half_up
from receba.kernel.days import from_day_number, month_number
from receba.scoring.core.parameters import (
    ScoringParameters,
    fact_weight,
    memory_weight,
    stays_until,
    window_start,
)

CENTAVOS = 100.0


def calendar_table(on_day: int, parameters: ScoringParameters) -> pa.Table:
    """Return one row per day of the window: its month, the weight of its facts and how fresh one is, 1 when it is recent,
    and the first day on which any of these is another (fading apart, which is the same for all)."""
    days = range(window_start(on_day, parameters), on_day)
    half_life, last = parameters.half_life_days, stays_until(on_day, parameters.half_life_days)
    starts = {on: window_start(on, parameters) for on in range(on_day + 1, last + 1)}

    def changes(day: int) -> int:
        leaves = next((on for on, first in starts.items() if first > day), last + 1)
        ages = day + parameters.recent_days + 1
        return min(leaves, ages) if ages > on_day else leaves

    return pa.table(
        {
            "day": pa.array(days, pa.int32()),
            "month": pa.array([month_number(from_day_number(day)) for day in days], pa.int32()),
            "weight": pa.array([fact_weight(day, on_day, half_life) for day in days], pa.int64()),
            "fresh": pa.array([memory_weight(on_day - day, half_life) for day in days], pa.int64()),
            "recent": pa.array([int(on_day - day <= parameters.recent_days) for day in days], pa.int64()),
            "changes": pa.array([changes(day) for day in days], pa.int32()),
        }
    )


def whole(flag: nw.Expr) -> nw.Expr:
    """Return a true-or-false column as 1 and 0."""
    return nw.when(flag).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def total(name: str) -> nw.Expr:
    """Return the int64 sum of a column, under the same name."""
    return sum_int64(nw.col(name)).alias(name)


def log_amount(centavos: nw.Expr, parts: int) -> nw.Expr:
    """Return ln(1 + reais) in 1/parts."""
    return nearest((centavos / CENTAVOS + 1.0).log() * float(parts))


def known_titles(
    history: nw.LazyFrame, calendar: nw.LazyFrame, on_day: int, parameters: ScoringParameters
) -> nw.LazyFrame:
    """Return the titles that scoring learns from: due before the day, in the window, and with a known outcome."""
    late, is_open = nw.col("late_days"), nw.col("is_open")
    counted = (late.clip(0, parameters.late_clip_days) * parameters.severity_days).cast(nw.Int64)
    return (
        history.filter(nw.col("due_day") < on_day, nw.col("issued_day") < on_day)
        .with_columns(
            is_open=whole(nw.col("settled_day") >= on_day),
            until=nw.min_horizontal(nw.col("settled_day"), nw.lit(on_day)),
            day=nw.min_horizontal(nw.col("effective_due_day"), nw.lit(on_day - 1)).cast(nw.Int32),
            term=(nw.col("due_day") - nw.col("issued_day")).clip(0, parameters.longest_term_days).cast(nw.Int64),
        )
        .with_columns(late_days=(nw.col("until") - nw.col("effective_due_day")).cast(nw.Int64))
        .filter((is_open == 0) | (late >= parameters.bad_after_days))
        .join(calendar, on="day", how="inner")
        .with_columns(
            severity=whole(late > 0) * parameters.severity_any
            + whole(late >= parameters.bad_after_days) * parameters.severity_bad
            + ratio_half_up(counted, parameters.late_clip_days),
            bad=whole(late >= parameters.bad_after_days),
            on_time=whole((is_open == 0) & (late <= 0)),
            paid_late=whole((is_open == 0) & (late > 0)),
        )
        .select(
            "debtor_id", "day", "month", "weight", "face_centavos",
            *(nw.col(name).cast(nw.Int32) for name in ("severity", "bad", "on_time", "paid_late", "is_open", "term")),
        )
    )  # fmt: skip


def behaviour(titles: nw.LazyFrame, calendar: nw.LazyFrame) -> nw.LazyFrame:
    """Return weights and severities per customer. Titles due on one day are one occasion to pay, not many."""
    occasions = (
        titles.group_by("debtor_id", "day")
        .agg(nw.len().cast(nw.Int64).alias("together"), total("severity"))
        .join(calendar, on="day", how="inner")
        .with_columns(
            weighted=nw.col("weight") * ratio_half_up(nw.col("severity"), nw.col("together")),
            weight_titles=nw.col("weight") * nw.col("together"),
        )
        .with_columns(
            weight_recent=nw.col("weight") * nw.col("recent"),
            weighted_recent=nw.col("weighted") * nw.col("recent"),
        )
    )
    return occasions.group_by("debtor_id").agg(
        *(total(name) for name in ("weight", "weighted", "weight_recent", "weighted_recent", "weight_titles")),
        nw.col("day").max().alias("last_due"),
        nw.col("changes").min(),
    )


def outcomes(titles: nw.LazyFrame) -> nw.LazyFrame:
    """Return the known titles per customer, counted by outcome, and what was bought in whole reais."""
    return titles.group_by("debtor_id").agg(
        nw.len().cast(nw.Int64).alias("titles_known"),
        total("bad"),
        total("on_time"),
        total("paid_late"),
        total("is_open"),
        sum_int64(divide_down(nw.col("face_centavos"), 100)).alias("reais"),
    )


def payment_rhythm(payments: nw.LazyFrame, calendar: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return months with payments and the moving averages per customer; a month without payment counts as 0."""
    last_month = month_number(from_day_number(on_day - 1))
    amount, counts = nw.col("paid_centavos"), nw.col("paid_centavos") > 0
    months = (
        payments.filter(nw.col("paid_day") < on_day)
        .join(calendar, left_on="paid_day", right_on="day", how="inner")
        .group_by("debtor_id", "month")
        .agg(total("paid_centavos"), nw.col("paid_day").max().alias("last_paid"), nw.col("changes").min())
        .with_columns(
            counted=whole(counts),
            paid=nw.when(counts).then(amount).otherwise(nw.lit(0)),
            paid_last=nw.when(counts & (nw.col("month") > last_month - 3)).then(amount).otherwise(nw.lit(0)),
            month_paid=nw.when(counts).then(nw.col("month")).otherwise(nw.lit(last_month)),
            last_paid=nw.when(counts).then(nw.col("last_paid")).otherwise(nw.lit(DAY_BOUNDS[0])),
        )
    )
    span = last_month - nw.col("first_month") + 1
    return (
        months.group_by("debtor_id")
        .agg(
            total("counted"), total("paid"), total("paid_last"),
            nw.col("month_paid").min().cast(nw.Int64).alias("first_month"),
            nw.col("last_paid").max().cast(nw.Int32).alias("last_paid"),
            nw.col("changes").min().alias("changes_paid"),
        )
        .with_columns(
            average=divide_down(nw.col("paid"), span),
            average_last=divide_down(nw.col("paid_last"), nw.min_horizontal(span, nw.lit(3))),
        )
        .select("debtor_id", "last_paid", "changes_paid", months_paid=nw.col("counted"),
                average=divide_down(nw.col("average") + nw.col("average_last"), 2))
    )  # fmt: skip


def monthly_purchases(titles: nw.LazyFrame) -> nw.LazyFrame:
    """Return one row per customer and month of due date: what was bought for it and how it was paid."""
    return (
        titles.group_by("debtor_id", "month")
        .agg(total("face_centavos"), total("severity"), nw.len().cast(nw.Int64).alias("titles"))
        .filter(nw.col("face_centavos") > 0)
        .with_columns(log_e3=log_amount(nw.col("face_centavos"), 1_000))
    )


def purchase_habits(purchases: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return the typical month per customer (months without purchase count as 0) and the spread of its months."""
    last_month = month_number(from_day_number(on_day - 1))
    sums = purchases.with_columns(square=nw.col("log_e3") * nw.col("log_e3")).group_by("debtor_id").agg(
        total("face_centavos"), total("log_e3"), total("square"),
        nw.len().cast(nw.Int64).alias("months_bought"),
        nw.col("month").min().cast(nw.Int64).alias("first_month"),
    )  # fmt: skip
    monthly = divide_down(nw.col("face_centavos"), last_month - nw.col("first_month") + 1)
    return sums.select(
        "debtor_id", "months_bought",
        typical_e4=log_amount(monthly, 10_000),
        within=nw.col("square") - ratio_half_up(nw.col("log_e3") * nw.col("log_e3"), nw.col("months_bought")),
    )  # fmt: skip


def terms_on_time(titles: nw.LazyFrame) -> nw.LazyFrame:
    """Return the weight of the titles paid on time per customer and term."""
    return titles.filter(nw.col("on_time") == 1).group_by("debtor_id", "term").agg(total("weight"))


def term_reached(terms: nw.LazyFrame, weights: nw.LazyFrame) -> nw.LazyFrame:
    """Return per customer the longest term of which a tenth of its titles was at least as long and paid on time."""
    reached = nw.col("weight").cum_sum().over("debtor_id", order_by="shorter").cast(nw.Int64)
    return (
        terms.with_columns(shorter=nw.col("term") * -1)
        .with_columns(reached=reached)
        .join(weights, on="debtor_id", how="inner")
        .filter(nw.col("reached") * 10 >= nw.col("weight_titles"))
        .group_by("debtor_id")
        .agg(nw.col("term").max().alias("own_term"))
    )


def waiting(history: nw.LazyFrame, on_day: int, parameters: ScoringParameters) -> nw.LazyFrame:
    """Return per customer the first later day on which one of its titles says something else, with no new fact.

    A title may fall due, become late enough to be known, be late by one day more, or have been settled on the day
    itself. `history` must hold the titles that are not due yet as well.
    """
    due, effective, settled = nw.col("due_day"), nw.col("effective_due_day"), nw.col("settled_day")
    is_open, known_on = settled >= on_day, effective + parameters.bad_after_days
    tomorrow, never = nw.lit(on_day + 1), nw.lit(DAY_BOUNDS[1])
    worse = (
        nw.when(due >= on_day).then(due + 1)
        .when(nw.col("issued_day") >= on_day).then(tomorrow)
        .when(is_open & (known_on > on_day)).then(known_on)
        .when(effective >= on_day).then(tomorrow)
        .when(is_open & (effective + parameters.late_clip_days > on_day)).then(tomorrow)
        .otherwise(never)
    )  # fmt: skip
    closes = nw.when(is_open & (settled < DAY_BOUNDS[1])).then(settled + 1).otherwise(never)
    unsure = is_open | (due >= on_day) | (effective >= on_day) | (nw.col("issued_day") >= on_day)
    return (
        history.filter(unsure)
        .with_columns(changes_open=nw.min_horizontal(worse, closes).cast(nw.Int32))
        .group_by("debtor_id")
        .agg(nw.col("changes_open").min())
    )


def customers(
    engine: Engine, titles: nw.LazyFrame, purchases: nw.LazyFrame, terms: nw.LazyFrame, history: nw.LazyFrame,
    payments: nw.LazyFrame, calendar: nw.LazyFrame, on_day: int, parameters: ScoringParameters,
) -> nw.LazyFrame:  # fmt: skip
    """Return one materialised row per customer with a known title; what is absent is 0.

    Until the day before `changes_day` the row stays as it is, whatever the day, if no new fact is learned.
    """
    known = engine.materialise("behaviour", behaviour(titles, calendar))
    own_term = term_reached(terms, known.select("debtor_id", "weight_titles"))
    joined = (
        known.join(outcomes(titles), on="debtor_id", how="inner")
        .join(payment_rhythm(payments, calendar, on_day), on="debtor_id", how="left")
        .join(purchase_habits(purchases, on_day), on="debtor_id", how="left")
        .join(own_term, on="debtor_id", how="left")
        .join(waiting(history, on_day, parameters), on="debtor_id", how="left")
    )
    absent = ("months_paid", "average", "months_bought", "typical_e4", "within", "own_term")
    later = (nw.col(name).fill_null(DAY_BOUNDS[1]) for name in ("changes_paid", "changes_open"))
    return engine.materialise(
        "customers",
        joined.with_columns(
            nw.max_horizontal(nw.col("last_due"), nw.col("last_paid").fill_null(DAY_BOUNDS[0])).alias("last_fact"),
            nw.min_horizontal(nw.col("changes"), *later).cast(nw.Int32).alias("changes_day"),
            *(nw.col(name).fill_null(0).cast(nw.Int64).alias(name) for name in absent),
        ).drop("last_due", "last_paid", "changes", "changes_paid", "changes_open"),
    )


SAMPLE = 100_000


def sampled(frame: nw.LazyFrame, every: int) -> nw.LazyFrame:
    """Return the rows of about one debtor in `every`, always the same ones; of all when it is 1."""
    if every <= 1:
        return frame
    mixed = divide_down((nw.col("debtor_id") % 2**31) * 1_103_515_245 % 2**31, 2**12)
    return frame.filter(mixed % every == 0)
