"""What comes back: an opt-out, a bounce; and contacts that took place elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.kernel.tables import HoldKind
from receba.ledger import services as ledger
from receba.ledger.models import Hold
from receba.outreach.core.policy import Channel
from receba.outreach.facts import business_day
from receba.outreach.models import Message, MessageEvent, Touch
from receba.outreach.services.events import log
from receba.outreach.services.resolving import _cancel
from receba.parties import services as parties


class BadBounce(Exception):
    """No message that was sent carries this Message-ID."""


def opt_out(scope: Scope, debtor_id: int, *, at: datetime, proof: str) -> Hold:
    """Stop all messages to a debtor who asked for it, at once; `proof` is what was written or said.

    The debt remains; the hold is in the ledger and any later plan reads it.
    """
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        hold = ledger.place_hold(
            scope, debtor_id=debtor_id, kind=HoldKind.OPT_OUT, from_on=business_day(at), note=proof[:300]
        )
        pks = list(Message.objects.filter(debtor_id=debtor_id).values_list("pk", flat=True))
        _cancel(scope, pks, "opt_out", at, "")
    return hold


def record_bounce(scope: Scope, *, message_id: str, at: datetime, permanent: bool, response: str) -> Message:
    """Record that a message which the server had accepted came back; a permanent one ends the use of its address.

    The same bounce again changes nothing. Raises BadBounce.
    """
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        message = Message.objects.filter(message_id=message_id, handed_at__isnull=False).first()
        if message is None:
            raise BadBounce(message_id)
        if Message.objects.filter(pk=message.pk, bounced_at=None).update(bounced_at=at):
            log(scope, [message.pk], MessageEvent.Kind.BOUNCED, at, detail=response)
            if permanent and message.contact_id is not None and not message.test_mode:
                parties.invalidate_contact(scope, contact_id=message.contact_id, reason=response[:200])
        message.refresh_from_db()
    return message


def record_touch(
    scope: Scope, *, key: str, debtor_id: int, channel: Channel, at: datetime, conversation: bool = False
) -> bool:
    """Record a contact that took place elsewhere (a call), so that the caps count it; False when the key was known."""
    scope.require(Permission.WORK)
    with scope.active():
        _touch, new = Touch.objects.get_or_create(
            company_id=scope.company_id,
            key=key,
            defaults={
                "debtor_id": debtor_id,
                "channel": str(channel),
                "at": at,
                "conversation": conversation,
                "recorded_by": str(scope.actor),
            },
        )
    return new
