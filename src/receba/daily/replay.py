"""A past day again: is it still what it was, and what would it be with all that is known since? Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

import receba
from receba.access.core.roles import Permission
from receba.access.models import AuditEvent
from receba.access.scope import Scope
from receba.daily import files
from receba.daily.export import export
from receba.daily.models import DailyRun, State
from receba.engine.backends import connect
from receba.engine.contract import fingerprint
from receba.kernel.tables import DECISIONS, POSITIONS, SCORES, SEGMENTS, Table
from receba.ledger import queries as ledger
from receba.reporting.core.kpis import Value

TABLES: tuple[Table, ...] = (POSITIONS, SCORES, SEGMENTS, DECISIONS)
KPIS = "kpis"


class NotReplayable(Exception):
    """The day was not run, or in a way that left nothing to compare with; the message says which."""


@dataclass(frozen=True, slots=True)
class Restated:
    """How one table differs when the day is computed with all that is known now: rows new, gone and changed."""

    new: int
    gone: int
    changed: int

    @property
    def same(self) -> bool:
        return not (self.new or self.gone or self.changed)


@dataclass(slots=True)
class Replay:
    """What a replay found.

    `same` says for each table whether it came out as it did then; `restated` how it differs by what is known now;
    `kpis` are the company's KPIs that moved, (then, now); `late` are the facts that came after the day was read and
    count in it, `late_facts` how many there are; `notes` say what could not be compared, and why.
    """

    on: date
    read_at: datetime
    version: str
    same: dict[str, bool] = field(default_factory=dict)
    restated: dict[str, Restated] = field(default_factory=dict)
    kpis: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    late: list[ledger.LateFact] = field(default_factory=list)
    late_facts: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def identical(self) -> bool:
        return all(self.same.values())


@dataclass(frozen=True, slots=True)
class _Made:
    tables: dict[str, pa.Table]
    kpis: list[Value]


def replay(scope: Scope, *, on: date, rows: int = 20) -> Replay:
    """Compute a past day with what it knew, compare, and compute it with what is known now; `rows` late facts are told.

    Raises NotReplayable.
    """
    scope.require(Permission.RUN_DAY)
    with scope.active():
        run = DailyRun.objects.filter(on=on).first()
    if run is None or run.state != State.DONE:
        raise NotReplayable(_("%(day)s não foi rodado até o fim.") % {"day": f"{on:%d/%m/%Y}"})
    if run.read_at is None:
        raise NotReplayable(
            _("%(day)s foi retomado depois de uma falha, ou rodado por uma versão que não guardava o que leu.")
            % {"day": f"{on:%d/%m/%Y}"}
        )
    found = Replay(on, run.read_at, run.version)
    then = _make(scope, on, run.known_on, known_at=run.read_at, numbers=run.numbers)
    told = {**{t.name: fingerprint(t, then.tables[t.name]) for t in TABLES}, KPIS: files.fingerprint_of_kpis(then.kpis)}
    compared = {name: value for name, value in run.outputs.items() if name not in _incomparable(scope, run, found)}
    found.same = {name: told[name] == value for name, value in compared.items()}
    now = _make(scope, on, max(timezone.localdate(), run.known_on))
    found.restated = {
        t.name: _difference(t, then.tables[t.name], now.tables[t.name]) for t in TABLES if t.name in compared
    }
    found.kpis = _moved(then.kpis, now.kpis)
    found.late, found.late_facts = ledger.late_facts(scope, on=on, since=run.read_at, limit=rows)
    return found


def _incomparable(scope: Scope, run: DailyRun, found: Replay) -> set[str]:
    """Return the tables that depend on something of which no history is kept and that changed since; note it."""
    if run.version != receba.__version__:
        found.notes.append(
            _("rodado pela versão %(then)s; esta é a %(now)s") % {"then": run.version, "now": receba.__version__}
        )
    with scope.active():
        since = AuditEvent.objects.filter(chain=scope.company_id, at__gt=run.read_at)
        if not since.filter(table="ruler_assignment").exists():
            return set()
    found.notes.append(_("as réguas foram atribuídas de outro modo desde então: o plano não é comparado"))
    return {DECISIONS.name}


def _make(scope: Scope, on: date, known_on: date, **known: Any) -> _Made:
    """Compute the day over a base of files that is thrown away."""
    with TemporaryDirectory(prefix="receba-replay-") as folder:
        base = export(scope, on=on, folder=Path(folder) / "base", known_on=known_on, buckets=1, **known)
        engine = connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY)
        files.run(engine, base, on, Path(folder) / "day")
        home = Path(folder) / "day" / base.folder.relative_to(Path(folder) / "base")
        return _Made({t.name: files.read_written(home, t) for t in TABLES}, files.read_kpis(home))


def _difference(table: Table, then: pa.Table, now: pa.Table) -> Restated:
    """Return how many rows are new, gone and changed, by the table's key."""
    keys = list(table.key)
    gone = then.select(keys).join(now.select(keys), keys, join_type="left anti").num_rows
    new = now.select(keys).join(then.select(keys), keys, join_type="left anti").num_rows
    everything = list(table.columns)
    unlike = then.join(now, everything, join_type="left anti").num_rows
    return Restated(new, gone, unlike - gone)


def _moved(then: Sequence[Value], now: Sequence[Value]) -> dict[str, tuple[int | None, int | None]]:
    """Return the company's own KPIs whose value is another one now; buckets are told as `name[bucket]`."""

    def whole(values: Sequence[Value]) -> dict[str, int | None]:
        mine = [v for v in values if v.portfolio_id is None]
        return {v.kpi if v.bucket < 0 else f"{v.kpi}[{v.bucket}]": v.value for v in mine}

    before, after = whole(then), whole(now)
    names = sorted(before.keys() | after.keys())
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
