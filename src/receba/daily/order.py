"""The order of the day. Read it from top to bottom: this is what happens to a company's receivables on one day.

Each step reads tables, asks one room, and returns what it counted. A step may be done again: the rooms publish the
same day once. A step that fails leaves those that do not need it alone; the next run takes it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import pyarrow as pa
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receba.access.reading import MOMENT, WHEN, read_tables
from receba.access.scope import Scope
from receba.casework import services as casework
from receba.daily import files
from receba.engine.contract import Engine, conform, fingerprint
from receba.intake import queries as intake
from receba.kernel.days import day_number
from receba.kernel.tables import (
    DEBTORS,
    DECISIONS,
    ENTRIES,
    HISTORY,
    HOLDS,
    INDEX_RATIOS,
    PAYMENTS,
    POSITIONS,
    SCORES,
    SEGMENTS,
    STANDINGS,
    TERMS,
    TITLES,
    Table,
)
from receba.ledger import queries as ledger
from receba.ledger.core import columns as ledger_columns
from receba.outreach import services as outreach
from receba.outreach.core.figures import Key
from receba.outreach.core.policy import Channel
from receba.parties import queries as parties
from receba.reporting import services as reporting
from receba.ruler import queries as ruler_queries
from receba.ruler import services as ruler
from receba.scoring import services as scoring
from receba.segments import queries as segments
from receba.segments import services as segmentation
from receba.segments.core.tables import BANDS

Counts = Mapping[str, int]
FIRST_ROUND = 100
"""Messages that the day itself sends. Each is asked about, locked and recorded by itself: that takes its time."""


@dataclass
class Day:
    """One company's day and the tables that its steps hand on. Each is computed once, when first asked for."""

    scope: Scope
    on: date
    known_on: date
    engine: Engine
    told: dict[str, str] = field(default_factory=dict)
    """The fingerprint of each table that the day made, by name."""

    @cached_property
    def base(self) -> dict[Table, pa.Table]:
        """Everything that the day reads, in one snapshot."""
        selects = ledger.selects(known_on=self.known_on) | parties.selects() | segments.selects(on=self.on)
        tables = read_tables(self.scope, selects | WHEN)
        ratios = ledger.index_ratios(tables[TITLES], on=self.on, known_on=self.known_on)
        return tables | {INDEX_RATIOS: ratios}

    @property
    def read_at(self) -> datetime:
        """When everything was read: nothing recorded later is in the day."""
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.base[MOMENT]["micros"][0].as_py())

    @cached_property
    def positions(self) -> pa.Table:
        frames = [self.engine.open(t.name, self.base[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS)]
        made = ledger_columns.positions(*frames, on_day=day_number(self.on), known_day=day_number(self.known_on))
        return conform(POSITIONS, self.engine.collect(made))

    @cached_property
    def standings(self) -> pa.Table:
        return self._of_titles(STANDINGS, ledger_columns.standings)

    @cached_property
    def history(self) -> pa.Table:
        frame = self.engine.open(STANDINGS.name, self.standings)
        return conform(HISTORY, self.engine.collect(ledger_columns.history(frame, on_day=day_number(self.on))))

    @cached_property
    def payments(self) -> pa.Table:
        return self._of_titles(PAYMENTS, ledger_columns.payments)

    def _of_titles(self, table: Table, make: Callable[..., object]) -> pa.Table:
        frames = [self.engine.open(t.name, self.base[t]) for t in (TITLES, ENTRIES)]
        made = make(*frames, on_day=day_number(self.on), known_day=day_number(self.known_on))
        return conform(table, self.engine.collect(made))  # type: ignore[arg-type]

    @cached_property
    def segments(self) -> pa.Table:
        return segmentation.assign_day(
            self.scope,
            on=self.on,
            engine=self.engine,
            positions=self.positions,
            history=self.history,
            debtors=self.base[DEBTORS],
            scores=self.scores,
            bands=self.base[BANDS],
        )

    @cached_property
    def scores(self) -> pa.Table:
        return scoring.score_day(
            self.scope,
            on=self.on,
            engine=self.engine,
            history=self.history,
            payments=self.payments,
            rejected_bps=intake.rejected_bps(self.scope, known_on=self.known_on),
            debtors=self.base[DEBTORS].num_rows,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, what the screen calls it, what it does, and whether a missed day gets it too."""

    name: str
    label: Promise | str
    do: Callable[[Day], Counts]
    caught_up: bool = True


def read(day: Day) -> Counts:
    """Read the ledger and the register as columns."""
    base = day.base
    return {
        "titles": base[TITLES].num_rows,
        "entries": base[ENTRIES].num_rows,
        "debtors": base[DEBTORS].num_rows,
        "holds": base[HOLDS].num_rows,
    }


def measure(day: Day) -> Counts:
    """Compute what every open title owes today."""
    rows = day.positions
    day.told[POSITIONS.name] = fingerprint(POSITIONS, rows)
    overdue = rows.filter(pa.compute.greater(rows["bucket"], 0))
    return {
        "open": rows.num_rows,
        "open_centavos": _total(rows),
        "overdue": overdue.num_rows,
        "overdue_centavos": _total(overdue),
    }


def score(day: Day) -> Counts:
    """Score the customers and publish the indices."""
    day.told[SCORES.name] = fingerprint(SCORES, day.scores)
    return {"scored": day.scores.num_rows}


def segment(day: Day) -> Counts:
    """Put every debtor in its cell, dated."""
    rows = day.segments
    day.told[SEGMENTS.name] = fingerprint(SEGMENTS, rows)
    return {"debtors": rows.num_rows, "worsened": int(pa.compute.sum(rows["worsened"]).as_py() or 0)}


def plan(day: Day) -> Counts:
    """Climb the ruler: one decision for every debtor with something open."""
    made = ruler.plan_day(
        day.scope,
        on=day.on,
        engine=day.engine,
        positions=day.positions,
        holds=day.base[HOLDS],
        debtors=day.base[DEBTORS],
        segments=day.segments,
        scores=day.scores,
    )
    day.told[DECISIONS.name] = fingerprint(DECISIONS, made.decisions)
    return {"in_scope": made.in_scope, "send": made.send, **{f"skip_{r}": n for r, n in made.skip_by_reason.items()}}


def prepare(day: Day) -> Counts:
    """Ask the gate about what was approved, and write the messages that it lets pass."""
    return prepare_approved(day.scope, on=day.on)


def prepare_approved(scope: Scope, *, on: date, at: datetime | None = None) -> Counts:
    """Write the messages of the day's approved contacts, asking the gate at `at`; again writes only what is new."""
    drafts = [
        outreach.Draft(c.decision_id, c.debtor_id, Channel.EMAIL, Key(c.template), c.title_ids)
        for c in ruler_queries.approved_contacts(scope, on=on, channel="email")
    ]
    made = outreach.prepare(scope, on, drafts, at=at)
    return {"approved": len(drafts), "ready": made.ready, "waiting": made.waiting, "silent": made.silent}


def queue(day: Day) -> Counts:
    """Rank the collectors' cases."""
    return {
        "cases": casework.build_queue(
            day.scope, day.on, engine=day.engine, positions=day.positions, scores=day.scores, holds=day.base[HOLDS]
        )
    }


def report(day: Day) -> Counts:
    """Publish the day's KPIs."""
    values = reporting.publish(
        day.scope,
        on=day.on,
        known_on=day.known_on,
        engine=day.engine,
        positions=day.positions,
        standings=day.standings,
        payments=day.payments,
    )
    day.told["kpis"] = files.fingerprint_of_kpis(values)
    return {"values": len(values)}


def send(day: Day) -> Counts:
    """Send a first round of what may leave now; the worker, or `receba send`, goes on.

    Only on the day itself; in the demonstration the worker does it all, once its mailbox is up.
    """
    if day.on != timezone.localdate() or settings.DEMO:
        return {}
    return outreach.send_ready(day.scope, at=timezone.now(), limit=FIRST_ROUND).counts


def _total(rows: pa.Table) -> int:
    return int(pa.compute.sum(rows["total_centavos"]).as_py() or 0)


ORDER: tuple[Step, ...] = (
    Step("read", _("Ler o razão"), read),
    Step("measure", _("Calcular saldos e encargos"), measure),
    Step("score", _("Calcular índices"), score),
    Step("segment", _("Segmentar clientes"), segment),
    Step("plan", _("Planejar contatos pela régua"), plan, caught_up=False),
    Step("prepare", _("Preparar mensagens aprovadas"), prepare, caught_up=False),
    Step("queue", _("Montar a fila de cobrança"), queue, caught_up=False),
    Step("report", _("Publicar os indicadores"), report),
    # Last: a slow mail server must not keep the collectors from their queue.
    Step("send", _("Enviar mensagens"), send, caught_up=False),
)
