"""The indices of the portfolio: today's, their history, where the risk sits, and whether there is enough to judge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from receba.access import services as access
from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.access.web import CompanyRequest, company_view
from receba.access.words import translated
from receba.kernel.typed import read_day
from receba.scoring import queries
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import KINDS
from receba.scoring.forms import ParametersForm
from receba.scoring.models import IndexDay
from receba.scoring.services import parameters_of

WORST = 25
BAND = 100


@company_view(Permission.VIEW)
@require_safe
def indices(request: CompanyRequest) -> TemplateResponse:
    """Show the last indices until a day (`dia`, today by default)."""
    try:
        on = read_day(request.GET.get("dia", ""), timezone.localdate())
    except ValueError:
        on = timezone.localdate()
    day = queries.index_day(request.scope, on=on)
    page: dict[str, Any] = {"day": day, "on": on, "may_set": request.scope.allows(Permission.SETTINGS)}
    if day is not None:
        page |= _history(request.scope, day) | _enough(day)
    if day is not None and day.idc is not None:
        page |= _debtors(request.scope, day)
    return TemplateResponse(request, "scoring/indices.html", page)


def _history(scope: Scope, day: IndexDay) -> dict[str, Any]:
    past = queries.index_history(scope, until=day.on)
    scored = [row for row in past if row.idc is not None]
    before = scored[-2] if len(scored) > 1 and scored[-1].on == day.on else None
    return {
        "history": [("IDC", [(row.on, row.idc) for row in past]), ("IDI", [(row.on, row.idi) for row in past])],
        "days": len(scored),
        "before": before,
        "changed_parameters": before is not None and before.parameters_version != day.parameters_version,
    }


def _enough(day: IndexDay) -> dict[str, Any]:
    """Return the meter of sufficiency and the kinds of history that are missing."""
    meter = day.sufficiency if "level" in day.sufficiency else {}
    kinds = meter.get("kinds", {})
    return {
        "meter": meter,
        "missing_kinds": [translated(name) for kind, name in KINDS.items() if meter and not kinds.get(kind)],
        "small_base": day.scaling == "rank",
    }


def _debtors(scope: Scope, day: IndexDay) -> dict[str, Any]:
    bands = queries.distribution(scope, on=day.on, width=BAND)
    worst = list(queries.scores_on(scope, on=day.on)[:WORST])
    return {
        "bands": [(f"{low}–{low + BAND - 1 + (low == 1000 - BAND)}", count) for low, count in bands],
        "worst": [(score, queries.reasons(score)[0].text) for score in worst],
    }


@company_view(Permission.SETTINGS)
def parameters(request: CompanyRequest) -> HttpResponse:
    """Show and change the numbers of the recipe; the next run scores by them."""
    current = parameters_of(request.company)
    form = ParametersForm(request.POST or None, current=current)
    if request.method == "POST" and form.is_valid():
        try:
            access.change_company(request.scope, scoring_parameters=form.changed_from_defaults())
        except ValueError as senseless:
            form.add_error(None, str(senseless))
        else:
            messages.success(request, _("Os parâmetros foram salvos e valem a partir da próxima rotina."))
            return redirect("scoring:parameters", request.company.pk)
    page = {"form": form, "version": current.version, "is_default": current == ScoringParameters()}
    return TemplateResponse(request, "scoring/parameters.html", page)
