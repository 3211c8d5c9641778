"""What pages of earlier rooms show of messages: a plan's samples, how far its sending is, a decision's letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Scope
from receba.outreach import planned, queries
from receba.outreach.channels.email.envelope import sender_of
from receba.outreach.facts import BUSINESS_ZONE
from receba.outreach.labels import receipt_words
from receba.outreach.models import Message
from receba.outreach.planned import Sample, Sending
from receba.ruler import queries as ruler

register = template.Library()


def frame_of(company: Company, sample: Sample) -> dict[str, Any]:
    """Return a sample as the frame of a letter shows it (console/parts/letter.html)."""
    return {
        "sender": sender_of(company),
        "to": sample.to_address,
        "reply_to": company.email,
        "subject": sample.words.subject if sample.words else "",
        "text": sample.words.text if sample.words else "",
        "at": sample.message.sent_at if sample.message else None,
        "src": reverse("outreach:sample", args=[company.pk, sample.decision_id]) if sample.words else "",
    }


@register.simple_tag(takes_context=True)
def carried(context: Mapping[str, Any], steps: Sequence[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    """Return a plan's steps, each with the `letter` of one of its debtors and how far its `sending` is."""
    scope, company = context["scope"], context["company"]
    chosen = ruler.sample_decisions(scope, on=on)
    masked = not scope.allows(Permission.PERSONAL_DATA)
    found = planned.samples(scope, chosen.values(), on=on, at=timezone.now(), masked=masked)
    sending = planned.sending_of(scope, on)
    cards = []
    for step in steps:
        sample = found.get(chosen.get(step["count"].place, 0))
        cards.append(
            {
                **step,
                "sample": sample,
                "letter": frame_of(company, sample) if sample else None,
                "gate": queries.sentence(sample.verdict, BUSINESS_ZONE) if sample and sample.verdict else "",
                "sending": sending.get(step["count"].place, Sending()),
            }
        )
    return cards


@register.simple_tag(takes_context=True)
def begins(context: Mapping[str, Any]) -> str:
    """Return when messages approved now begin to leave, as a sentence."""
    return beginning(context["scope"], timezone.now())


def beginning(scope: Scope, at: datetime) -> str:
    """Return when messages approved at a moment begin to leave, as a sentence."""
    told = []
    moment = planned.begins(scope, at)
    if moment is None:
        told.append(_("As regras de contato não deixam sair nenhuma mensagem nos próximos dias."))
    elif moment <= at:
        told.append(_("As mensagens começam a sair em até um minuto."))
    else:
        local = timezone.localtime(moment)
        words = _("As mensagens começam a sair em %(day)s, às %(time)s.")
        told.append(words % {"day": f"{local:%d/%m/%Y}", "time": f"{local:%H:%M}"})
    if queries.in_test_mode(scope):
        told.append(_("Modo de teste: nada sai desta máquina."))
    return " ".join(told)


@register.inclusion_tag("outreach/_sending.html", takes_context=True)
def sending(context: Mapping[str, Any], on: date) -> dict[str, Any]:
    """Show how far a day's messages are; the piece renews itself while some are still to leave."""
    return {"sending": planned.sending_in_all(context["scope"], on), "company": context["company"], "on": on}


@register.simple_tag(takes_context=True)
def letter_of(context: Mapping[str, Any], decision: Any) -> dict[str, Any] | None:
    """Return the message of a decision: its row, its frame and what the contact policy said; None where there is none."""
    message = Message.objects.select_related("debtor").filter(decision_id=decision.pk).first()
    if message is None:
        return None
    return {"message": message, "receipt": receipt_words(message.receipt)}
