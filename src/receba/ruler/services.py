"""The verbs of the ruler: publish a version, assign it, plan a day, approve the plan, take somebody out of it."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from receba.access.core.roles import Permission
from receba.access.models import Company, Portfolio
from receba.access.scope import Scope
from receba.engine.contract import Engine, conform
from receba.engine.postgres import stage_table
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, DECISIONS, HOLDS, POSITIONS, SEGMENTS
from receba.ledger.models import Title
from receba.parties.models import Debtor
from receba.ruler import queries
from receba.ruler.core.columns import Frames, plan
from receba.ruler.core.document import Document, Fault, faults
from receba.ruler.core.rules import Outcome, Reason, rungs
from receba.ruler.core.tables import ASSIGNED, CONTACTS, TAKEN, ladder_table
from receba.ruler.models import Assignment, Decision, Ruler, RulerVersion

SHIPPED = ("consumidor", "empresas", "preventiva")


class Unsound(Exception):
    """The document has faults, so it is not published."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in found))
        self.faults = found


class AlreadyApproved(Exception):
    """The decision was approved: it can no longer be taken out of the plan."""


class NotInPlan(Exception):
    """Nobody was going to contact this debtor that day, so there is nothing to take out."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a plan holds: debtors to be contacted, and those who are not, by reason. Together, everyone in scope."""

    in_scope: int
    send: int
    skip_by_reason: dict[int, int]


def shipped(code: str) -> Document:
    """Return a ruler that comes with the program."""
    with (Path(__file__).parent / "data" / f"{code}.toml").open("rb") as file:
        return Document.from_json(tomllib.load(file))


@transaction.atomic
def publish(scope: Scope, *, code: str, document: Document) -> RulerVersion:
    """Publish a version of a ruler; the same text again returns the version there is. Raises Unsound."""
    scope.require(Permission.EDIT_RULER)
    found = faults(document)
    if found:
        raise Unsound(found)
    with scope.active():
        ruler, _new = Ruler.objects.get_or_create(
            company_id=scope.company_id, code=code, defaults={"name": document.name}
        )
        Ruler.objects.select_for_update().get(pk=ruler.pk)
        last = ruler.versions.first()
        if last is not None and last.document == document:
            return last
        if ruler.name != document.name:
            ruler.name = document.name
            ruler.save(update_fields=["name"])
        return RulerVersion.objects.create(
            company_id=scope.company_id,
            ruler=ruler,
            number=last.number + 1 if last else 1,
            body=document.to_json(),
            published_at=timezone.now(),
            published_by=str(scope.actor),
        )


@transaction.atomic
def install_shipped(scope: Scope, *, default: str = "empresas") -> None:
    """Publish the rulers that come with the program, and give `default` to portfolios that have none."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        for code in SHIPPED:
            if not Ruler.objects.filter(code=code).exists():
                publish(scope, code=code, document=shipped(code))
        ruled = set(Assignment.objects.exclude(portfolio=None).values_list("portfolio_id", flat=True))
        for portfolio in Portfolio.objects.filter(company_id=scope.company_id).exclude(pk__in=ruled):
            assign(scope, code=default, portfolio_id=portfolio.pk)


@transaction.atomic
def assign(
    scope: Scope,
    *,
    code: str,
    portfolio_id: int | None = None,
    debtor_id: int | None = None,
    title_id: int | None = None,
) -> Assignment:
    """Give a portfolio, a debtor or a title its ruler, in place of the one it had."""
    scope.require(Permission.EDIT_RULER)
    if sum(target is not None for target in (portfolio_id, debtor_id, title_id)) != 1:
        raise ValueError("name exactly one of portfolio, debtor, title")
    with scope.active():
        made, _new = Assignment.objects.update_or_create(
            company_id=scope.company_id,
            portfolio=Portfolio.objects.get(pk=portfolio_id, company_id=scope.company_id) if portfolio_id else None,
            debtor=Debtor.objects.get(pk=debtor_id) if debtor_id else None,
            title=Title.objects.get(pk=title_id) if title_id else None,
            defaults={"ruler": Ruler.objects.get(code=code)},
        )
    return made


@transaction.atomic
def unassign(scope: Scope, *, assignment_id: int) -> None:
    """Take an assignment away; the next wider one counts again."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        Assignment.objects.get(pk=assignment_id).delete()


