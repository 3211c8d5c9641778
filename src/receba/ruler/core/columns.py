"""The plan of the day for every debtor at once; agrees with `rules`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import narwhals.stable.v2 as nw

from receba.engine.contract import Engine
from receba.engine.expr.money import sum_int64
from receba.kernel.tables import DECISIONS
from receba.ruler.core.rules import HOLD_BASE, Outcome, Reason

col, lit = nw.col, nw.lit
_NEVER = -100_000
_NO_HOLD = 0


@dataclass(frozen=True, slots=True)
class Frames:
    """What the plan reads."""

    positions: nw.LazyFrame
    holds: nw.LazyFrame
    debtors: nw.LazyFrame
    segments: nw.LazyFrame
    ladder: nw.LazyFrame
    assigned: nw.LazyFrame
    taken: nw.LazyFrame
    contacts: nw.LazyFrame


def plan(engine: Engine, given: Frames, on_day: int) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """Return DECISIONS, one row per debtor with a title open, and (debtor_id, title_id, step) of the titles due.

    `contacted + explained = everyone in scope` by construction: every debtor leaves with an outcome and a reason.
    """
    held = given.holds.filter((col("from_day") <= on_day) & (col("until_day") >= on_day))
    of_debtor = held.filter(col("title_id") == 0).group_by("debtor_id").agg(hold=col("kind").min())
    of_title = held.filter(col("title_id") > 0).group_by("title_id").agg(title_hold=col("kind").min())
    titles = engine.materialise("plan_titles", _titles(given, of_title, on_day))
    due = engine.materialise("plan_due", _due(titles, given, on_day))
    debtors = _debtors(titles, of_debtor, given, due).with_columns(rested=lit(on_day) - col("last_day"))
    return _decisions(debtors).select(*DECISIONS.columns), due.select(
        "debtor_id", "title_id", "step", "effective_due_day"
    )


def _titles(given: Frames, of_title: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return the open titles with their version (the nearest assignment wins), hold, and days since they were due."""
    people = given.debtors.select("debtor_id", "person_kind", "has_email").join(
        given.segments.select("debtor_id", "risk", "worsened"), on="debtor_id", how="left"
    )
    titles = given.positions.filter(col("principal_centavos") > 0).join(people, on="debtor_id", how="left")
    for level, key in ((1, "portfolio_id"), (2, "debtor_id"), (3, "title_id")):
        names = given.assigned.filter(col("level") == level).select(
            target_id=col("target_id"), **{f"version_{level}": col("version_id")}
        )
        titles = titles.join(names, left_on=key, right_on="target_id", how="left")
    return titles.join(of_title, on="title_id", how="left").select(
        "debtor_id", "title_id", "effective_due_day", "days_late", "total_centavos", "person_kind", "has_email",
        version_id=nw.coalesce(col("version_3"), col("version_2"), col("version_1"), lit(0)).cast(nw.Int64),
        risk=col("risk").fill_null(0),
        worsened=col("worsened").fill_null(0),
        title_hold=col("title_hold").fill_null(_NO_HOLD),
        offset=(lit(on_day) - col("effective_due_day")).cast(nw.Int32),
    )  # fmt: skip


def _due(titles: nw.LazyFrame, given: Frames, on_day: int) -> nw.LazyFrame:
    """Return the titles for which a step is due: the last one passed, in time, not taken."""
    ladder = given.ladder.rename({"person_kind": "for_person", "worsened": "for_worsened"})
    has_risk = reduce(
        lambda found, band: found | ((col("risk") == band) & (col(f"for_risk_{band}") == 1)), range(1, 6),
        (col("risk") == 0) & (col("for_risk_0") == 1),
    )  # fmt: skip
    passed = (
        titles.filter((col("title_hold") == _NO_HOLD) & (col("version_id") > 0))
        .join(_with_risks(ladder), on="version_id", how="inner")
        .filter(
            (col("offset_days") <= col("offset"))
            & (col("min_centavos") <= col("total_centavos"))
            & (col("total_centavos") <= col("max_centavos"))
            & ((col("for_person") == 0) | (col("for_person") == col("person_kind")))
            & has_risk
            & ((col("for_worsened") == 0) | ((col("worsened") == 1) & (col("offset") < 0)))
        )
        .with_columns(late_first=-col("offset_days"), worse_first=-col("for_worsened"))
        .with_columns(one=lit(1))
        .with_columns(place=col("one").cum_sum().over("title_id", order_by=["worse_first", "late_first", "step"]))
        .filter(col("place") == 1)
        .filter((col("for_worsened") == 1) | (col("offset") - col("offset_days") <= col("catch_up_days")))
    )
    return passed.join(given.taken, on=["title_id", "step", "effective_due_day"], how="anti")


