"""Running a day: once or ten times, the result is the same."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

import receba
from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.daily.export import numbers_of
from receba.daily.models import DailyRun, DailyStep, State
from receba.daily.order import ORDER, Day, Step, prepare_approved
from receba.engine.backends import connect
from receba.intake import queries as intake
from receba.outreach import services as outreach
from receba.ruler import services as ruler

log = structlog.get_logger()

CATCH_UP_DAYS = 31
"""Missed days further back than this are not caught up: their indices would be news to nobody."""

Progress = Callable[[DailyStep], None]


class DayIsRunning(Exception):
    """Another process is at this company's day right now."""


def run_day(
    scope: Scope,
    *,
    on: date,
    known_on: date | None = None,
    force: bool = False,
    catch_up: bool = True,
    progress: Progress = lambda step: None,
) -> list[DailyRun]:
    """Run the company's day `on`, after the days missed since the last run; return the runs, oldest first.

    A day whose inputs did not change since it was done is left as it is. A missed day gets its indices and KPIs, and
    no messages: the ruler's own catch-up rule decides today what yesterday's step still means. `force` does a day
    again although nothing changed; without `catch_up` missed days stay missed. Raises DayIsRunning.
    """
    scope.require(Permission.RUN_DAY)
    known = known_on or max(on, timezone.localdate())
    with _alone(scope):
        runs = [
            _run_one(scope, day, known, True, False, progress) for day in (missed_days(scope, on) if catch_up else [])
        ]
        return [*runs, _run_one(scope, on, known, False, force, progress)]


@transaction.atomic
def approve_plan(
    scope: Scope,
    *,
    on: date,
    decision_ids: list[int] | None = None,
    step: ruler.Place | None = None,
    expected: int | None = None,
) -> dict[str, int]:
    """Approve the day's contacts (or those of a step, or some) and write their messages; the sending worker does the
    rest. Twice changes nothing. Raises PlanMoved when others wait than were `expected`."""
    approved = ruler.approve(scope, on=on, decision_ids=decision_ids, step=step, expected=expected)
    job = Scope(scope.company_id, scope.actor, frozenset(Permission), scope.portfolios, scope.reason)
    now = timezone.now()
    at = now if timezone.localdate(now) == on else None  # of another day's plan the gate is asked as at its noon
    return {**prepare_approved(job, on=on, at=at), "approved": approved}


@transaction.atomic
def undo_approval(scope: Scope, *, on: date, step: ruler.Place | None = None) -> int:
    """Take the approval of a day, or of a step of it, back and keep its messages; return how many contacts wait again.

    All or nothing: raises outreach.AlreadyLeft when one of the messages was handed over.
    """
    decisions = ruler.unapprove(scope, on=on, step=step)
    outreach.withdraw_all(scope, decisions, at=timezone.now())
    return len(decisions)


def missed_days(scope: Scope, on: date) -> list[date]:
    """Return the days between the last finished run and `on` that nobody ran, within CATCH_UP_DAYS."""
    with scope.active():
        last = DailyRun.objects.filter(on__lt=on, state=State.DONE).order_by("-on").values_list("on", flat=True).first()
    if last is None:
        return []
    first = max(last + timedelta(1), on - timedelta(CATCH_UP_DAYS))
    return [first + timedelta(n) for n in range((on - first).days)]


