"""The local mailbox: what was sent in the demo or in test mode, as its reader would see it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import mailbox, queries
from receba.outreach.models import Message
from receba.outreach.views.framed import framed


@company_view(Permission.VIEW)
@require_GET
def letters(request: CompanyRequest) -> HttpResponse:
    """List the e-mails that stayed here."""
    found = queries.mailbox(request.scope)
    newest = queries.letter(request.scope, found[0].name) if found else None
    context = {
        "letters": found,
        "test_mode": queries.in_test_mode(request.scope),
        "name": found[0].name if found else "",
        "letter": _framed_letter(request, newest, found[0].name) if newest else None,
    }
    return TemplateResponse(request, "outreach/mailbox.html", context)


def _framed_letter(request: CompanyRequest, opened: mailbox.OpenLetter, name: str) -> dict[str, Any]:
    """Return an e-mail as the frame of a letter shows it."""
    return {
        "sender": opened.letter.sender,
        "to": opened.letter.to,
        "reply_to": opened.reply_to,
        "subject": opened.letter.subject,
        "text": opened.text,
        "at": opened.letter.at,
        "src": reverse("outreach:letter_html", args=[request.company.pk, name]) if opened.html else "",
    }


def _found(request: CompanyRequest, name: str) -> mailbox.OpenLetter:
    found = queries.letter(request.scope, name)
    if found is None:
        raise Http404
    return found


@company_view(Permission.VIEW)
@require_GET
def letter(request: CompanyRequest, name: str) -> HttpResponse:
    """Show one e-mail beside the others: its headers, its text, and its HTML in a frame."""
    opened = _found(request, name)
    context = {
        "opened": opened,
        "name": name,
        "letters": queries.mailbox(request.scope),
        "message": Message.objects.filter(message_id=opened.letter.message_id).first(),
        "letter": _framed_letter(request, opened, name),
    }
    return TemplateResponse(request, "outreach/letter.html", context)


@company_view(Permission.VIEW)
@require_GET
def letter_html(request: CompanyRequest, name: str) -> HttpResponse:
    """Show the HTML of an e-mail, for a frame."""
    return framed(_found(request, name).html)
