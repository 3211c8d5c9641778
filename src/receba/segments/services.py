"""The verb of segments: put every debtor in its cell, dated, changing only what changed."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from django.db import connection, transaction
from psycopg import sql

from receba.access.scope import Scope
from receba.engine.contract import Engine, conform
from receba.engine.postgres import stage_table
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, HISTORY, POSITIONS, SCORES, SEGMENTS
from receba.segments.core.columns import cells, habits, worsened
from receba.segments.core.rules import Cuts
from receba.segments.core.tables import BANDS
from receba.segments.models import Membership

CUTS = Cuts()
_CODES = ("risk", "behaviour", "value", "person_kind")


def assign_day(
    scope: Scope,
    *,
    on: date,
    engine: Engine,
    positions: pa.Table,
    history: pa.Table,
    debtors: pa.Table,
    scores: pa.Table,
    bands: pa.Table,
) -> pa.Table:
    """Return SEGMENTS of the day and publish what changed: a stay ends the day before, the next begins today.

    `bands` are BANDS, the risk bands before the day. The same day again gives the same stays. A day before the last published one is computed and not published: what
    was known then stays as it was told.
    """
    frames = [engine.open(t.name, data) for t, data in ((DEBTORS, debtors), (HISTORY, history), (POSITIONS, positions))]
    known = engine.materialise("habits", habits(*frames, on_day=day_number(on), cuts=CUTS))
    found = cells(known, engine.open(SCORES.name, scores), cuts=CUTS)
    made = engine.collect(worsened(found, engine.open(BANDS.name, bands)))
    with scope.active(), transaction.atomic():
        last = Membership.objects.order_by("-since_on").values_list("since_on", flat=True).first()
        if last is None or on >= last:
            _publish(scope, on, made)
    return conform(SEGMENTS, made)


def _publish(scope: Scope, on: date, made: pa.Table) -> None:
    """Write the stays that begin and end on `on`."""
    rows = made.num_rows
    data = pa.table(
        {
            "company_id": pa.array([scope.company_id] * rows, pa.int64()),
            "debtor_id": made["debtor_id"],
            **{name: made[name].cast(pa.int16()) for name in _CODES},
        }
    )
    differs = sql.SQL(" OR ").join(sql.SQL("m.{0} <> s.{0}").format(sql.Identifier(name)) for name in _CODES)
    codes = sql.SQL(", ").join(map(sql.Identifier, _CODES))
    with connection.cursor() as cursor:
        stage = stage_table(cursor, "segments_membership", data)
        # A loop would scan the rows that the same statement inserts: it took 70 s for 100,000 debtors.
        cursor.execute("SET LOCAL enable_nestloop = off")
        # A stay that began today is today's own telling: told again, it is replaced, and the one before comes back.
        cursor.execute("DELETE FROM segments_membership WHERE since_on = %s", [on])
        cursor.execute("UPDATE segments_membership SET until_on = NULL WHERE until_on = %s::date - 1", [on])
        cursor.execute(
            sql.SQL("""
            UPDATE segments_membership m SET until_on = %s::date - 1 FROM {stage} s
             WHERE m.debtor_id = s.debtor_id AND m.until_on IS NULL AND ({differs} OR m.version <> %s)
            """).format(stage=stage, differs=differs),
            [on, CUTS.version],
        )
        cursor.execute(
            sql.SQL("""
            INSERT INTO segments_membership (company_id, debtor_id, {codes}, version, since_on)
            SELECT s.company_id, s.debtor_id, {codes}, %s, %s FROM {stage} s
             WHERE NOT EXISTS (SELECT 1 FROM segments_membership m WHERE m.debtor_id = s.debtor_id AND m.until_on IS NULL)
            """).format(stage=stage, codes=codes),
            [CUTS.version, on],
        )
        cursor.execute("SET LOCAL enable_nestloop = on")
