"""Refused rows mended in place: one, several, or all that have the same trouble; downloaded and sent back."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.access.words import translated
from receba.intake import presenting, queries, services
from receba.intake.core import mending
from receba.intake.core.errors import IntakeError
from receba.intake.models import ImportFile, RejectedRow
from receba.intake.views.common import balance, found

Cells = Mapping[int, Mapping[str, str | None]]


def _back(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Return to the rows that were looked at."""
    query = request.GET.urlencode()
    return redirect(reverse("intake:file", args=[request.company.pk, file_id]) + (f"?{query}#linhas" if query else ""))


@company_view(Permission.IMPORT)
@require_POST
def mend(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Import refused rows again, mended in place (`cell-<line>-<column number>`) or by an uploaded CSV.

    With `linha` only that row; with `iguais`, a line, its correction also for all rows with the same wrong value.
    """
    file = found(request, file_id)
    if request.htmx and "linha" in request.POST:  # type: ignore[attr-defined]
        return _one(request, file)
    if "iguais" in request.POST:
        return _like(request, file, request.POST["iguais"])
    before = file.counts.get("rejected", 0)
    try:
        if sent := request.FILES.get("mended"):
            after = services.mend_with_csv(request.scope, file_id, sent.read())
        else:
            rows = _told(request, file)
            if not rows:
                messages.info(request, _("Nenhum valor foi mudado."))
                return _back(request, file_id)
            after = services.mend(request.scope, file_id, rows)
        if came := before - after.counts["rejected"]:
            messages.success(request, ngettext("Entrou %(n)d linha.", "Entraram %(n)d linhas.", came) % {"n": came})
        else:
            messages.warning(request, _("Nenhuma linha entrou ainda: veja o motivo em cada uma."))
    except (IntakeError, services.NotMendable, services.ImportIsRunning) as refusal:
        messages.error(request, _trouble(refusal))
    return _back(request, file_id)


def _trouble(refusal: Exception) -> str:
    """Return why nothing could be mended."""
    if isinstance(refusal, IntakeError):
        return translated(refusal.message)
    if isinstance(refusal, services.NotMendable):
        return _("Alguma destas linhas já foi corrigida por outra pessoa. Confira a lista.")
    return _("Outra importação desta empresa está em andamento. Tente de novo em instantes.")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _told(request: CompanyRequest, file: ImportFile) -> Cells:
    """Return line → column → new text: of `linha` even if nothing changed, else of all rows where something did."""
    if "linha" in request.POST:
        line = _number(request.POST["linha"])
        return {} if line is None else {line: _changed(request, file, [line]).get(line, {})}
    lines = {_number(name.split("-")[1]) for name in request.POST if name.count("-") == 2 and name.startswith("cell-")}
    return _changed(request, file, [line for line in lines if line is not None])


def _changed(request: CompanyRequest, file: ImportFile, lines: list[int]) -> dict[int, dict[str, str | None]]:
    """Return line → column → new text, of the cells whose text differs from what the row holds."""
    changed: dict[int, dict[str, str | None]] = {}
    for one in queries.rows_of(request.scope, file.pk).filter(line__in=lines):
        for cell in presenting.row(file, one).cells:
            told = request.POST.get(f"cell-{one.line}-{cell.number}")
            if told is not None and told != cell.text:
                changed.setdefault(one.line, {})[cell.column] = told
    return changed


def _one(request: CompanyRequest, file: ImportFile) -> HttpResponse:
    """Mend one row and answer with the row alone, as it is now."""
    trouble = ""
    try:
        services.mend(request.scope, file.pk, _told(request, file))
    except (IntakeError, services.NotMendable, services.ImportIsRunning) as refusal:
        trouble = _trouble(refusal)
    line = _number(request.POST["linha"])
    rows = queries.rejected_rows(request.scope, file_id=file.pk)
    one = rows.filter(line=line).first() if line is not None else None
    if one is None:
        return HttpResponse()
    names = presenting.who(request.scope, [one.changed_by])
    shown = presenting.row(file, one, by=names.get(one.changed_by, ""), trouble=trouble)
    told = {"row": shown, "tried": not trouble, "company": request.company, "file": file}
    response = render(request, "intake/_row.html", told)
    if one.state != RejectedRow.State.OPEN:
        response["HX-Trigger"] = "mended"
    return response


def _like(request: CompanyRequest, file: ImportFile, text: str) -> HttpResponse:
    """Take the correction of one row over to all rows with the same wrong value."""
    line = _number(text)
    one = queries.rows_of(request.scope, file.pk).filter(line=line).first() if line is not None else None
    column = presenting.column_of(file, one.problem) if one else None
    if one is None or column is None:
        messages.error(request, _trouble(services.NotMendable()))
        return _back(request, file.pk)
    cell = next(cell for cell in presenting.row(file, one).cells if cell.column == column)
    new = request.POST.get(f"cell-{one.line}-{cell.number}", "")
    return _together(request, file, one.problem, mending.replacing(cell.text, new))


@company_view(Permission.IMPORT)
@require_POST
def alike(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Correct all rows of a problem at once: `de` by `para`, or day and month in the other order (`trocar`)."""
    file = found(request, file_id)
    code = request.POST.get("problema", "")
    if "trocar" in request.POST:
        correction = mending.swapping(presenting.order_of(file, code))
    else:
        correction = mending.replacing(request.POST.get("de", ""), request.POST.get("para", ""))
    return _together(request, file, code, correction)


def _together(request: CompanyRequest, file: ImportFile, code: str, correction: mending.Correction) -> HttpResponse:
    column = presenting.column_of(file, code)
    if column is None:
        messages.error(request, _("Estas linhas não podem ser corrigidas juntas."))
        return _back(request, file.pk)
    try:
        did = services.mend_alike(request.scope, file.pk, problem=code, column=column, correction=correction)
    except (IntakeError, services.ImportIsRunning) as refusal:
        messages.error(request, _trouble(refusal))
        return _back(request, file.pk)
    if did.queued:
        told = _("%(n)d linhas corrigidas: o arquivo está na fila para importá-las.") % {"n": did.fitted}
        messages.success(request, told)
        return redirect("intake:file", request.company.pk, file.pk)
    if not did.fitted:
        messages.warning(request, _("A correção não mudou nenhuma linha."))
    else:
        told = ngettext("%(n)d linha corrigida", "%(n)d linhas corrigidas", did.fitted) % {"n": did.fitted}
        came = ngettext("%(n)d entrou", "%(n)d entraram", did.came) % {"n": did.came}
        messages.success(request, f"{told}; {came}.")
    return _back(request, file.pk)


@company_view(Permission.IMPORT)
def tally(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Return how the rows of a file stand, for the page whose rows are being mended."""
    return render(request, "intake/_tally.html", balance(request, found(request, file_id)))


@company_view(Permission.IMPORT)
@require_POST
def ignore(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Set open refused rows of a file aside, with a reason: all, or those of one `problema`."""
    found(request, file_id)
    count = services.ignore_open(
        request.scope, file_id, note=request.POST.get("note", ""), problem=request.POST.get("problema", "")
    )
    told = ngettext("%(n)d linha ficou de fora.", "%(n)d linhas ficaram de fora.", count)
    messages.success(request, told % {"n": count})
    return redirect("intake:file", request.company.pk, file_id)


@company_view(Permission.IMPORT)
def rejected(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Download the open refused rows with their reasons, ready to be mended and sent back."""
    this = found(request, file_id)
    response = HttpResponse(queries.rejected_csv(request.scope, file_id), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="recusadas-{this.pk}.csv"'
    return response
