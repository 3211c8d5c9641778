"""The day in the background: by the button, every morning by itself, and again after a worker died under it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Actor, Scope
from receba.daily import services
from receba.daily.models import DailyRun, State

log = structlog.get_logger()

LOCAL = ZoneInfo("America/Sao_Paulo")
JOB = Actor("job", "rotina diária")
ATTEMPTS = 5
"""A job under which so many workers died is left as failed: it would take the next one with it."""


@app.task(
    queue="default",
    name="daily.run_company_day",
    retry=RetryStrategy(max_attempts=60, wait=60, retry_exceptions={services.DayIsRunning}),
)
def run_company_day(company_id: int, on: str, asked_by: str = "", force: bool = False) -> None:
    """Run one company's day; what happened is in its runs. `on` is an ISO date."""
    reason = f"rotina de {on}" + (f", pedida por {asked_by}" if asked_by else "")
    services.run_day(Scope(company_id, JOB, reason=reason), on=date.fromisoformat(on), force=force)


def enqueue_day(scope: Scope, *, on: date, force: bool = False) -> bool:
    """Queue a company's day within the caller's transaction; return False when it waits in the queue already.

    The days of one company run one after the other.
    """
    scope.require(Permission.RUN_DAY)
    job = run_company_day.configure(
        lock=f"daily:{scope.company_id}", queueing_lock=f"daily:{scope.company_id}:{on}:{int(force)}"
    )
    try:
        with transaction.atomic():  # a refused insert must not spoil the transaction around
            job.defer(company_id=scope.company_id, on=on.isoformat(), asked_by=str(scope.actor), force=force)
    except AlreadyEnqueued:
        return False
    return True


# 09:00 UTC is 06:00 in São Paulo, which keeps no daylight saving time. The later hours take up companies whose
# morning was missed (the machine was off) or failed; a day that is done is left alone.
@app.periodic(cron="0 9-23 * * *")
@app.task(queue="default", name="daily.run_all_days", queueing_lock="daily.run_all_days")
def run_all_days(timestamp: int) -> int:
    """Queue today's day of every company that has not done it; `timestamp` is the scheduled moment. Return how many."""
    on = datetime.fromtimestamp(timestamp, UTC).astimezone(LOCAL).date()
    queued = 0
    for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
        scope = Scope(company_id, Actor("job", "agenda"))
        with scope.active():
            done = DailyRun.objects.filter(on=on, state=State.DONE).exists()
        queued += not done and enqueue_day(scope, on=on)
    return queued


@app.periodic(cron="* * * * *")
@app.task(queue="default", name="daily.rescue_stalled", queueing_lock="daily.rescue_stalled", pass_context=True)
async def rescue_stalled(context: JobContext, timestamp: int) -> None:
    """Give jobs whose worker vanished (kill -9, power cut) to the next one; after ATTEMPTS give them up, loudly."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        if job.attempts >= ATTEMPTS:
            log.error("job given up: workers keep dying under it", job=job.id, task=job.task_name, args=job.task_kwargs)
            await jobs.finish_job(job, Status.FAILED, delete_job=False)
        else:
            log.warning("stalled job put back in the queue", job=job.id, task=job.task_name, attempts=job.attempts)
            await jobs.retry_job(job)
