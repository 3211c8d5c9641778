"""The questions about segments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q

from receba.access.scope import Scope
from receba.kernel.tables import Table
from receba.segments.core.tables import BANDS
from receba.segments.models import Membership


def selects(*, on: date) -> dict[Table, str]:
    """Return the query that gives BANDS: the risk band of each debtor in the stay that lasted until `on` began."""
    return {
        BANDS: f"""
            SELECT DISTINCT ON (debtor_id) debtor_id, risk::integer AS risk FROM segments_membership
             WHERE since_on < DATE '{on}' AND (until_on IS NULL OR until_on >= DATE '{on}' - 1)
             ORDER BY debtor_id, since_on DESC""",
    }


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
