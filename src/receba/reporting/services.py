"""The verbs of reporting: publish a day's KPIs; say what money costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.engine.contract import Engine
from receba.engine.postgres import write_rows
from receba.kernel.days import day_number
from receba.reporting import queries
from receba.reporting.core.kpis import Facts, Value, measure
from receba.reporting.models import CapitalCost, KpiDay

_COLUMNS = ("company_id", "portfolio_id", "on", "known_on", "kpi", "bucket", "value")


class WholeCompanyOnly(Exception):
    """KPIs are published from the whole company's ledger, not from some of its portfolios."""


def publish(
    scope: Scope,
    *,
    on: date,
    known_on: date,
    engine: Engine,
    positions: pa.Table,
    standings: pa.Table,
    payments: pa.Table,
) -> list[Value]:
    """Compute every KPI of `on` and store it, for the company and each portfolio; return the values.

    The tables are those of the day, as known on `known_on`. Doing it again replaces the same day and knowledge by the
    same values. Raises WholeCompanyOnly.
    """
    if scope.portfolios is not None:
        raise WholeCompanyOnly
    cost = queries.capital_cost(scope, on=on, known_on=known_on)
    values = measure(engine, Facts(positions, standings, payments), on_day=day_number(on), cost_bps_month=cost)
    _store(scope, on, known_on, values)
    return values


def _store(scope: Scope, on: date, known_on: date, values: Sequence[Value]) -> None:
    rows = ((scope.company_id, v.portfolio_id, on, known_on, v.kpi, v.bucket, v.value) for v in values)
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        KpiDay.objects.filter(on=on, known_on=known_on).delete()
        write_rows(cursor, "reporting_kpiday", _COLUMNS, rows)


def set_capital_cost(scope: Scope, *, since: date, bps_month: int, source: str) -> CapitalCost:
    """Record what money costs the company from a day on; earlier days keep the cost that they had."""
    scope.require(Permission.SETTINGS)
    with scope.active():
        return CapitalCost.objects.create(
            company_id=scope.company_id, since=since, bps_month=bps_month, source=source, recorded_at=timezone.now()
        )
