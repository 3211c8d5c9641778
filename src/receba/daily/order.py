"""The order of the day. Read it from top to bottom: this is what happens to a company's receivables on one day.

Each step reads tables, asks one room, and returns what it counted. A step may be done again: the rooms publish the
same day once. A step that fails leaves those that do not need it alone; the next run takes it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receba.access.reading import read_tables
from receba.access.scope import Scope
from receba.engine.contract import Engine, conform
from receba.kernel.days import day_number
from receba.kernel.tables import (
    DEBTORS,
    ENTRIES,
    HISTORY,
    HOLDS,
    INDEX_RATIOS,
    PAYMENTS,
    POSITIONS,
    TERMS,
    TITLES,
    Table,
)
from receba.ledger import queries as ledger
from receba.ledger.core import columns as ledger_columns
from receba.parties import queries as parties
from receba.scoring import services as scoring

Counts = Mapping[str, int]


@dataclass
class Day:
    """One company's day and the tables that its steps hand on. Each is computed once, when first asked for."""

    scope: Scope
    on: date
    known_on: date
    engine: Engine
    made: dict[str, pa.Table] = field(default_factory=dict)

    @cached_property
    def base(self) -> dict[Table, pa.Table]:
        """Everything that the day reads, in one snapshot."""
        tables = read_tables(self.scope, ledger.selects(known_on=self.known_on) | parties.selects())
        ratios = ledger.index_ratios(tables[TITLES], on=self.on, known_on=self.known_on)
        return tables | {INDEX_RATIOS: ratios}

    @cached_property
    def positions(self) -> pa.Table:
        frames = [self.engine.open(t.name, self.base[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS)]
        made = ledger_columns.positions(*frames, on_day=day_number(self.on), known_day=day_number(self.known_on))
        return conform(POSITIONS, self.engine.collect(made))

    @cached_property
    def history(self) -> pa.Table:
        return self._of_titles(HISTORY, ledger_columns.history)

    @cached_property
    def payments(self) -> pa.Table:
        return self._of_titles(PAYMENTS, ledger_columns.payments)

    def _of_titles(self, table: Table, make: Callable[..., object]) -> pa.Table:
        frames = [self.engine.open(t.name, self.base[t]) for t in (TITLES, ENTRIES)]
        made = make(*frames, on_day=day_number(self.on), known_day=day_number(self.known_on))
        return conform(table, self.engine.collect(made))  # type: ignore[arg-type]

    @cached_property
    def scores(self) -> pa.Table:
        return scoring.score_day(
            self.scope, on=self.on, engine=self.engine, history=self.history, payments=self.payments
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, what the screen calls it, what it does, and whether a missed day gets it too."""

    name: str
    label: Promise | str
    do: Callable[[Day], Counts]
    caught_up: bool = True


def read(day: Day) -> Counts:
    """Read the ledger and the register as columns."""
    base = day.base
    return {
        "titles": base[TITLES].num_rows,
        "entries": base[ENTRIES].num_rows,
        "debtors": base[DEBTORS].num_rows,
        "holds": base[HOLDS].num_rows,
    }


def measure(day: Day) -> Counts:
    """Compute what every open title owes today."""
    rows = day.positions
    overdue = rows.filter(pa.compute.greater(rows["bucket"], 0))
    return {
        "open": rows.num_rows,
        "open_centavos": _total(rows),
        "overdue": overdue.num_rows,
        "overdue_centavos": _total(overdue),
    }


def score(day: Day) -> Counts:
    """Score the customers and publish the indices."""
    return {"scored": day.scores.num_rows}


def _total(rows: pa.Table) -> int:
    return int(pa.compute.sum(rows["total_centavos"]).as_py() or 0)


ORDER: tuple[Step, ...] = (
    Step("read", _("Ler o razão"), read),
    Step("measure", _("Calcular saldos e encargos"), measure),
    Step("score", _("Calcular índices"), score),
)
