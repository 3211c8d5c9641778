"""The day of a portfolio that lives in Parquet files: the same columns, without a database and in bounded memory.

A base is a folder `company=<name>/date=<yyyy-mm-dd>`: what one company knew at the end of that day. Rows of debtors and
titles lie in buckets by debtor, so that a day can be read part by part: no debtor is in two parts, and only a few sums
cross from one to another. The day of the base's own date reads the titles' standings as they were written. An earlier
day recomputes them from the entries, by what was known that day, and has no plan and no queue: what had been said until
then stands in the base of that day. docs/explanation/files.md draws the folders.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from receba.casework.core import columns as casework
from receba.casework.core.tables import CASES, QUEUE, REACHABLE
from receba.engine.contract import Engine, arrow_schema, conform
from receba.kernel.days import day_number
from receba.kernel.tables import (
    DEBTORS,
    DECISIONS,
    ENTRIES,
    HOLDS,
    INDEX_RATIOS,
    POSITIONS,
    SCORES,
    SEGMENTS,
    TERMS,
    TITLES,
    Table,
)
from receba.ledger.core import columns as ledger
from receba.ledger.core.indices import IndexSeries, ratio_table
from receba.reporting.core import columns as reporting
from receba.reporting.core import pareto
from receba.reporting.core.columns import Sums
from receba.reporting.core.kpis import WHOLE, Value, values_of
from receba.ruler.core.columns import Frames, plan
from receba.ruler.core.rules import Outcome
from receba.ruler.core.tables import ASSIGNED, CONTACTS, LADDER, SEEN, TAKEN
from receba.scoring.core import columns as scoring
from receba.scoring.core.columns import Known, sample_every
from receba.scoring.core.columns_state import marks
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import InsufficientHistory
from receba.segments.core.columns import cells, habits, worsened
from receba.segments.core.rules import Cuts
from receba.segments.core.tables import BANDS

LAYOUT = 2
"""The layout of the folders; a base of another one is refused."""
PART_TITLES = 5_500_000
"""Titles that one part may have when nobody says how many parts: about 1 GB."""
BUCKETS = 16
"""Buckets of a base: how finely a day can be cut."""
_PIECE = (TITLES, ENTRIES, DEBTORS)
_BY_TITLE = ("open_entries", "other_entries")
"""Tables of a base without the debtor."""
_WHOLE: tuple[Table, ...] = (
    TERMS, HOLDS, LADDER, ASSIGNED, TAKEN, CONTACTS, BANDS, CASES, REACHABLE,
)  # fmt: skip
_CUTS = Cuts()


class NoBase(Exception):
    """The folder holds no base that knows the day."""


@dataclass(frozen=True, slots=True)
class Base:
    """One company's base: where it is, the day it was written for, and what its `about.json` says."""

    folder: Path
    company: str
    on: date
    about: Mapping[str, Any]

    @property
    def buckets(self) -> int:
        return int(self.about["buckets"])


@dataclass(slots=True)
class Report:
    """What a day over files did: counts and values, and what each step took."""

    company: str
    on: date
    counts: dict[str, int] = field(default_factory=dict)
    steps: dict[str, dict[str, float]] = field(default_factory=dict)
    refusal: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add wall and CPU seconds to a step; the peak is that of the process so far."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        told = self.steps.setdefault(name, {"seconds": 0.0, "cpu_seconds": 0.0, "peak_mb": 0})
        told["seconds"] = round(told["seconds"] + time.perf_counter() - wall, 3)
        told["cpu_seconds"] = round(told["cpu_seconds"] + time.process_time() - cpu, 3)
        told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# ------------------------------------------------------------------------------------------------ the base


