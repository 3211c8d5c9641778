"""The panel on paper: the tiles, pictures and tables of the screen, on A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.console import charts
from receba.console.charts import SLIM, WIDE
from receba.console.charts.paper import on_paper
from receba.console.charts.pdf import document
from receba.console.charts.scale import Unit
from receba.console.charts.svg import Sheet
from receba.reporting.forms import PanelFilter
from receba.reporting.queries import Panel
from receba.reporting.views import chosen, panel_context

TEMPLATE = Path(__file__).parent / "typst" / "panel.typ"


@require_GET
@company_view(Permission.VIEW)
def download(request: CompanyRequest) -> HttpResponse:
    """Download the panel as a PDF."""
    form = PanelFilter(request.scope, request.GET)
    form.is_valid()
    panel = chosen(request, form)
    made = panel_pdf(request.company.name, panel, panel_context(request, form, panel))
    name = f"painel-{panel.on.isoformat()}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def panel_pdf(company: str, panel: Panel, page: Mapping[str, Any]) -> bytes:
    """Return the panel as PDF; `page` is what its page shows."""
    known = {"d": f"{panel.on:%d/%m/%Y}", "k": f"{panel.known_on:%d/%m/%Y}"}
    return document(
        TEMPLATE,
        {
            "title": _("Painel de %(d)s") % known,
            "company": company,
            "stamp": _("posição em %(d)s, com o que se sabia em %(k)s") % known,
            "lang": (get_language() or "pt").partition("-")[0],
            "tiles": [_tile(tile) for tile in page["first"]] + _indices(page.get("indices")),
            "rows": _parts(page),
            "others": {
                "title": _("Outros indicadores"),
                "head": [_("Indicador"), _("Valor"), _("Em 30 dias")],
                "rows": [[str(t["name"]), t["value"], _moved(t["change"])] for t in page["others"]],
            },
        },
    )


def _moved(change: Mapping[str, str] | None) -> str:
    return f"{change['sign']} {change['size']}" if change else "—"


def _tile(tile: Mapping[str, Any]) -> dict[str, str]:
    change = tile["change"]
    said = _("%(n)s em 30 dias") % {"n": change["size"]} if change else ""
    return {
        "name": str(tile["name"]),
        "value": tile["value"],
        "change": f"{change['sign']} {said}" if change else "",
        "tone": change["tone"] if change else "",
    }


def _indices(day: Any) -> list[dict[str, str]]:
    """Return the tiles of the portfolio's indices; a dash where there are none."""
    told = [(_("IDC da carteira"), getattr(day, "idc", None)), (_("IDI da carteira"), getattr(day, "idi", None))]
    return [{"name": name, "value": "—" if n is None else str(n), "change": "", "tone": ""} for name, n in told]


def _parts(page: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the pictures as they stand on the page: rows of one or two."""
    ageing = _part("strip", page["strip"], _("Em aberto por faixa de atraso"), "brl", WIDE) | {
        "head": [_("Dias de atraso"), _("Títulos"), _("Principal"), _("Atualizado"), _("Parte do total")],
        "rows": [
            [str(row["name"]), *(row[name] for name in ("titles", "value", "updated", "share"))]
            for row in page["ageing"]
        ],
    }
    halves = [
        _part("line", page["trend"], _("Em aberto e vencido, dia a dia"), "brl", SLIM),
        _part("line", page["index_history"], _("IDC e IDI, dia a dia"), "count", SLIM),
        _part("pareto", page["curve"], _("Pareto dos atrasos"), "count", SLIM),
        _part("bars", page["rolls"], _("Rolagem em 30 dias"), "bps", SLIM),
    ]
    drawn = [part for part in halves if part["svg"]]
    cohorts = _part("heat", page["cohorts"], _("Recuperação por mês de vencimento"), "bps", WIDE)
    cohorts["note"] = _("parte do que venceu no mês que já estava quitada, por meses de idade")
    pairs = [drawn[n : n + 2] for n in range(0, len(drawn), 2)]
    return [[ageing], *pairs, *([[cohorts]] if cohorts["svg"] else [])]


def _part(kind: str, data: Sequence[Any], title: str, unit: Unit, sheet: Sheet) -> dict[str, Any]:
    """Return one picture and the names of its lines; no picture where there is nothing to draw."""
    figure = charts.figure_of(kind, data, title, unit)
    drawn = figure.slim if sheet.slim else figure.wide
    return {
        "title": title,
        "svg": on_paper(drawn) if figure.rows else "",
        "note": figure.desc,
        "legend": [[css, label] for css, label, _value, _address in figure.legend],
        "head": [],
        "rows": [],
    }
