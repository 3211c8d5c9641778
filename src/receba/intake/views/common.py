"""What the views of the imports share."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from receba.access.web import CompanyRequest
from receba.intake import presenting, queries
from receba.intake.models import ImportFile, RejectedRow


def found(request: CompanyRequest, file_id: int) -> ImportFile:
    """Return a file of the company; another company's does not exist."""
    try:
        return queries.file(request.scope, file_id)
    except ImportFile.DoesNotExist as missing:
        raise Http404 from missing


def balance(request: CompanyRequest, file: ImportFile) -> dict[str, Any]:
    """Return how the rows of an imported file stand: accepted, refused, and of these what is open; and the problems."""
    tally = queries.tally(request.scope, file.pk)
    states = tally.states
    return {
        "file": file, "tally": tally,
        "rows": file.counts.get("rows", 0), "accepted": file.counts.get("accepted", 0),
        "refused": file.counts.get("rejected", 0), "open": states[RejectedRow.State.OPEN],
        "mended": states[RejectedRow.State.RESOLVED], "ignored": states[RejectedRow.State.IGNORED],
        "groups": [presenting.group(file.table, problem) for problem in tally.problems],
        "chosen": request.GET.get("problema", ""), "state": state_of(request),
    }  # fmt: skip


def state_of(request: CompanyRequest) -> str:
    """Return which refused rows are looked at: open ones unless the address says otherwise."""
    asked = request.GET.get("situacao", "")
    return asked if asked in RejectedRow.State.values else RejectedRow.State.OPEN
