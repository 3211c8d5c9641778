"""How a company stands, in a few numbers: beside the entries of the menu, and on the list of all companies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Scope
from receba.outreach.models import Message
from receba.ruler.core.rules import Outcome

MOST = 999
"""Nobody needs to know by how much more: a count stops one above, so that it costs the same in every company."""
RECENT_DAYS = 7
"""For how many days a message that was refused asks for attention; one without an answer asks until it is decided."""

_COUNTS = """
    WITH day AS MATERIALIZED (SELECT max("on") AS q FROM casework_queueday WHERE company_id = %(company)s),
    worked AS MATERIALIZED (
        SELECT DISTINCT debtor_id FROM casework_interaction
         WHERE company_id = %(company)s AND at >= (SELECT q::timestamp AT TIME ZONE %(zone)s FROM day))
    SELECT
      (SELECT count(*) FROM (
           SELECT {each} q.debtor_id FROM casework_queueitem q
            WHERE {work} AND q.company_id = %(company)s AND q."on" = (SELECT q FROM day) AND {part}
              AND q.debtor_id NOT IN (SELECT debtor_id FROM worked) LIMIT {limit}) x),
      (SELECT count(*) FROM (
           SELECT 1 FROM ruler_decision d
            WHERE d.company_id = %(company)s AND d."on" = (
                      SELECT max("on") FROM ruler_decision WHERE company_id = %(company)s)
              AND d.outcome = %(send)s AND d.approved_at IS NULL LIMIT {limit}) x),
      (SELECT count(*) FROM (
           SELECT 1 FROM outreach_message m
            WHERE m.company_id = %(company)s
              AND (m.state = %(unknown)s OR (m.state = %(refused)s AND m."on" >= %(since)s)) LIMIT {limit}) x),
      (SELECT count(*) FROM (
           SELECT 1 FROM intake_rejectedrow r
            WHERE {imports} AND r.company_id = %(company)s AND r.state = 'open' LIMIT {limit}) x),
      d."on", (SELECT sum(value) FROM (
           SELECT DISTINCT ON (portfolio_id) value FROM reporting_kpiday k
            WHERE k.company_id = %(company)s AND k.kpi = 'overdue_centavos' AND k.bucket = -1 AND k."on" = d."on"
              AND {part_of_kpi} ORDER BY portfolio_id, known_on DESC) x)
      FROM (SELECT max("on") AS "on" FROM reporting_kpiday
             WHERE company_id = %(company)s AND kpi = 'overdue_centavos' AND bucket = -1) d
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """What waits in a company for the person of a scope; counts stop at MOST + 1, and are 0 for what they may not see.

    `queue`: debtors of the last queue nobody worked yet. `plan`: contacts of the last plan not approved. `failed`:
    messages refused lately or without an answer. `refused`: rows of files to be mended. `data_on`: the last day whose
    KPIs were published, with the overdue principal of that day.
    """

    queue: int = 0
    plan: int = 0
    failed: int = 0
    refused: int = 0
    data_on: date | None = None
    overdue_centavos: int | None = None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last working day of a company that was begun, and how it ended."""

    on: date
    state: Literal["waiting", "running", "done", "failed"]
    label: str | Promise


runs_told_by: list[Callable[[Scope], LastRun | None]] = []
"""Who knows about working days: a later room, which puts its question here when it starts."""


def glance(scope: Scope) -> Glance:
    """Return how the company of the scope stands, as the person may see it: one statement."""
    whole = scope.portfolios is None
    sql = _COUNTS.format(
        limit=MOST + 1,
        work="true" if scope.allows(Permission.WORK) else "false",
        imports="true" if scope.allows(Permission.IMPORT) else "false",
        each="" if whole else "DISTINCT",  # a debtor has one row for the whole company, and one for each portfolio
        part="q.portfolio_id IS NULL" if whole else "q.portfolio_id = ANY(%(portfolios)s)",
        part_of_kpi="k.portfolio_id IS NULL" if whole else "k.portfolio_id = ANY(%(portfolios)s)",
    )
    given: dict[str, Any] = {
        "company": scope.company_id,
        "portfolios": sorted(scope.portfolios or ()),
        "zone": timezone.get_default_timezone_name(),
        "send": Outcome.SEND.value,
        "unknown": Message.State.UNKNOWN.value,
        "refused": Message.State.REFUSED.value,
        "since": timezone.localdate() - timedelta(RECENT_DAYS),
    }
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(sql, given)
        queue, plan, failed, refused, data_on, overdue = cursor.fetchone()
    return Glance(queue, plan, failed, refused, data_on, None if overdue is None else int(overdue))


def last_run(scope: Scope) -> LastRun | None:
    """Return the company's last working day; None where there was none."""
    with scope.active():
        return next((run for tell in runs_told_by if (run := tell(scope))), None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that should not be so: how bad (bad, warn, info), how much it weighs, and in words."""

    level: Literal["bad", "warn", "info"]
    weight: int
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A company on the list of all: what it is, how it stands, what is wrong, most pressing first."""

    company: Company
    seen: Glance
    run: LastRun | None
    troubles: Sequence[Trouble]
    shows_queue: bool
    shows_rows: bool

    @property
    def weight(self) -> int:
        return sum(trouble.weight for trouble in self.troubles)

    @property
    def queue(self) -> str:
        return capped(self.seen.queue)

    @property
    def plan(self) -> str:
        return capped(self.seen.plan)

    @property
    def failed(self) -> str:
        return capped(self.seen.failed)

    @property
    def refused(self) -> str:
        return capped(self.seen.refused)


def capped(count: int) -> str:
    """Return a count as people read it: `12`, or `999+`."""
    return f"{MOST}+" if count > MOST else str(count)


def troubles(seen: Glance, run: LastRun | None, *, today: date, approves: bool) -> list[Trouble]:
    """Return what is wrong in a company, most pressing first; `approves`: the person may approve the plan."""
    found: list[Trouble] = []

    def add(level: Literal["bad", "warn", "info"], weight: int, words: str) -> None:
        found.append(Trouble(level, weight, words))

    if run and run.state == "failed":
        add("bad", 1000, _("a rotina de %(day)s falhou") % {"day": f"{run.on:%d/%m}"})
    if seen.data_on is None:
        add("warn", 300, _("ainda sem dados: importe o primeiro arquivo"))
    elif (old := (today - seen.data_on).days) > 1:
        add(
            "bad" if old > 3 else "warn",
            400 if old > 3 else 200,
            ngettext("dados parados há %(n)s dia", "dados parados há %(n)s dias", old) % {"n": old},
        )
    if seen.failed:
        said = ngettext("%(n)s mensagem com problema", "%(n)s mensagens com problema", seen.failed)
        add("bad", 100 + seen.failed, said % {"n": capped(seen.failed)})
    if seen.refused:
        said = ngettext("%(n)s linha recusada a corrigir", "%(n)s linhas recusadas a corrigir", seen.refused)
        add("warn", 50 + min(seen.refused, 50), said % {"n": capped(seen.refused)})
    if seen.plan and approves:
        said = ngettext("%(n)s contato espera aprovação", "%(n)s contatos esperam aprovação", seen.plan)
        add("info", 40, said % {"n": capped(seen.plan)})
    return sorted(found, key=lambda trouble: -trouble.weight)


def standings(scopes: Sequence[tuple[Company, Scope]], *, now: datetime) -> list[Standing]:
    """Return how each company stands for the person, those with most trouble first.

    Row-level security shows one company at a time, so each is asked by itself, in a few indexed look-ups.
    """
    today = timezone.localdate(now)
    found = []
    for company, scope in scopes:
        with scope.active():
            seen, run = glance(scope), last_run(scope)
        wrong = troubles(seen, run, today=today, approves=scope.allows(Permission.APPROVE_PLAN))
        shows = scope.allows(Permission.WORK), scope.allows(Permission.IMPORT)
        found.append(Standing(company, seen, run, wrong, *shows))
    return sorted(found, key=lambda s: (-s.weight, -(s.seen.overdue_centavos or 0), str(s.company)))
