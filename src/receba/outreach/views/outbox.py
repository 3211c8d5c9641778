"""Messages: the list, one message with all that happened to it, and what a person may decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from receba.access import queries as access
from receba.access import trail
from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import planned, queries, services, tasks
from receba.outreach.channels.email.envelope import sender_of
from receba.outreach.core.figures import Key, figure_from
from receba.outreach.core.replies import Failure
from receba.outreach.forms import CancelForm, OutboxFilter, ResolveForm
from receba.outreach.labels import SHADES, event_detail, receipt_words
from receba.outreach.models import FAILURE_LABELS, KEY_LABELS, WHY_LABELS, Message, MessageEvent
from receba.outreach.views.framed import framed

_PAGE = 50


@company_view(Permission.VIEW)
@require_GET
def outbox(request: CompanyRequest) -> HttpResponse:
    """List the company's messages, newest first."""
    form = OutboxFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    rows = queries.outbox(request.scope, state=asked.get("situacao", ""), debtor_id=asked.get("cliente"))
    if asked.get("dia"):
        rows = rows.filter(on=asked["dia"])
    if asked.get("antes"):
        rows = rows.filter(pk__lt=asked["antes"])
    page = list(rows[: _PAGE + 1])
    counts = queries.counts_by_state(request.scope)
    context = {
        "form": form,
        "rows": [_shown(row) for row in page[:_PAGE]],
        "following": page[_PAGE - 1].pk if len(page) > _PAGE else None,
        "counts": [(label, state, counts.get(state, 0)) for state, label in Message.State.choices],
        "unknown": counts.get(Message.State.UNKNOWN, 0),
        "waiting": counts.get(Message.State.READY, 0) + counts.get(Message.State.RETRY, 0),
        "problem": queries.last_problem(request.scope),
        "test_mode": queries.in_test_mode(request.scope),
        "may_send": request.scope.allows(Permission.RUN_DAY),
    }
    return TemplateResponse(request, "outreach/outbox.html", context)


def _shown(message: Message) -> dict[str, Any]:
    """Return a message with the words for what it is and why."""
    why = str(WHY_LABELS.get(message.reason, message.reason))
    if message.failure:
        why = str(FAILURE_LABELS[Failure(message.failure)])
    return {
        "message": message,
        "shade": SHADES[Message.State(message.state)],
        "what": KEY_LABELS[Key(message.key)],
        "why": why,
    }


def _found(message_id: int) -> Message:
    message = Message.objects.select_related("debtor", "template").filter(pk=message_id).first()
    if message is None:
        raise Http404
    return message


@company_view(Permission.VIEW)
@require_GET
def message(request: CompanyRequest, message_id: int) -> HttpResponse:
    """Show one message: its words, the figures, what the policy said, and everything that happened to it."""
    return _page(request, _found(message_id), CancelForm(), ResolveForm(), 200)


def _page(
    request: CompanyRequest, found: Message, cancel_form: CancelForm, resolve_form: ResolveForm, status: int
) -> HttpResponse:
    may_work = request.scope.allows(Permission.WORK)
    context = {
        **_shown(found),
        "figures": [figure_from(kept) for kept in found.titles],
        "letter": _letter(request, found) if found.body_text else None,
        "decided": planned.day_of(request.scope, found.decision_id) is not None,
        "events": _events(request, found),
        "allowed": found.receipt.get("allowed"),
        "receipt": receipt_words(found.receipt),
        "cancel_form": cancel_form if may_work and found.open else None,
        "resolve_form": resolve_form if may_work and found.state == Message.State.UNKNOWN else None,
    }
    return TemplateResponse(request, "outreach/message.html", context, status=status)


def _letter(request: CompanyRequest, found: Message) -> dict[str, Any]:
    """Return a message as the frame of a letter shows it."""
    return {
        "sender": sender_of(request.company),
        "to": found.to_address,
        "reply_to": request.company.email,
        "subject": found.subject,
        "text": found.body_text,
        "at": found.sent_at,
        "src": reverse("outreach:message_html", args=[request.company.pk, found.pk]),
    }


