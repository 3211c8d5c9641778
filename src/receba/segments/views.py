"""The page of the segments: how many debtors are in each cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.kernel.typed import read_day
from receba.segments import queries
from receba.segments.core.rules import Behaviour, Risk
from receba.segments.models import BEHAVIOUR_LABELS, RISK_LABELS
from receba.segments.services import CUTS

PAGE = 50
MOVED_DAYS = 30
_LEVELS = 6
"""Colours of a cell, from heat-0 to heat-5."""


def _day(request: CompanyRequest) -> date:
    """Return the day that the address asks for, or today."""
    try:
        return read_day(request.GET.get("on", ""), timezone.localdate())
    except ValueError:
        return timezone.localdate()


def _bands() -> dict[Risk, str]:
    """Return which indices each risk band holds."""
    high = [1000, *(cut - 1 for cut in CUTS.idc)]
    low = [*CUTS.idc, 0]
    return {Risk(n): f"{least}–{most}" for n, (least, most) in enumerate(zip(low, high, strict=True), 1)}


def _address(request: CompanyRequest, on: date, risk: int | None = None, behaviour: int | None = None) -> str:
    """Return where the customers of a cell, a row or a column are listed."""
    which = {"on": on.isoformat(), "risco": risk, "comportamento": behaviour}
    query = urlencode({name: value for name, value in which.items() if value is not None})
    return f"{reverse('segments:customers', args=[request.company.pk])}?{query}"


@company_view(Permission.VIEW)
@require_safe
def segments(request: CompanyRequest) -> TemplateResponse:
    """Show the matrix risk × behaviour on a day, in customers and money; a debtor is in exactly one cell."""
    on = _day(request)
    found = {(row["risk"], row["behaviour"]): row["debtors"] for row in queries.counts(request.scope, on=on)}
    money = queries.open_by_cell(request.scope, on=on) if found else {}
    most = max(found.values(), default=0)
    bands = _bands()

    def cell(risk: int | None, behaviour: int | None) -> dict[str, Any]:
        mine = [key for key in found if risk in (None, key[0]) and behaviour in (None, key[1])]
        count = sum(found[key] for key in mine)
        return {
            "head": BEHAVIOUR_LABELS[Behaviour(behaviour)] if behaviour is not None else "",
            "count": count,
            "centavos": sum(money.get(key, 0) for key in mine),
            "level": min(_LEVELS - 1, _LEVELS * count // most) if count else None,
            "address": _address(request, on, risk, behaviour),
        }

    rows = [
        {
            "risk": RISK_LABELS[risk],
            "band": bands.get(risk, ""),
            "cells": [cell(risk, behaviour) for behaviour in Behaviour],
            "total": cell(risk, None),
        }
        for risk in (*list(Risk)[1:], Risk.NONE)
    ]
    context = {
        "on": on,
        "rows": rows,
        "heads": list(BEHAVIOUR_LABELS.values()),
        "sums": [cell(None, behaviour) for behaviour in Behaviour],
        "total": cell(None, None),
        "cuts": CUTS,
        "late_share": f"{CUTS.occasional_above_e3 / 10:g}",
        "habitual_share": f"{CUTS.habitual_above_e3 / 10:g}",
        **_moves(request, on),
    }
    return TemplateResponse(request, "segments/segments.html", context)


def _moves(request: CompanyRequest, on: date) -> dict[str, Any]:
    """Return who changed risk band in a month, or since the first day told, for better and for worse."""
    first = queries.earliest(request.scope)
    if first is None or first >= on:
        return {"since": None}
    since = max(first, on - timedelta(MOVED_DAYS))
    told: list[dict[str, Any]] = [
        {
            "then": RISK_LABELS[Risk(then)],
            "now": RISK_LABELS[Risk(now)],
            "debtors": debtors,
            "tone": "" if Risk.NONE in (then, now) else "good" if now < then else "bad",
            "address": _address(request, on, now),
        }
        for then, now, debtors in queries.moves(request.scope, since=since, on=on)
    ]
    sums = {tone: sum(row["debtors"] for row in told if row["tone"] == tone) for tone in ("good", "bad")}
    return {"since": since, "moves": told, "better": sums["good"], "worse": sums["bad"]}


def _code(request: CompanyRequest, name: str, codes: Iterable[int]) -> int | None:
    """Return the cell's code that the address asks for; None where it asks for none, or nonsense."""
    return next((code for code in codes if str(int(code)) == request.GET.get(name)), None)


@company_view(Permission.VIEW)
@require_safe
def customers(request: CompanyRequest) -> TemplateResponse:
    """List the customers of a cell by name."""
    on, risk, behaviour = _day(request), _code(request, "risco", Risk), _code(request, "comportamento", Behaviour)
    pk = request.GET.get("id", "")
    after = (request.GET.get("nome", ""), int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0)
    found = queries.customers(request.scope, on=on, risk=risk, behaviour=behaviour, after=after, limit=PAGE + 1)
    context = {
        "on": on,
        "risk": None if risk is None else RISK_LABELS[Risk(risk)],
        "behaviour": None if behaviour is None else BEHAVIOUR_LABELS[Behaviour(behaviour)],
        "customers": found[:PAGE],
        "more": found[PAGE - 1] if len(found) > PAGE else None,
    }
    return TemplateResponse(request, "segments/customers.html", context)
