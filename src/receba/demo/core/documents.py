"""CPF and CNPJ with valid check digits, for a whole column at once.

The base numbers walk through all values without repeating, so no two rows of one portfolio share a document by
accident. A made-up number may still belong to somebody: nothing generated here may be sent anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

_CPF_STEP, _CPF_SPACE = 386_028_457, 10**9
_ROOT_STEP, _ROOT_SPACE = 61_803_399, 10**8
_VALUES = {str(n): n for n in range(10)} | {chr(code): code - 48 for code in range(65, 91)}
# I, O and Q are left out only because they read like digits on a screen.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def cpf(row: pl.Expr, offset: int) -> pl.Expr:
    """Return a valid CPF (11 digits) for each row number; `offset` moves the walk."""
    base = ((row * _CPF_STEP + offset) % _CPF_SPACE).cast(pl.String).str.zfill(9)
    return base.map_batches(_complete_cpf, return_dtype=pl.String)


def cnpj(row: pl.Expr, offset: int, branch: pl.Expr, lettered: pl.Expr) -> pl.Expr:
    """Return a valid CNPJ (14 characters) for each row number.

    `branch` is the number of the establishment, from 1; `lettered` says whether the root is one of the alphanumeric
    ones that exist since July 2026 (IN RFB 2.229/2024).
    """
    number = (row * _ROOT_STEP + offset) % _ROOT_SPACE
    digits = number.cast(pl.String).str.zfill(8)
    letters = [pl.lit(pl.Series(list(_LETTERS))).gather(number // 10**n % len(_LETTERS)) for n in (0, 2, 4)]
    mixed = pl.concat_str(digits.str.head(2), *letters, digits.str.tail(3))
    base = pl.concat_str(pl.when(lettered).then(mixed).otherwise(digits), branch.cast(pl.String).str.zfill(4))
    return base.map_batches(_complete_cnpj, return_dtype=pl.String)


def spoil(document: pl.Expr) -> pl.Expr:
    """Return the document with its last check digit wrong."""
    last = (document.str.tail(1).cast(pl.Int32) + 1) % 10
    return pl.concat_str(document.str.head(document.str.len_chars() - 1), last.cast(pl.String))


def _complete_cpf(base: pl.Series) -> pl.Series:
    # Equal digits pass the arithmetic and are refused by everyone.
    base = base.replace([str(n) * 9 for n in range(10)], [f"12345678{n}" for n in range(10)])
    base = base + _check_digit(base, range(10, 1, -1))
    return base + _check_digit(base, range(11, 1, -1))


def _complete_cnpj(base: pl.Series) -> pl.Series:
    base = base + _check_digit(base, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
    return base + _check_digit(base, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))


def _check_digit(base: pl.Series, weights: Iterable[int]) -> pl.Series:
    """Return the modulo 11 digit; a character is worth its ASCII code minus 48."""
    total = pl.zeros(len(base), dtype=pl.Int64, eager=True)
    for position, weight in enumerate(weights):
        total = total + base.str.slice(position, 1).replace_strict(_VALUES, return_dtype=pl.Int64) * weight
    rest = total % 11
    return (11 - rest).set(rest < 2, 0).cast(pl.String)