_EVENT_SHADES = {
    MessageEvent.Kind.SENT: "good",
    MessageEvent.Kind.WAITING: "warn",
    MessageEvent.Kind.LATER: "warn",
    MessageEvent.Kind.UNKNOWN: "warn",
    MessageEvent.Kind.REFUSED: "bad",
    MessageEvent.Kind.BOUNCED: "bad",
    MessageEvent.Kind.CANCELLED: "bad",
}


def _events(request: CompanyRequest, found: Message) -> list[dict[str, Any]]:
    """Return what happened to a message, with names for who did it and words for why."""
    rows = list(found.events.all())
    names = access.names_of(request.scope, {row.actor for row in rows})
    return [
        {
            "event": row,
            "detail": ""
            if row.kind in (MessageEvent.Kind.HANDED, MessageEvent.Kind.SENT)
            else event_detail(row.detail),
            "who": _("automático") if row.actor.startswith("job:") else trail.actor_name(row.actor, names),
            "shade": _EVENT_SHADES.get(MessageEvent.Kind(row.kind), ""),
        }
        for row in rows
    ]


@company_view(Permission.VIEW)
@require_GET
def message_html(request: CompanyRequest, message_id: int) -> HttpResponse:
    """Show the HTML of a message, for a frame."""
    return framed(_found(message_id).body_html)


@company_view(Permission.WORK)
@require_POST
def cancel(request: CompanyRequest, message_id: int) -> HttpResponse:
    """Keep a message from leaving."""
    found, form = _found(message_id), CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, ResolveForm(), 422)
    try:
        services.cancel(request.scope, found.pk, at=timezone.now(), note=form.cleaned_data["motivo"])
        messages.success(request, _("A mensagem não será enviada."))
    except services.NotOpen:
        messages.error(request, _("Tarde demais: a mensagem já está saindo ou já terminou."))
    return redirect("outreach:message", request.company.pk, found.pk)


@company_view(Permission.WORK)
@require_POST
def resolve(request: CompanyRequest, message_id: int) -> HttpResponse:
    """Decide about a message that may or may not have arrived."""
    found, form = _found(message_id), ResolveForm(request.POST)
    if not form.is_valid():
        return _page(request, found, CancelForm(), form, 422)
    asked = form.cleaned_data
    try:
        services.resolve_unknown(request.scope, found.pk, asked["decisao"], at=timezone.now(), note=asked["motivo"])
        messages.success(request, _("Decisão registrada."))
    except services.NotUnknown:
        messages.error(request, _("Outra pessoa já decidiu sobre esta mensagem."))
    return redirect("outreach:message", request.company.pk, found.pk)


@company_view(Permission.RUN_DAY)
@require_POST
def send_now(request: CompanyRequest) -> HttpResponse:
    """Ask the worker for a round of sending now."""
    tasks.ask_for_round(request.company.pk)
    messages.success(request, _("O envio começa em instantes."))
    return redirect("outreach:outbox", request.company.pk)


@company_view(Permission.VIEW)
@require_GET
def sample(request: CompanyRequest, decision_id: int) -> HttpResponse:
    """Show the HTML that a decision of the plan sends, or would send, for a frame."""
    masked = not request.scope.allows(Permission.PERSONAL_DATA)
    day = planned.day_of(request.scope, decision_id) if decision_id < 2**63 else None
    if day is None:
        raise Http404
    found = planned.samples(request.scope, [decision_id], on=day, at=timezone.now(), masked=masked).get(decision_id)
    return framed(found.words.html if found and found.words else "")


@company_view(Permission.VIEW)
@require_GET
def sending(request: CompanyRequest) -> HttpResponse:
    """Show how far a day's messages are: a piece of the plan's page that renews itself."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = timezone.localdate()
    context = {"sending": planned.sending_in_all(request.scope, on), "on": on}
    return TemplateResponse(request, "outreach/_sending.html", context)