def _with_risks(ladder: nw.LazyFrame) -> nw.LazyFrame:
    """Spread the mask into one 0/1 column per band: no engine need agree on bits."""
    return ladder.with_columns(
        **{f"for_risk_{band}": ((col("risk_mask") // (1 << band)) % 2).cast(nw.Int32) for band in range(6)}
    )


def _debtors(titles: nw.LazyFrame, of_debtor: nw.LazyFrame, given: Frames, due: nw.LazyFrame) -> nw.LazyFrame:
    """Return one row per debtor: sums, holds, and the step that wins among the titles due."""
    late, free = col("days_late") > 0, col("title_hold") == _NO_HOLD

    def summed(value: nw.Expr, where: nw.Expr) -> nw.Expr:
        return sum_int64(nw.when(where).then(value).otherwise(lit(0)))

    whole = titles.group_by("debtor_id").agg(
        open_centavos=sum_int64(col("total_centavos")),
        overdue_centavos=summed(col("total_centavos"), late),
        days_late=col("days_late").max(),
        free_titles=summed(lit(1), free),
        free_late=summed(lit(1), free & late),
        free_ruled=summed(lit(1), free & (col("version_id") > 0)),
        free_centavos=summed(col("total_centavos"), free),
        least_hold=col("title_hold").min(),
        has_email=col("has_email").max(),
    )
    winner = (
        due.with_columns(neg_total=-col("total_centavos"))
        .with_columns(
            rank=col("one").cum_sum().over("debtor_id", order_by=["worse_first", "late_first", "neg_total", "title_id"])
        )
        .filter(col("rank") == 1)
        .select("debtor_id", "title_id", "version_id", "step", "email", "rest_days", "minimum_centavos")
    )
    counted = due.group_by("debtor_id").agg(titles_due=nw.len().cast(nw.Int32))
    return (
        whole.join(of_debtor, on="debtor_id", how="left")
        .join(winner, on="debtor_id", how="left")
        .join(counted, on="debtor_id", how="left")
        .join(given.contacts, on="debtor_id", how="left")
        .with_columns(
            hold=col("hold").fill_null(_NO_HOLD),
            last_day=col("last_day").fill_null(_NEVER),
            step=col("step").fill_null(-1),
            title_id=col("title_id").fill_null(0),
            version_id=col("version_id").fill_null(0),
            titles_due=col("titles_due").fill_null(0),
            email=col("email").fill_null(0),
            rest_days=col("rest_days").fill_null(0),
            minimum_centavos=col("minimum_centavos").fill_null(0),
        )
    )


def _decisions(debtors: nw.LazyFrame) -> nw.LazyFrame:
    silent = (
        nw.when(col("free_titles") == 0).then(col("least_hold") + HOLD_BASE)
        .when(col("free_ruled") == 0).then(lit(int(Reason.NO_RULER)))
        .when(col("free_late") > 0).then(lit(int(Reason.NO_STEP_TODAY)))
        .otherwise(lit(int(Reason.NOT_YET_DUE)))
    )  # fmt: skip
    stopped = (
        nw.when(col("free_centavos") < col("minimum_centavos")).then(lit(int(Reason.BELOW_MINIMUM)))
        .when((col("email") == 1) & (col("has_email") == 0)).then(lit(int(Reason.NO_CHANNEL)))
        .when(col("rested") < col("rest_days")).then(lit(int(Reason.RESTING)))
        .otherwise(lit(int(Reason.STEP_DUE)))
    )  # fmt: skip
    judged = debtors.with_columns(
        reason=nw.when(col("hold") > 0).then(col("hold") + HOLD_BASE)
        .when(col("step") < 0).then(silent).otherwise(stopped).cast(nw.Int32)
    )  # fmt: skip
    send = col("reason") == int(Reason.STEP_DUE)

    def only_if_sent(name: str, otherwise: int) -> nw.Expr:
        return nw.when(send).then(col(name)).otherwise(lit(otherwise))

    return judged.select(
        "debtor_id", "reason", "open_centavos", "overdue_centavos", "days_late",
        outcome=nw.when(send).then(lit(int(Outcome.SEND))).otherwise(lit(int(Outcome.SKIP))).cast(nw.Int32),
        version_id=only_if_sent("version_id", 0).cast(nw.Int64),
        step=only_if_sent("step", -1).cast(nw.Int32),
        title_id=only_if_sent("title_id", 0).cast(nw.Int64),
        titles_due=only_if_sent("titles_due", 0).cast(nw.Int32),
    )  # fmt: skip
