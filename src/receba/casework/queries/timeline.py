"""Everything that happened with a debtor, newest first: money, contacts, holds, messages, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from receba.access.scope import Scope
from receba.casework.models import CHANNEL_LABELS, OUTCOME_LABELS, Interaction
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger.models import ENTRY_LABELS, HOLD_LABELS, Entry, Hold
from receba.outreach.core.figures import Key
from receba.outreach.core.policy import Channel
from receba.outreach.models import CHANNEL_LABELS as CHANNEL_NAMES
from receba.outreach.models import KEY_LABELS, WHY_LABELS, Message
from receba.ruler.core.rules import Outcome as Decided
from receba.ruler.core.rules import Reason
from receba.ruler.models import REASON_LABELS, Decision

MOST = 200
_UNREMARKABLE = frozenset({Reason.NOT_YET_DUE, Reason.NO_STEP_TODAY})
"""Silences that nobody asks about: nothing was due to be said."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `on` orders it; `at` is None where only the day is known."""

    on: date
    at: datetime | None
    kind: str
    text: str | Promise
    detail: str = ""
    amount_centavos: int | None = None
    by: str = ""
    channel: str | Promise = ""
    ref: int | None = None
    title_id: int | None = None
    title_code: str = ""
    parts: dict[str | Promise, int] = field(default_factory=dict)

    def order(self) -> tuple[date, float]:
        """Return what newest-first sorts by; within a day, money by the hour at which we learned it."""
        return self.on, self.at.timestamp() if self.at else 0.0


def timeline(scope: Scope, debtor_id: int, *, kind: str = "", limit: int = MOST) -> list[Event]:
    """Return the last `limit` events of a debtor, newest first; of one kind (of KINDS) if given."""
    with scope.active():
        events = [event for source in KINDS.get(kind, SOURCES) for event in source(debtor_id, limit)]
    return sorted(events, key=Event.order, reverse=True)[:limit]


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _entries(debtor_id: int, limit: int) -> Iterator[Event]:
    """Yield what the creditor told; what a payment settled is shown with the payment."""
    told = (
        Entry.objects.filter(title__debtor_id=debtor_id, payment__isnull=True)
        .select_related("title")
        .prefetch_related(Prefetch("settles", to_attr="settled"))
        .order_by("-effective_on", "-id")[:limit]
    )
    for entry in told:
        parts: dict[str | Promise, int] = {}
        for part in sorted(entry.settled, key=lambda settled: (settled.kind, settled.pk)):
            label = ENTRY_LABELS[EntryKind(part.kind)]
            parts[label] = parts.get(label, 0) + part.amount_centavos
        yield Event(
            entry.effective_on,
            entry.recorded_at,
            "entry",
            ENTRY_LABELS[EntryKind(entry.kind)],
            entry.note or entry.method,
            entry.amount_centavos,
            title_id=entry.title_id,
            title_code=entry.title.code,
            parts={label: amount for label, amount in parts.items() if amount},
        )


def _interactions(debtor_id: int, limit: int) -> Iterator[Event]:
    for told in Interaction.objects.filter(debtor_id=debtor_id).order_by("-at", "-id")[:limit]:
        yield Event(
            _day(told.at),
            told.at,
            "interaction",
            OUTCOME_LABELS[told.outcome],  # type: ignore[index]  # the stored number of an Outcome
            told.note,
            told.promised_centavos,
            told.by,
            channel=CHANNEL_LABELS[told.kind],  # type: ignore[index]
        )


def _holds(debtor_id: int, limit: int) -> Iterator[Event]:
    for hold in Hold.objects.filter(debtor_id=debtor_id).select_related("title").order_by("-from_on", "-id")[:limit]:
        yield Event(
            hold.from_on,
            hold.recorded_at,
            "hold",
            HOLD_LABELS[HoldKind(hold.kind)],
            hold.note,
            by=hold.placed_by,
            title_id=hold.title_id,
            title_code=hold.title.code if hold.title else "",
        )


def _messages(debtor_id: int, limit: int) -> Iterator[Event]:
    rows = Message.objects.filter(debtor_id=debtor_id).defer("body_text", "body_html").order_by("-id")[:limit]
    for message in rows:
        at = message.sent_at or message.handed_at or message.created_at
        yield Event(
            message.on,
            at,
            "message",
            KEY_LABELS[Key(message.key)],
            " · ".join(str(part) for part in (message.get_state_display(), _why(message.reason)) if part),
            message.total_centavos or None,
            channel=CHANNEL_NAMES[Channel(message.channel)],
            ref=message.pk,
        )


def _why(reason: str) -> str | Promise:
    return WHY_LABELS.get(reason, reason) if reason else ""


def _decisions(debtor_id: int, limit: int) -> Iterator[Event]:
    """Yield what the ruler decided: each contact, and each silence once for the days in a row that it lasted."""
    rows = Decision.objects.filter(debtor_id=debtor_id).order_by("-on")[:limit]
    for (outcome, reason, _step), run in groupby(rows, key=lambda d: (d.outcome, d.reason, d.step)):
        days = list(run)
        if outcome == Decided.SKIP and reason in _UNREMARKABLE:
            continue
        yield Event(
            days[0].on,
            days[0].planned_at,
            "decision",
            REASON_LABELS[reason],
            _("há %(n)d dias") % {"n": len(days)} if len(days) > 1 else "",
            days[0].overdue_centavos,
            channel=days[0].get_outcome_display(),
            ref=days[0].pk,
        )


SOURCES = (_entries, _interactions, _holds, _messages, _decisions)
KINDS = {
    "dinheiro": (_entries,),
    "contatos": (_interactions, _holds),
    "mensagens": (_messages,),
    "regua": (_decisions,),
}
"""What may be asked for alone."""
