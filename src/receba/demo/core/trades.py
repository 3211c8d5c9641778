"""How titles come to be in each trade: repeated purchases, monthly tuition, instalments of a plot of land.

Each function takes the customers (draw_customers) and returns one row per title with c, issued_day, due_day,
amount_centavos, description, kind and number (the creditor's number, unique).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from receba.demo.core.calendar import first_day_of, month_of, next_business
from receba.demo.core.chance import Chance, lognormal_curve
from receba.demo.core.customers import HISTORY_DAYS
from receba.demo.core.profile import Profile, Trade
from receba.demo.core.text import joined, padded
from receba.kernel.days import day_number, month_number

C, M = pl.col("c"), pl.col("month")
COLUMNS = ("c", "issued_day", "due_day", "amount_centavos", "description", "kind", "number")
_SPREAD = lognormal_curve(0.45)
_GIANT_RATE = 42_000
_GRADES = {
    "Educação Infantil": ("Infantil 3", "Infantil 4", "Infantil 5"),
    "Ensino Fundamental": ("1º ano", "2º ano", "3º ano", "4º ano", "5º ano", "6º ano", "7º ano", "8º ano", "9º ano"),
    "Ensino Médio": ("1ª série", "2ª série", "3ª série"),
}


def draw_titles(profile: Profile, customers: pl.DataFrame, chance: Chance, on: date) -> pl.DataFrame:
    """Return the titles of a company issued until `on`, in order of issue; single-title customers keep their first."""
    frame = _TRADES[profile.trade](profile, customers.filter(pl.col("size") != "none"), chance, on)
    frame = frame.filter(pl.col("issued_day") <= day_number(on)).select(COLUMNS)
    frame = frame.sort("issued_day", "c", "due_day", "number")
    single = customers.filter(pl.col("size") == "single").get_column("c").implode()
    return frame.filter(~C.is_in(single) | (pl.int_range(pl.len()).over("c") == 0))


def _by_month(customers: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Return customers x months, months that ended before they became customers left out."""
    months = pl.DataFrame({"month": pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)})
    frame = customers.join(months, how="cross")
    return frame.filter(first_day_of(M + 1) > pl.col("since_day"))


