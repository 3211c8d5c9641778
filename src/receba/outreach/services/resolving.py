"""What people, and plans that are withdrawn, decide about single messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from django.db import transaction

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.outreach.models import WITHDRAWN, Message, MessageEvent
from receba.outreach.services.events import log

_State = Message.State


class NotUnknown(Exception):
    """The message is not one of which nobody knows whether it arrived: there is nothing to decide."""


class AlreadyLeft(Exception):
    """Some of the messages are leaving or have left; the argument says how many."""


class NotOpen(Exception):
    """The message is leaving or has ended: it can no longer be cancelled."""


def resolve_unknown(
    scope: Scope, message_pk: int, decision: Literal["resend", "consider_sent"], *, at: datetime, note: str = ""
) -> Message:
    """Decide about a message that may or may not have arrived: send it again, or take it as sent.

    Sent again it carries the same Message-ID, so that a reader's mail program can tell. Raises NotUnknown.
    """
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        message = Message.objects.get(pk=message_pk)
        unknown = Message.objects.filter(pk=message_pk, state=_State.UNKNOWN)
        if decision == "resend":
            changed = unknown.update(state=_State.READY, not_before_at=None, handed_at=None, attempts=0)
        else:
            changed = unknown.update(state=_State.SENT, sent_at=message.handed_at or at)
        if not changed:
            raise NotUnknown(message_pk)
        detail = f"{decision}: {note}" if note else decision
        log(scope, [message_pk], MessageEvent.Kind.RESOLVED, at, detail=detail)
        message.refresh_from_db()
    return message


def cancel(scope: Scope, message_pk: int, *, at: datetime, note: str = "") -> None:
    """Keep one message from leaving. Raises NotOpen when it is too late."""
    scope.require(Permission.WORK)
    with scope.active():
        if not _cancel(scope, [message_pk], "by_hand", at, note):
            raise NotOpen(message_pk)


def withdraw(scope: Scope, decision_ids: Collection[int], *, at: datetime) -> int:
    """Keep the messages of these decisions from leaving; return how many were still here.

    The same decisions approved again are written again (`prepare`).
    """
    scope.require(Permission.APPROVE_PLAN)
    with scope.active():
        pks = list(Message.objects.filter(decision_id__in=list(decision_ids)).values_list("pk", flat=True))
        return _cancel(scope, pks, WITHDRAWN, at, "")


@transaction.atomic
def withdraw_all(scope: Scope, decision_ids: Collection[int], *, at: datetime) -> int:
    """Keep every message of these decisions from leaving, or none: raises AlreadyLeft when one is out of hand."""
    kept = withdraw(scope, decision_ids, at=at)
    with scope.active():
        left = Message.objects.filter(decision_id__in=list(decision_ids)).exclude(state=_State.CANCELLED).count()
    if left:
        raise AlreadyLeft(left)
    return kept


def _cancel(scope: Scope, pks: Collection[int], reason: str, at: datetime, note: str) -> int:
    """Cancel those that are still open; who claims one at the same moment and wins, sends it."""
    with transaction.atomic():
        still = Message.objects.filter(pk__in=list(pks), state__in=[_State.READY, _State.RETRY])
        cancelled = list(still.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        Message.objects.filter(pk__in=cancelled).update(state=_State.CANCELLED, reason=reason)
        log(scope, cancelled, MessageEvent.Kind.CANCELLED, at, detail=note or reason)
    return len(cancelled)
