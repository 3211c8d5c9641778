"""Text columns, put together from words and columns."""

from __future__ import annotations

import polars as pl


def joined(*parts: str | pl.Expr) -> pl.Expr:
    """Return the parts one after the other; a `str` is itself, a number is written in digits, a null makes a null."""
    return pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in parts)


def padded(number: pl.Expr, width: int) -> pl.Expr:
    """Return a non-negative number in digits, with zeros in front up to `width`."""
    return number.cast(pl.String).str.zfill(width)


def sometimes(condition: pl.Expr, *parts: str | pl.Expr) -> pl.Expr:
    """Return the joined parts where the condition holds, and nothing ("") elsewhere."""
    return pl.when(condition).then(joined(*parts)).otherwise(pl.lit(""))
