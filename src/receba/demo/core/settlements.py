"""What the creditor's system recorded: payments whole and in parts, discounts, bounced cheques, write-offs.

`paid_amount_centavos` is the money that came in, fine and interest included and the discount taken off; for the kinds
without money (discount, write_off, cancellation) it is the principal that disappears.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from receba.demo.core.calendar import as_date, next_business
from receba.demo.core.chance import Chance
from receba.demo.core.outcomes import T, with_charges
from receba.demo.core.profile import Profile
from receba.demo.core.text import joined, padded
from receba.kernel.days import day_number

EARLY_DISCOUNT_PERCENT = 3
AMOUNT, CASE, DAY = pl.col("amount_centavos"), pl.col("case"), pl.col("day")
_COLUMNS = ("t", "title", "part", "day", "paid_amount_centavos", "fine_centavos", "interest_centavos",
            "discount_centavos", "method", "kind", "reverses_part")  # fmt: skip


def draw_settlements(titles: pl.DataFrame, profile: Profile, chance: Chance, on: date) -> pl.DataFrame:
    """Return the settlements known on `on`: settlement, title, paid, …, reverses (see the intake's fields)."""
    titles = titles.drop("kind")  # the kind of a settlement takes its place
    paid = titles.filter(pl.col("paid_day").is_not_null()).with_columns(day=pl.col("paid_day"))
    rows = [
        _whole(paid.filter(CASE.ne_missing(pl.lit("partial_payment"))), chance),
        _last_part(paid.filter(CASE == "partial_payment"), chance),
        _first_part(titles.filter(CASE.is_in(["partial_payment", "partial_open"])), chance),
        _second_time(paid.filter(CASE == "duplicate_payment")),
        *_bounced(titles.filter(CASE.is_in(["reversal", "reversal_open"]))),
        _abatement(paid.filter(CASE == "abatement")),
        _without_money(titles.filter(CASE == "write_off"), "write_off", pl.col("due_day") + 185),
        _without_money(titles.filter(CASE == "cancelled"), "cancellation", pl.col("issued_day") + 2),
        _waiting(titles, profile, chance, on),
    ]
    frame = pl.concat([row.select(_COLUMNS) for row in rows], how="vertical_relaxed")
    return _numbered(frame.filter(day_number(on) >= DAY))


def _rows(frame: pl.DataFrame, **columns: pl.Expr) -> pl.DataFrame:
    """Fill in what most settlements have: no charge, no discount, a payment that reverses nothing."""
    usual = {
        "part": pl.lit(1), "fine_centavos": pl.lit(0), "interest_centavos": pl.lit(0), "discount_centavos": pl.lit(0),
        "kind": pl.lit("payment"), "reverses_part": pl.lit(None, dtype=pl.Int32),
    }  # fmt: skip
    return frame.with_columns(**{name: value for name, value in usual.items() if name not in frame.columns} | columns)


def _whole(paid: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    abated = pl.when(CASE == "abatement").then(_abated()).otherwise(0)
    paid = with_charges(paid.with_columns(base=AMOUNT - abated), "base")
    discount = pl.when(CASE == "early_discount").then(AMOUNT * EARLY_DISCOUNT_PERCENT // 100).otherwise(0)
    extra = pl.when(CASE == "overpayment").then(AMOUNT // 50 + 100).otherwise(0)
    part = pl.when(CASE == "reversal").then(3).otherwise(1)
    return _rows(paid, discount_centavos=discount, part=part).with_columns(
        paid_amount_centavos=pl.col("base") + pl.col("fine_centavos") + pl.col("interest_centavos") - discount + extra,
        # A customer whose cheque bounced pays by other means.
        method=pl.when(CASE == "reversal").then(pl.lit("pix")).otherwise("method"),
    )


def _share(chance: Chance) -> pl.Expr:
    """The first part, 30 to 70 % of the title."""
    return AMOUNT * chance.between(30, 70, "share", T) // 100


def _first_part(titles: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    return _rows(titles, day=pl.col("effective_due_day"), paid_amount_centavos=_share(chance))


def _last_part(paid: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    paid = with_charges(paid.with_columns(base=AMOUNT - _share(chance)), "base")
    total = pl.col("base") + pl.col("fine_centavos") + pl.col("interest_centavos")
    return _rows(paid, part=pl.lit(2), paid_amount_centavos=total)


def _second_time(paid: pl.DataFrame) -> pl.DataFrame:
    return _rows(paid, part=pl.lit(2), day=next_business(DAY + 1), paid_amount_centavos=AMOUNT)


def _bounced(titles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A cheque on the due date and its return two business days later (at the soonest)."""
    cheque = _rows(titles, day=pl.col("effective_due_day"), paid_amount_centavos=AMOUNT)
    back = _rows(
        titles, part=pl.lit(2), day=next_business(pl.col("effective_due_day") + 2), paid_amount_centavos=AMOUNT,
        kind=pl.lit("reversal"), reverses_part=pl.lit(1, dtype=pl.Int32),
    )  # fmt: skip
    return cheque, back


def _abated() -> pl.Expr:
    return AMOUNT // 20


def _abatement(paid: pl.DataFrame) -> pl.DataFrame:
    """Goods returned: part of the debt disappears a few days after the issue."""
    day = pl.min_horizontal(pl.col("issued_day") + 3, "paid_day")
    return _rows(paid, part=pl.lit(0), day=day, paid_amount_centavos=_abated(), kind=pl.lit("discount"),
                 method=pl.lit(None, dtype=pl.String))  # fmt: skip


def _without_money(titles: pl.DataFrame, kind: str, day: pl.Expr) -> pl.DataFrame:
    return _rows(titles, day=day, paid_amount_centavos=AMOUNT, kind=pl.lit(kind), method=pl.lit(None, dtype=pl.String))


def _waiting(titles: pl.DataFrame, profile: Profile, chance: Chance, on: date) -> pl.DataFrame:
    """Payments of titles that the creditor has not sent yet: they wait for their title."""
    count = max(3, titles.height // 2000)
    frame = pl.DataFrame({"t": pl.int_range(0, count, dtype=pl.Int64, eager=True) + titles.height})
    return _rows(
        frame, title=joined(f"{profile.title_prefix}-", T + 9_000_000),
        day=(day_number(on) - chance.below(10, "waiting day", T)).cast(pl.Int32),
        paid_amount_centavos=chance.between(8_000, 450_000, "waiting amount", T), method=pl.lit("pix"),
    )  # fmt: skip


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Give each settlement the external id of the creditor's system, in order of day, and resolve reversals."""
    frame = frame.sort("day", "t", "part").with_columns(settlement=joined("BX", padded(pl.int_range(pl.len()) + 1, 8)))
    first = frame.select("t", pl.col("part").cast(pl.Int32).alias("reverses_part"), reverses="settlement")
    frame = frame.join(first, on=["t", "reverses_part"], how="left", maintain_order="left", validate="m:1")
    return frame.select(
        "settlement", "title", as_date(DAY).alias("paid"), pl.col("paid_amount_centavos").cast(pl.Int64),
        pl.col("fine_centavos", "interest_centavos", "discount_centavos").cast(pl.Int64), "method", "kind", "reverses",
    )  # fmt: skip
