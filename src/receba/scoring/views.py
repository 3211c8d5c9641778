"""The indices of the portfolio: today's, their history, where the risk sits, and whether there is enough to judge."""

from __future__ import annotations

from datetime import date, timedelta
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
MOVED_DAYS = 30
_LEVELS = (700, 400)
"""From where the history is enough, and from where it is enough to begin with."""


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
        "enough": _in_words(meter["level"]) if meter else None,
        "small_base": day.scaling == "rank",
    }


def _in_words(level: int) -> tuple[str, str]:
    """Return the tone and the sentence for a level of sufficiency, 0 to 1000."""
    good, fair = _LEVELS
    if level >= good:
        return "good", _("O histórico é suficiente: os índices podem guiar limites e prazos.")
    if level >= fair:
        return "warn", _("O histórico serve para começar: use os índices para ordenar a cobrança e confira os limites.")
    return "bad", _("O histórico ainda é curto: trate os índices como indicação, não como decisão.")


def _debtors(scope: Scope, day: IndexDay) -> dict[str, Any]:
    bands = queries.distribution(scope, on=day.on, width=BAND)
    worst = list(queries.scores_on(scope, on=day.on)[:WORST])
    advice = queries.advice(scope, on=day.on)
    since = queries.scored_before(scope, on=day.on - timedelta(MOVED_DAYS)) or _first_scored(scope, day)
    up, down = queries.movers(scope, on=day.on, since=since) if since else ([], [])
    return {
        "bands": _named(bands),
        "idi_bands": _named(queries.distribution(scope, on=day.on, width=BAND, index="idi")),
        "since": since,
        "up": up,
        "down": down,
        "advice": advice,
        "terms": [(_("%(n)d dias") % {"n": days}, count) for days, count in advice.terms],
        "worst": [(score, queries.reasons(score)[0].text) for score in worst],
    }


def _named(bands: list[tuple[int, int]]) -> list[tuple[str, int]]:
    return [(f"{low}–{low + BAND - 1 + (low == 1000 - BAND)}", count) for low, count in bands]


def _first_scored(scope: Scope, day: IndexDay) -> date | None:
    """Return the earliest scored day before `day`, where there is no month of history yet."""
    past = [row.on for row in queries.index_history(scope, until=day.on, days=MOVED_DAYS + 1) if row.idc is not None]
    return past[0] if past and past[0] < day.on else None


@company_view(Permission.VIEW)
@require_safe
def calibration(request: CompanyRequest) -> TemplateResponse:
    """Show what was predicted beside what happened: asked for after the page, as it reads two months of titles."""
    try:
        on = read_day(request.GET.get("dia", ""), timezone.localdate())
    except ValueError:
        on = timezone.localdate()
    bad_after = parameters_of(request.company).bad_after_days
    predicted, bands = queries.calibration(request.scope, on=on, bad_after_days=bad_after)
    named = [(f"{band.low_bps // 100}–{band.high_bps // 100}%", band) for band in bands]
    page = {
        "predicted": predicted,
        "bands": named,
        "picture": [
            (_("Previsto"), [(name, band.predicted_bps) for name, band in named]),
            (_("Aconteceu"), [(name, band.observed_bps) for name, band in named]),
        ],
        "bad_after_days": bad_after,
        "on": on,
    }
    whole = "scoring/_calibration.html" if request.headers.get("HX-Request") else "scoring/calibration.html"
    return TemplateResponse(request, whole, page)


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
