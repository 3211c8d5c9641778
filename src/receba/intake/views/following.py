"""An import while it runs and after: how far it is, stopping it, what it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.access.words import translated
from receba.intake import labels, presenting, queries, services
from receba.intake.core import mending
from receba.intake.core.fields import SPECS
from receba.intake.core.reasons import Reason, wording_of
from receba.intake.models import ImportFile, RejectedRow, named
from receba.intake.views.common import balance, found

SWAPPABLE = (Reason.NOT_A_DATE, Reason.DATE_OUT_OF_RANGE)
BY_VALUE = (
    Reason.MISSING_REQUIRED, Reason.NOT_A_DATE, Reason.DATE_OUT_OF_RANGE, Reason.NOT_A_NUMBER,
    Reason.AMOUNT_NOT_POSITIVE, Reason.NEGATIVE_AMOUNT, Reason.UNKNOWN_KIND, Reason.UNKNOWN_TERMS,
    Reason.CONSUMER_TERMS, Reason.BAD_DOCUMENT, Reason.UNKNOWN_REVERSED,
)  # fmt: skip
"""Reasons whose value is the text of a cell: rows with the same text can be mended together."""


@company_view(Permission.IMPORT)
def file(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Show an import: how far it is, what it did, what it refused."""
    this = found(request, file_id)
    told = _followed(request, this)
    if not told["moving"]:
        told |= _outcome(request, this)
    return render(request, "intake/file.html", told)


@company_view(Permission.IMPORT)
def progress(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Return the part of the page that moves while the import runs; when it is over, ask for the whole page."""
    this = found(request, file_id)
    told = _followed(request, this)
    response = render(request, "intake/_progress.html", told)
    if not told["moving"]:
        response["HX-Refresh"] = "true"
    return response


@company_view(Permission.IMPORT)
@require_POST
def stop(request: CompanyRequest, file_id: int) -> HttpResponse:
    """Ask the import to stop."""
    found(request, file_id)
    services.stop(request.scope, file_id)
    return redirect("intake:file", request.company.pk, file_id)


def _followed(request: CompanyRequest, this: ImportFile) -> dict[str, Any]:
    moving = this.state in ImportFile.MOVING
    moment = queries.progress(request.scope, this.pk) if moving else None
    return {
        "file": this, "tone": presenting.STATE_TONES.get(this.state, ""), "moving": moving,
        "course": presenting.course(this, moment) if moving else None,
    }  # fmt: skip


def _outcome(request: CompanyRequest, this: ImportFile) -> dict[str, Any]:
    """Return what an import that is over did, and a page of its refused rows."""
    told = balance(request, this)
    state, chosen = told["state"], told["chosen"]
    by_state = {"open": told["open"], "resolved": told["mended"], "ignored": told["ignored"]}
    groups = {group.code: group for group in told["groups"]}
    if state == RejectedRow.State.OPEN and chosen not in groups:
        chosen = next(iter(groups)) if len(groups) == 1 else ""
    count = groups[chosen].rows if state == RejectedRow.State.OPEN and chosen else by_state[state]
    rows = queries.rows_of(
        request.scope, this.pk, state=state, problem=chosen if state == RejectedRow.State.OPEN else ""
    )
    page = Paginator(range(count), presenting.rows_a_page(this)).get_page(request.GET.get("pagina"))
    found_rows = queries.page_of(request.scope, rows, page.start_index() - 1, page.end_index()) if count else []
    names = presenting.who(
        request.scope, [this.uploaded_by, this.stopped.get("by", ""), *(r.changed_by for r in found_rows)]
    )
    alike = queries.alike(request.scope, this.pk, found_rows, told["tally"]) if state == RejectedRow.State.OPEN else {}
    return told | {
        "chosen": chosen, "page": page, "error": labels.failure(this), "named": named(this.counts),
        "money": [(translated(SPECS[this.table].field(key).label), total) for key, total in this.money.items()],
        "row_list": [
            presenting.row(this, one, alike=_alike(this, one, alike), by=names.get(one.changed_by, ""))
            for one in found_rows
        ],
        "uploaded_by": names.get(this.uploaded_by, ""),
        "stopped_by": names.get(this.stopped.get("by", ""), ""),
        "stopped_at": datetime.fromisoformat(this.stopped["at"]) if this.stopped else None,
        "stopped_written": presenting.written(this.stopped.get("written", {})),
        "together": _together(this, groups[chosen]) if chosen in groups and state == "open" else None,
    }  # fmt: skip


def _alike(this: ImportFile, one: RejectedRow, counts: dict[tuple[str, str], int]) -> int:
    """Return how many rows can be mended with this one."""
    reason = one.problem.partition(":")[2]
    return (
        counts.get((one.problem, one.wrong), 0) if reason in BY_VALUE and presenting.column_of(this, one.problem) else 0
    )


def _together(this: ImportFile, group: presenting.Group) -> presenting.Group | None:
    """Return how the rows of a problem can be mended together; None where each is its own case."""
    column, reason = presenting.column_of(this, group.code), group.code.partition(":")[2]
    if column is None or reason not in BY_VALUE:
        return None
    turned = mending.swapping(presenting.order_of(this, group.code))
    swaps = ((old, turned(old)) for old, _rows in group.values) if reason in SWAPPABLE else ()
    swap = next(((old, new) for old, new in swaps if new), None)
    remedy = translated(wording_of(Reason(reason)).remedy)
    return replace(group, swap=swap, column=column, remedy=remedy)
