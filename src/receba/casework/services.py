"""The verbs of collection: record what happened with a debtor; build the queue of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.models import Grant, Portfolio
from receba.access.reading import read_tables
from receba.access.scope import Scope
from receba.casework import queries
from receba.casework.core import columns
from receba.casework.core.outcomes import REACHED, Channel, Outcome, check, stop_for
from receba.casework.core.tables import NO_IDC, QUEUE
from receba.casework.models import Interaction, QueueDay, QueueItem
from receba.engine.contract import Engine, conform
from receba.engine.postgres import write_table
from receba.kernel.days import day_number
from receba.kernel.tables import HOLDS
from receba.ledger import queries as ledger_queries
from receba.ledger import services as ledger
from receba.ledger.models import Title
from receba.outreach import services as outreach
from receba.outreach.core.policy import Channel as Way
from receba.parties import services as parties
from receba.parties.models import Contact, Debtor

TOUCHES = {Channel.CALL: Way.PHONE, Channel.WHATSAPP: Way.WHATSAPP, Channel.EMAIL: Way.EMAIL}
"""What the contact policy calls each channel; a visit has no cap of its own there."""
KEPT_DAYS = 7
"""Days of queue kept; older ones are removed when a new one is built."""


class KeyReused(Exception):
    """The key was used for another debtor or outcome."""


class NotOfThisDebtor(Exception):
    """A contact or title that belongs to somebody else."""


class WholeCompanyOnly(Exception):
    """The queue is built from the whole company's ledger, not from some of its portfolios."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says happened with a debtor; `promised_on` is also the day of a call back."""

    debtor_id: int
    channel: Channel
    outcome: Outcome
    note: str = ""
    contact_id: int | None = None
    title_ids: tuple[int, ...] = ()
    promised_on: date | None = None
    promised_centavos: int | None = None


@transaction.atomic
def record_interaction(scope: Scope, told: Told, *, key: str, at: datetime) -> tuple[Interaction, bool]:
    """Record an interaction and what follows from it; the same key again returns the first one, and False.

    A promise, a dispute, "already paid" and "do not contact me" put holds in the ledger; a wrong person ends the
    contact, or stops everything when no contact is named. Raises BadOutcome, NotOfThisDebtor, KeyReused.
    """
    scope.require(Permission.WORK)
    on = timezone.localtime(at).date()
    check(told.outcome, on=on, promised_on=told.promised_on, promised_centavos=told.promised_centavos)
    with scope.active():
        debtor = Debtor.objects.get(pk=told.debtor_id)
        _require_own(debtor, told)
        interaction, new = Interaction.objects.get_or_create(
            company_id=scope.company_id,
            key=key,
            defaults={
                "debtor": debtor,
                "contact_id": told.contact_id,
                "kind": told.channel,
                "outcome": told.outcome,
                "titles": sorted(told.title_ids),
                "note": told.note,
                "promised_on": told.promised_on,
                "promised_centavos": told.promised_centavos,
                "by": scope.actor.name,
                "at": at,
            },
        )
        if new:
            _follow(scope, told, key, at, on)
        elif (interaction.debtor_id, interaction.outcome) != (debtor.pk, told.outcome):
            raise KeyReused(key)
    return interaction, new


def _require_own(debtor: Debtor, told: Told) -> None:
    if told.contact_id and not Contact.objects.filter(pk=told.contact_id, debtor=debtor).exists():
        raise NotOfThisDebtor("contact")
    wanted = set(told.title_ids)
    if wanted and Title.objects.filter(pk__in=wanted, debtor=debtor).count() != len(wanted):
        raise NotOfThisDebtor("title")


