"""Stable keys for rows that bring none: the same content gives the same key, whatever the order of the rows."""

from __future__ import annotations

import hashlib

import polars as pl

PREFIX = "auto:"
"""Begins every derived key; creditors' own numbers do not."""

MAX_LENGTH = 80
"""Longest title key that the ledger stores."""

_LONGEST_CUSTOMER = 36
_TITLE_PARTS = ("customer", "issued", "due", "amount")


def with_title_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ledger rows whose missing `title` is derived from customer, issue, due date, amount and an ordinal.

    The ordinal tells identical titles apart. Among them the paid ones come first, by day, so a later file in which one
    more of them was paid gives the same keys. Which of two identical titles was paid cannot be known; their sum can.
    """
    ordered = rows.sort(pl.col("paid").is_null(), "paid", "paid_amount", "line").with_columns(
        ordinal=pl.int_range(1, pl.len() + 1).over(_TITLE_PARTS)
    )
    derived = pl.concat_str(
        [
            pl.lit(PREFIX) + _fitting(rows["customer"]),
            _compact("issued"),
            _compact("due"),
            pl.col("amount"),
            pl.col("ordinal"),
        ],
        separator="-",
    )
    return ordered.with_columns(title=pl.coalesce("title", derived)).drop("ordinal").sort("line")


def with_flat_settlement_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ledger rows with `settlement`: the derived key of their payment, null where nothing was paid.

    Rows with a creditor's title number are distinct by then; for derived titles the ordinal of the title is left out,
    so that the payment keeps its key when another identical title is paid.
    """
    owner = (
        pl.when(pl.col("title").str.starts_with(PREFIX))
        .then(pl.col("title").str.replace(r"-\d+$", ""))
        .otherwise("title")
    )
    return _with_payment_key(
        rows.with_columns(owner=owner), ["owner", "paid", "paid_amount"], kind=pl.lit("payment")
    ).drop("owner")


def with_settlement_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return settlements whose missing `settlement` is derived from title, day, kind, amount and an ordinal."""
    given = rows["settlement"]
    keyed = _with_payment_key(
        rows.with_columns(owner=pl.col("title")), ["owner", "paid", "kind", "paid_amount"], kind=pl.col("kind")
    )
    return keyed.with_columns(settlement=pl.coalesce(given, "settlement")).drop("owner")


def with_registered_titles(rows: pl.DataFrame, registered: pl.DataFrame) -> pl.DataFrame:
    """Return ledger rows in which a payment that is registered keeps the derived title on which it is.

    `registered`: settlement, known_title. Identical titles are numbered by the day of their payment, so a payment told
    later, of an earlier day, takes the number of another; the titles that are left go to the other rows, in order.
    """
    owner = pl.col("title").str.replace(r"-\d+$", "")
    derived = rows.filter(pl.col("title").str.starts_with(PREFIX)).with_columns(owner=owner)
    pinned = derived.join(registered, on="settlement", how="left").with_columns(
        kept=pl.when(pl.col("known_title").str.replace(r"-\d+$", "") == pl.col("owner")).then("known_title")
    )
    moved = pinned.filter((pl.col("kept") != pl.col("title")).any().over("owner"))
    ordered = moved.sort("owner", pl.col("title").str.len_chars(), "title")
    free = ordered.filter(pl.col("kept").is_null()).with_columns(place=pl.int_range(pl.len()).over("owner"))
    left = (
        ordered.select("owner", new="title")
        .join(ordered.select("owner", new="kept"), on=["owner", "new"], how="anti")
        .with_columns(place=pl.int_range(pl.len()).over("owner"))
    )
    given = pl.concat([
        ordered.filter(pl.col("kept").is_not_null()).select("line", new="kept"),
        free.join(left, on=["owner", "place"]).select("line", "new"),
    ])  # fmt: skip
    return rows.join(given, on="line", how="left").with_columns(title=pl.coalesce("new", "title")).drop("new")


def _with_payment_key(rows: pl.DataFrame, parts: list[str], kind: pl.Expr) -> pl.DataFrame:
    ordinal = pl.col("line").rank("ordinal").over(parts)
    key = pl.concat_str(
        [
            pl.lit(PREFIX) + pl.col("owner").str.strip_prefix(PREFIX),
            kind,
            _compact("paid"),
            pl.col("paid_amount"),
            ordinal,
        ],
        separator="-",
    )
    return rows.with_columns(settlement=pl.when(pl.col("paid").is_not_null()).then(key))


def _fitting(customers: pl.Series) -> pl.Expr:
    """Return the customer's code, or its beginning and a digest where the whole would not fit into a key."""
    long = customers.filter(customers.str.len_chars() > _LONGEST_CUSTOMER).unique().to_list()
    short = [f"{code[:20]}~{hashlib.sha256(code.encode()).hexdigest()[:12]}" for code in long]
    return pl.col("customer").replace(long, short)


def _compact(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m%d")
