"""The plan of the day for every debtor at once; agrees with `rules`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import narwhals.stable.v2 as nw

from receba.engine.contract import Engine
from receba.engine.expr.money import divide_down, sum_int64
from receba.kernel.tables import DECISIONS
from receba.ruler.core.rules import HOLD_BASE, KEPT, Look, Outcome, Reason
from receba.ruler.core.tables import SEEN

col, lit = nw.col, nw.lit
_NEVER = 0
"""The day of a last contact that never was; no waiting time reaches back to 1970."""
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
    """Return DECISIONS, one row per debtor with a title open, and SEEN: the titles of those for whom a step was due.

    `contacted + explained = everyone in scope` by construction: every debtor leaves with an outcome and a reason.
    """
    held = given.holds.filter((col("from_day") <= on_day) & (col("until_day") >= on_day))
    of_debtor = held.filter(col("title_id") == 0).group_by("debtor_id").agg(hold=col("kind").min())
    of_title = held.filter(col("title_id") > 0).group_by("title_id").agg(title_hold=col("kind").min())
    titles = engine.materialise("plan_titles", _titles(given, of_title, on_day))
    due = engine.materialise("plan_reached", _reached(titles, given, on_day))
    found = engine.materialise("plan_seen", _seen(titles, due))
    winner = engine.materialise("plan_winner", _winner(found.filter(col("look") == int(Look.DUE))))
    spoken = _spoken(found, winner)
    decisions = _decisions(_debtors(titles, of_debtor, given, winner, spoken, on_day))
    return decisions.select(*DECISIONS.columns), spoken.select(*SEEN.columns)


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
        hold=col("title_hold").fill_null(_NO_HOLD),
        offset=(lit(on_day) - col("effective_due_day")).cast(nw.Int32),
    )  # fmt: skip


def _reached(titles: nw.LazyFrame, given: Frames, on_day: int) -> nw.LazyFrame:
    """Return, for each title that reached one, the last step passed whose sentence is true, and whether it is due."""
    ladder = given.ladder.rename({"person_kind": "for_person", "worsened": "for_worsened"})
    has_risk = reduce(
        lambda found, band: found | ((col("risk") == band) & (col(f"for_risk_{band}") == 1)), range(1, 6),
        (col("risk") == 0) & (col("for_risk_0") == 1),
    )  # fmt: skip
    last = (
        titles.filter((col("hold") == _NO_HOLD) & (col("version_id") > 0))
        .join(_with_risks(ladder), on="version_id", how="inner")
        .with_columns(moment=_sign(col("offset_days")))
        .filter(
            (col("offset_days") <= col("offset"))
            & ((col("moment") == 1) | (col("moment") == _sign(col("offset"))))
            & (col("min_centavos") <= col("total_centavos"))
            & (col("total_centavos") <= col("max_centavos"))
            & ((col("for_person") == 0) | (col("for_person") == col("person_kind")))
            & has_risk
            & ((col("for_worsened") == 0) | (col("worsened") == 1))
        )
        .with_columns(late_first=-col("offset_days"), worse_first=-col("for_worsened"), one=lit(1))
        .with_columns(place=col("one").cum_sum().over("title_id", order_by=["worse_first", "late_first", "step"]))
        .filter(col("place") == 1)
    )
    taken = (
        given.taken.select("title_id", "version_id", "step", "effective_due_day").unique().with_columns(taken=lit(1))
    )
    in_time = (col("for_worsened") == 1) | (col("offset") - col("offset_days") <= col("catch_up_days"))
    return last.join(taken, on=["title_id", "version_id", "step", "effective_due_day"], how="left").select(
        "title_id", "step", "moment", "email", "late_first", "worse_first", "rest_days", "minimum_centavos",
        reached=nw.when(col("taken") == 1).then(lit(int(Look.TAKEN)))
        .when(in_time).then(lit(int(Look.DUE))).otherwise(lit(int(Look.TOO_LATE))),
    )  # fmt: skip


def _sign(value: nw.Expr) -> nw.Expr:
    return nw.when(value > 0).then(lit(1)).when(value < 0).then(lit(-1)).otherwise(lit(0)).cast(nw.Int32)


def _with_risks(ladder: nw.LazyFrame) -> nw.LazyFrame:
    """Spread the mask into one 0/1 column per band: no engine need agree on bits."""
    return ladder.with_columns(
        **{f"for_risk_{band}": (divide_down(col("risk_mask"), 1 << band) % 2).cast(nw.Int32) for band in range(6)}
    )


def _seen(titles: nw.LazyFrame, reached: nw.LazyFrame) -> nw.LazyFrame:
    """Return every open title with what was found about it (rules.Look)."""
    found = (
        nw.when(col("hold") > 0).then(lit(int(Look.HELD)))
        .when(col("version_id") == 0).then(lit(int(Look.NO_RULER)))
        .otherwise(col("reached").fill_null(int(Look.NO_STEP)))
    )  # fmt: skip
    return titles.join(reached, on="title_id", how="left").with_columns(
        look=found.cast(nw.Int32), step=col("step").fill_null(-1)
    )


def _winner(due: nw.LazyFrame) -> nw.LazyFrame:
    """Return, for each debtor, the weightiest step that is due."""
    order = ["worse_first", "late_first", "neg_total", "title_id"]
    return (
        due.with_columns(neg_total=-col("total_centavos"), one=lit(1))
        .with_columns(rank=col("one").cum_sum().over("debtor_id", order_by=order))
        .filter(col("rank") == 1)
        .select(
            "debtor_id", "rest_days", "minimum_centavos", due_version=col("version_id"), due_step=col("step"),
            due_title=col("title_id"), due_email=col("email"), due_moment=col("moment"),
        )
    )  # fmt: skip


def _spoken(found: nw.LazyFrame, winner: nw.LazyFrame) -> nw.LazyFrame:
    """Return the titles that decided, or might have, of the debtors with a step due (rules.KEPT); spoken are those of
    which one sentence can speak."""
    kept = found.filter(col("look").is_in([int(look) for look in KEPT]))
    goes = (
        (col("look") == int(Look.DUE)) & (col("email") == col("due_email")) & (col("moment") == col("due_moment"))
    )  # fmt: skip
    return kept.join(winner.select("debtor_id", "due_email", "due_moment"), on="debtor_id", how="inner").with_columns(
        spoken=nw.when(goes).then(lit(1)).otherwise(lit(0)).cast(nw.Int32)
    )


def _debtors(
    titles: nw.LazyFrame, of_debtor: nw.LazyFrame, given: Frames, winner: nw.LazyFrame, spoken: nw.LazyFrame,
    on_day: int,
) -> nw.LazyFrame:  # fmt: skip
    """Return one row per debtor: sums, holds, and the step that wins among the titles due."""
    late, free = col("days_late") > 0, col("hold") == _NO_HOLD

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
        least_hold=col("hold").min(),
        person_kind=col("person_kind").max(),
        risk=col("risk").max(),
        worsened=col("worsened").max(),
        has_email=col("has_email").max(),
    )
    counted = spoken.group_by("debtor_id").agg(titles_due=sum_int64(col("spoken")))
    return (
        whole.join(of_debtor, on="debtor_id", how="left")
        .join(winner, on="debtor_id", how="left")
        .join(counted, on="debtor_id", how="left")
        .join(given.contacts, on="debtor_id", how="left")
        .with_columns(
            hold=col("hold").fill_null(_NO_HOLD),
            last_contact_day=col("last_day").fill_null(_NEVER),
            step=col("due_step").fill_null(-1),
            title_id=col("due_title").fill_null(0),
            version_id=col("due_version").fill_null(0),
            titles_due=col("titles_due").fill_null(0).cast(nw.Int32),
            email=col("due_email").fill_null(0),
            rest_days=col("rest_days").fill_null(0),
            minimum_centavos=col("minimum_centavos").fill_null(0),
        )
        .with_columns(rested=lit(on_day) - col("last_contact_day"))
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
    return judged.with_columns(
        outcome=nw.when(send).then(lit(int(Outcome.SEND))).otherwise(lit(int(Outcome.SKIP))).cast(nw.Int32),
    )
