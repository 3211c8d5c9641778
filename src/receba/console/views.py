"""The first page: which company to enter."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from receba.access.models import Company
from receba.access.queries import companies_of, scope_for
from receba.console.navigation import NAVIGATION


def first_page(request: HttpRequest, company: Company) -> str:
    """Return the address of the first page of a company that the person may open."""
    scope = scope_for(request.user, company.pk)  # type: ignore[arg-type]
    for entry in NAVIGATION:
        if scope is not None and scope.allows(entry.permission):
            try:
                return reverse(entry.view, args=[company.pk])
            except NoReverseMatch:
                continue
    return reverse("console:home")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the person's companies; with a single one, enter it."""
    companies = list(companies_of(request.user))  # type: ignore[arg-type]
    places: list[dict[str, Any]] = [
        {"company": company, "address": first_page(request, company)} for company in companies
    ]
    chosen = [p for p in places if str(p["company"].pk) == request.GET.get("empresa")] or (
        places if len(places) == 1 else []
    )
    if chosen and chosen[0]["address"] != request.path:
        return redirect(chosen[0]["address"])
    return render(request, "console/home.html", {"places": places})
