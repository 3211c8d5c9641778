"""The one verb of scoring: score a day and publish it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from receba.access.models import Company
from receba.access.scope import Scope
from receba.engine.contract import Engine, arrow_schema
from receba.engine.postgres import write_table
from receba.kernel.days import day_number
from receba.kernel.tables import SCORES
from receba.scoring.core.columns import Scored, sample_every, score
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import InsufficientHistory
from receba.scoring.models import IndexDay, Score


def parameters_of(company: Company) -> ScoringParameters:
    """Return the company's own parameters over the published defaults (S3.26)."""
    return ScoringParameters(**company.scoring_parameters)


def score_day(
    scope: Scope,
    *,
    on: date,
    engine: Engine,
    history: pa.Table,
    payments: pa.Table,
    rejected_bps: int = 0,
    debtors: int = 0,
) -> pa.Table:
    """Score `on` and publish it; return SCORES, empty when the portfolio is below the minimum load.

    `rejected_bps`, the share of rows that the intake lost, lowers the confidence; `debtors` is how many the company has. Doing it again replaces the day by
    the same numbers.
    """
    parameters = parameters_of(Company.objects.get(pk=scope.company_id))
    try:
        scored = score(
            engine,
            history,
            payments,
            day_number(on),
            parameters,
            rejected_bps=rejected_bps,
            every=sample_every(debtors),
        )
    except InsufficientHistory as refusal:
        _publish(scope, on, parameters, None, refusal)
        return arrow_schema(SCORES).empty_table()
    _publish(scope, on, parameters, scored, None)
    return scored.scores


def _publish(
    scope: Scope, on: date, parameters: ScoringParameters, scored: Scored | None, refusal: InsufficientHistory | None
) -> None:
    means = scored.global_indices if scored else None
    facts = {
        "idc": means.idc if means else None,
        "idi": means.idi if means else None,
        "idc_weighted": means.idc_weighted if means else None,
        "idi_weighted": means.idi_weighted if means else None,
        "customers_scored": means.customers if means else 0,
        "scaling": scored.scaling if scored else "",
        "parameters_version": parameters.version,
        "refusal": str(refusal or ""),
        "sufficiency": asdict(scored.sufficiency) if scored else {"refused": refusal.facts} if refusal else {},
        "recorded_at": timezone.now(),
    }
    with scope.active(), transaction.atomic():
        IndexDay.objects.update_or_create(company_id=scope.company_id, on=on, defaults=facts)
        Score.objects.filter(on=on).delete()
        if scored:
            rows = scored.scores.num_rows
            data = scored.scores.append_column("company_id", pa.array([scope.company_id] * rows, pa.int64()))
            data = data.append_column("on", pa.array([on] * rows, pa.date32()))
            with connection.cursor() as cursor:
                write_table(cursor, "scoring_score", data)
