"""The sums behind the KPIs: one pass of group-bys for the whole portfolio, by portfolio.

Every sum adds up across portfolios, so the company's are the total of its portfolios'. Counts of debtors and the
Pareto do not add up: they are in `pareto`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw

from receba.engine.contract import Engine
from receba.engine.expr.money import sum_int64
from receba.kernel.days import day_number, from_day_number
from receba.kernel.tables import EARLIER_DAYS, NOT_SETTLED
from receba.ledger.core.columns import bucket
from receba.ledger.core.rules import BUCKET_LIMITS
from receba.reporting.core.rules import SALES_DAYS

col, lit = nw.col, nw.lit
Frames = Mapping[str, nw.LazyFrame]

BUCKETS = len(BUCKET_LIMITS) + 1
ROLL_LIMITS = (0, 30, 60, 90)
"""Days late that separate the buckets of the roll rates: a month wide, so an unpaid title moves one a month."""
DUE_DAYS = 365
JUDGED_DAYS = 90
PAID_DAYS = 90
RECEIVED_DAYS = 30
COHORT_MONTHS = 12
"""Months of due dates whose recovery is followed, the present one included."""
UNSETTLED = -1
"""The age at which a title of a cohort was settled that was not."""


def _buckets() -> list[int]:
    return [0] * BUCKETS


def _rolls() -> list[int]:
    return [0] * (len(ROLL_LIMITS) + 1)


@dataclass
class Sums:
    """What adds up, in centavos, titles, days and centavos x days. Lists are by bucket, `sales` by day of issue,
    `cohorts` (face) by months since the due month and age in months at settlement."""

    titles: list[int] = field(default_factory=_buckets)
    principal: list[int] = field(default_factory=_buckets)
    updated: list[int] = field(default_factory=_buckets)
    credit: int = 0
    days: int = 0
    principal_days: int = 0
    due_titles: int = 0
    due_face: int = 0
    due_days: int = 0
    due_face_days: int = 0
    judged_titles: int = 0
    judged_face: int = 0
    in_time_titles: int = 0
    in_time_face: int = 0
    paid: int = 0
    paid_days: int = 0
    received: int = 0
    sales: dict[int, int] = field(default_factory=dict)
    roll_before: list[int] = field(default_factory=_rolls)
    roll_worse: list[int] = field(default_factory=_rolls)
    cohorts: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def total(cls, parts: Iterable[Sums]) -> Sums:
        """Return the sum of several."""
        whole = cls()
        for part in parts:
            for name in (f.name for f in fields(cls)):
                mine, theirs = getattr(whole, name), getattr(part, name)
                if isinstance(mine, list):
                    mine[:] = [a + b for a, b in zip(mine, theirs, strict=True)]
                elif isinstance(mine, dict):
                    for key, amount in theirs.items():
                        mine[key] = mine.get(key, 0) + amount
                else:
                    setattr(whole, name, mine + theirs)
        return whole


def sums(engine: Engine, frames: Frames, on_day: int) -> dict[int, Sums]:
    """Return the sums of each portfolio. `frames` are positions, standings and payments."""
    result: dict[int, Sums] = {}

    def rows(frame: nw.LazyFrame) -> Iterable[tuple[Sums, dict[str, Any]]]:
        for row in engine.collect(frame).to_pylist():
            yield result.setdefault(row["portfolio_id"], Sums()), row

    for into, row in rows(_open(frames["positions"])):
        number = row["bucket"]
        into.titles[number], into.principal[number] = row["titles"], row["principal"]
        into.updated[number] = row["updated"]
        into.credit += row["credit"]
        into.days += row["days"]
        into.principal_days += row["principal_days"]
    for frame in (_due(engine, frames, on_day), _paid(frames, on_day)):
        for into, row in rows(frame):
            for name in row.keys() - {"portfolio_id"}:
                setattr(into, name, row[name])
    for into, row in rows(_sales(frames["standings"], on_day)):
        into.sales[row["issued_day"]] = row["sold"]
    for into, row in rows(_cohorts(frames["standings"], on_day)):
        into.cohorts[COHORT_MONTHS - row["due_month"], row["age"]] = row["face"]
    for into, row in rows(_rolled(engine, frames, on_day)):
        into.roll_before[row["was"]], into.roll_worse[row["was"]] = row["before"], row["worse"]
    return result


def _open(positions: nw.LazyFrame) -> nw.LazyFrame:
    """Return titles, principal, updated value and days late by portfolio and ageing bucket."""
    principal, owed = col("principal_centavos"), col("principal_centavos") > 0
    return (
        positions.with_columns(
            owed=nw.when(owed).then(principal).otherwise(lit(0)).cast(nw.Int64),
            credit=nw.when(principal < 0).then(-principal).otherwise(lit(0)).cast(nw.Int64),
            updated=nw.when(principal < 0).then(lit(0)).otherwise(col("total_centavos")).cast(nw.Int64),
            title=nw.when(owed).then(lit(1)).otherwise(lit(0)).cast(nw.Int64),
            late=nw.when(owed).then(col("days_late")).otherwise(lit(0)).cast(nw.Int64),
        )
        .group_by("portfolio_id", "bucket")
        .agg(
            titles=sum_int64(col("title")),
            principal=sum_int64(col("owed")),
            updated=sum_int64(col("updated")),
            credit=sum_int64(col("credit")),
            days=sum_int64(col("late")),
            principal_days=sum_int64(col("owed") * col("late")),
        )
    )


def _due(engine: Engine, frames: Frames, on_day: int) -> nw.LazyFrame:
    """Return lateness and punctuality of the titles that fell due, paid and unpaid, by portfolio.

    Days late run from the due day and stop on the day of payment; paying by the effective due day is not late.
    """
    until = nw.when(col("settled_day") == NOT_SETTLED).then(lit(on_day)).otherwise(col("settled_day"))
    judged = (col("due_day") >= on_day - JUDGED_DAYS) & (col("effective_due_day") < on_day)
    in_time = judged & (col("settled_day") <= col("effective_due_day"))
    rows = engine.materialise(
        "kpi_due",
        frames["standings"]
        .filter((col("due_day") >= on_day - DUE_DAYS) & (col("due_day") < on_day) & (col("face_centavos") > 0))
        .with_columns(until=until.cast(nw.Int64), face=col("face_centavos"))
        .with_columns(
            late=nw.when(col("until") > col("effective_due_day"))
            .then(col("until") - col("due_day"))
            .otherwise(lit(0))
            .cast(nw.Int64),
            judged=nw.when(judged).then(lit(1)).otherwise(lit(0)).cast(nw.Int64),
            in_time=nw.when(in_time).then(lit(1)).otherwise(lit(0)).cast(nw.Int64),
        )
        .select("portfolio_id", "face", "late", "judged", "in_time"),
    )
    face = col("face")
    return rows.group_by("portfolio_id").agg(
        due_titles=nw.len().cast(nw.Int64),
        due_face=sum_int64(face),
        due_days=sum_int64(col("late")),
        due_face_days=sum_int64(face * col("late")),
        judged_titles=sum_int64(col("judged")),
        judged_face=sum_int64(face * col("judged")),
        in_time_titles=sum_int64(col("in_time")),
        in_time_face=sum_int64(face * col("in_time")),
    )


def _paid(frames: Frames, on_day: int) -> nw.LazyFrame:
    """Return what came in lately and how long after the due day, by portfolio."""
    recent = nw.when(col("paid_day") > on_day - RECEIVED_DAYS).then(col("paid_centavos")).otherwise(lit(0))
    return (
        frames["payments"]
        .filter((col("paid_day") > on_day - PAID_DAYS) & (col("paid_day") <= on_day))
        .join(frames["standings"].select("title_id", "portfolio_id", "due_day"), on="title_id", how="inner")
        .with_columns(after=(col("paid_day") - col("due_day")).cast(nw.Int64), recent=recent)
        .group_by("portfolio_id")
        .agg(
            paid=sum_int64(col("paid_centavos")),
            paid_days=sum_int64(col("paid_centavos") * col("after")),
            received=sum_int64(col("recent")),
        )
    )


def _sales(standings: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return what was issued, less what was cancelled, by portfolio and day of issue."""
    return (
        standings.filter((col("issued_day") > on_day - SALES_DAYS) & (col("issued_day") <= on_day))
        .group_by("portfolio_id", "issued_day")
        .agg(sold=sum_int64(col("face_centavos")))
    )