@transaction.atomic
def unassign_portfolio(scope: Scope, *, portfolio_id: int) -> bool:
    """Leave a portfolio without a ruler of its own; return whether it had one."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        gone, _kinds = Assignment.objects.filter(portfolio_id=portfolio_id).delete()
    return bool(gone)


def plan_day(
    scope: Scope, *, on: date, engine: Engine, positions: pa.Table, holds: pa.Table, debtors: pa.Table,
    segments: pa.Table, scores: pa.Table,
) -> PlanResult:  # fmt: skip
    """Plan a day and keep the plan. Decisions that were approved stay; the others follow the news of a rerun."""
    versions = queries.current_versions(scope)
    ladder = [rung for version in versions for rung in rungs(version.pk, version.document)]
    past = queries.past_tables(scope, on=on, versions=versions)
    opened = {
        "positions": engine.open(POSITIONS.name, positions), "holds": engine.open(HOLDS.name, holds),
        "debtors": engine.open(DEBTORS.name, debtors), "segments": engine.open(SEGMENTS.name, segments),
        "ladder": engine.open("ladder", ladder_table(ladder)), "assigned": engine.open("assigned", past[ASSIGNED]),
        "taken": engine.open("taken", past[TAKEN]), "contacts": engine.open("contacts", past[CONTACTS]),
    }  # fmt: skip
    made, titles = plan(engine, Frames(**opened), day_number(on))
    decisions = conform(DECISIONS, engine.collect(made))
    _store(scope, on, decisions, engine.collect(titles), scores, segments)
    if Company.objects.get(pk=scope.company_id).approve_automatically:
        approve(scope, on=on)
    reasons = Counter(decisions["reason"].to_pylist())
    sent = reasons.pop(int(Reason.STEP_DUE), 0)
    return PlanResult(decisions.num_rows, sent, dict(reasons))


_STORED = ("outcome", "reason", "step", "titles_due", "open_centavos", "overdue_centavos", "days_late")


def _store(scope: Scope, on: date, decisions: pa.Table, titles: pa.Table, scores: pa.Table, segments: pa.Table) -> None:
    """Write the day's decisions, leaving those that a person or the setting approved as they are."""
    small = {"outcome", "reason", "step"}
    data = pa.table(
        {
            "debtor_id": decisions["debtor_id"],
            "version_id": decisions["version_id"],
            "title_id": decisions["title_id"],
            **{n: decisions[n].cast(pa.int16()) if n in small else decisions[n] for n in _STORED},
        }
    )
    extra = (
        data.select(["debtor_id"])
        .join(scores.select(["debtor_id", "idc"]), "debtor_id")
        .join(segments.select(["debtor_id", "risk"]), "debtor_id")
    )
    extra = pa.table(
        {
            "debtor_id": extra["debtor_id"],
            "idc": extra["idc"].cast(pa.int16()),
            "risk": pa.compute.fill_null(extra["risk"], 0).cast(pa.int16()),
        }
    )
    spoken = pa.table(
        {
            "company_id": titles["debtor_id"],  # the debtor travels here only until the decision's id is known
            "title_id": titles["title_id"],
            "step": titles["step"].cast(pa.int16()),
            "effective_due_on": titles["effective_due_day"].cast(pa.int32()).cast(pa.date32()),
        }
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, _STORED))
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ruler_decisiontitle t USING ruler_decision d"
            " WHERE d.id = t.decision_id AND d.on = %s AND d.approved_at IS NULL AND d.reason <> %s",
            [on, Reason.EXCLUDED],
        )
        cursor.execute(
            'DELETE FROM ruler_decision WHERE "on" = %s AND approved_at IS NULL AND reason <> %s', [on, Reason.EXCLUDED]
        )
        stage = stage_table(cursor, "ruler_decision", data)
        known = stage_table(
            cursor, "segments_membership", pa.table({"debtor_id": extra["debtor_id"], "risk": extra["risk"]})
        )
        indices = stage_table(
            cursor, "scoring_score", pa.table({"debtor_id": extra["debtor_id"], "idc": extra["idc"].cast(pa.int32())})
        )
        cursor.execute(
            sql.SQL("""
            INSERT INTO ruler_decision (company_id, "on", debtor_id, version_id, title_id, {columns}, idc, risk,
                                        planned_at, approved_by, note)
            SELECT %s, %s, s.debtor_id, nullif(s.version_id, 0), nullif(s.title_id, 0), {columns}, i.idc, k.risk,
                   now(), '', ''
              FROM {stage} s JOIN {known} k ON k.debtor_id = s.debtor_id JOIN {indices} i ON i.debtor_id = s.debtor_id
            ON CONFLICT (debtor_id, "on") DO NOTHING
            """).format(columns=columns, stage=stage, known=known, indices=indices),
            [scope.company_id, on],
        )
        due = stage_table(cursor, "ruler_decisiontitle", spoken)
        cursor.execute(
            sql.SQL("""
            INSERT INTO ruler_decisiontitle (company_id, decision_id, title_id, step, effective_due_on)
            SELECT %s, d.id, s.title_id, s.step, s.effective_due_on
              FROM {due} s JOIN ruler_decision d ON d.debtor_id = s.company_id AND d.on = %s
             WHERE d.outcome = %s AND d.approved_at IS NULL
            """).format(due=due),
            [scope.company_id, on, Outcome.SEND],
        )


@transaction.atomic
def approve(scope: Scope, *, on: date, decision_ids: list[int] | None = None) -> int:
    """Approve the day's contacts (all of them, or these); return how many. Approved twice counts once."""
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        chosen = Decision.objects.filter(on=on, outcome=Outcome.SEND, approved_at=None)
        if decision_ids is not None:
            chosen = chosen.filter(pk__in=decision_ids)
        return chosen.update(approved_at=timezone.now(), approved_by=str(scope.actor))


@transaction.atomic
def exclude(scope: Scope, *, decision_id: int, note: str) -> Decision:
    """Take a debtor out of the day's plan, with a reason; reruns respect it.

    Raises AlreadyApproved, NotInPlan, Decision.DoesNotExist.
    """
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        decision = Decision.objects.select_for_update().get(pk=decision_id)
        if decision.approved_at is not None:
            raise AlreadyApproved
        if decision.outcome != Outcome.SEND:
            raise NotInPlan
        decision.outcome, decision.reason, decision.note = Outcome.SKIP, Reason.EXCLUDED, note
        decision.save(update_fields=["outcome", "reason", "note"])
    return decision
