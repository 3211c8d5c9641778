"""Sending files, saying what their columns mean, and looking before anything is written."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.access.words import translated
from receba.intake import labels, presenting, queries, services
from receba.intake.base import has_terms
from receba.intake.core.errors import IntakeError
from receba.intake.core.examples import example as example_of
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Mapping
from receba.intake.forms import MappingForm, UploadForm
from receba.intake.models import ImportFile
from receba.intake.views.common import found

FILES_A_PAGE = 30
SHOWN_ROWS, SHOWN_PROBLEMS, SHOWN_VALUES = 5, 20, 3
AT_ONCE_BYTES = 400_000
"""Larger files are read after the page has come: reading a hundred thousand rows takes seconds."""
DOUBTFUL = ("assumed", "conflicting")


@company_view(Permission.IMPORT)
def imports(request: CompanyRequest) -> HttpResponse:
    """List the company's files and take new ones."""
    form = UploadForm(request.POST or None, request.FILES or None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        kept = _keep(request, form)
        if len(kept) == 1 and not form.errors:
            return redirect("intake:mapping", request.company.pk, kept[0].pk)
        if kept:
            told = ngettext("%(n)d arquivo recebido: confira as colunas.",
                            "%(n)d arquivos recebidos: confira as colunas de cada um.", len(kept))  # fmt: skip
            messages.success(request, told % {"n": len(kept)})
        if not form.errors:
            return redirect("intake:imports", request.company.pk)
    page = Paginator(queries.files(request.scope), FILES_A_PAGE).get_page(request.GET.get("pagina"))
    names = presenting.who(request.scope, (file.uploaded_by for file in page))
    return render(request, "intake/imports.html", {
        "form": form, "page": page, "files": [presenting.listed(file, names) for file in page],
        "specs": [SPECS[name] for name in ("customers", "titles", "settlements")], "ledger": SPECS["ledger"],
        "no_terms": not has_terms(request.scope),
    })  # fmt: skip


def _keep(request: CompanyRequest, form: UploadForm) -> list[ImportFile]:
    """Keep each file that is a table; say of the others why not."""
    kept, portfolio = [], form.cleaned_data["portfolio"]
    for sent in form.cleaned_data["file"]:
        try:
            kept.append(services.upload(
                request.scope, name=sent.name, content=sent.read(), table=form.cleaned_data["table"] or None,
                portfolio_id=portfolio.pk if portfolio else None,
            ))  # fmt: skip
        except IntakeError as refusal:
            form.add_error("file", f"{sent.name}: {translated(refusal.message)}")
    return kept


@company_view(Permission.IMPORT)
def example(request: CompanyRequest) -> HttpResponse:
    """Download an example of a kind of file (`tabela`), with our own headers and a few rows."""
    table = request.GET.get("tabela", "titles")
    if table not in SPECS:
        raise Http404
    response = HttpResponse(example_of(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receba-{translated(SPECS[table].label)}.csv"'
    return response


@company_view(Permission.IMPORT)
def mapping(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Say which column fills each field, beside what would be read; `atualizar`, or a change in the page, only reads."""
    file = found(request, file_id)
    columns = queries.columns_of(request.scope, file_id)
    form = MappingForm(request.POST or None, file=file, columns=columns)
    chosen = Mapping.from_json(file.mapping)
    if request.method == "POST" and form.is_valid():
        if (table := form.cleaned_data["table"]) != file.table:  # another kind of file has other fields
            services.change_table(request.scope, file_id, table)
            return _again(request, file_id)
        try:
            chosen = form.mapping()
            if not request.htmx and "atualizar" not in request.POST:  # type: ignore[attr-defined]
                services.map_columns(
                    request.scope, file_id, chosen, document_required=form.cleaned_data["document_required"]
                )
                return redirect("intake:preview", request.company.pk, file_id)
        except IntakeError as refusal:
            form.add_error(None, translated(refusal.message))
    required = form.cleaned_data.get("document_required", False) if form.is_bound else file.document_required
    told = {"file": file, "form": form, "spec": SPECS[file.table], **_tried(request, file, form, chosen, required)}
    template = "intake/_reading.html" if request.htmx else "intake/mapping.html"  # type: ignore[attr-defined]
    return render(request, template, told)


def _again(request: CompanyRequest, file_id: int) -> HttpResponse:
    address = reverse("intake:mapping", args=[request.company.pk, file_id])
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _tried(
    request: CompanyRequest, file: ImportFile, form: MappingForm, chosen: Mapping, required: bool
) -> dict[str, Any]:
    """Return what the mapping makes of the first rows, field by field and altogether."""
    trial = queries.trial(request.scope, file.pk, chosen, document_required=required)
    fields = [
        presenting.field_shown(tried, form[f"field_{tried.field.key}"], form[f"expression_{tried.field.key}"])
        for tried in trial.fields
    ]
    saved = queries.saved_mapping(request.scope, file.table)
    known = presenting.who(request.scope, [saved.saved_by]) if saved else {}
    totals = trial.reading.totals if trial.reading else None
    return {
        "fields": sorted(fields, key=lambda shown: not shown.tried.field.required),
        "missing": [translated(t.field.label) for t in trial.fields if t.state == "missing"],
        "unknown": [str(t.expression) for t in trial.fields if t.state == "unknown"],
        "refusal": translated(trial.refusal.message) if trial.refusal else "",
        "needs_base": bool(trial.refusal and trial.refusal.code == "needs_base"),
        "totals": totals, "unused": trial.unused,
        "doubts": [translated(f.message) for f in trial.findings if f.certainty in DOUBTFUL],
        "saved": saved if saved and saved.mapping == file.mapping and saved.name else None,
        "saved_by": known.get(saved.saved_by, "") if saved else "",
    }  # fmt: skip


@company_view(Permission.IMPORT)
def preview(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Show what importing would do; nothing is written. A large file is read after the page has come (`agora`)."""
    file = found(request, file_id)
    told: dict[str, Any] = {"file": file}
    if file.size_bytes > AT_ONCE_BYTES and "agora" not in request.GET:
        return render(request, "intake/preview.html", told | {"later": True})
    try:
        told |= _seen(request, file)
    except IntakeError as refusal:
        messages.error(request, translated(refusal.message))
        address = reverse("intake:mapping", args=[request.company.pk, file_id])
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    template = "intake/_preview.html" if request.htmx else "intake/preview.html"  # type: ignore[attr-defined]
    return render(request, template, told)


def _seen(request: CompanyRequest, file: ImportFile) -> dict[str, Any]:
    seen = queries.preview(request.scope, file.pk)
    reading, counts = seen.reading, seen.counts
    accepted = reading.accepted.join(seen.refused, on="line", how="anti").head(SHOWN_ROWS)
    heads, rows = presenting.understood(file.table, accepted, reading.mapping.fields)
    main = reading.totals.money.get("amount") or reading.totals.money.get("paid_amount")
    return {
        "counts": counts, "unchanged": seen.unchanged, "groups": _groups(file.table, seen.refused),
        "doubts": [translated(f.message) for f in reading.findings if f.certainty in DOUBTFUL],
        "findings": [translated(f.message) for f in reading.findings if f.certainty not in DOUBTFUL],
        "money": [(translated(SPECS[file.table].field(key).label), total) for key, total in reading.totals.money.items()],
        "main": seen.accepted_centavos if main else None, "heads": heads, "rows": rows,
        "new_portfolios": seen.new_portfolios, "earlier": seen.earlier,
        "no_terms": file.table in ("titles", "ledger") and not has_terms(request.scope),
    }  # fmt: skip


def _groups(table: str, refused: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the reasons for refusing rows with how many rows each has, and some of their values and lines."""
    grouped = (
        refused.group_by("field", "reason")
        .agg(
            rows=pl.col("line").n_unique(), line=pl.col("line").min(), value=pl.col("value").first(),
            message=pl.col("message").first(), remedy=pl.col("remedy").first(),
            values=pl.col("value").unique(maintain_order=True).head(SHOWN_VALUES),
        )
        .sort("rows", "line", descending=[True, False])
    )  # fmt: skip
    return [
        {
            **presenting.worded(table, [found])[0],
            "name": labels.problem(table, f"{found['field']}:{found['reason']}"),
        }
        for found in grouped.head(SHOWN_PROBLEMS).iter_rows(named=True)
    ]


@company_view(Permission.IMPORT)
@require_POST
def confirm(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Put the file in the queue of imports."""
    found(request, file_id)
    services.confirm(request.scope, file_id)
    return redirect("intake:file", request.company.pk, file_id)
