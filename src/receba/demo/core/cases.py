"""The awkward cases of real portfolios, planted on purpose so that every one of them occurs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from receba.demo.core.calendar import next_business
from receba.demo.core.chance import Chance
from receba.kernel.days import day_number

OLDEST_OPEN_DAYS = 900
GIANT_CENTAVOS = 123_456_789


@dataclass(frozen=True, slots=True)
class Case:
    """How many titles get a case, and which: those due between `oldest` and `newest` days before the day."""

    name: str
    per_mille: int
    least: int
    oldest: int
    newest: int
    lost: bool | None = None
    """True: never paid; False: paid; None: as drawn."""
    late: tuple[int, int] | None = None
    """Days from the effective due date to the (last) payment, drawn between the two."""


CASES: tuple[Case, ...] = (
    Case("partial_payment", 25, 3, 500, 70, lost=False, late=(12, 55)),
    Case("partial_open", 8, 2, 150, 15, lost=True),
    Case("overpayment", 4, 2, 500, 20, lost=False, late=(0, 3)),
    Case("duplicate_payment", 3, 2, 500, 20, lost=False, late=(0, 3)),
    Case("reversal", 5, 2, 500, 60, lost=False, late=(15, 45)),
    Case("reversal_open", 2, 1, 120, 20, lost=True),
    Case("early_discount", 20, 3, 500, 0, lost=False, late=(-8, -6)),
    Case("abatement", 6, 2, 500, 20, lost=False, late=(0, 3)),
    Case("write_off", 4, 2, 520, 230, lost=True),
    Case("cancelled", 12, 3, 500, 0, lost=True),
    Case("disputed", 6, 2, 200, 10, lost=True),
    Case("promise", 5, 2, 60, 10, lost=True),
    Case("broken_promise", 3, 1, 120, 25, lost=True),
    Case("same_day", 3, 2, 500, 20, lost=False),
    Case("next_business_day", 10, 3, 500, 20, lost=False, late=(0, 0)),
    Case("old_open", 0, 1, 500, 60, lost=True),
    Case("one_centavo", 0, 1, 500, 20),
    Case("giant_amount", 0, 1, 120, 5, lost=True),
)


def plant(titles: pl.DataFrame, chance: Chance, on: date, *, has_giant: bool) -> pl.DataFrame:
    """Return the titles with a column `case` (null for most) and the outcome that the case asks for.

    Titles are chosen without looking at what was drawn for them, so the others keep their true rates.
    """
    today = day_number(on)
    titles = titles.with_columns(case=pl.lit(None, dtype=pl.String), lot=chance.draw("lot", pl.col("t")))
    for case in CASES:
        if case.name == "giant_amount" and not has_giant:
            continue
        due = pl.col("due_day").is_between(today - case.oldest, today - case.newest)
        candidate = pl.col("case").is_null() & due & (pl.col("size") == "usual")
        if case.name == "next_business_day":
            candidate &= pl.col("due_day") != pl.col("effective_due_day")
        if case.name == "old_open":
            candidate &= pl.col("since_day") < today - OLDEST_OPEN_DAYS - 28
        wanted = max(case.least, titles.height * case.per_mille // 1000)
        rank = pl.when(candidate).then("lot").rank("ordinal")
        titles = titles.with_columns(case=pl.when(rank <= wanted).then(pl.lit(case.name)).otherwise("case"))
    return _outcomes(titles.drop("lot"), chance, today)


def _outcomes(titles: pl.DataFrame, chance: Chance, today: int) -> pl.DataFrame:
    case, t = pl.col("case"), pl.col("t")
    lost, delay = pl.col("lost"), pl.col("delay_days")
    for rule in CASES:
        here = case == rule.name
        if rule.lost is not None:
            lost = pl.when(here).then(pl.lit(rule.lost)).otherwise(lost)
        if rule.late is not None:
            delay = pl.when(here).then(chance.between(*rule.late, "delay of a case", t)).otherwise(delay)
    titles = titles.with_columns(lost=lost, delay_days=delay)
    old = case.eq_missing(pl.lit("old_open"))
    due = pl.when(old).then(today - OLDEST_OPEN_DAYS).otherwise("due_day").cast(pl.Int32)
    return titles.with_columns(
        due_day=due,
        effective_due_day=next_business(due),
        issued_day=pl.when(old).then(today - OLDEST_OPEN_DAYS - 28).otherwise("issued_day").cast(pl.Int32),
        amount_centavos=pl.when(case == "one_centavo").then(1)
        .when(case == "giant_amount").then(GIANT_CENTAVOS).otherwise("amount_centavos"),
        bad=pl.col("lost") | (pl.col("delay_days") >= 5),
        method=pl.when(case.is_in(["reversal", "reversal_open"])).then(pl.lit("cheque"))
        .when(case == "next_business_day").then(pl.lit("boleto"))
        .when(case == "same_day").then(pl.lit("pix")).otherwise("method"),
    )  # fmt: skip
