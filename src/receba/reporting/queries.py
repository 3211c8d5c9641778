"""The questions about KPIs: the panel of a day, stored or computed again, and how a KPI moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from receba.access.scope import Scope
from receba.engine.backends import connect
from receba.engine.contract import Engine
from receba.kernel.days import day_number
from receba.kernel.tables import ENTRIES, INDEX_RATIOS, TERMS, TITLES
from receba.ledger import queries as ledger
from receba.ledger.core import columns as ledger_columns
from receba.reporting.core.kpis import WHOLE, Facts, Value, measure
from receba.reporting.models import CapitalCost, KpiDay

DEFAULT_COST_BPS_MONTH = 100
"""Cost of capital where the company has not said its own: 1 % a month, the rate of late interest in CC art. 406."""

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Panel:
    """The KPIs of one day as known on one day; `stored` says whether they were published or computed just now."""

    on: date
    known_on: date
    portfolio_id: int | None
    stored: bool
    values: dict[Key, int | None]

    def value(self, kpi: str, bucket: int = WHOLE) -> int | None:
        """Return one value; None when the KPI has none."""
        return self.values.get((kpi, bucket))

    def split(self, kpi: str) -> list[tuple[int, int | None]]:
        """Return (bucket, value) in order, without the whole."""
        return sorted((b, v) for (name, b), v in self.values.items() if name == kpi and b != WHOLE)


def capital_cost(scope: Scope, *, on: date, known_on: date) -> int:
    """Return the cost of capital that holds on `on`, in hundredths of % a month, as known on a day."""
    with scope.active():
        known = [row for row in CapitalCost.objects.filter(since__lte=on) if _local(row.recorded_at) <= known_on]
        return known[-1].bps_month if known else DEFAULT_COST_BPS_MONTH


def _local(at: object) -> date:
    return timezone.localtime(at).date()  # type: ignore[arg-type]


def last_day(scope: Scope) -> date | None:
    """Return the last day whose KPIs were published."""
    with scope.active():
        return KpiDay.objects.order_by("-on").values_list("on", flat=True).first()


def published(scope: Scope, *, on: date) -> list[date]:
    """Return the days of knowledge with which `on` was published, oldest first."""
    with scope.active():
        return list(KpiDay.objects.filter(on=on).order_by("known_on").values_list("known_on", flat=True).distinct())


def _part(scope: Scope, portfolio_id: int | None) -> int | None:
    """Return the portfolio whose values answer; a person who sees one portfolio only gets that one's."""
    if portfolio_id is None and scope.portfolios is not None and len(scope.portfolios) == 1:
        return next(iter(scope.portfolios))
    return portfolio_id


def _of(portfolio_id: int | None) -> Q:
    return Q(portfolio__isnull=True) if portfolio_id is None else Q(portfolio_id=portfolio_id)


def panel(
    scope: Scope, on: date, known_on: date | None = None, *, portfolio_id: int | None = None, fresh: bool = False
) -> Panel:
    """Return the KPIs of `on` as known on `known_on` (None: as last published, or else as known on `on`).

    Published values are read; what was not published is computed now from the ledger, and equals what would have
    been published. A scope of several portfolios, for which nothing is stored, is computed; so is what must be `fresh`.
    """
    part = _part(scope, portfolio_id)
    with scope.active():
        stored = KpiDay.objects.filter(_of(part), on=on)
        known = known_on or stored.order_by("-known_on").values_list("known_on", flat=True).first() or on
        rows = stored.filter(known_on=known).values_list("kpi", "bucket", "value")
        values: dict[Key, int | None] = {(kpi, bucket): value for kpi, bucket, value in rows}
    if values and not fresh:
        return Panel(on, known, part, True, values)
    made = recompute(scope, on, known)
    return Panel(on, known, part, False, {(v.kpi, v.bucket): v.value for v in made if v.portfolio_id == part})


def recompute(scope: Scope, on: date, known_on: date) -> list[Value]:
    """Return every KPI of `on`, as known on `known_on`, computed from what the scope sees of the ledger."""
    engine = connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY)
    return measure(
        engine,
        facts_of(scope, engine, on=on, known_on=known_on),
        on_day=day_number(on),
        cost_bps_month=capital_cost(scope, on=on, known_on=known_on),
    )


def facts_of(scope: Scope, engine: Engine, *, on: date, known_on: date) -> Facts:
    """Return the tables that the KPIs of a day are computed from, as known on a day."""
    tables = ledger.read(scope, on=on, known_on=known_on)
    day, known = day_number(on), day_number(known_on)
    titles, entries, terms, ratios = (engine.open(t.name, tables[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS))
    return Facts(
        engine.collect(ledger_columns.positions(titles, entries, terms, ratios, on_day=day, known_day=known)),
        engine.collect(ledger_columns.standings(titles, entries, on_day=day, known_day=known)),
        engine.collect(ledger_columns.payments(titles, entries, on_day=day, known_day=known)),
    )


def trend(
    scope: Scope, kpi: str, *, until: date, days: int = 90, bucket: int = WHOLE, portfolio_id: int | None = None
) -> list[tuple[date, int | None]]:
    """Return (day, value) of the last published days, oldest first, each by its latest knowledge."""
    with scope.active():
        rows = (
            KpiDay.objects.filter(_of(_part(scope, portfolio_id)), kpi=kpi, bucket=bucket, on__lte=until)
            .order_by("-on", "-known_on")
            .distinct("on")
            .values_list("on", "value")[:days]
        )
        return list(rows)[::-1]


def trends(
    scope: Scope, kpis: Collection[str], *, until: date, days: int = 90, portfolio_id: int | None = None
) -> dict[str, list[tuple[date, int | None]]]:
    """Return for each KPI its (day, value) on the days published in the last `days` days, oldest first."""
    with scope.active():
        rows = (
            KpiDay.objects.filter(_of(_part(scope, portfolio_id)), kpi__in=kpis, bucket=WHOLE)
            .filter(on__lte=until, on__gt=until - timedelta(days))
            .order_by("kpi", "on", "-known_on")
            .distinct("kpi", "on")
            .values_list("kpi", "on", "value")
        )
        told: dict[str, list[tuple[date, int | None]]] = {kpi: [] for kpi in kpis}
        for kpi, on, value in rows:
            told[kpi].append((on, value))
        return told


def open_now(scope: Scope) -> int:
    """Return the principal open at this moment, payments posted a second ago included."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(principal_centavos), 0)::bigint FROM ledger_opentitle WHERE principal_centavos > 0"
        )
        return int(cursor.fetchone()[0])
