"""What happened on which day."""

from __future__ import annotations

from datetime import date

from receba.access.scope import Scope
from receba.console.glance import LastRun
from receba.daily.models import DailyRun, State


def runs(scope: Scope, limit: int = 60) -> list[DailyRun]:
    """Return the last runs with their steps, newest first."""
    with scope.active():
        return list(DailyRun.objects.prefetch_related("steps")[:limit])


def run_of(scope: Scope, on: date) -> DailyRun | None:
    """Return the finished run of a day, if there is one."""
    with scope.active():
        return DailyRun.objects.filter(on=on, state=State.DONE).first()


def last_day(scope: Scope) -> date | None:
    """Return the last business date whose run finished: the 'data as of' of the screens."""
    with scope.active():
        return DailyRun.objects.filter(state=State.DONE).values_list("on", flat=True).first()


def latest(scope: Scope) -> LastRun | None:
    """Return the last working day that was begun, for the console's list of companies."""
    with scope.active():
        run = DailyRun.objects.only("on", "state").first()
        return LastRun(run.on, State(run.state).value, State(run.state).label) if run else None  # type: ignore[arg-type]
