"""Importing on the screen: send a file, say what its columns mean, look, confirm, mend what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.access.words import translated
from receba.intake import queries, services
from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Mapping
from receba.intake.forms import MappingForm, UploadForm
from receba.intake.labels import told
from receba.intake.models import ImportFile, RejectedRow, named

SHOWN = 100
DOUBTFUL = ("assumed", "conflicting")


def _file(request: CompanyRequest, file_id: int) -> ImportFile:
    try:
        return queries.file(request.scope, file_id)
    except ImportFile.DoesNotExist as missing:
        raise Http404 from missing


def _worded(table: str, reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return problems with the name of their field, as people know it, beside its key."""
    labels = {field.key: translated(field.label) for field in SPECS[table].fields}
    return [{**told(reason), "label": labels.get(reason["field"], _("linha"))} for reason in reasons]


@company_view(Permission.IMPORT)
def imports(request: CompanyRequest) -> HttpResponse:
    """List the company's files and take a new one."""
    form = UploadForm(request.POST or None, request.FILES or None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        sent, portfolio = form.cleaned_data["file"], form.cleaned_data["portfolio"]
        try:
            file = services.upload(
                request.scope, name=sent.name, content=sent.read(), table=form.cleaned_data["table"] or None,
                portfolio_id=portfolio.pk if portfolio else None,
            )  # fmt: skip
            return redirect("intake:mapping", request.company.pk, file.pk)
        except IntakeError as refusal:
            form.add_error("file", translated(refusal.message))
    return render(request, "intake/imports.html", {"form": form, "files": list(queries.files(request.scope)[:SHOWN])})


@company_view(Permission.IMPORT)
def mapping(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Say which column fills each field; the guess is filled in, with values of the file beside it."""
    file = _file(request, file_id)
    header = queries.header_of(request.scope, file_id)
    form = MappingForm(request.POST or None, file=file, columns=list(header.columns))
    if request.method == "POST" and form.is_valid():
        table = form.cleaned_data["table"]
        try:
            if table != file.table:  # another kind of file has other fields: guess again
                services.map_columns(request.scope, file_id, Mapping(), table=table, save=False)
                return redirect("intake:mapping", request.company.pk, file_id)
            services.map_columns(
                request.scope, file_id, form.mapping(), document_required=form.cleaned_data["document_required"]
            )
            return redirect("intake:preview", request.company.pk, file_id)
        except IntakeError as refusal:
            form.add_error(None, translated(refusal.message))
    bound = {key: form[f"field_{key}"] for key in form.keys}
    fields = [
        (field, header.columns.get(field.value() or "", []), header.confidence.get(key)) for key, field in bound.items()
    ]
    return render(request, "intake/mapping.html", {"file": file, "form": form, "fields": fields, "header": header,
                                                   "spec": SPECS[file.table]})  # fmt: skip


@company_view(Permission.IMPORT)
def preview(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Show what importing would do; nothing is written."""
    file = _file(request, file_id)
    try:
        seen = queries.preview(request.scope, file_id)
    except IntakeError as refusal:
        messages.error(request, translated(refusal.message))
        return redirect("intake:mapping", request.company.pk, file_id)
    return render(request, "intake/preview.html", {
        "file": file, "counts": named(seen.counts), "refused": _worded(file.table, seen.refused.head(SHOWN).to_dicts()),
        "problems": seen.refused.height, "doubts": [translated(f.message) for f in seen.reading.findings if f.certainty in DOUBTFUL],
        "findings": [translated(f.message) for f in seen.reading.findings if f.certainty not in DOUBTFUL],
        "money": [(translated(SPECS[file.table].field(key).label), total) for key, total in seen.reading.totals.money.items()],
        "new_portfolios": seen.new_portfolios, "earlier": seen.earlier,
    })  # fmt: skip


@company_view(Permission.IMPORT)
@require_POST
def confirm(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Put the file in the queue of imports."""
    _file(request, file_id)
    services.confirm(request.scope, file_id)
    return redirect("intake:file", request.company.pk, file_id)


@company_view(Permission.IMPORT)
def file(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Show an import: how far it is, what it did, what it refused."""
    return render(request, "intake/file.html", _told(request, file_id))


@company_view(Permission.IMPORT)
def progress(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Return the part of the page that moves while the import runs; when it is over, ask for the whole page."""
    told = _told(request, file_id)
    response = render(request, "intake/_progress.html", told)
    if not told["moving"]:
        response["HX-Refresh"] = "true"
    return response


def _told(request: CompanyRequest, file_id: int) -> dict[str, Any]:
    found = _file(request, file_id)
    rows = queries.rejected_rows(request.scope, file_id=file_id, state=RejectedRow.State.OPEN)
    shown = [
        {
            "line": row.line, "reasons": _worded(found.table, row.reasons), "cells": _cells(found, row),
            "text": row.raw.get("", ""),
        }
        for row in rows[:SHOWN]
    ]  # fmt: skip
    moment = queries.progress(request.scope, file_id)
    return {
        "file": found, "counts": named(found.counts), "error": found.error and _(found.error),
        "progress": moment, "step": _(moment.step) if moment else "",
        "moving": found.state in (ImportFile.State.QUEUED, ImportFile.State.RUNNING),
        "open_rows": rows.count(), "rows": shown,
    }  # fmt: skip


def _cells(file: ImportFile, row: RejectedRow) -> list[tuple[str, str, bool]]:
    """Return column, text and whether something is wrong with it, in the order of the file."""
    fields = Mapping.from_json(file.mapping).fields
    wrong = {column for told in row.reasons if told["field"] in fields for column in fields[told["field"]].columns}
    values = {**row.raw, **(row.mended or {})}
    return [(column, values.get(column) or "", column in wrong) for column in file.header]


@company_view(Permission.IMPORT)
@require_POST
def mend(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Import again the refused rows that were mended in place (`cell-<line>-<column number>`) or by an uploaded CSV."""
    before = _file(request, file_id).counts.get("rejected", 0)
    try:
        if sent := request.FILES.get("mended"):
            file = services.mend_with_csv(request.scope, file_id, sent.read())
        else:
            file = services.mend(request.scope, file_id, _changed_cells(request, file_id))
        if came := before - file.counts["rejected"]:
            messages.success(request, ngettext("Entrou %(n)d linha.", "Entraram %(n)d linhas.", came) % {"n": came})
        else:
            messages.warning(request, _("Nenhuma linha entrou ainda: veja o motivo em cada uma."))
    except IntakeError as refusal:
        messages.error(request, translated(refusal.message))
    except services.NotMendable:
        messages.error(request, _("Alguma destas linhas já foi corrigida por outra pessoa. Confira a lista."))
    except services.ImportIsRunning:
        messages.error(request, _("Outra importação desta empresa está em andamento. Tente de novo em instantes."))
    return redirect("intake:file", request.company.pk, file_id)


def _changed_cells(request: CompanyRequest, file_id: int) -> dict[int, dict[str, str | None]]:
    """Return line → column → new text, of the cells whose text differs from what the row holds."""
    file = _file(request, file_id)
    changed: dict[int, dict[str, str | None]] = {}
    for row in queries.rejected_rows(request.scope, file_id=file_id, state=RejectedRow.State.OPEN)[:SHOWN]:
        for number, (column, old, _wrong) in enumerate(_cells(file, row)):
            told = request.POST.get(f"cell-{row.line}-{number}")
            if told is not None and told != old:
                changed.setdefault(row.line, {})[column] = told
    return changed


@company_view(Permission.IMPORT)
@require_POST
def ignore(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Set the open refused rows of a file aside, with a reason."""
    _file(request, file_id)
    ids = list(
        queries.rejected_rows(request.scope, file_id=file_id, state=RejectedRow.State.OPEN).values_list("pk", flat=True)
    )
    count = services.ignore(request.scope, ids, note=request.POST.get("note", ""))
    messages.success(request, _("%(n)d linhas ignoradas.") % {"n": count})
    return redirect("intake:file", request.company.pk, file_id)


@company_view(Permission.IMPORT)
def rejected(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Download the open refused rows with their reasons, ready to be mended and sent back."""
    found = _file(request, file_id)
    response = HttpResponse(queries.rejected_csv(request.scope, file_id), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="recusadas-{found.pk}.csv"'
    return response