def purchases(profile: Profile, customers: pl.DataFrame, chance: Chance, on: date) -> pl.DataFrame:
    """Business to business: a rhythm per customer, invoices in one to three parcels of 14 to 45 days."""
    first_day = day_number(on) - HISTORY_DAYS
    rate = (
        pl.when(pl.col("size") == "giant").then(_GIANT_RATE)
        .when(pl.col("size") == "single").then(2000)
        .otherwise(chance.pick([150, 300, 500, 700, 1000, 1000, 1500, 2000, 3000, 4500], "rate", C))
    )  # fmt: skip
    frame = _by_month(customers, month_number(on) - 18, month_number(on)).with_columns(
        n=(rate * percent(profile.season_volume, M) // 100 + chance.below(1000, "how many", C, M)) // 1000
    )
    frame = frame.filter(pl.col("n") > 0).with_columns(k=pl.int_ranges("n")).explode("k")
    frame = frame.with_columns(issued_day=next_business(_day_of_sale(chance)))
    frame = frame.filter(pl.col("issued_day") >= pl.max_horizontal("since_day", pl.lit(first_day)))
    frame = frame.sort("issued_day", "c", "k").with_columns(series=pl.int_range(pl.len(), dtype=pl.Int64) + 10_417)
    return _in_parcels(frame, chance)


def _day_of_sale(chance: Chance) -> pl.Expr:
    """Sales teams close their month: about a third of the invoices fall in its last five days."""
    ids = (C, M, pl.col("k"))
    days = first_day_of(M + 1) - first_day_of(M)
    late = first_day_of(M + 1) - 1 - chance.below(5, "day at the end", *ids)
    any_day = first_day_of(M) + chance.below(days, "day", *ids)
    return pl.when(chance.happens(330, "at month end", *ids)).then(late).otherwise(any_day).cast(pl.Int32)


def _in_parcels(frame: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    ids = (C, pl.col("series"))
    term = pl.when(chance.happens(700, "usual term", *ids)).then(
        chance.pick([14, 21, 28, 28, 30], "own term", C)
    ).otherwise(chance.pick([14, 21, 28, 30, 35, 45], "term", *ids))  # fmt: skip
    total = 180_000 * pl.col("scale") // 1000 * chance.pick(_SPREAD, "amount", *ids) // 1000 + 1_000
    frame = frame.with_columns(
        term=term,
        total=total + chance.below(100, "centavos", *ids),
        parcels=chance.pick([1] * 14 + [2] * 4 + [3] * 2, "parcels", *ids),
    )
    # Parcels go up in steps of 7 days and stay within 45.
    frame = frame.with_columns(parcels=pl.min_horizontal("parcels", (45 - pl.col("term")) // 7 + 1))
    frame = frame.with_columns(parcel=pl.int_ranges("parcels")).explode("parcel")
    odd = (pl.col("parcel") < pl.col("total") % pl.col("parcels")).cast(pl.Int64)
    return frame.with_columns(
        due_day=pl.col("issued_day") + pl.col("term") + 7 * pl.col("parcel"),
        amount_centavos=pl.col("total") // pl.col("parcels") + odd,
        kind=pl.lit("Duplicata mercantil"),
        number=joined(padded(pl.col("series"), 6), "/", pl.col("parcel") + 1),
        description=joined("NF-e ", pl.col("series"), " parcela ", pl.col("parcel") + 1, "/", pl.col("parcels")),
    )


def tuition(profile: Profile, customers: pl.DataFrame, chance: Chance, on: date) -> pl.DataFrame:
    """A school: one title per pupil and month, due on day 5 or 10, and the books in January."""
    first = month_number(on) - 17
    pupils = customers.with_columns(n=chance.pick([1, 1, 1, 2], "pupils", C)).with_columns(
        n=pl.when(pl.col("size") == "single").then(1).otherwise("n")
    )
    frame = _by_month(pupils, first, month_number(on) + 1).with_columns(k=pl.int_ranges("n")).explode("k")
    ids = (C, pl.col("k"))
    base = chance.between(270, 580, "fee", *ids) * 500 - 100
    frame = frame.with_columns(
        due_day=first_day_of(M) - 1 + chance.pick([5, 10, 10], "due day", C),
        issued_day=first_day_of(M) - 10,
        # Fees rise by 8 % each January.
        amount_centavos=base * (100 + 8 * (M // 12 - first // 12)) // 100,
        grade=_grade(chance, *ids),
        kind=pl.lit("Mensalidade"),
        number=joined(padded((C + 1) * 10 + pl.col("k"), 6), "-", padded(M // 12 * 100 + M % 12 + 1, 6)),
    )
    frame = frame.filter(pl.col("issued_day") >= pl.col("since_day") - 10)
    books = frame.filter(M % 12 == 0).with_columns(
        due_day=first_day_of(M) + 19,
        amount_centavos=pl.col("amount_centavos") * 3 // 5,
        kind=pl.lit("Material didático"),
        number=joined(pl.col("number"), "D"),
    )
    return pl.concat([frame, books], how="vertical_relaxed").with_columns(
        description=joined(pl.col("kind"), " ", month_text(M), " – ", pl.col("grade"))
    )


def _grade(chance: Chance, *ids: pl.Expr) -> pl.Expr:
    stages = [(stage, chance.pick(grades, stage, *ids)) for stage, grades in _GRADES.items()]
    return pl.coalesce(pl.when(pl.col("portfolio") == stage).then(grade) for stage, grade in stages)


def instalments(profile: Profile, customers: pl.DataFrame, chance: Chance, on: date) -> pl.DataFrame:
    """Plots of land: 120 to 180 monthly instalments; the booklet of a year is issued in December before it."""
    first, last = month_number(on) - 17, month_number(on) + 13
    lots = customers.with_columns(
        n=pl.when(pl.col("size") == "giant").then(45).otherwise(1), start=month_of(pl.col("since_day")) + 1
    )
    frame = _by_month(lots, first, last).with_columns(k=pl.int_ranges("n")).explode("k")
    ids = (C, pl.col("k"))
    booklet = first_day_of(M // 12 * 12) - 25
    frame = frame.with_columns(
        parcel=(M - pl.col("start") + 1).cast(pl.Int64),
        parcels=chance.pick([120, 144, 180], "parcels", *ids),
        issued_day=pl.max_horizontal("since_day", booklet).cast(pl.Int32),
        due_day=first_day_of(M) - 1 + chance.pick([5, 10, 10, 15, 20, 25], "due day", C),
    ).filter((pl.col("parcel") >= 1) & (pl.col("parcel") <= pl.col("parcels")))
    frame = frame.filter((pl.col("size") != "single") | (pl.col("parcel") == 1))
    lot = joined("Quadra ", chance.between(1, 40, "block", *ids), ", lote ", chance.between(1, 60, "lot", *ids))
    monthly = chance.between(42_000, 195_000, "instalment", *ids)
    return frame.with_columns(
        amount_centavos=monthly * (100 + 5 * (M // 12 - first // 12)) // 100,
        kind=pl.lit("Parcela de lote"),
        number=joined(padded((C + 1) * 100 + pl.col("k"), 7), "-", padded(pl.col("parcel"), 3)),
        description=joined(lot, " – parcela ", pl.col("parcel"), "/", pl.col("parcels")),
    )


_TRADES: dict[Trade, Callable[[Profile, pl.DataFrame, Chance, date], pl.DataFrame]] = {
    Trade.PURCHASES: purchases,
    Trade.TUITION: tuition,
    Trade.INSTALMENTS: instalments,
}


def percent(by_month: Mapping[int, int], month: pl.Expr) -> pl.Expr:
    """Return the percentage of a month number; 100 where the table says nothing."""
    return pl.lit(pl.Series([by_month.get(n, 100) for n in range(1, 13)])).gather(month % 12)


def month_text(month: pl.Expr) -> pl.Expr:
    """Return `03/2026` for a month number."""
    return joined(padded(month % 12 + 1, 2), "/", month // 12)
