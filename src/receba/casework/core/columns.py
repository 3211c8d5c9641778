"""The queue of the whole portfolio at once. Agrees with `rules.place` to the centavo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import narwhals.stable.v2 as nw

from receba.casework.core import rules
from receba.casework.core.tables import NO_IDC, QUEUE, Action, Promise, Why
from receba.engine.contract import Engine
from receba.engine.expr.money import divide_half_up, sum_int64

col, lit = nw.col, nw.lit
Frames = Mapping[str, nw.LazyFrame]
ALL = -1
"""portfolio_id of a row that holds all of a debtor's portfolios."""


def queue(engine: Engine, frames: Frames, *, on_day: int, by_portfolio: bool) -> nw.LazyFrame:
    """Return QUEUE. `frames` are positions, holds, scores, cases and reachable.

    `by_portfolio` gives one row per portfolio and debtor, ranked inside each portfolio; else one per debtor.
    """
    name = "parts" if by_portfolio else "whole"
    titles = engine.materialise(f"queue_titles_{name}", _titles(frames, on_day, by_portfolio))
    grouped = titles.group_by("portfolio_id", "debtor_id").agg(
        open_centavos=sum_int64(col("owed")),
        overdue_centavos=sum_int64(col("overdue")),
        oldest_days_late=col("days_late").max(),
        titles_overdue=sum_int64(col("late")),
        free_titles=sum_int64(col("free")),
        weighted=sum_int64(col("weighted")),
    )
    known = engine.materialise(
        f"queue_known_{name}", _with_case(grouped.filter(col("titles_overdue") > 0), frames, on_day)
    )
    valued = engine.materialise(f"queue_valued_{name}", _valued(known))
    reasoned = engine.materialise(f"queue_reasoned_{name}", _reasoned(valued))
    return _ranked(_acted(reasoned))


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(lit(1)).otherwise(lit(0)).cast(nw.Int64)


def _choose(cases: list[tuple[nw.Expr, int]], default: int) -> nw.Expr:
    """Return the value of the first case that holds."""
    result = lit(default).cast(nw.Int64)
    for condition, value in reversed(cases):
        result = nw.when(condition).then(lit(value)).otherwise(result).cast(nw.Int64)
    return result


def _active(holds: nw.LazyFrame, on_day: int, kinds: frozenset[int]) -> nw.LazyFrame:
    of_kind = reduce(lambda a, b: a | b, [col("kind") == int(kind) for kind in sorted(kinds)])
    return holds.filter((col("from_day") <= on_day) & (col("until_day") >= on_day) & of_kind)


def _titles(frames: Frames, on_day: int, by_portfolio: bool) -> nw.LazyFrame:
    """Return one row per title with principal: what of it is overdue, and what of that can be collected today."""
    pausing = _active(frames["holds"], on_day, frozenset(map(int, rules.PAUSING)))
    on_title = pausing.filter(col("title_id") != 0).select("title_id").unique().with_columns(title_paused=lit(1))
    on_debtor = pausing.filter(col("title_id") == 0).select("debtor_id").unique().with_columns(debtor_paused=lit(1))
    percent = _choose([(col("bucket") == n, p) for n, p in enumerate(rules.RECOVERY_BY_BUCKET)], 0)
    part = col("portfolio_id") if by_portfolio else lit(ALL)
    late = col("bucket") > 0
    return (
        frames["positions"]
        .filter(col("principal_centavos") > 0)
        .join(on_title, on="title_id", how="left")
        .join(on_debtor, on="debtor_id", how="left")
        .with_columns(paused=col("title_paused").fill_null(0) + col("debtor_paused").fill_null(0), percent=percent)
        .with_columns(
            owed=col("principal_centavos"),
            overdue=nw.when(late).then(col("principal_centavos")).otherwise(lit(0)).cast(nw.Int64),
            late=_flag(late),
            free=_flag(late & (col("paused") == 0)),
        )
        .select(
            "debtor_id",
            "owed",
            "overdue",
            "late",
            "free",
            "days_late",
            portfolio_id=part.cast(nw.Int64),
            weighted=divide_half_up(col("overdue") * col("percent") * col("free"), 100),
        )
    )


def _with_case(grouped: nw.LazyFrame, frames: Frames, on_day: int) -> nw.LazyFrame:
    """Join what is known of each debtor: score, promises, contacts, and holds that forbid a call."""
    alone = _active(frames["holds"], on_day, frozenset(map(int, rules.LEAVE_ALONE)))
    alone = alone.filter(col("title_id") == 0).select("debtor_id").unique().with_columns(left_alone=lit(1))
    return (
        grouped.join(frames["scores"].select("debtor_id", "idc", "reason_change_e4"), on="debtor_id", how="left")
        .join(frames["cases"], on="debtor_id", how="left")
        .join(frames["reachable"].with_columns(reachable=lit(1)), on="debtor_id", how="left")
        .join(alone, on="debtor_id", how="left")
        .with_columns(
            idc=col("idc").fill_null(NO_IDC),
            change=col("reason_change_e4").fill_null(0),
            promise=col("promise").fill_null(int(Promise.NONE)),
            call_back=_flag(col("call_back_day").fill_null(0) == on_day),
            last_contact_micros=col("last_contact_micros").fill_null(0),
            reachable=col("reachable").fill_null(0),
            left_alone=col("left_alone").fill_null(0),
        )
    )


