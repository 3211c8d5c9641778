"""A large ledger for benchmarks, made directly as kernel tables: no names, no files, one pass of columns.

Shape (docs/explanation/made-up-portfolio.md): one debtor per ten open titles, 15 % of them firms, some debtors with
hundreds of titles, lognormal amounts, three years of paid history, 8 % of the titles paid in parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import pyarrow as pa

from receba.demo.core.calendar import next_business
from receba.demo.core.chance import Chance, exponential_curve, lognormal_curve
from receba.engine.contract import conform
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, ENTRIES, TERMS, TITLES, EntryKind, PersonKind, Table

DAY = date(2026, 11, 23)
"""The day of the reading when the caller gives none."""
HISTORY_DAYS = 3 * 365
WRITTEN_OFF_PER_MILLE = 20
PARTIAL_PER_MILLE = 80
TITLE = pl.col("title_id")
_PDS = (100, 150, 200, 300, 300, 400, 500, 700, 900, 1200, 1600, 2200, 3000, 4000, 5500, 7500)
_GOOD_DELAYS = (-5, -3, -2, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Scale:
    """The four kernel tables of a large made-up ledger, as known on `on`."""

    on: date
    titles: pa.Table
    entries: pa.Table
    terms: pa.Table
    debtors: pa.Table


def generate_scale(
    titles: int, seed: int, on: date = DAY, paid_per_open: float = 2, debtors: int | None = None
) -> Scale:
    """Return `titles` open titles and `paid_per_open` times as many settled ones; the same seed, the same tables.

    `debtors` is a tenth of the open titles unless told. Raises ValueError when `titles` is under 10, `paid_per_open`
    negative or `debtors` under 1.
    """
    people = titles // 10 if debtors is None else debtors
    if titles < 10 or paid_per_open < 0 or people < 1:
        raise ValueError("a ledger needs at least 10 open titles, a debtor and no negative history")
    chance = Chance(seed, "scale")
    settled = int(titles * paid_per_open)
    frame = pl.DataFrame({"title_id": pl.int_range(1, titles + settled + 1, dtype=pl.Int64, eager=True)})
    frame = _owed(frame, people, chance)
    frame = _dated(frame, settled, day_number(on), chance)
    return Scale(
        on,
        titles=conform(TITLES, frame.select(list(TITLES.columns)).to_arrow()),
        entries=conform(ENTRIES, _entries(frame, settled, day_number(on), chance).to_arrow()),
        terms=_terms(),
        debtors=conform(DEBTORS, _debtors(people, chance).to_arrow()),
    )


OPEN_PER_MILLE = 115
FREE_TERMS = 3


def generate_portfolio(titles: int, seed: int, on: date = DAY) -> dict[Table, pa.Table]:
    """Return TITLES, ENTRIES, TERMS and DEBTORS of a portfolio of `titles`, one debtor for each ten.

    Settled titles are under terms that ask for no charges: the generator's payments speak of none.
    """
    opened = titles * OPEN_PER_MILLE // 1000
    made = generate_scale(opened, seed, on, (titles - opened) / opened, titles // 10)
    settled = pa.compute.less_equal(made.titles["title_id"], made.titles.num_rows - opened)
    terms_id = pa.compute.if_else(settled, pa.scalar(FREE_TERMS, pa.int64()), made.titles["terms_id"])
    free = {"terms_id": FREE_TERMS, "fine_bps": 0, "interest_bps_month": 0, "grace_days": 0, "index_id": 0}
    return {
        TITLES: made.titles.set_column(made.titles.column_names.index("terms_id"), "terms_id", terms_id),
        ENTRIES: made.entries,
        TERMS: pa.concat_tables([made.terms, pa.Table.from_pylist([free], schema=made.terms.schema)]),
        DEBTORS: made.debtors,
    }


def pieces(titles: int, seed: int, on: date, count: int) -> Iterator[dict[Table, pa.Table]]:
    """Yield a portfolio of `titles` in `count` pieces of other debtors each, so that none need lie in memory whole.

    The debtors of a piece are those whose number has the same remainder by `count`.
    """
    for number in range(count):
        made = generate_portfolio(titles // count, seed + number, on)
        numbered = {TITLES: ("title_id", "debtor_id"), ENTRIES: ("entry_id", "title_id"), DEBTORS: ("debtor_id",)}
        for table, names in numbered.items():
            frame = pl.DataFrame(pl.from_arrow(made[table])).with_columns(pl.col(*names) * count + number)
            made[table] = conform(table, frame.to_arrow())
        yield made


PAID_PER_MILLE = 10
BOUGHT_PER_MILLE = 1


def next_day(tables: Mapping[Table, pa.Table], seed: int, on: date) -> dict[Table, pa.Table]:
    """Return a portfolio of generate_portfolio after one more day: 1 % of the open titles paid, 0.1 % more titles sold."""
    chance, today = Chance(seed, f"day {on.isoformat()}"), day_number(on)
    titles, entries = (pl.DataFrame(pl.from_arrow(tables[table])) for table in (TITLES, ENTRIES))
    number = {"title_id": titles["title_id"].max(), "entry_id": entries["entry_id"].max()}
    left = entries.group_by("title_id").agg(pl.col("amount_centavos").sum()).filter(pl.col("amount_centavos") > 0)
    paid = left.filter(chance.happens(PAID_PER_MILLE, "pays", TITLE)).sort("title_id").select(
        "title_id", kind=pl.lit(EntryKind.PAYMENT.value, dtype=pl.Int32), amount_centavos=-pl.col("amount_centavos")
    )  # fmt: skip
    sold = titles.filter(chance.happens(BOUGHT_PER_MILLE, "buys", TITLE)).with_columns(
        title_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + number["title_id"],
        terms_id=pl.lit(1, dtype=pl.Int64), issued_day=pl.lit(today, dtype=pl.Int32),
        due_day=pl.lit(today + 28, dtype=pl.Int32),
    )  # fmt: skip
    sold = sold.with_columns(effective_due_day=next_business(pl.col("due_day")))
    faces = sold.select(
        "title_id", kind=pl.lit(EntryKind.FACE.value, dtype=pl.Int32), amount_centavos=pl.col("face_centavos")
    )
    more = pl.concat([paid, faces]).select(
        (pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + number["entry_id"]).alias("entry_id"), "title_id", "kind",
        pl.lit(0, dtype=pl.Int32).alias("component"), "amount_centavos",
        *(pl.lit(today, dtype=pl.Int32).alias(name) for name in ("effective_day", "recorded_day")),
    )  # fmt: skip
    return {
        **tables,
        TITLES: conform(TITLES, pl.concat([titles, sold.select(titles.columns)]).to_arrow()),
        ENTRIES: conform(ENTRIES, pl.concat([entries, more.select(entries.columns)]).to_arrow()),
    }


def debtor_pd(debtor: pl.Expr, chance: Chance) -> pl.Expr:
    """Return the true PD (1e-4) of a debtor: the chance that one title is paid 5 or more days late."""
    return chance.pick(_PDS, "pd", debtor)


def _owed(frame: pl.DataFrame, debtors: int, chance: Chance) -> pl.DataFrame:
    """Who owes, and how much. Three draws multiplied give the few debtors who hold hundreds of titles."""
    owner = pl.col("debtor_id")
    frame = frame.with_columns(
        debtor_id=chance.below(debtors, "debtor", TITLE) + 1,
        portfolio_id=chance.between(1, 3, "portfolio", TITLE),
        skewed=chance.happens(300, "skew", TITLE),
    )
    for again in ("debtor 2", "debtor 3"):
        frame = frame.with_columns(
            debtor_id=pl.when("skewed").then(chance.below(owner, again, TITLE) + 1).otherwise(owner)
        )
    size = chance.pick(lognormal_curve(0.8), "size", owner)
    amount = 45_000 * size // 1000 * chance.pick(lognormal_curve(0.7), "amount", TITLE) // 1000
    return frame.with_columns(
        face_centavos=amount + 500 + chance.below(100, "centavos", TITLE),
        terms_id=pl.lit(1, dtype=pl.Int64) + chance.happens(250, "terms", TITLE).cast(pl.Int64),
    )


def _dated(frame: pl.DataFrame, settled: int, today: int, chance: Chance) -> pl.DataFrame:
    """Settled titles are due in the last three years; open ones are overdue the more often the worse their debtor."""
    pd_e4 = debtor_pd(pl.col("debtor_id"), chance)
    term = chance.pick((10, 14, 21, 28, 30, 30, 45, 60, 90), "term", TITLE)
    past = today - 1 - chance.below(HISTORY_DAYS, "due", TITLE)
    overdue = today - 1 - 60 * chance.pick(exponential_curve(), "overdue", TITLE) // 1000
    coming = today + chance.below(term, "coming", TITLE)
    late = chance.below(10_000, "is overdue", TITLE) < 1500 + pd_e4 // 2
    due = pl.when(settled >= TITLE).then(past).when(late).then(overdue).otherwise(coming).cast(pl.Int32)
    return frame.with_columns(due_day=due).with_columns(
        issued_day=(pl.col("due_day") - term).cast(pl.Int32), effective_due_day=next_business(pl.col("due_day"))
    )


def _entries(frame: pl.DataFrame, settled: int, today: int, chance: Chance) -> pl.DataFrame:
    """The face of every title; payment, two payments or write-off of the settled; a part of some open ones."""
    face = frame.select(
        "title_id", kind=pl.lit(EntryKind.FACE.value), amount_centavos="face_centavos", day="issued_day"
    )
    done = frame.filter(settled >= TITLE).select("title_id", "face_centavos", paid_day=_paid_day(today, chance))
    done = done.with_columns(first=_first_part(chance), lost=chance.happens(WRITTEN_OFF_PER_MILLE, "lost", TITLE))
    rest = done.select(
        "title_id", kind=pl.when("lost").then(EntryKind.WRITE_OFF.value).otherwise(EntryKind.PAYMENT.value),
        amount_centavos=pl.col("first") - pl.col("face_centavos"), day="paid_day",
    )  # fmt: skip
    earlier = (pl.col("paid_day") - chance.below(4, "earlier", TITLE)).cast(pl.Int32)
    parts = [
        done.select("title_id", "first", day=earlier),
        frame.filter((settled < TITLE) & (pl.col("due_day") < today))
        .select("title_id", first=_first_part(chance), day="due_day"),
    ]  # fmt: skip
    part = pl.concat(parts).filter(pl.col("first") > 0).select(
        "title_id", kind=pl.lit(EntryKind.PAYMENT.value), amount_centavos=-pl.col("first"), day="day"
    )  # fmt: skip
    entries = pl.concat([face, rest, part], how="vertical_relaxed")
    return entries.select(
        (pl.int_range(pl.len(), dtype=pl.Int64) + 1).alias("entry_id"), "title_id", pl.col("kind").cast(pl.Int32),
        pl.lit(0, dtype=pl.Int32).alias("component"), pl.col("amount_centavos").cast(pl.Int64),
        pl.col("day").cast(pl.Int32).alias("effective_day"), pl.col("day").cast(pl.Int32).alias("recorded_day"),
    )  # fmt: skip


def _paid_day(today: int, chance: Chance) -> pl.Expr:
    """The day on which a settled title was paid, known today; at most 5 days early, and no term is under 10."""
    bad = chance.below(10_000, "bad", TITLE) < debtor_pd(pl.col("debtor_id"), chance)
    wait = 5 + 15 * chance.pick(exponential_curve(), "wait", TITLE) // 1000
    delay = pl.when(bad).then(wait).otherwise(chance.pick(_GOOD_DELAYS, "good", TITLE))
    return (pl.col("effective_due_day") + delay).clip(None, today).cast(pl.Int32)


def _first_part(chance: Chance) -> pl.Expr:
    """What was paid first, 20 to 80 % of the face, in 8 % of the titles; else 0."""
    part = pl.col("face_centavos") * chance.between(20, 80, "part", TITLE) // 100
    return pl.when(chance.happens(PARTIAL_PER_MILLE, "in parts", TITLE)).then(part).otherwise(0)


def _debtors(count: int, chance: Chance) -> pl.DataFrame:
    debtor = pl.col("debtor_id")
    frame = pl.DataFrame({"debtor_id": pl.int_range(1, count + 1, dtype=pl.Int64, eager=True)})
    return frame.with_columns(
        person_kind=pl.when(chance.happens(150, "firm", debtor))
        .then(PersonKind.PJ.value)
        .otherwise(PersonKind.PF.value),
        has_email=chance.happens(880, "email", debtor).cast(pl.Int32),
    ).cast({"person_kind": pl.Int32})


def _terms() -> pa.Table:
    """2 % and 1 % a month; 2 % and 0.5 % a month with 3 days of grace. No index."""
    columns = {
        "terms_id": [1, 2], "fine_bps": [200, 200], "interest_bps_month": [100, 50], "grace_days": [0, 3],
        "index_id": [0, 0],
    }  # fmt: skip
    return conform(TERMS, pa.table(columns))
