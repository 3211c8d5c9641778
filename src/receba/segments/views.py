"""The page of the segments: how many debtors are in each cell."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.kernel.typed import read_day
from receba.segments import queries
from receba.segments.core.rules import Behaviour, Risk
from receba.segments.models import BEHAVIOUR_LABELS, RISK_LABELS
from receba.segments.services import CUTS


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


@company_view(Permission.VIEW)
@require_safe
def segments(request: CompanyRequest) -> TemplateResponse:
    """Show the matrix risk × behaviour on a day; a debtor is in exactly one cell."""
    on = _day(request)
    found = {(row["risk"], row["behaviour"]): row["debtors"] for row in queries.counts(request.scope, on=on)}
    bands = _bands()
    rows: list[dict[str, Any]] = []
    for risk in (*list(Risk)[1:], Risk.NONE):
        cells = [(BEHAVIOUR_LABELS[behaviour], found.get((risk, behaviour), 0)) for behaviour in Behaviour]
        rows.append(
            {
                "risk": RISK_LABELS[risk],
                "band": bands.get(risk, ""),
                "cells": cells,
                "total": sum(count for _label, count in cells),
            }
        )
    sums = [sum(found.get((risk, behaviour), 0) for risk in Risk) for behaviour in Behaviour]
    context = {
        "on": on,
        "rows": rows,
        "heads": list(BEHAVIOUR_LABELS.values()),
        "sums": list(zip(BEHAVIOUR_LABELS.values(), sums, strict=True)),
        "total": sum(sums),
        "cuts": CUTS,
        "late_share": f"{CUTS.occasional_above_e3 / 10:g}",
        "habitual_share": f"{CUTS.habitual_above_e3 / 10:g}",
    }
    return TemplateResponse(request, "segments/segments.html", context)
