"""Every column core of the program, one after the other, on one engine, as the day runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from receba.casework.core import columns as casework
from receba.casework.core.tables import CASES, QUEUE, REACHABLE
from receba.engine.contract import Engine, conform
from receba.kernel.tables import (
    DEBTORS,
    DECISIONS,
    ENTRIES,
    HISTORY,
    HOLDS,
    INDEX_RATIOS,
    PAYMENTS,
    POSITIONS,
    SCORES,
    SEGMENTS,
    STANDINGS,
    TERMS,
    TITLES,
    Table,
)
from receba.ledger.core import columns as ledger
from receba.reporting.core.kpis import Facts, measure
from receba.ruler.core import columns as ruler
from receba.ruler.core.tables import ASSIGNED, CONTACTS, LADDER, SEEN, TAKEN
from receba.scoring.core.columns import score
from receba.scoring.core.parameters import ScoringParameters
from receba.segments.core import columns as segments
from receba.segments.core.rules import Cuts
from receba.segments.core.tables import BANDS

CUTS = Cuts()
COST = 150
Outputs = dict[str, pa.Table]


def everything(engine: Engine, tables: Mapping[Table, pa.Table], on_day: int, parameters: ScoringParameters) -> Outputs:
    """Return every table that a day makes, by name, each with the columns of its contract; KPIs by column too."""
    made = _of_the_ledger(engine, tables, {"on_day": on_day, "known_day": on_day})
    made[SCORES.name] = score(engine, made[HISTORY.name], made[PAYMENTS.name], on_day, parameters).scores

    def opened(table: Table) -> nw.LazyFrame:
        return engine.open(f"all_{table.name}", made[table.name] if table.name in made else tables[table])

    positions, scores = opened(POSITIONS), opened(SCORES)
    habits = engine.materialise(
        "habits", segments.habits(opened(DEBTORS), opened(HISTORY), positions, on_day=on_day, cuts=CUTS)
    )
    cells = engine.materialise("cells", segments.cells(habits, scores, cuts=CUTS))
    made[SEGMENTS.name] = conform(SEGMENTS, engine.collect(segments.worsened(cells, opened(BANDS))))

    given = ruler.Frames(
        positions=positions, holds=opened(HOLDS), debtors=opened(DEBTORS), segments=opened(SEGMENTS),
        ladder=opened(LADDER), assigned=opened(ASSIGNED), taken=opened(TAKEN), contacts=opened(CONTACTS),
    )  # fmt: skip
    decisions, seen = ruler.plan(engine, given, on_day)
    made[DECISIONS.name] = conform(DECISIONS, engine.collect(decisions))
    made[SEEN.name] = conform(SEEN, engine.collect(seen))

    frames = {table.name: opened(table) for table in (POSITIONS, HOLDS, SCORES, CASES, REACHABLE)}
    for name, by_portfolio in (("queue", False), ("queue of portfolios", True)):
        queue = casework.queue(engine, frames, on_day=on_day, by_portfolio=by_portfolio)
        made[name] = conform(QUEUE, engine.collect(queue))

    facts = Facts(*(made[table.name] for table in (POSITIONS, STANDINGS, PAYMENTS)))
    values = measure(engine, facts, on_day=on_day, cost_bps_month=COST)
    names = ("portfolio_id", "kpi", "bucket", "value")
    made["kpis"] = pa.Table.from_pylist([dict(zip(names, astuple(value), strict=True)) for value in values])
    return made


def _of_the_ledger(engine: Engine, tables: Mapping[Table, pa.Table], days: Mapping[str, int]) -> Outputs:
    titles, entries, terms, ratios = (engine.open(t.name, tables[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS))
    standings = engine.materialise("standings", ledger.standings(titles, entries, **days))
    made = {
        POSITIONS: ledger.positions(titles, entries, terms, ratios, **days),
        STANDINGS: standings,
        HISTORY: ledger.history(standings, on_day=days["on_day"]),
        PAYMENTS: ledger.payments(titles, entries, **days),
    }
    return {table.name: conform(table, engine.collect(frame)) for table, frame in made.items()}
