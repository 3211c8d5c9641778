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
from receba.reporting.core.columns import COHORT_MONTHS
from receba.reporting.core.kpis import KPIS, Split, Unit, cohort_bucket
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
    "recovery_bps",
)
_UNITS = {"centavos": "brl", "bps": "bps", "days_e1": "days", "count": "count"}
_NEWS = ("open_centavos", "overdue_centavos", "open_titles", "overdue_titles", "overdue_debtors", "received_centavos")
"""KPIs whose movement since the day before the panel tells."""
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
    **dict.fromkeys(("received_centavos", "recovery_bps", "punctuality_count_bps", "punctuality_value_bps"), True),
    **dict.fromkeys(
        (
            "overdue_centavos", "overdue_updated_centavos", "overdue_titles", "delinquency_bps", "overdue_debtors", "over90_bps",
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
    shown_panel = chosen(request, form)
    return TemplateResponse(request, "reporting/panel.html", panel_context(request, form, shown_panel))


def chosen(request: CompanyRequest, form: PanelFilter) -> Panel:
    """Return the panel that the filter asks for."""
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
            "course": [charted(kpi, value) for _day, value in courses[kpi][-_SPARK:]],
            "unit": _UNITS[KPIS[kpi].unit],
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
    word = {"good": _("melhor"), "bad": _("pior")}.get(tone, "")
    return {"sign": "▲" if moved > 0 else "▼" if moved < 0 else "=", "size": size, "tone": tone, "word": word}


def charted(kpi: str, value: int | None) -> float | None:
    """Return a value as charts read it: days in whole days."""
    return value / 10 if value is not None and KPIS[kpi].unit is Unit.DAYS_E1 else value


def _since_yesterday(
    request: CompanyRequest, shown_panel: Panel, courses: dict[str, list[Any]]
) -> dict[str, Any] | None:
    """Return the published day before this one and what moved since, in the KPIs of `_NEWS`; None where there is none."""
    days = [day for day, _value in courses[_NEWS[0]] if day < shown_panel.on]
    if not days:
        return None
    moved = []
    for kpi in _NEWS:
        now, before = shown_panel.value(kpi), dict(courses[kpi]).get(days[-1])
        if now is not None and before is not None and now != before:
            good = _BETTER.get(kpi)
            moved.append(
                {
                    "name": LABELS[kpi][0],
                    "size": ("+" if now > before else "−") + shown(kpi, abs(now - before)),
                    "tone": "" if good is None else "good" if (now > before) == good else "bad",
                    "rows": _rows_of_kpi(request, shown_panel, kpi),
                }
            )
    return {"day": days[-1], "moved": moved}


def cohorts_of(shown_panel: Panel) -> list[tuple[str, list[tuple[str, int | None]]]]:
    """Return the triangle of recovery: a row per month of due date, oldest first, a cell per month of age."""
    rows, first = [], shown_panel.on.replace(day=1)
    for ago in range(COHORT_MONTHS):
        cells = [(str(age), shown_panel.value("recovery_bps", cohort_bucket(ago, age))) for age in range(ago + 1)]
        rows.append((f"{first:%m/%Y}", cells))
        first = (first - timedelta(1)).replace(day=1)
    while rows and all(value is None for _age, value in rows[-1][1]):
        rows.pop()
    return rows[::-1]


def panel_context(request: CompanyRequest, form: PanelFilter, shown_panel: Panel) -> dict[str, Any]:
    """Return what the page of a panel shows; its PDF shows the same."""
    scope, on = request.scope, shown_panel.on
    ageing = _ageing(request, shown_panel)
    courses = queries.trends(
        scope, {*FIRST_TILES, *OTHER_TILES, *_NEWS}, until=on, days=TREND_DAYS, portfolio_id=shown_panel.portfolio_id
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
        "rolls": [(str(ROLL_BUCKETS[b]), value or 0) for b, value in shown_panel.split("roll_bps")],
        "cohorts": cohorts_of(shown_panel),
        "news": _since_yesterday(request, shown_panel, courses),
        "query": _query(request, shown_panel),
        "without_day": queries.last_day(scope) is None,
        "without_titles": not shown_panel.value("open_titles") and not courses["open_centavos"],
        "trend": _trend(courses),
        "curve": _curve(shown_panel),
        "pareto_80": shown_panel.value("pareto_80_debtors"),
        "overdue_debtors": shown_panel.value("overdue_debtors"),
        "largest": casework.largest(scope),
        "indices": scoring.index_day(scope, on=on),
        "index_history": _index_history(request, on),
        "may_set": scope.allows(Permission.SETTINGS),
    }


def _query(request: CompanyRequest, shown_panel: Panel) -> str:
    """Return the query that asks for this panel again, on its day and knowledge."""
    query = {"em": shown_panel.on.isoformat(), "conhecido": shown_panel.known_on.isoformat()}
    if shown_panel.portfolio_id is not None and request.scope.portfolios is None:
        query["carteira"] = str(shown_panel.portfolio_id)
    return urlencode(query)


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
    form = PanelFilter(request.scope, request.GET)
    form.is_valid()
    on = form.cleaned_data.get("em") or queries.last_day(request.scope) or timezone.localdate()
    shown_panel = queries.panel(request.scope, on)
    told = queries.trend(request.scope, kpi, until=on, days=TREND_DAYS)
    context = {
        "kpi": KPIS[kpi],
        "tile": _tiles(request, shown_panel, (kpi,), {kpi: told})[0],
        "day": Typed("day").render("em", on, {"id": "id_em"}),
        "panel": shown_panel,
        "split": _split(request, shown_panel, kpi),
        "trend": [(day, shown(kpi, value)) for day, value in reversed(told)],
        "picture": [(day, charted(kpi, value)) for day, value in told] if len(told) > 1 else [],
    }
    return TemplateResponse(request, "reporting/kpi.html", context)


def _split(request: CompanyRequest, shown_panel: Panel, kpi: str) -> dict[str, Any] | None:
    """Return how a KPI is split, as a chart: its kind, data and title; None where it is not."""
    how, parts = KPIS[kpi].split, shown_panel.split(kpi)
    if how is Split.COHORT:
        return {"kind": "heat", "data": cohorts_of(shown_panel), "title": _("Por mês de vencimento e meses de idade")}
    if how is Split.AGEING:
        rows = [(str(BUCKETS[n]), value or 0, rows_of(request, shown_panel, faixa=n)) for n, value in parts]
        return {"kind": "bars", "data": rows, "title": _("Por faixa de atraso")}
    if how is Split.ROLL:
        return {"kind": "bars", "data": [(str(ROLL_BUCKETS[n]), v or 0) for n, v in parts], "title": _("Por faixa")}
    if how is Split.DEBTORS:
        named = [(_("%(n)d%% dos clientes") % {"n": n}, value or 0) for n, value in parts]
        return {"kind": "bars", "data": named, "title": _("Pelos maiores devedores")}
    return None


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
