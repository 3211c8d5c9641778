"""The verbs of the ruler: publish a version, assign it, plan a day, approve or refuse its steps, take somebody out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import QuerySet
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
from receba.ruler.core.tables import ASSIGNED, CONTACTS, SEEN, TAKEN, ladder_table
from receba.ruler.models import Assignment, Decision, Ruler, RulerVersion
from receba.ruler.shipped import SHIPPED, shipped


class Unsound(Exception):
    """The document has faults, so it is not published."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in found))
        self.faults = found


class CodeTaken(Exception):
    """Another ruler of the company has this code."""


class AlreadyApproved(Exception):
    """The decision was approved: it can no longer be taken out of the plan."""


class PlanMoved(Exception):
    """Another number of contacts waits than the person was shown; the argument is that number."""

    @property
    def waiting(self) -> int:
        return int(self.args[0])


class NotInPlan(Exception):
    """Nobody was going to contact this debtor that day, so there is nothing to take out."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a plan holds: debtors to be contacted, and those who are not, by reason. Together, everyone in scope.

    `decisions` is the kernel table DECISIONS as the ruler decided, before any person touched it.
    """

    in_scope: int
    send: int
    skip_by_reason: dict[int, int]
    decisions: pa.Table


@transaction.atomic
def publish(scope: Scope, *, code: str, document: Document, new: bool = False) -> RulerVersion:
    """Publish a version of a ruler; the same text again returns the version there is.

    Raises Unsound, and CodeTaken when a `new` ruler would become a version of one that there is.
    """
    scope.require(Permission.EDIT_RULER)
    found = faults(document)
    if found:
        raise Unsound(found)
    with scope.active():
        if new and Ruler.objects.filter(code=code).exists():
            raise CodeTaken
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
    made, looked = plan(engine, Frames(**opened), day_number(on))
    decisions = conform(DECISIONS, engine.collect(made))
    _store(scope, on, decisions, conform(SEEN, engine.collect(looked)), scores)
    if Company.objects.get(pk=scope.company_id).approve_automatically:
        approve(scope, on=on)
    reasons = Counter(decisions["reason"].to_pylist())
    sent = reasons.pop(int(Reason.STEP_DUE), 0)
    return PlanResult(decisions.num_rows, sent, dict(reasons), decisions)


def _store(scope: Scope, on: date, decisions: pa.Table, looked: pa.Table, scores: pa.Table) -> None:
    """Write the day's decisions: those approved or taken out stay, those that nothing changed are left alone."""
    rows = _decision_rows(scope, decisions, scores)
    titles = _title_rows(scope, looked)
    mine = sql.SQL('"on" = %s AND approved_at IS NULL AND reason <> %s')
    open_ones = (on, int(Reason.EXCLUDED))
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # statistics know nothing of rows written a moment ago
        stage, seen = stage_table(cursor, "ruler_decision", rows), stage_table(cursor, "ruler_decisiontitle", titles)
        told, same = _names(rows, "debtor_id", "company_id"), _names(titles, "decision_id", "company_id")
        cursor.execute(
            sql.SQL("""
            WITH mine AS MATERIALIZED (SELECT id, debtor_id FROM ruler_decision WHERE {mine})
            DELETE FROM ruler_decisiontitle t USING mine d WHERE t.decision_id = d.id AND NOT EXISTS
                (SELECT 1 FROM {seen} s WHERE s.decision_id = d.debtor_id AND ({ours}) IS NOT DISTINCT FROM ({theirs}))
            """).format(mine=mine, seen=seen, ours=_of("t", same), theirs=_of("s", same)),
            open_ones,
        )
        cursor.execute(
            sql.SQL("""
            DELETE FROM ruler_decision d WHERE {mine}
               AND NOT EXISTS (SELECT 1 FROM {stage} s WHERE s.debtor_id = d.debtor_id)
            """).format(mine=mine, stage=stage),
            open_ones,
        )
        cursor.execute(
            sql.SQL("""
            INSERT INTO ruler_decision AS d ("on", company_id, debtor_id, {told}, planned_at, approved_by, note)
            SELECT %s, company_id, debtor_id, {told}, now(), '', '' FROM {stage}
            ON CONFLICT (debtor_id, "on") DO UPDATE SET ({told}, planned_at) = ROW ({fresh}, now())
             WHERE d.approved_at IS NULL AND d.reason <> %s AND ({ours}) IS DISTINCT FROM ({fresh})
            """).format(stage=stage, told=_of("", told), ours=_of("d", told), fresh=_of("excluded", told)),
            [on, int(Reason.EXCLUDED)],
        )
        cursor.execute(
            sql.SQL("""
            INSERT INTO ruler_decisiontitle (company_id, decision_id, {same})
            SELECT s.company_id, d.id, {theirs} FROM {seen} s
              JOIN (SELECT id, debtor_id FROM ruler_decision WHERE {mine}) d ON d.debtor_id = s.decision_id
            ON CONFLICT (decision_id, title_id) DO NOTHING
            """).format(mine=mine, seen=seen, same=_of("", same), theirs=_of("s", same)),
            open_ones,
        )
        cursor.execute("SET LOCAL enable_nestloop = on")


