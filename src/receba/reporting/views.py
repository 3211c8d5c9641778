"""The panel: what is open and overdue, how fast it comes in, where it is concentrated; every number with its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from receba.access.core.roles import Permission
from receba.access.fields import Typed
from receba.access.web import CompanyRequest, company_view
from receba.casework import queries as casework
from receba.reporting import queries, services
from receba.reporting.core import pareto
from receba.reporting.core.kpis import KPIS, WHOLE, Split
from receba.reporting.forms import CapitalCostForm, PanelFilter
from receba.reporting.labels import BUCKETS, LABELS, ROLL_BUCKETS, difference, shown
from receba.reporting.queries import Panel
from receba.ruler import queries as ruler
from receba.scoring import queries as scoring

FIRST_TILES = ("open_centavos", "overdue_centavos", "delinquency_bps", "received_centavos")
OTHER_TILES = (
    "open_updated_centavos",
    "overdue_updated_centavos",
    "credit_centavos",
    "overdue_debtors",
    "over90_bps",
    "dpd_overdue_value",
    "dpd_due_count",
    "dpd_due_value",
    "payment_delay",
    "punctuality_count_bps",
    "punctuality_value_bps",
    "dso_simple",
    "dso_countback",
    "dso_best_possible",
    "average_days_delinquent",
    "average_ticket_centavos",
    "cost_of_delay_centavos",
    "top20_share_bps",
)
_OVERDUE = frozenset(
    {
        "overdue_centavos",
        "overdue_updated_centavos",
        "overdue_titles",
        "overdue_debtors",
        "delinquency_bps",
        "dpd_overdue_count",
        "dpd_overdue_value",
        "cost_of_delay_centavos",
        "pareto_80_debtors",
        "pareto_share_bps",
        "top20_share_bps",
    }
)
"""KPIs whose rows are the overdue titles; those of the others are all open titles."""
TREND_DAYS = 90
_MONTH, _SPARK = 30, 30
_BETTER = {
    **dict.fromkeys(("received_centavos", "punctuality_count_bps", "punctuality_value_bps"), True),
    **dict.fromkeys(
        (
            "overdue_centavos", "overdue_updated_centavos", "delinquency_bps", "overdue_debtors", "over90_bps",
            "dpd_overdue_value", "dpd_due_count", "dpd_due_value", "payment_delay", "dso_simple", "dso_countback",
            "average_days_delinquent", "cost_of_delay_centavos",
        ),
        False,
    ),
}  # fmt: skip
"""Whether more is better; the others are neither."""


@require_GET
@company_view(Permission.VIEW)
def panel(request: CompanyRequest) -> HttpResponse:
    """Show the KPIs of a day: the last one published, or any other as it was, or as it is known now."""
    form = PanelFilter(request.scope, request.GET)
    form.is_valid()
    shown_panel = _chosen(request, form)
    return TemplateResponse(request, "reporting/panel.html", _context(request, form, shown_panel))


def _chosen(request: CompanyRequest, form: PanelFilter) -> Panel:
    data, today = form.cleaned_data, timezone.localdate()
    if data.get("agora"):
        return queries.panel(request.scope, today, today, portfolio_id=data.get("carteira"), fresh=True)
    on = data.get("em") or queries.last_day(request.scope) or today
    known_on = data.get("conhecido")
    if known_on is None and not queries.published(request.scope, on=on):
        known_on = today
    return queries.panel(request.scope, on, known_on, portfolio_id=data.get("carteira"))


def rows_of(request: CompanyRequest, shown_panel: Panel, **which: Any) -> str:
    """Return the address of the titles behind a number, on the panel's own day and knowledge."""
    query = {"em": shown_panel.on.isoformat(), "conhecido": shown_panel.known_on.isoformat(), **which}
    if shown_panel.portfolio_id is not None and request.scope.portfolios is None:
        query["carteira"] = shown_panel.portfolio_id
    return f"{reverse('casework:titles', args=[request.company.pk])}?{urlencode(query)}"


