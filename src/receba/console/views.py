"""The first page, how the companies stand; the search; and the last page, when something broke."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET

from receba.access.core.roles import Permission
from receba.access.queries import companies_of, scopes_of
from receba.access.web import CompanyRequest, company_view
from receba.casework import queries as casework
from receba.casework.recent import recent
from receba.console.design import specimens
from receba.console.glance import standings
from receba.console.navigation import SHOWN_COMPANIES, first_page, open_ways
from receba.parties.core.names import plain

log = logging.getLogger(__name__)
FEW, MANY = 6, 30
"""How many of each kind the list below the search box holds, and the page of results."""
REFERENCE = "Receba-Reference"
"""The header that says an error's reference to a script, which shows it to the person."""


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show how the person's companies stand; with a single one, or one that is asked for (`empresa`), enter it.

    `pagina` is the name of a menu's entry: who comes from a queue gets the other company's queue, and no id goes along.
    """
    scopes = scopes_of(request.user, reason=f"GET {request.path}")  # type: ignore[arg-type]
    asked = [scope for company, scope in scopes if str(company.pk) == request.GET.get("empresa")]
    chosen = asked or ([scope for _company, scope in scopes] if len(scopes) == 1 else [])
    if chosen:
        address = first_page(chosen[0], request.GET.get("pagina", ""))
        if address != request.path:
            return redirect(address)
    context = {
        "places": standings(scopes, now=timezone.now()),
        "unknown": bool(request.GET.get("empresa")) and not asked,
    }
    return render(request, "console/home.html", context)


@login_required
def companies(request: HttpRequest) -> HttpResponse:
    """Give the switcher the person's companies whose names hold what is typed; the page's kind goes with the links."""
    text = request.GET.get("q", "").strip()[:100]
    fitting = [c for c in companies_of(request.user) if text.casefold() in f"{c} {c.name}".casefold()]  # type: ignore[arg-type]
    context = {"other_companies": fitting[:SHOWN_COMPANIES], "way_here": request.GET.get("pagina", "")}
    return render(request, "console/_companies.html", context)


@require_GET
@company_view(Permission.VIEW)
def search(request: CompanyRequest) -> HttpResponse:
    """Find customers, titles and pages; with nothing typed, the customers opened last.

    The box in the bar and the palette ask for the list alone (`lista`); Enter with a single sure answer opens it.
    """
    text = " ".join(request.GET.get("q", "").split())[:200]
    only_list = request.GET.get("lista") == "1"
    limit = FEW if only_list else MANY
    found = casework.search(request.scope, text, limit=limit)
    titles = casework.titles_like(request.scope, text, limit=limit)
    if not only_list and len(found) == 1 and found[0].by in ("document", "contact", "code"):
        return redirect("casework:debtor", request.company.pk, found[0].debtor.pk)
    context = {
        "q": text,
        "found": [hit for hit in found if hit.by != "title"],
        "titles": titles,
        "pages": _pages_like(request, text),
        "recent": recent(request) if not text else [],
        "more": _everything(request, text),
    }
    return TemplateResponse(request, "console/_found.html" if only_list else "console/search.html", context)


def _pages_like(request: CompanyRequest, text: str) -> list[dict[str, str]]:
    """Return the menu's entries whose name begins with, or has a word that begins with, the text."""
    wanted = plain(text)
    if len(wanted) < 2:
        return []
    return [
        {"label": str(entry.label), "address": address}
        for entry, address in open_ways(request.scope)
        if f" {wanted}" in f" {plain(str(entry.label))}"
    ]


def _everything(request: CompanyRequest, text: str) -> str:
    address = reverse("console:search", args=[request.company.pk])
    return f"{address}?{urlencode({'q': text})}"


@login_required
def design(request: HttpRequest) -> HttpResponse:
    """Show every piece of the console in all its states; in development and in the demonstration only."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "console/design.html", {"specimens": specimens()})


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke, with a reference that finds the error in the log; reads nothing from the database."""
    reference = secrets.token_hex(4).upper()
    log.error("error %s at %s %s", reference, request.method, request.path, exc_info=True)
    response = render(None, "500.html", {"reference": reference}, status=500)  # no context processors
    response[REFERENCE] = reference
    return response
