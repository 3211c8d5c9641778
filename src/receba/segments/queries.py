"""The questions about segments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum

from receba.access.scope import Scope
from receba.kernel.tables import Table
from receba.ledger.models import OpenTitle
from receba.parties.models import Debtor
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
        return Membership.objects.filter(_covering(on), debtor_id=debtor_id).first()


def _covering(on: date) -> Q:
    return Q(since_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))


def open_by_cell(scope: Scope, *, on: date) -> dict[tuple[int, int], int]:
    """Return what the debtors of each (risk, behaviour) cell of a day owe at this moment, in centavos."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.risk, m.behaviour, sum(o.principal_centavos)::bigint
              FROM segments_membership m JOIN ledger_opentitle o ON o.debtor_id = m.debtor_id AND o.company_id = m.company_id
             WHERE m.company_id = %(company)s AND m.since_on <= %(on)s AND (m.until_on IS NULL OR m.until_on >= %(on)s)
               AND o.principal_centavos > 0 GROUP BY 1, 2
            """,
            {"company": scope.company_id, "on": on},
        )
        return {(risk, behaviour): centavos for risk, behaviour, centavos in cursor.fetchall()}


def moves(scope: Scope, *, since: date, on: date) -> list[tuple[int, int, int]]:
    """Return (risk then, risk now, debtors) of who was in a cell on both days and changed band, most first."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT b.risk, n.risk, count(*) FROM segments_membership n
              JOIN segments_membership b ON b.debtor_id = n.debtor_id AND b.company_id = n.company_id AND b.risk <> n.risk
               AND b.since_on <= %(since)s AND b.until_on >= %(since)s
             WHERE n.company_id = %(company)s AND n.since_on <= %(on)s AND n.since_on > %(since)s
               AND (n.until_on IS NULL OR n.until_on >= %(on)s)
             GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
            """,
            {"company": scope.company_id, "on": on, "since": since},
        )
        return [(then, now, debtors) for then, now, debtors in cursor.fetchall()]


def earliest(scope: Scope) -> date | None:
    """Return the first day on which the company was segmented."""
    with scope.active():
        return Membership.objects.order_by("since_on").values_list("since_on", flat=True).first()


def customers(
    scope: Scope, *, on: date, risk: int | None, behaviour: int | None, after: tuple[str, int], limit: int
) -> list[Debtor]:
    """Return the debtors of a cell (None: any) on a day, by name, after one of them; `owes` is what each owes now."""
    with scope.active():
        stays = Membership.objects.filter(_covering(on))
        if risk is not None:
            stays = stays.filter(risk=risk)
        if behaviour is not None:
            stays = stays.filter(behaviour=behaviour)
        owed = OpenTitle.objects.filter(debtor_id=OuterRef("pk"), principal_centavos__gt=0).values("debtor_id")
        found = Debtor.objects.filter(pk__in=stays.values("debtor_id")).annotate(
            owes=Subquery(owed.annotate(total=Sum("principal_centavos")).values("total"))
        )
        name, pk = after
        if name:
            found = found.filter(Q(name__gt=name) | Q(name=name, pk__gt=pk))
        return list(found.order_by("name", "pk")[:limit])


def counts(scope: Scope, *, on: date) -> list[dict[str, int]]:
    """Return how many debtors each (risk, behaviour) cell held on a day."""
    with scope.active():
        rows = Membership.objects.filter(_covering(on)).values("risk", "behaviour").annotate(debtors=Count("id"))
        found: list[dict[str, Any]] = [dict(row) for row in rows.order_by("risk", "behaviour")]
    return found
