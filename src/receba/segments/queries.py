"""The questions about segments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q

from receba.access.scope import Scope
from receba.segments.models import Membership


def cell_of(scope: Scope, debtor_id: int, *, on: date) -> Membership | None:
    """Return the debtor's stay that covers `on`."""
    with scope.active():
        covering = Q(since_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))
        return Membership.objects.filter(covering, debtor_id=debtor_id).first()


def counts(scope: Scope, *, on: date) -> list[dict[str, int]]:
    """Return how many debtors each (risk, behaviour) cell held on a day."""
    with scope.active():
        covering = Q(since_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))
        rows = Membership.objects.filter(covering).values("risk", "behaviour").annotate(debtors=Count("id"))
        found: list[dict[str, Any]] = [dict(row) for row in rows.order_by("risk", "behaviour")]
    return found
