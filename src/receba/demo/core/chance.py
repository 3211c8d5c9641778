"""Chance without a state: a draw is a function of the seed, a purpose and the ids of the row.

A draw does not depend on the order of the rows, on threads or on the platform, and adding a new draw leaves the
others alone. Everything is integer arithmetic (splitmix64, Steele et al. 2014); curves are tables of integers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

import polars as pl

KNOTS = 1024
"""Points of a curve: enough for made-up data, small enough to be read from the cache."""
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
Choice = TypeVar("Choice", int, str)


def _word(value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.UInt64)


def _mix(x: pl.Series) -> pl.Series:
    x = (x ^ (x // _word(1 << 30))) * _word(_MIX_1)
    x = (x ^ (x // _word(1 << 27))) * _word(_MIX_2)
    return x ^ (x // _word(1 << 31))


class Chance:
    """The draws of one seed. `purpose` names the draw; `ids` are the non-negative integers that identify the row."""

    def __init__(self, seed: int, world: str = "") -> None:
        self._world = f"{seed}:{world}"

    def draw(self, purpose: str, *ids: pl.Expr) -> pl.Expr:
        """Return 64 random bits for each row (UInt64)."""
        key = int.from_bytes(hashlib.sha256(f"{self._world}:{purpose}".encode()).digest()[:8], "little")

        def bits(columns: Sequence[pl.Series]) -> pl.Series:
            state = _word(key)
            for column in columns:
                state = _mix(column.cast(pl.UInt64) * _word(_GOLDEN) + state)
            return state.rename(columns[0].name)

        return pl.map_batches(list(ids), bits, return_dtype=pl.UInt64)

    def below(self, limit: int | pl.Expr, purpose: str, *ids: pl.Expr) -> pl.Expr:
        """Return an Int64 from 0 to `limit` - 1, all equally likely; `limit` is at most 2**32."""
        bound = pl.lit(limit, dtype=pl.UInt64) if isinstance(limit, int) else limit.cast(pl.UInt64)
        high_bits = self.draw(purpose, *ids) // pl.lit(1 << 32, dtype=pl.UInt64)
        return (high_bits * bound // pl.lit(1 << 32, dtype=pl.UInt64)).cast(pl.Int64)

    def between(self, low: int, high: int, purpose: str, *ids: pl.Expr) -> pl.Expr:
        """Return an Int64 from `low` to `high`, both included."""
        return self.below(high - low + 1, purpose, *ids) + low

    def happens(self, per_mille: int | pl.Expr, purpose: str, *ids: pl.Expr) -> pl.Expr:
        """Return true in `per_mille` of 1000 rows."""
        return self.below(1000, purpose, *ids) < per_mille

    def pick(self, choices: Sequence[Choice], purpose: str, *ids: pl.Expr) -> pl.Expr:
        """Return one of `choices`; write a choice twice to make it twice as likely."""
        return pl.lit(pl.Series("choices", list(choices))).gather(self.below(len(choices), purpose, *ids))


def lognormal_curve(sigma: float) -> list[int]:
    """Return KNOTS quantiles of a lognormal with median 1000."""
    normal = NormalDist()
    return [round(1000 * math.exp(sigma * normal.inv_cdf((n + 0.5) / KNOTS))) for n in range(KNOTS)]


def exponential_curve() -> list[int]:
    """Return KNOTS quantiles of an exponential with mean 1000."""
    return [round(-1000 * math.log(1 - (n + 0.5) / KNOTS)) for n in range(KNOTS)]