def _rows_of_kpi(request: CompanyRequest, shown_panel: Panel, kpi: str) -> str:
    return rows_of(request, shown_panel, **({"vencidos": "on"} if kpi in _OVERDUE else {}))


def _tiles(
    request: CompanyRequest, shown_panel: Panel, kpis: tuple[str, ...], courses: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    return [
        {
            "kpi": kpi,
            "name": LABELS[kpi][0],
            "formula": LABELS[kpi][1],
            "value": shown(kpi, shown_panel.value(kpi)),
            "address": reverse("reporting:kpi", args=[request.company.pk, kpi]),
            "rows": _rows_of_kpi(request, shown_panel, kpi),
            "course": [value for _day, value in courses[kpi][-_SPARK:]],
            "change": _change(kpi, shown_panel, courses[kpi]),
        }
        for kpi in kpis
    ]


def _change(kpi: str, shown_panel: Panel, course: list[tuple[date, int | None]]) -> dict[str, Any] | None:
    """Return how a KPI moved in a month, in words, and whether that is good; None where either end is missing."""
    before = [value for day, value in course if day <= shown_panel.on - timedelta(_MONTH)]
    now = shown_panel.value(kpi)
    if not before or before[-1] is None or now is None:
        return None
    moved, size = now - before[-1], difference(kpi, now, before[-1])
    if size is None:
        return None
    tone = "" if not moved or kpi not in _BETTER else "good" if (moved > 0) == _BETTER[kpi] else "bad"
    return {"sign": "▲" if moved > 0 else "▼" if moved < 0 else "=", "size": size, "tone": tone}


def _context(request: CompanyRequest, form: PanelFilter, shown_panel: Panel) -> dict[str, Any]:
    scope, on = request.scope, shown_panel.on
    ageing = _ageing(request, shown_panel)
    courses = queries.trends(
        scope, (*FIRST_TILES, *OTHER_TILES), until=on, days=TREND_DAYS, portfolio_id=shown_panel.portfolio_id
    )
    return {
        "form": form,
        "day": Typed("day").render("em", on, {"id": "id_em"}),
        "known": Typed("day").render("conhecido", shown_panel.known_on, {"id": "id_conhecido"}),
        "panel": shown_panel,
        "first": _tiles(request, shown_panel, FIRST_TILES, courses),
        "others": _tiles(request, shown_panel, OTHER_TILES, courses),
        "ageing": ageing,
        "strip": [(str(row["name"]), row["centavos"], row["address"]) for row in ageing],
        "totals": {
            name: shown(kpi, shown_panel.value(kpi))
            for name, kpi in (
                ("titles", "open_titles"),
                ("open", "open_centavos"),
                ("updated", "open_updated_centavos"),
            )
        },
        "rolls": [
            (ROLL_BUCKETS[b], shown("roll_bps", value)) for b, value in shown_panel.split("roll_bps") if b != WHOLE
        ],
        "trend": _trend(courses),
        "curve": _curve(shown_panel),
        "pareto_80": shown_panel.value("pareto_80_debtors"),
        "overdue_debtors": shown_panel.value("overdue_debtors"),
        "largest": casework.largest(scope),
        "indices": scoring.index_day(scope, on=on),
        "index_history": _index_history(request, on),
        "may_set": scope.allows(Permission.SETTINGS),
    }


def _ageing(request: CompanyRequest, shown_panel: Panel) -> list[dict[str, Any]]:
    """Return one row per ageing bucket: titles, principal, updated value, share and the address of its rows."""
    return [
        {
            "number": number,
            "name": BUCKETS[number],
            "titles": shown("open_titles", shown_panel.value("open_titles", number)),
            "centavos": value or 0,
            "value": shown("open_centavos", value),
            "updated": shown("open_updated_centavos", shown_panel.value("open_updated_centavos", number)),
            "share": shown("delinquency_bps", shown_panel.value("delinquency_bps", number)),
            "address": rows_of(request, shown_panel, faixa=number),
        }
        for number, value in shown_panel.split("open_centavos")
    ]


def _trend(courses: dict[str, list[Any]]) -> list[tuple[str, list[Any]]]:
    """Return the lines of open and overdue, in centavos, over the days published."""
    lines = [(str(LABELS[kpi][0]), courses[kpi]) for kpi in ("open_centavos", "overdue_centavos")]
    return lines if len(lines[0][1]) > 1 else []


def _index_history(request: CompanyRequest, until: date) -> list[tuple[str, list[Any]]]:
    days = scoring.index_history(request.scope, until=until, days=TREND_DAYS)
    return [("IDC", [(d.on, d.idc) for d in days]), ("IDI", [(d.on, d.idi) for d in days])] if len(days) > 1 else []


def _curve(shown_panel: Panel) -> list[tuple[int, float]]:
    """Return (debtors so far, cumulative share) for the picture."""
    debtors = shown_panel.value("overdue_debtors") or 0
    points = {
        -(-debtors * percent // 100): value / 10_000
        for percent, value in shown_panel.split("pareto_share_bps")
        if value is not None and percent in pareto.PERCENTS
    }
    reached = shown_panel.value("pareto_80_debtors")
    if reached:  # the curve is known by percent of debtors; the point that the text names must be on it
        points.setdefault(reached, 0.8)
    return sorted(points.items())


@require_GET
@company_view(Permission.VIEW)
def now(request: CompanyRequest) -> HttpResponse:
    """Show what is open at this moment and the plan of a day: what takes as long as the rest of the panel together."""
    form = PanelFilter(request.scope, request.GET)
    form.is_valid()
    on = form.cleaned_data.get("em") or queries.last_day(request.scope) or timezone.localdate()
    context = {"open_now": queries.open_now(request.scope), "plan": ruler.plan_of(request.scope, on=on), "on": on}
    page = "reporting/_now.html" if request.headers.get("HX-Request") else "reporting/now.html"
    return TemplateResponse(request, page, context)


@require_GET
@company_view(Permission.VIEW)
def kpi(request: CompanyRequest, kpi: str) -> HttpResponse:
    """Show one KPI: what it is, how it moved, and where its rows are."""
    if kpi not in KPIS:
        raise Http404
    on = queries.last_day(request.scope) or timezone.localdate()
    shown_panel = queries.panel(request.scope, on)
    told = queries.trend(request.scope, kpi, until=on, days=TREND_DAYS)
    names = {Split.AGEING: BUCKETS, Split.ROLL: ROLL_BUCKETS}.get(KPIS[kpi].split)
    parts = [
        (names[bucket] if names else _("%(n)d%% dos clientes") % {"n": bucket}, shown(kpi, value))
        for bucket, value in shown_panel.split(kpi)
    ]
    context = {
        "kpi": KPIS[kpi],
        "name": LABELS[kpi][0],
        "formula": LABELS[kpi][1],
        "panel": shown_panel,
        "value": shown(kpi, shown_panel.value(kpi)),
        "parts": parts,
        "trend": [(day, shown(kpi, value)) for day, value in reversed(told)],
        "picture": told if len(told) > 1 else [],
        "unit": {"centavos": "brl", "bps": "bps", "days_e1": "count", "count": "count"}[KPIS[kpi].unit],
        "rows": _rows_of_kpi(request, shown_panel, kpi),
    }
    return TemplateResponse(request, "reporting/kpi.html", context)


@company_view(Permission.SETTINGS)
def capital_cost(request: CompanyRequest) -> HttpResponse:
    """Show and record what money costs the company."""
    form = CapitalCostForm(request.POST or None, initial={"desde": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        services.set_capital_cost(request.scope, **form.values())
        messages.success(request, _("Custo de capital registrado. Vale para os próximos cálculos."))
        return redirect("reporting:panel", request.company.pk)
    today = timezone.localdate()
    context = {"form": form, "present": queries.capital_cost(request.scope, on=today, known_on=today)}
    return TemplateResponse(request, "reporting/capital_cost.html", context)