@contextmanager
def _alone(scope: Scope) -> Iterator[None]:
    """Hold the company's day for this process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(715518, %s)", [scope.company_id])
        if not cursor.fetchone()[0]:
            raise DayIsRunning
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(715518, %s)", [scope.company_id])


INPUTS = (
    "ledger_title",
    "ledger_entry",
    "ledger_duechange",
    "ledger_hold",
    "ledger_terms",
    "ledger_priceindexmonth",
    "parties_debtor",
    "parties_contact",
    "access_company",
    "ruler_rulerversion",
    "ruler_assignment",
)
"""The audited tables that a day reads: their last link in the audit chain says whether anything changed."""


def fingerprint(scope: Scope, on: date, known_on: date) -> str:
    """Return the hash of what the day would read: date, program version, the share of rows that the intake lost, and
    the chain's last word on the day's other inputs.
    """
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(encode(l.hash, 'hex'), '') FROM access_auditevent e
              JOIN access_auditlink l ON l.event_id = e.id
             WHERE e.chain = %s AND e."table" = ANY(%s) ORDER BY e.id DESC LIMIT 1
            """,
            [scope.company_id, list(INPUTS)],
        )
        row = cursor.fetchone()
    lost = intake.rejected_bps(scope, known_on=known_on)
    text = f"{on}|{known_on}|{receba.__version__}|{lost}|{row[0] if row else ''}"
    return hashlib.sha256(text.encode()).hexdigest()


def _run_one(scope: Scope, on: date, known_on: date, missed: bool, force: bool, progress: Progress) -> DailyRun:
    inputs = fingerprint(scope, on, known_on)
    run, todo = _begin(scope, on, known_on, inputs, missed, force)
    if not todo:
        return run
    day = Day(scope, on, known_on, connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY))
    numbers = numbers_of(scope, on=on, known_on=known_on)
    failed = [step for step in todo if not _do(scope, day, run, step, inputs, progress)]
    with scope.active(), transaction.atomic():
        # A run that was resumed made its tables from two readings: it cannot be replayed as one.
        whole = len(todo) == len([step for step in ORDER if step.caught_up or not missed])
        kept = whole and not failed
        run.read_at, run.numbers, run.outputs = (day.read_at, numbers, day.told) if kept else (None, {}, {})
        run.state = State.FAILED if failed else State.DONE
        run.finished_at = timezone.now()
        run.save(update_fields=["state", "finished_at", "read_at", "numbers", "outputs"])
    return run


def _begin(
    scope: Scope, on: date, known_on: date, inputs: str, missed: bool, force: bool
) -> tuple[DailyRun, list[Step]]:
    """Return the run and the steps that are still to be done for these inputs."""
    wanted = [step for step in ORDER if step.caught_up or not missed]
    with scope.active(), transaction.atomic():
        run, _new = DailyRun.objects.get_or_create(
            company_id=scope.company_id,
            on=on,
            defaults={"known_on": known_on, "started_at": timezone.now(), "started_by": str(scope.actor)},
        )
        done = {s.name for s in run.steps.filter(state=State.DONE, inputs=inputs)} if not force else set()
        todo = [step for step in wanted if step.name not in done]
        if not todo:
            return run, []
        run.known_on, run.inputs, run.version, run.caught_up = known_on, inputs, receba.__version__, missed
        run.state, run.started_at, run.finished_at, run.started_by = (
            State.RUNNING,
            timezone.now(),
            None,
            str(scope.actor),
        )
        run.save()
        for position, step in enumerate(wanted):
            fresh = {} if step.name in done else {"state": State.WAITING, "error": "", "counts": {}}
            DailyStep.objects.update_or_create(
                company_id=scope.company_id, run=run, name=step.name, defaults={"position": position, **fresh}
            )
    return run, todo


def _do(scope: Scope, day: Day, run: DailyRun, step: Step, inputs: str, progress: Progress) -> bool:
    """Do one step and write down what it did; a failure is logged, shown and left for the next run."""
    with scope.active():
        row = DailyStep.objects.get(run=run, name=step.name)
        row.state, row.started_at = State.RUNNING, timezone.now()
        row.save()
        progress(row)
        began = time.monotonic()
        try:
            row.counts, row.state, row.inputs = dict(step.do(day)), State.DONE, inputs
        except Exception as failure:  # a surprise in one room must not take the others' day
            log.exception("day step failed", company=scope.company_id, step=step.name, on=str(day.on))
            row.state, row.error = State.FAILED, f"{type(failure).__name__}: {failure}"[:2000]
        row.finished_at, row.milliseconds = timezone.now(), int((time.monotonic() - began) * 1000)
        row.save()
        progress(row)
    return row.state == State.DONE
