"""The day as a job, done by a real worker: queued with the transaction, once, every morning, and after a crash."""

from __future__ import annotations

from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from receba.access.core.roles import PERMISSIONS, Role
from receba.access.models import AuditEvent
from receba.access.scope import Actor, NotAllowed, Scope
from receba.daily import services, tasks
from receba.daily.models import DailyRun, State

ON = date(2026, 6, 15)
SIX = int(datetime(2026, 6, 15, 9, tzinfo=UTC).timestamp())


def work() -> None:
    """Let a worker do what waits, and end; the schedule, which follows the clock on the wall, stays out of it."""
    worker = app.with_connector(app.connector.get_worker_connector())
    with mock.patch.object(app.periodic_registry, "periodic_tasks", {}), worker.open():
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2)


def jobs(name: str = "daily.run_company_day") -> list[tuple[int, str]]:
    rows = ProcrastinateJob.objects.filter(task_name=name).order_by("id")
    return [(job.args.get("company_id", 0), job.status) for job in rows]


@pytest.mark.req("S3.39")
def test_a_worker_runs_the_queued_day(committed, cast):
    person = Scope(cast.serra_azul.pk, Actor("person", "ana@ponte.example", 7), PERMISSIONS[Role.MANAGER])
    assert tasks.enqueue_day(person, on=ON)
    work()
    assert jobs() == [(cast.serra_azul.pk, "succeeded")]
    with cast.scope.active():
        run = DailyRun.objects.get(on=ON)
        assert (run.state, run.started_by) == (State.DONE, "job:rotina diária")
        event = AuditEvent.objects.filter(table="daily_dailyrun").last()
        assert event.reason == "rotina de 2026-06-15, pedida por person:7"
    with cast.stranger_scope.active():
        assert not DailyRun.objects.exists()


def test_a_day_asked_for_twice_waits_once(committed, cast):
    assert tasks.enqueue_day(cast.scope, on=ON)
    with transaction.atomic():
        assert not tasks.enqueue_day(cast.scope, on=ON)
        assert jobs() == [(cast.serra_azul.pk, "todo")], "the transaction goes on"
    assert tasks.enqueue_day(cast.scope, on=date(2026, 6, 16))
    assert len(jobs()) == 2


def test_a_transaction_that_fails_leaves_no_job(committed, cast):
    with pytest.raises(RuntimeError), transaction.atomic():
        tasks.enqueue_day(cast.scope, on=ON)
        raise RuntimeError
    assert jobs() == []


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.READER])
def test_who_may_not_run_the_day_cannot_queue_it(cast, role):
    with pytest.raises(NotAllowed):
        tasks.enqueue_day(Scope(cast.serra_azul.pk, Actor("person", "x", 1), PERMISSIONS[role]), on=ON)


def test_every_morning_each_company_gets_its_day_once(committed, cast):
    assert tasks.run_all_days(SIX) == 2
    assert tasks.run_all_days(SIX + 3600) == 0, "both wait already"
    work()
    assert sorted(jobs()) == sorted((c.pk, "succeeded") for c in (cast.serra_azul, cast.horizonte))
    for scope in (cast.scope, cast.stranger_scope):
        with scope.active():
            assert list(DailyRun.objects.values_list("on", "state")) == [(ON, State.DONE)]
    assert tasks.run_all_days(SIX + 3600) == 0, "both are done"


def test_a_failed_morning_is_taken_up_later(committed, cast):
    tasks.run_all_days(SIX)
    work()
    with cast.scope.active():
        DailyRun.objects.update(state=State.FAILED)
    assert tasks.run_all_days(SIX + 3600) == 1


@pytest.mark.parametrize(
    "moment, day",
    [
        (datetime(2026, 6, 15, 9, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 6, 16, 2, 59, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 6, 16, 3, 0, tzinfo=UTC), date(2026, 6, 16)),
    ],
)
def test_the_day_is_the_one_in_sao_paulo(cast, moment, day):
    tasks.run_all_days(int(moment.timestamp()))
    assert {job.args["on"] for job in ProcrastinateJob.objects.all()} == {day.isoformat()}


def test_the_schedule_says_six_in_sao_paulo_and_looks_again_every_hour():
    crons = {name: task.cron for (name, _id), task in app.periodic_registry.periodic_tasks.items()}
    assert crons["daily.run_all_days"] == "0 9-23 * * *"
    assert datetime(2026, 6, 15, 9, tzinfo=UTC).astimezone(tasks.LOCAL).hour == 6
    assert crons["daily.rescue_stalled"] == "* * * * *"


def _die_under(job_id: int, attempts: int) -> None:
    """Leave the job as kill -9 does: under way, in the hands of a worker that no longer breathes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [worker, attempts, job_id],
        )


def test_a_job_whose_worker_was_killed_is_done_by_the_next(committed, cast):
    tasks.enqueue_day(cast.scope, on=ON)
    _die_under(ProcrastinateJob.objects.get().pk, attempts=0)
    work()
    assert jobs() == [(cast.serra_azul.pk, "doing")], "nobody else touches it by itself"
    tasks.rescue_stalled.defer(timestamp=SIX)
    work()
    work()
    assert jobs() == [(cast.serra_azul.pk, "succeeded")]


def test_a_job_that_kills_its_workers_is_given_up(committed, cast):
    tasks.enqueue_day(cast.scope, on=ON)
    _die_under(ProcrastinateJob.objects.get().pk, attempts=tasks.ATTEMPTS)
    tasks.rescue_stalled.defer(timestamp=SIX)
    work()
    assert jobs() == [(cast.serra_azul.pk, "failed")]


def test_a_day_that_somebody_else_runs_is_tried_again_later(committed, cast):
    tasks.enqueue_day(cast.scope, on=ON)
    with services._alone(cast.scope):
        work()
    job = ProcrastinateJob.objects.get()
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at > datetime.now(UTC)