def _follow(scope: Scope, told: Told, key: str, at: datetime, on: date) -> None:
    """Bring about what the outcome brings about."""
    if told.outcome == Outcome.WRONG_PERSON and told.contact_id:
        parties.invalidate_contact(scope, contact_id=told.contact_id, reason="pessoa errada")
    if told.channel in TOUCHES and told.outcome != Outcome.NOTE:  # the caps of the contact policy count it
        outreach.record_touch(
            scope,
            key=f"interaction:{key}",
            debtor_id=told.debtor_id,
            channel=TOUCHES[told.channel],
            at=at,
            conversation=told.outcome in REACHED,
        )
    if told.outcome == Outcome.STOP:
        outreach.opt_out(scope, told.debtor_id, at=at, proof=told.note or "pedido feito ao cobrador")
        return
    stop = stop_for(told.outcome, on=on, promised_on=told.promised_on, contact_known=told.contact_id is not None)
    if stop is None:
        return
    targets: Sequence[int | None] = told.title_ids if stop.by_title and told.title_ids else (None,)
    for title_id in targets:
        ledger.place_hold(
            scope,
            debtor_id=told.debtor_id,
            title_id=title_id,
            kind=stop.kind,
            from_on=on,
            until_on=stop.until_on,
            note=told.note[:300],
        )


def build_queue(
    scope: Scope,
    on: date,
    *,
    engine: Engine,
    positions: pa.Table,
    scores: pa.Table,
    holds: pa.Table | None = None,
) -> int:
    """Build the queue of `on`, replacing what was built for that day; return how many debtors are in it.

    `positions` and `scores` are the kernel tables of the day. Doing it again with the same facts gives the same
    queue. Raises WholeCompanyOnly.
    """
    if scope.portfolios is not None:
        raise WholeCompanyOnly
    tables = {"positions": positions, "scores": scores, **_cases(scope, on, holds)}
    frames = {name: engine.open(f"queue_{name}", data) for name, data in tables.items()}
    parts = (False, True) if _has_parts(scope) else (False,)
    built = [
        engine.collect(columns.queue(engine, frames, on_day=day_number(on), by_portfolio=by_portfolio))
        for by_portfolio in parts
    ]
    debtors = int(built[0].num_rows)
    _publish(scope, on, pa.concat_tables([conform(QUEUE, data) for data in built]), debtors)
    return debtors


def _cases(scope: Scope, on: date, holds: pa.Table | None) -> dict[str, pa.Table]:
    selects = queries.selects(on=on)
    if holds is None:
        selects |= {HOLDS: ledger_queries.selects(known_on=on)[HOLDS]}
    read = {table.name: data for table, data in read_tables(scope, selects).items()}
    return read if holds is None else read | {HOLDS.name: holds}


def _has_parts(scope: Scope) -> bool:
    """Return whether anybody may look at one portfolio alone."""
    with scope.active():
        narrow = Grant.objects.filter(company_id=scope.company_id, portfolio__isnull=False, revoked_at=None)
        return narrow.exists() or Portfolio.objects.filter(company_id=scope.company_id).count() > 1


def _publish(scope: Scope, on: date, rows: pa.Table, debtors: int) -> None:
    data = _as_stored(scope, on, rows)
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        QueueItem.objects.filter(Q(on=on) | Q(on__lt=on - timedelta(KEPT_DAYS))).delete()
        write_table(cursor, "casework_queueitem", data)
        QueueDay.objects.update_or_create(
            company_id=scope.company_id, on=on, defaults={"built_at": timezone.now(), "debtors": debtors}
        )


def _as_stored(scope: Scope, on: date, rows: pa.Table) -> pa.Table:
    """Return QUEUE with the columns and types of the stored queue."""
    count, null = rows.num_rows, pa.scalar(None, pa.int64())
    columns_ = {
        name: rows[name] for name in QUEUE.columns if name not in ("portfolio_id", "idc", "last_contact_micros")
    }
    micros = pc.if_else(pc.equal(rows["last_contact_micros"], 0), null, rows["last_contact_micros"])
    return pa.table(
        columns_
        | {
            "portfolio_id": pc.if_else(pc.equal(rows["portfolio_id"], columns.ALL), null, rows["portfolio_id"]),
            "idc": pc.if_else(pc.equal(rows["idc"], NO_IDC), pa.scalar(None, pa.int32()), rows["idc"]),
            "last_contact_at": micros.cast(pa.timestamp("us", "UTC")),
            "company_id": pa.array([scope.company_id] * count, pa.int64()),
            "on": pa.array([on] * count, pa.date32()),
        }
    )
