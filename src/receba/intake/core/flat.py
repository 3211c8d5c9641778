"""A ledger file, where one row is a title and maybe its payment, taken apart into the tables that it holds."""

from __future__ import annotations

import polars as pl

from receba.intake.core.fields import CUSTOMERS, SETTLEMENTS, TITLES, TableSpec
from receba.intake.core.reading import accepted_schema

_CUSTOMER_FACTS = ("name", "document", "person_type", "state", "portfolio")


def customers_of(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return one row per customer of the accepted ledger rows, as of a customers file; the last value given wins."""
    latest = [pl.col(name).drop_nulls().last() for name in _CUSTOMER_FACTS]
    rows = ledger.sort("line").group_by("customer", maintain_order=True).agg(pl.col("line").first(), *latest)
    return _shaped(rows, CUSTOMERS)


def titles_of(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return one row per title of the accepted ledger rows, as of a titles file."""
    facts = [pl.col(name).first() for name in ("line", "customer", "issued", "due", "amount")]
    latest = [pl.col(name).drop_nulls().last() for name in ("description", "portfolio")]
    rows = ledger.sort("line").group_by("title", maintain_order=True).agg(*facts, *latest)
    return _shaped(rows, TITLES)


def settlements_of(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return one row per payment of the accepted ledger rows, as of a settlements file."""
    rows = ledger.filter(pl.col("paid").is_not_null()).select("line", "settlement", "title", "paid", "paid_amount")
    return _shaped(rows.with_columns(kind=pl.lit("payment")), SETTLEMENTS)


def disputes_of(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return title and disputed of the accepted ledger rows that tell; a title is in dispute if any of its rows is."""
    told = ledger.filter(pl.col("disputed").is_not_null())
    return told.group_by("title", maintain_order=True).agg(pl.col("disputed").any())


def _shaped(rows: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None, dtype=kind)).cast(kind).alias(name)
        for name, kind in accepted_schema(spec).items()
    )