def month_ends(on_day: int) -> list[int]:
    """Return the last day of each of the COHORT_MONTHS months before that of `on_day`, oldest first."""
    ends, day = [], from_day_number(on_day)
    for _month in range(COHORT_MONTHS):
        day = day.replace(day=1) - timedelta(1)
        ends.append(day_number(day))
    return ends[::-1]


def _cohorts(standings: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return the face that fell due, by portfolio, month (1 the oldest) and the age in months at which it was settled."""
    ends = month_ends(on_day)
    settled = bucket(col("settled_day"), ends) - bucket(col("due_day"), ends)
    early = nw.when(settled > 0).then(settled).otherwise(lit(0))
    return (
        standings.filter((col("due_day") > ends[0]) & (col("due_day") <= on_day) & (col("face_centavos") > 0))
        .with_columns(
            due_month=bucket(col("due_day"), ends).cast(nw.Int64),
            age=nw.when(col("settled_day") == NOT_SETTLED).then(lit(UNSETTLED)).otherwise(early).cast(nw.Int64),
        )
        .group_by("portfolio_id", "due_month", "age")
        .agg(face=sum_int64(col("face_centavos")))
    )


def _rolled(engine: Engine, frames: Frames, on_day: int) -> nw.LazyFrame:
    """Return, by portfolio and bucket of a month ago, what was open then and what of it is in a worse bucket now."""
    then = on_day - EARLIER_DAYS
    late = nw.when(col("effective_due_day") < then).then(lit(then) - col("due_day")).otherwise(lit(0))
    now = frames["positions"].select(
        "title_id", left=col("principal_centavos"), now=bucket(col("days_late"), ROLL_LIMITS)
    )
    rows = engine.materialise(
        "kpi_roll",
        frames["standings"]
        .filter((col("issued_day") <= then) & (col("earlier_centavos") > 0))
        .select("title_id", "portfolio_id", late=late.cast(nw.Int32), before=col("earlier_centavos"))
        .join(now, on="title_id", how="left")
        .with_columns(was=bucket(col("late"), ROLL_LIMITS), left=col("left").fill_null(0), now=col("now").fill_null(0))
        .with_columns(kept=nw.when(col("left") < col("before")).then(col("left")).otherwise(col("before"))),
    )
    last = len(ROLL_LIMITS)
    worse = (col("kept") > 0) & ((col("now") > col("was")) | ((col("was") == last) & (col("now") == last)))
    return rows.group_by("portfolio_id", "was").agg(
        before=sum_int64(col("before")),
        worse=sum_int64(nw.when(worse).then(col("kept")).otherwise(lit(0))),
    )