def _valued(known: nw.LazyFrame) -> nw.LazyFrame:
    """Add what is expected back, and whether the debtor is one of those that owe most of the overdue."""
    bps = _choose([(col("idc") >= lowest, value) for lowest, value in rules.RECOVERY_BY_IDC], 0)
    order = ("least", "debtor_id")
    return (
        known.with_columns(recovery=bps, least=-col("overdue_centavos"))
        .with_columns(
            expected_centavos=divide_half_up(col("weighted") * col("recovery"), 10_000),
            running=col("overdue_centavos").cum_sum().over("portfolio_id", order_by=order).cast(nw.Int64),
            total=col("overdue_centavos").sum().over("portfolio_id").cast(nw.Int64),
        )
        .with_columns(before=col("running") - col("overdue_centavos"))
    )


def _reasoned(valued: nw.LazyFrame) -> nw.LazyFrame:
    """Add the reasons, one bit each, and what they lift the priority by."""
    oldest, promise = col("oldest_days_late"), col("promise")
    ages = [(oldest > edge - rules.AGES_WITHIN) & (oldest <= edge) for edge in rules.AGES_AT]
    told = {
        Why.PROMISE_BROKEN: promise == int(Promise.BROKEN),
        Why.PROMISE_TODAY: promise == int(Promise.TODAY),
        Why.PROMISED: promise == int(Promise.PENDING),
        Why.CALL_BACK: col("call_back") == 1,
        Why.CONCENTRATED: col("before") * 100 < col("total") * rules.PARETO_PERCENT,
        Why.LIKELY: col("expected_centavos") * 10_000 >= col("overdue_centavos") * rules.LIKELY_BPS,
        Why.ABOUT_TO_AGE: reduce(lambda a, b: a | b, ages),
        Why.NEVER_CONTACTED: (col("last_contact_micros") == 0) & (oldest > rules.FRESH_DAYS),
        Why.GOT_WORSE: col("change") <= rules.WORSE_E4,
        Why.OLD: oldest > rules.OLD_DAYS,
        Why.UNREACHABLE: col("reachable") == 0,
        Why.DISPUTED: col("free_titles") < col("titles_overdue"),
        Why.HELD: col("left_alone") == 1,
    }
    flags = valued.with_columns(**{f"why_{int(reason)}": _flag(holds) for reason, holds in told.items()})
    bits = reduce(lambda a, b: a + b, [col(f"why_{int(reason)}") * int(reason) for reason in told])
    bonus = reduce(lambda a, b: a + b, [col(f"why_{int(reason)}") * percent for reason, percent in rules.BONUS.items()])
    return flags.with_columns(why=bits, bonus=bonus)


def _acted(reasoned: nw.LazyFrame) -> nw.LazyFrame:
    """Add the next action and the priority."""
    promise, oldest = col("promise"), col("oldest_days_late")
    action = _choose(
        [
            (col("left_alone") == 1, Action.LEAVE_ALONE),
            (col("free_titles") == 0, Action.SETTLE_DISPUTE),
            (promise == int(Promise.BROKEN), Action.CHARGE_PROMISE),
            (promise == int(Promise.TODAY), Action.CHECK_PAYMENT),
            (promise == int(Promise.PENDING), Action.WAIT_PROMISE),
            (col("call_back") == 1, Action.CALL_BACK),
            (col("reachable") == 0, Action.FIND_CONTACT),
            (oldest > rules.OLD_DAYS, Action.NEGOTIATE),
            (oldest > rules.FRESH_DAYS, Action.CALL),
        ],
        Action.REMIND,
    )
    return reasoned.with_columns(
        next_action=action,
        priority_centavos=divide_half_up(col("expected_centavos") * (col("bonus") + 100), 100),
    )


def _ranked(acted: nw.LazyFrame) -> nw.LazyFrame:
    """Add the rank: what can be worked first, by priority; then what waits; ties by debtor."""
    last = [(col("next_action") == int(a), 1) for a in (Action.LEAVE_ALONE, Action.SETTLE_DISPUTE, Action.WAIT_PROMISE)]
    order = ("last", "least_priority", "debtor_id")
    ranked = acted.with_columns(
        last=_choose(last, 0), least_priority=-col("priority_centavos"), one=lit(1).cast(nw.Int64)
    ).with_columns(rank=col("one").cum_sum().over("portfolio_id", order_by=order))
    types = {"int64": nw.Int64, "int32": nw.Int32}
    return ranked.select(**{name: col(name).cast(types[kind]) for name, kind in QUEUE.columns.items()})
