"""From the database to a base of files: what a company's day reads, as one folder."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.reading import read_tables
from receba.access.scope import Scope
from receba.casework import queries as casework
from receba.daily import files
from receba.daily.order import Day
from receba.engine.backends import connect
from receba.intake import queries as intake
from receba.kernel.tables import Table
from receba.ledger import queries as ledger
from receba.reporting import queries as reporting
from receba.ruler import queries as ruler
from receba.ruler.core.rules import rungs
from receba.ruler.core.tables import LADDER, ladder_table
from receba.scoring.services import parameters_of
from receba.segments import queries as segments


def export(scope: Scope, *, on: date, folder: Path, buckets: int = files.BUCKETS) -> files.Base:
    """Write the base of `on` of one company, as known at its end; the same day over it gives the database's answers."""
    scope.require(Permission.RUN_DAY)
    engine = connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY)
    day = Day(scope, on, on, engine)
    versions = ruler.current_versions(scope)
    tables: dict[Table, pa.Table] = {
        **day.base,
        **ruler.past_tables(scope, on=on, versions=versions),
        **read_tables(scope, casework.selects(on=on) | segments.selects(on=on)),
        LADDER: ladder_table([rung for version in versions for rung in rungs(version.pk, version.document)]),
    }
    return files.write_base(engine, folder, str(scope.company_id), on, tables, buckets=buckets, about=_about(scope, on))


def _about(scope: Scope, on: date) -> dict[str, Any]:
    months = ledger.index_months(on)
    return {
        "name": Company.objects.get(pk=scope.company_id).name,
        "scoring_parameters": asdict(parameters_of(Company.objects.get(pk=scope.company_id))),
        "rejected_bps": intake.rejected_bps(scope, known_on=on),
        "cost_bps_month": reporting.capital_cost(scope, on=on, known_on=on),
        "indices": {
            str(n): {str(month): str(percent) for month, percent in told.items()} for n, told in months.items()
        },
    }