def _decision_rows(scope: Scope, decisions: pa.Table, scores: pa.Table) -> pa.Table:
    """Return the decisions as the table keeps them."""
    known = scores.select(["debtor_id", "idc"])
    data = decisions.join(known.filter(pa.compute.is_in(known["debtor_id"], decisions["debtor_id"])), "debtor_id")
    small = ("outcome", "reason", "step", "person_kind", "risk", "hold", "idc")
    return pa.table(
        {
            "company_id": pa.array([scope.company_id] * data.num_rows, pa.int64()),
            **{
                name: data[name]
                for name in ("debtor_id", "titles_due", "open_centavos", "overdue_centavos", "days_late")
            },
            **{name: data[name].cast(pa.int16()) for name in small},
            **{name: _or_null(data[name]) for name in ("version_id", "title_id")},
            **{name: data[name].cast(pa.bool_()) for name in ("worsened", "has_email")},
            "last_contact_on": _or_null(data["last_contact_day"]).cast(pa.date32()),
        }
    )


def _title_rows(scope: Scope, looked: pa.Table) -> pa.Table:
    """Return what was found about the titles; the debtor stands for the decision, whose id is not known yet."""
    return pa.table(
        {
            "company_id": pa.array([scope.company_id] * looked.num_rows, pa.int64()),
            "decision_id": looked["debtor_id"],
            **{name: looked[name] for name in ("title_id", "days_late", "total_centavos")},
            **{name: looked[name].cast(pa.int16()) for name in ("look", "step", "hold")},
            "version_id": _or_null(looked["version_id"]),
            "spoken": looked["spoken"].cast(pa.bool_()),
            "effective_due_on": looked["effective_due_day"].cast(pa.int32()).cast(pa.date32()),
        }
    )


def _or_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.compute.if_else(pa.compute.equal(column, 0), pa.scalar(None, column.type), column)


def _names(rows: pa.Table, *but: str) -> list[str]:
    return [name for name in rows.column_names if name not in but]


def _of(table: str, names: list[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in names)


Place = tuple[int, int]
"""A step of a plan: (version, place in its document)."""


@transaction.atomic
def approve(
    scope: Scope,
    *,
    on: date,
    decision_ids: list[int] | None = None,
    step: Place | None = None,
    expected: int | None = None,
) -> int:
    """Approve the day's contacts (all of them, those of a step, or these); return how many. Twice counts once.

    `expected` is the number that the person was shown: another one waiting is PlanMoved, and nobody is approved.
    """
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        chosen = _of_step(Decision.objects.filter(on=on, outcome=Outcome.SEND, approved_at=None), step)
        if decision_ids is not None:
            chosen = chosen.filter(pk__in=decision_ids)
        approved = chosen.update(approved_at=timezone.now(), approved_by=str(scope.actor))
    if expected is not None and approved != expected:
        raise PlanMoved(approved)
    return approved


@transaction.atomic
def unapprove(scope: Scope, *, on: date, step: Place | None = None) -> list[int]:
    """Let the day's approved contacts (or those of a step) wait again; return their decisions.

    Only for who keeps the messages of these decisions from leaving in the same transaction.
    """
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        chosen = _of_step(Decision.objects.filter(on=on, outcome=Outcome.SEND, approved_at__isnull=False), step)
        ids = list(chosen.select_for_update().order_by("pk").values_list("pk", flat=True))
        Decision.objects.filter(pk__in=ids).update(approved_at=None, approved_by="")
    return ids


@transaction.atomic
def refuse_step(scope: Scope, *, on: date, step: Place, note: str, expected: int | None = None) -> int:
    """Take everybody who waits for a step out of the day's plan, for one reason; return how many. Reruns respect it.

    Who was approved before stays. Raises PlanMoved as `approve` does, and ValueError for no reason.
    """
    scope.require(Permission.APPROVE_PLAN)
    if not note.strip():
        raise ValueError("a refusal needs its reason")
    with scope.active():
        waiting = _of_step(Decision.objects.filter(on=on, outcome=Outcome.SEND, approved_at=None), step)
        refused = waiting.update(outcome=Outcome.SKIP, reason=Reason.EXCLUDED, note=note.strip())
    if expected is not None and refused != expected:
        raise PlanMoved(refused)
    return refused


@transaction.atomic
def readmit_step(scope: Scope, *, on: date, step: Place, note: str) -> int:
    """Take a refusal back: those who left the plan by a step for this reason wait again; return how many."""
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        refused = Decision.objects.filter(on=on, outcome=Outcome.SKIP, reason=Reason.EXCLUDED, note=note)
        return _of_step(refused, step).update(outcome=Outcome.SEND, reason=Reason.STEP_DUE, note="")


def _of_step(rows: QuerySet[Decision], step: Place | None) -> QuerySet[Decision]:
    return rows if step is None else rows.filter(version_id=step[0], step=step[1])


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
