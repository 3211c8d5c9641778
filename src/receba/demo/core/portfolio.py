"""One made-up portfolio: what the creditor's system would export, and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from receba.demo.core.calendar import as_date, next_business
from receba.demo.core.cases import plant
from receba.demo.core.chance import Chance
from receba.demo.core.customers import draw_customers
from receba.demo.core.holds import draw_holds
from receba.demo.core.outcomes import draw_outcomes, drifted_pd, pay
from receba.demo.core.profile import Profile
from receba.demo.core.settlements import draw_settlements
from receba.demo.core.text import joined
from receba.demo.core.trades import draw_titles

LEAST_CUSTOMERS = 60
"""Below this there are not enough titles for every awkward case."""
_HIDDEN = (
    "c",
    "customer",
    "size",
    "since_day",
    "portfolio",
    "behaviour",
    "pd_e4",
    "mean_delay_days",
    "lost_per_mille",
    "drift",
    "drift_day",
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The frames of one company as known on `on`; columns are the intake's field names, money in `_centavos`.

    `truth` has one row per customer, `title_truth` one per title; they are what no creditor knows.
    """

    profile: Profile
    on: date
    customers: pl.DataFrame
    titles: pl.DataFrame
    settlements: pl.DataFrame
    holds: pl.DataFrame
    truth: pl.DataFrame
    title_truth: pl.DataFrame


def generate(profile: Profile, seed: int, on: date, customers: int) -> Portfolio:
    """Return eighteen months of a made-up company as of `on`; the same arguments always give the same portfolio.

    Raises ValueError below 60 customers.
    """
    if customers < LEAST_CUSTOMERS:
        raise ValueError(f"a portfolio needs at least {LEAST_CUSTOMERS} customers, not {customers}")
    chance = Chance(seed, profile.key)
    people = draw_customers(profile, chance, on, customers)
    titles = draw_titles(profile, people, chance, on).join(
        people.select(_HIDDEN), on="c", how="left", maintain_order="left", validate="m:1"
    )
    titles = titles.with_columns(
        t=pl.int_range(pl.len(), dtype=pl.Int64),
        title=joined(f"{profile.title_prefix}-", pl.col("number")),
        effective_due_day=next_business(pl.col("due_day")),
    )
    titles = pay(plant(draw_outcomes(titles, profile, chance), chance, on, has_giant=profile.has_giant))
    return Portfolio(
        profile, on,
        customers=people.select(CUSTOMER_FIELDS),
        titles=_titles(titles),
        settlements=draw_settlements(titles, profile, chance, on),
        holds=draw_holds(people, titles, chance, on),
        truth=_truth(people, titles),
        title_truth=_title_truth(titles),
    )  # fmt: skip


CUSTOMER_FIELDS = (
    "customer", "name", "person_type", "document", "email", "phone", "mobile", "zip", "street", "district", "city",
    "state", "group", "since", "portfolio",
)  # fmt: skip


def _titles(titles: pl.DataFrame) -> pl.DataFrame:
    return titles.select(
        "title", "customer", as_date(pl.col("issued_day")).alias("issued"), as_date(pl.col("due_day")).alias("due"),
        pl.col("amount_centavos").cast(pl.Int64), "description", "portfolio", "kind",
    )  # fmt: skip


def _truth(people: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    counts = titles.group_by("customer").agg(titles=pl.len().cast(pl.Int64))
    frame = people.join(counts, on="customer", how="left", maintain_order="left", validate="1:1")
    changed = pl.col("drift") != "stable"
    return frame.select(
        "customer",
        "behaviour",
        "pd_e4",
        drifted_pd(pl.col("pd_e4"), pl.col("drift")).cast(pl.Int64).alias("pd_now_e4"),
        "mean_delay_days",
        "drift",
        pl.when(changed).then(as_date(pl.col("drift_day"))).alias("drift_on"),
        "size",
        pl.col("titles").fill_null(0),
    )


def _title_truth(titles: pl.DataFrame) -> pl.DataFrame:
    """`paid` is the true day of payment, even after `on`; it is null for a title that will never be paid."""
    return titles.select(
        "title", "customer", pl.col("pd_e4").cast(pl.Int64), "bad", "lost", "delay_days",
        as_date(pl.col("effective_due_day")).alias("effective_due"), as_date(pl.col("paid_day")).alias("paid"), "case",
    )  # fmt: skip
