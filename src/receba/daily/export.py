"""From the database to a base of files: what a company's day reads, as one folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
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
from receba.engine.backends import connect
from receba.intake import queries as intake
from receba.kernel.tables import Table
from receba.ledger import queries as ledger
from receba.parties import queries as parties
from receba.reporting import queries as reporting
from receba.ruler import queries as ruler
from receba.ruler.core.rules import rungs
from receba.ruler.core.tables import LADDER, ladder_table
from receba.scoring.services import parameters_of
from receba.segments import queries as segments


def export(
    scope: Scope,
    *,
    on: date,
    folder: Path,
    buckets: int = files.BUCKETS,
    known_on: date | None = None,
    known_at: datetime | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> files.Base:
    """Write the base of `on` of one company; the same day over it gives the database's answers.

    What is known is that of the end of `known_on` (`on` when not told), less what was recorded after `known_at`.
    `numbers` are those of an earlier `numbers_of`.
    """
    scope.require(Permission.RUN_DAY)
    known = known_on or on
    versions = ruler.current_versions(scope, known_at=known_at)
    selects = (
        ledger.selects(known_on=known, known_at=known_at)
        | parties.selects(known_at=known_at)
        | casework.selects(on=on)
        | segments.selects(on=on)
    )
    tables: dict[Table, pa.Table] = {
        **read_tables(scope, selects),
        **ruler.past_tables(scope, on=on, versions=versions, known_at=known_at),
        LADDER: ladder_table([rung for version in versions for rung in rungs(version.pk, version.document)]),
    }
    about = {
        "name": Company.objects.get(pk=scope.company_id).name,
        "known_on": known.isoformat(),
        **(numbers or numbers_of(scope, on=on, known_on=known)),
    }
    engine = connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY)
    return files.write_base(engine, folder, str(scope.company_id), on, tables, buckets=buckets, about=about)


def numbers_of(scope: Scope, *, on: date, known_on: date) -> dict[str, Any]:
    """Return the numbers that a day is computed with, beside its rows: as a base of files keeps them."""
    months = ledger.index_months(known_on)
    return {
        "scoring_parameters": asdict(parameters_of(Company.objects.get(pk=scope.company_id))),
        "rejected_bps": intake.rejected_bps(scope, known_on=known_on),
        "cost_bps_month": reporting.capital_cost(scope, on=on, known_on=known_on),
        "indices": {
            str(n): {str(month): str(percent) for month, percent in told.items()} for n, told in months.items()
        },
    }
