"""The cell of every debtor at once; agrees with `rules`."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from receba.engine.expr.money import sum_int64
from receba.kernel.tables import NOT_SETTLED
from receba.segments.core.rules import Behaviour, Cuts, Risk, Value

col, lit = nw.col, nw.lit


def habits(
    debtors: nw.LazyFrame, history: nw.LazyFrame, positions: nw.LazyFrame, *, on_day: int, cuts: Cuts
) -> nw.LazyFrame:
    """Return one row per debtor who ever had a title: what fell due lately, how much of it late, the oldest arrears.

    Any part of the debtors gives its part of the rows.
    """
    first = on_day - cuts.window_days
    settled = nw.when(col("settled_day") == NOT_SETTLED).then(lit(on_day)).otherwise(col("settled_day"))
    late = (settled - col("effective_due_day")) >= cuts.late_from_days
    seen = (
        history.filter(col("due_day") >= first)
        .with_columns(late=nw.when(late).then(lit(1)).otherwise(lit(0)))
        .group_by("debtor_id")
        .agg(
            due_titles=nw.len().cast(nw.Int64),
            late_titles=sum_int64(col("late")),
            bought=sum_int64(col("face_centavos")),
        )
    )
    oldest = positions.group_by("debtor_id").agg(oldest=col("days_late").max())
    return (
        debtors.select("debtor_id", "person_kind")
        .join(seen, on="debtor_id", how="left")
        .join(oldest, on="debtor_id", how="left")
        .with_columns(
            due_titles=col("due_titles").fill_null(0),
            late_titles=col("late_titles").fill_null(0),
            bought=col("bought").fill_null(0).cast(nw.Int64),
            oldest=col("oldest").fill_null(-1),
        )
        .filter((col("due_titles") > 0) | (col("oldest") >= 0))
    )


def cells(habits: nw.LazyFrame, scores: nw.LazyFrame, *, cuts: Cuts) -> nw.LazyFrame:
    """Return the cell of each debtor of `habits`: debtor_id, risk, behaviour, value, person_kind."""
    joined = habits.join(scores.select("debtor_id", "idc"), on="debtor_id", how="left").with_columns(
        idc=col("idc").fill_null(-1)
    )
    return _with_value(joined, cuts).select(
        "debtor_id", risk=_risk(cuts), behaviour=_behaviour(cuts), value=col("value"), person_kind=col("person_kind")
    )


def worsened(made: nw.LazyFrame, bands: nw.LazyFrame) -> nw.LazyFrame:
    """Return the cells with worsened: 1 where a known risk band fell against BANDS, those told before the day."""
    before = bands.select("debtor_id", was=col("risk"))
    fell = (col("was").fill_null(0) > 0) & (col("risk") > col("was").fill_null(0))
    return made.join(before, on="debtor_id", how="left").with_columns(
        worsened=nw.when(fell).then(lit(1)).otherwise(lit(0)).cast(nw.Int32)
    )


def _risk(cuts: Cuts) -> nw.Expr:
    band = lit(int(Risk.A))
    for number, limit in enumerate(cuts.idc, start=2):
        band = nw.when(col("idc") < limit).then(lit(number)).otherwise(band)
    return nw.when(col("idc") < 0).then(lit(int(Risk.NONE))).otherwise(band).cast(nw.Int32)


def _behaviour(cuts: Cuts) -> nw.Expr:
    thousand = col("late_titles") * 1000
    return (
        nw.when(col("oldest") > cuts.lost_above_days).then(lit(int(Behaviour.LOST)))
        .when(col("due_titles") == 0).then(lit(int(Behaviour.NEW)))
        .when(thousand > col("due_titles") * cuts.habitual_above_e3).then(lit(int(Behaviour.HABITUAL)))
        .when(thousand > col("due_titles") * cuts.occasional_above_e3).then(lit(int(Behaviour.OCCASIONAL)))
        .otherwise(lit(int(Behaviour.PUNCTUAL))).cast(nw.Int32)
    )  # fmt: skip


def _with_value(joined: nw.LazyFrame, cuts: Cuts) -> nw.LazyFrame:
    """Add the ABC class: what larger debtors bought before it, in thousandths of all, decides."""
    total = joined.select(total=sum_int64(col("bought")))
    ranked = joined.with_columns(order=-col("bought")).with_columns(
        upto=col("bought").cum_sum().over(order_by=["order", "debtor_id"]).cast(nw.Int64)
    )
    before = (col("upto") - col("bought")) * 1000
    return ranked.join(total, how="cross").with_columns(
        value=nw.when(col("bought") == 0).then(lit(int(Value.NONE)))
        .when(before < col("total") * cuts.value_a_e3).then(lit(int(Value.A)))
        .when(before < col("total") * cuts.value_b_e3).then(lit(int(Value.B)))
        .otherwise(lit(int(Value.C))).cast(nw.Int32)
    )  # fmt: skip
