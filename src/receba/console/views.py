"""The first page, which company to enter; and the last one, when something broke."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import requires_csrf_token

from receba.access.models import Company
from receba.access.queries import companies_of, scope_for
from receba.console.design import specimens
from receba.console.navigation import open_ways

log = logging.getLogger(__name__)


def first_page(request: HttpRequest, company: Company) -> str:
    """Return the address of the first page of a company that the person may open; home where there is none."""
    scope = scope_for(request.user, company.pk)  # type: ignore[arg-type]
    ways = open_ways(scope) if scope else []
    return ways[0][1] if ways else reverse("console:home")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the person's companies; with a single one, or one that is asked for (`empresa`), enter it."""
    companies = list(companies_of(request.user))  # type: ignore[arg-type]
    places: list[dict[str, Any]] = [{"company": c, "address": first_page(request, c)} for c in companies]
    asked = [place for place in places if str(place["company"].pk) == request.GET.get("empresa")]
    chosen = asked or (places if len(places) == 1 else [])
    if chosen and chosen[0]["address"] != request.path:
        return redirect(chosen[0]["address"])
    return render(request, "console/home.html", {"places": places})


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
    return render(None, "500.html", {"reference": reference}, status=500)  # no context processors
