"""The local mailbox: what was sent in the demo or in test mode, as its reader would see it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import mailbox, queries
from receba.outreach.views.framed import framed


@company_view(Permission.VIEW)
@require_GET
def letters(request: CompanyRequest) -> HttpResponse:
    """List the e-mails that stayed here."""
    context = {"letters": queries.mailbox(request.scope), "test_mode": queries.in_test_mode(request.scope)}
    return TemplateResponse(request, "outreach/mailbox.html", context)


def _found(request: CompanyRequest, name: str) -> mailbox.OpenLetter:
    found = queries.letter(request.scope, name)
    if found is None:
        raise Http404
    return found


@company_view(Permission.VIEW)
@require_GET
def letter(request: CompanyRequest, name: str) -> HttpResponse:
    """Show one e-mail: its headers, its text, and its HTML in a frame."""
    return TemplateResponse(request, "outreach/letter.html", {"opened": _found(request, name), "name": name})


@company_view(Permission.VIEW)
@require_GET
def letter_html(request: CompanyRequest, name: str) -> HttpResponse:
    """Show the HTML of an e-mail, for a frame."""
    return framed(_found(request, name).html)