def write_base(
    engine: Engine, folder: Path, company: str, on: date, tables: Mapping[Table, pa.Table], *, buckets: int = BUCKETS,
    about: Mapping[str, Any] | None = None, more: Iterable[Mapping[Table, pa.Table]] = (),
) -> Base:  # fmt: skip
    """Write kernel tables as the base of `on`; replaces the base of that day whole, or not at all.

    `tables` holds at least TITLES, ENTRIES and DEBTORS; those of _WHOLE that are missing are empty. `about` may hold
    known_on (else `on`), scoring_parameters, rejected_bps, cost_bps_month, and indices: percent by month number, by
    index, as texts. A portfolio larger than memory comes in pieces: `more` yields the three tables of other debtors.
    Raises ValueError where debtors of two pieces fall into one bucket.
    """
    target = folder / f"company={company}" / f"date={on.isoformat()}"
    told = {"layout": LAYOUT, "buckets": buckets, "known_on": on.isoformat(), **(about or {})}
    counts = {table.name: 0 for table in _PIECE}
    first, written = day_number(on), set[int]()
    small = {table: conform(table, tables.get(table, arrow_schema(table).empty_table())) for table in _WHOLE}
    with _replacing(target) as fresh:
        for table, rows in small.items():
            _write(fresh / table.name, rows)
        for piece in chain([tables], more):
            earliest = pc.min(piece[TITLES]["due_day"]).as_py()
            first = first if earliest is None else min(first, earliest)
            ratios = _ratios({**told, "first_due_day": first}, on)
            mine = _buckets_of(engine, piece, buckets)
            if written & mine:
                raise ValueError("debtors of two pieces fall into one bucket")
            _write_piece(engine, fresh, on, told, {**piece, TERMS: small[TERMS], INDEX_RATIOS: ratios}, mine)
            written |= mine
            counts = {table.name: counts[table.name] + piece[table].num_rows for table in _PIECE}
        nobody = {table: arrow_schema(table).empty_table() for table in (*_PIECE, TERMS, INDEX_RATIOS)}
        _write_piece(engine, fresh, on, told, nobody, set(range(buckets)) - written)
        told |= {"first_due_day": first, **counts}
        (fresh / "about.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Base(target, company, on, told)


def _buckets_of(engine: Engine, piece: Mapping[Table, pa.Table], buckets: int) -> set[int]:
    """Return the buckets into which the debtors of a piece fall."""
    found = set[int]()
    for table in (TITLES, DEBTORS):
        numbers = engine.open("base_ids", piece[table]).select(bucket=nw.col("debtor_id") % buckets).unique()
        found |= set(engine.collect(numbers)["bucket"].to_pylist())
    return found


def _write_piece(
    engine: Engine, fresh: Path, on: date, told: Mapping[str, Any], piece: Mapping[Table, pa.Table], mine: set[int]
) -> None:
    """Write the buckets `mine` of some debtors."""
    titles, entries, debtors, *small = (
        engine.open(f"base_{table.name}", piece[table]) for table in (*_PIECE, TERMS, INDEX_RATIOS)
    )
    days = {"on_day": day_number(on), "known_day": day_number(date.fromisoformat(told["known_on"]))}
    buckets = told["buckets"]
    for bucket in sorted(mine):
        some = engine.materialise("base_mine", titles.filter(nw.col("debtor_id") % buckets == bucket))
        made = _bucket(engine, some, entries, small, days)
        made["debtors"] = debtors.filter(nw.col("debtor_id") % buckets == bucket).sort("debtor_id")
        for name, frame in made.items():
            engine.sink(frame, fresh / name / f"bucket={bucket:02}")


def _bucket(
    engine: Engine, titles: nw.LazyFrame, entries: nw.LazyFrame, small: Sequence[nw.LazyFrame], days: Mapping[str, int]
) -> dict[str, nw.LazyFrame]:
    """Return what is written of the titles of one bucket, sorted by debtor: like lies by like."""
    mine = engine.materialise("base_entries_mine", entries.join(titles.select("title_id"), on="title_id", how="inner"))
    owing = ledger.positions(
        titles, mine, small[0], small[1], on_day=days["on_day"], known_day=days["known_day"]
    ).select("title_id")
    owing = engine.materialise("base_owing", owing)
    open_titles = titles.join(owing, on="title_id", how="inner")
    standings = engine.materialise("base_standings", ledger.standings(titles, mine, **days))
    payments = engine.materialise("base_payments", ledger.payments(titles, mine, **days))
    return {
        "standings": standings.sort("debtor_id", "title_id"),
        "payments": payments.sort("debtor_id", "paid_day", "title_id"),
        "marks": marks(engine, ledger.owed(standings), payments).sort("debtor_id"),
        "open_titles": open_titles.sort("debtor_id", "title_id"),
        "open_entries": mine.join(owing, on="title_id", how="inner").sort("title_id", "entry_id"),
        "other_entries": mine.join(owing, on="title_id", how="anti").sort("title_id", "entry_id"),
    }


def _ratios(about: Mapping[str, Any], on: date) -> pa.Table:
    """Return INDEX_RATIOS of a day from the months that a base keeps."""
    told = {int(n): {int(m): Decimal(p) for m, p in months.items()} for n, months in about.get("indices", {}).items()}
    series = {number: IndexSeries(months) for number, months in told.items()}
    return ratio_table(series, min(int(about["first_due_day"]), day_number(on)), day_number(on))


def bases(folder: Path, on: date) -> list[Base]:
    """Return, for each company, the base that a day is read from: that of the day, or else the next later one.

    Raises NoBase when no company's base knows the day.
    """
    found: list[Base] = []
    for home in sorted(folder.glob("company=*")):
        dated = {date.fromisoformat(path.parent.name[5:]): path.parent for path in home.glob("date=*/about.json")}
        later = [day for day in dated if day >= on]
        if later:
            chosen = dated[min(later)]
            about = json.loads((chosen / "about.json").read_text("utf-8"))
            if about.get("layout") != LAYOUT:
                raise NoBase(f"{chosen}: escrita em outro formato ({about.get('layout')}); escreva-a de novo")
            found.append(Base(chosen, home.name[8:], min(later), about))
    if not found:
        raise NoBase(f"{folder}: nenhuma pasta company=…/date=… de {on:%d/%m/%Y} ou depois")
    return found


# ------------------------------------------------------------------------------------------------ the day


def run(
    engine: Engine, base: Base, on: date, out: Path, *, parts: int = 0, parameters: ScoringParameters | None = None,
    cost_bps_month: int | None = None, tell: Callable[[str], None] = lambda step: None,
) -> Report:  # fmt: skip
    """Run the day `on` of a base and write it to `out`/company=…/date=…; return what it counted and took.

    Writes positions, scores, segments, kpis and, for the base's own day, decisions, seen and queue; nothing is left
    half-written. `parts` cuts the
    debtors (0: one part for each PART_TITLES); the results do not depend on it. Below the minimum load the scores
    are empty and the report says why.
    """
    given = parameters or ScoringParameters(**base.about.get("scoring_parameters", {}))
    cost = base.about.get("cost_bps_month", 0) if cost_bps_month is None else cost_bps_month
    count = parts or _parts(base.about["titles"], base.buckets)
    report = Report(base.company, on)
    target = out / f"company={base.company}" / f"date={on.isoformat()}"
    with _replacing(target) as fresh:
        day = _Day(
            engine, base, on, fresh, count, given, report, before=_State.find(target.parent, on, _told(base, given))
        )
        day.run(int(cost), tell)
        shutil.rmtree(fresh / "work", ignore_errors=True)
        _State.keep(fresh, target.parent, on, _told(base, given), count)
        (fresh / "report.json").write_text(json.dumps({"counts": report.counts, "refusal": report.refusal}, indent=2))
    return report


_KNOWN = {"customers": ("debtor_id",), "purchases": ("debtor_id", "month"), "terms": ("debtor_id", "term")}
"""What is learned of customers, and the key of each table."""


def _told(base: Base, parameters: ScoringParameters) -> dict[str, Any]:
    """Return what a state must have been learned with, to go on from it."""
    return {"layout": LAYOUT, "parameters": parameters.version, "every": sample_every(base.about["debtors"])}


@dataclass(frozen=True, slots=True)
class _State:
    """What a day learned of the customers, for the next ones: in its folder, beside what it decided."""

    folder: Path
    parts: int

    @staticmethod
    def find(home: Path, on: date, how: Mapping[str, Any]) -> _State | None:
        """Return the latest state before `on`, if it was learned in the same way; else None."""
        for about in sorted(home.glob("date=*/state/about.json"), reverse=True):
            told = json.loads(about.read_text("utf-8"))
            if date.fromisoformat(told["on"]) < on:
                return _State(about.parent, told["parts"]) if told["how"] == how else None
        return None

    @staticmethod
    def keep(fresh: Path, home: Path, on: date, how: Mapping[str, Any], parts: int) -> None:
        """Say what the state of a day is, if it has one, and forget those before the last one."""
        if not (fresh / "state").exists():
            return
        told = {"on": on.isoformat(), "how": how, "parts": parts}
        (fresh / "state" / "about.json").write_text(json.dumps(told, indent=2))
        for old in sorted(path for path in home.glob("date=*/state") if path.parent.name < f"date={on}")[:-1]:
            shutil.rmtree(old)

    def scan(self, engine: Engine, name: str, part: int, parts: int) -> nw.LazyFrame:
        """Return the rows of one of `parts` parts of the debtors."""
        home = self.folder / name
        if parts == self.parts:
            return engine.scan(f"before_{name}", [home / f"part={part:03}"])
        whole = engine.scan(f"before_{name}", [home / f"part={number:03}" for number in range(self.parts)])
        return whole.filter(nw.col("debtor_id") % parts == part)


def _parts(titles: int, buckets: int) -> int:
    """Return how many parts keep to PART_TITLES; as long as there are buckets, each reads its own files only."""
    least = max(1, -(-titles // PART_TITLES))
    return next((count for count in range(least, buckets + 1) if buckets % count == 0), least)


@dataclass
class _Day:
    """One day of one base, part by part; what must wait for all parts is written to `work` and read back."""

    engine: Engine
    base: Base
    on: date
    out: Path
    parts: int
    parameters: ScoringParameters
    report: Report
    before: _State | None = None

    def __post_init__(self) -> None:
        self.day = day_number(self.on)
        self.fresh = self.on == self.base.on
        self.known = day_number(date.fromisoformat(self.base.about["known_on"])) if self.fresh else self.day
        self.every = sample_every(self.base.about["debtors"])
        self.small = {table: self.scan(table.name) for table in _WHOLE}
        self.small[INDEX_RATIOS] = self.engine.open(INDEX_RATIOS.name, _ratios(self.base.about, self.on))

    def run(self, cost_bps_month: int, tell: Callable[[str], None]) -> None:
        sums: dict[int, Sums] = {}
        for part in range(self.parts):
            tell(f"measure {part + 1}/{self.parts}")
            self.measure(part, sums)
        tell("score")
        with self.report.step("score"):
            scores = self.score()
        tell("segment")
        with self.report.step("segment"):
            self.segment(scores)
        if self.fresh:
            for part in range(self.parts):
                tell(f"plan {part + 1}/{self.parts}")
                with self.report.step("plan"):
                    self.plan(part)
            tell("queue")
            with self.report.step("queue"):
                self.queue(scores)
                self.count()
        tell("report")
        with self.report.step("report"):
            curves = pareto.curves(self.engine, self.written(POSITIONS))
            values = values_of(sums, curves, self.day, cost_bps_month)
            _write(self.out / "kpis", _kpi_table(values))
            whole = {v.kpi: v.value for v in values if v.portfolio_id is None and v.bucket == WHOLE}
            for name in ("open_titles", "open_centavos", "overdue_titles", "overdue_centavos"):
                self.report.counts[name] = whole[name] or 0

    # one part of the debtors

    def measure(self, part: int, sums: dict[int, Sums]) -> None:
        """Compute positions, what each customer's rows say, and the KPI sums of one part."""
        engine, step = self.engine, self.report.step
        with step("measure"):
            standings, payments, owing, entries = self.of_titles(part)
            made = ledger.positions(
                owing, entries, self.small[TERMS], self.small[INDEX_RATIOS], on_day=self.day, known_day=self.known
            )
            positions = engine.materialise("positions", made)
            engine.sink(positions.sort("debtor_id", "title_id"), self.out / POSITIONS.name / f"part={part:03}")
        with step("learn"):
            for name, frame in self.learn(part, ledger.owed(standings), payments).items():
                self.keep(name, part, frame)
        with step("habits"):
            debtors, history = self.scan("debtors", part), ledger.history(standings, on_day=self.day)
            self.keep("habits", part, habits(debtors, history, positions, on_day=self.day, cuts=_CUTS))
        with step("sums"):
            frames = {"positions": positions, "standings": standings, "payments": payments}
            for portfolio, some in reporting.sums(engine, frames, self.day).items():
                sums[portfolio] = Sums.total([sums[portfolio], some]) if portfolio in sums else some

    def learn(self, part: int, history: nw.LazyFrame, payments: nw.LazyFrame) -> dict[str, nw.LazyFrame]:
        """Return what is known of the customers of one part: of most as it was learned before, if it was."""
        engine, every = self.engine, self.every
        if not self.fresh:
            known = scoring.known_of(engine, history, payments, self.day, self.parameters, every=every)
            return {name: getattr(known, name) for name in _KNOWN}
        marked = engine.materialise("marked", self.scan("marks", part))
        same = None
        if self.before:
            held = self.before.scan(engine, "customers", part, self.parts).filter(nw.col("changes_day") > self.day)
            same = engine.materialise("same", held.join(marked, on=["debtor_id", "mark"], how="inner"))
            told = same.select("debtor_id")
            touched = engine.materialise("touched", marked.join(told, on="debtor_id", how="anti").select("debtor_id"))
            history, payments = (
                engine.materialise(f"touched_{name}", frame.join(touched, on="debtor_id", how="inner"))
                for name, frame in (("titles", history), ("payments", payments))
            )
        known = scoring.known_of(engine, history, payments, self.day, self.parameters, every=every)
        made = {name: getattr(known, name) for name in _KNOWN}
        made["customers"] = known.customers.join(marked, on="debtor_id", how="inner")
        if self.before and same is not None:
            reused = {"customers": same}
            for name in ("purchases", "terms"):
                rows = self.before.scan(engine, name, part, self.parts)
                reused[name] = rows.join(same.select("debtor_id"), on="debtor_id", how="inner")
            made = {name: _both(frame, reused[name]) for name, frame in made.items()}
        return {name: frame.sort(*_KNOWN[name]) for name, frame in made.items()}

    def of_titles(self, part: int) -> tuple[nw.LazyFrame, nw.LazyFrame, nw.LazyFrame, nw.LazyFrame]:
        """Return standings, payments, and the titles and entries behind the positions, of one part."""
        standings = self.scan("standings", part)
        if self.fresh:
            owing, entries = self.scan("open_titles", part), self.scan("open_entries", part)
            return standings, self.scan("payments", part), owing, entries
        titles = standings.select(*TITLES.columns)
        entries = nw.concat([self.scan(name, part) for name in ("open_entries", "other_entries")])
        known = {"on_day": self.day, "known_day": self.known}
        return (
            self.engine.materialise("standings", ledger.standings(titles, entries, **known)),
            ledger.payments(titles, entries, **known),
            titles,
            entries,
        )

    def plan(self, part: int) -> None:
        """Climb the ruler for the debtors of one part."""
        mine = self.engine.scan("positions_part", [self.out / POSITIONS.name / f"part={part:03}"])
        segments = self.written(SEGMENTS).filter(nw.col("debtor_id") % self.parts == part)
        small = self.small
        given = Frames(
            positions=mine, holds=small[HOLDS], debtors=self.scan("debtors", part), segments=segments,
            ladder=small[LADDER], assigned=small[ASSIGNED], taken=small[TAKEN], contacts=small[CONTACTS],
        )  # fmt: skip
        decisions, looked = plan(self.engine, given, self.day)
        for table, frame in ((DECISIONS, decisions), (SEEN, looked)):
            self.engine.sink(_typed(table, frame).sort(*table.key), self.out / table.name / f"part={part:03}")

    def count(self) -> None:
        """Count what was decided."""
        by_outcome = self.written(DECISIONS).group_by("outcome").agg(n=nw.len())
        counted = {row["outcome"]: row["n"] for row in self.engine.collect(by_outcome).to_pylist()}
        self.report.counts |= {"send": counted.get(Outcome.SEND, 0), "silent": counted.get(Outcome.SKIP, 0)}

    # all parts together

    def score(self) -> nw.LazyFrame:
        """Score all customers; below the minimum load, nobody."""
        customers, purchases, terms = (self.kept(name) for name in _KNOWN)
        known = Known(customers, purchases, terms, self.every)
        try:
            lost = self.base.about.get("rejected_bps", 0)
            scored = scoring.score_known(self.engine, known, self.day, self.parameters, rejected_bps=lost)
        except InsufficientHistory as refusal:
            self.report.refusal = str(refusal)
            rows = arrow_schema(SCORES).empty_table()
        else:
            rows = scored.scores
            means = scored.global_indices
            self.report.counts |= {"idc": means.idc, "idi": means.idi}
        self.report.counts["scored"] = rows.num_rows
        _write(self.out / SCORES.name, rows)
        return self.engine.open(SCORES.name, rows)

    def segment(self, scores: nw.LazyFrame) -> None:
        """Put every debtor in its cell; who fell since the bands that the base remembers has worsened."""
        made = self.engine.materialise("cells", cells(self.kept("habits"), scores, cuts=_CUTS))
        self.engine.sink(
            _typed(SEGMENTS, worsened(made, self.small[BANDS])).sort("debtor_id"), self.out / SEGMENTS.name
        )

    def queue(self, scores: nw.LazyFrame) -> None:
        """Rank the collectors' cases."""
        frames = {
            "positions": self.written(POSITIONS),
            "scores": scores,
            **{table.name: self.small[table] for table in (HOLDS, CASES, REACHABLE)},
        }
        made = casework.queue(self.engine, frames, on_day=self.day, by_portfolio=False)
        self.engine.sink(_typed(QUEUE, made).sort(*QUEUE.key), self.out / QUEUE.name)

    # where rows lie

    def scan(self, name: str, part: int | None = None) -> nw.LazyFrame:
        """Return a table of the base: whole, or the rows of one part of the debtors."""
        home = self.base.folder / name
        if part is None:
            return self.engine.scan(name, [home])
        buckets = self.base.buckets
        if buckets % self.parts == 0:
            files = [home / f"bucket={b:02}" for b in range(buckets) if b % self.parts == part]
            return self.engine.scan(name, files)
        return self._cut(self.engine.scan(name, [home / f"bucket={b:02}" for b in range(buckets)]), name, part)

    def _cut(self, frame: nw.LazyFrame, name: str, part: int) -> nw.LazyFrame:
        """Return the rows of one part where the buckets do not fall together with the parts."""
        if name in _BY_TITLE:
            titles = self.scan("standings", part).select("title_id")
            return frame.join(titles, on="title_id", how="inner")
        return frame.filter(nw.col("debtor_id") % self.parts == part)

    def keep(self, name: str, part: int, frame: nw.LazyFrame) -> None:
        """Set rows aside until all parts are there."""
        self.engine.sink(frame, self._aside(name) / f"part={part:03}")

    def kept(self, name: str) -> nw.LazyFrame:
        """Return what all parts set aside."""
        return self._all_parts(self._aside(name), f"all_{name}")

    def _aside(self, name: str) -> Path:
        """Return where rows are set aside: what was learned for the next day, the rest until the day is done."""
        return self.out / ("state" if self.fresh and name in _KNOWN else "work") / name

    def written(self, table: Table) -> nw.LazyFrame:
        """Return what was written of a table of this day, all parts."""
        home = self.out / table.name
        return self._all_parts(home, table.name) if table is not SEGMENTS else self.engine.scan(table.name, [home])

    def _all_parts(self, home: Path, name: str) -> nw.LazyFrame:
        return self.engine.scan(name, [home / f"part={part:03}" for part in range(self.parts)])


def _both(some: nw.LazyFrame, others: nw.LazyFrame) -> nw.LazyFrame:
    """Return the rows of two frames with the same columns, in any order of them."""
    names = some.collect_schema().names()
    return nw.concat([some, others.select(*names)])


def _typed(table: Table, frame: nw.LazyFrame) -> nw.LazyFrame:
    """Return the table's columns, in order, in its own integer widths."""
    kinds = {"int64": nw.Int64, "int32": nw.Int32}
    return frame.select(**{name: nw.col(name).cast(kinds[kind]) for name, kind in table.columns.items()})


def _kpi_table(values: Sequence[Value]) -> pa.Table:
    """Return KPIs as rows; portfolio_id is null for the whole company, value where a ratio has no denominator."""
    return pa.table(
        {
            "portfolio_id": pa.array([v.portfolio_id for v in values], pa.int64()),
            "kpi": pa.array([v.kpi for v in values], pa.string()),
            "bucket": pa.array([v.bucket for v in values], pa.int32()),
            "value": pa.array([v.value for v in values], pa.int64()),
        }
    )


def fingerprint_of_kpis(values: Iterable[Value]) -> str:
    """Return a hash of KPIs in any order."""
    lines = sorted(f"{v.portfolio_id}|{v.kpi}|{v.bucket}|{v.value}" for v in values)
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def read_written(folder: Path, table: Table) -> pa.Table:
    """Return a table that a day wrote into its folder."""
    return conform(table, pq.read_table(folder / table.name, partitioning=None))


def read_kpis(folder: Path) -> list[Value]:
    """Return the KPIs that a day wrote into its folder."""
    rows = pq.read_table(folder / "kpis", partitioning=None).to_pylist()
    return [Value(row["portfolio_id"], row["kpi"], row["bucket"], row["value"]) for row in rows]


def _write(folder: Path, rows: pa.Table) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, folder / "part.parquet", compression="zstd")


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Yield a folder that takes the place of `target` when all went well, and is thrown away when not."""
    fresh = target.with_name(f".{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if target.exists():
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old)
    else:
        fresh.rename(target)
