"""The debtors that a person opened last, company by company; kept in the session, so they leave with it."""

from __future__ import annotations

from receba.access.web import CompanyRequest
from receba.parties.models import Debtor

KEPT = 10
_NAME = "recent_debtors"


def remember(request: CompanyRequest, debtor_id: int) -> None:
    """Put a debtor first among those opened in this company."""
    kept = request.session.get(_NAME, {})
    before = kept.get(str(request.company.pk), [])
    now = [debtor_id, *(pk for pk in before if pk != debtor_id)][:KEPT]
    if now != before:
        request.session[_NAME] = kept | {str(request.company.pk): now}


def recent(request: CompanyRequest) -> list[Debtor]:
    """Return the debtors opened last in this company, newest first; only those that the person still may see."""
    ids = request.session.get(_NAME, {}).get(str(request.company.pk), [])
    with request.scope.active():
        found = Debtor.objects.in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids if pk in found]
