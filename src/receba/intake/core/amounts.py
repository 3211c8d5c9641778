"""Text into centavos, exactly: digits are never read as floats."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from receba.intake.core.dates import Column
from receba.intake.core.reasons import Reason, Warn
from receba.kernel.money import MAX_CENTAVOS

RESIDUE_DIGITS = 12
"""Fractions of a real are followed to this place, so that rounding can be added up and explained."""

_NOTHING = r"^(?i:\s*|-+|null|none|nan|n/?a|#n/?a|#n/d)$"
_MARKS = {"comma": (",", "."), "dot": (".", ",")}
_MAX_WHOLE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Amounts:
    """A money column: centavos, what is wrong, and the residue that rounding added, in 1e-12 of a real."""

    column: Column
    residue: pl.Series


def parse_amounts(text: pl.Series, decimal: str, *, positive: bool) -> Amounts:
    """Return centavos (int64) rounded half away from zero from text such as `R$ 1.234,56`, `-12,5`, `(3.00)`.

    `decimal` is `comma` or `dot`; the other mark may only group thousands. Zero is refused when `positive`,
    negatives always.
    """
    frame = pl.DataFrame({"text": text.cast(pl.String)}).with_columns(clean=_clean(pl.col("text")))
    frame = frame.with_columns(
        missing=pl.col("text").is_null() | pl.col("text").str.contains(_NOTHING),
        negative=pl.col("clean").str.contains(r"^-|-$|^\("),
        parts=pl.col("clean").str.replace_all(r"[-()+]", "").str.extract_groups(_pattern(decimal)),
        signed_well=pl.col("clean").str.contains(r"^[+-]?[^-+()]+$|^[^-+()]+-$|^\([^-+()]+\)$"),
    )
    group = _MARKS[decimal][1]
    whole = pl.col("parts").struct.field("1").str.replace_all(group, "", literal=True).str.strip_chars_start("0")
    fraction = pl.col("parts").struct.field("2").fill_null("").str.pad_end(RESIDUE_DIGITS, "0")
    frame = frame.with_columns(
        whole=whole.str.slice(0, _MAX_WHOLE_DIGITS).replace("", "0").cast(pl.Int64, strict=False),
        whole_digits=whole.str.len_chars(),
        cents=fraction.str.slice(0, 2).cast(pl.Int64) + (fraction.str.slice(2, 1).cast(pl.Int64) >= 5).cast(pl.Int64),
        tail=fraction.str.slice(0, RESIDUE_DIGITS).cast(pl.Int64),
        read=pl.col("parts").struct.field("1").is_not_null() & pl.col("signed_well"),
    )
    sign = pl.when(pl.col("negative")).then(-1).otherwise(1).cast(pl.Int64)
    scale = 10 ** (RESIDUE_DIGITS - 2)
    frame = frame.with_columns(
        value=pl.when(pl.col("read")).then(sign * (pl.col("whole") * 100 + pl.col("cents"))),
        residue=pl.when(pl.col("read")).then(sign * (pl.col("cents") * scale - pl.col("tail"))).fill_null(0),
    )
    return _judged(frame, positive=positive)


def _clean(text: pl.Expr) -> pl.Expr:
    return text.str.replace("\u2212", "-").str.replace_all(r"(?i)R\$|BRL|[\s\u00a0\u202f]", "")


def _pattern(decimal: str) -> str:
    mark, group = (f"\\{m}" for m in _MARKS[decimal])
    # at least one digit on one side of the mark; groups, where used, hold exactly three digits
    return rf"^([0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+|)(?:{mark}([0-9]*))?$"


def _judged(frame: pl.DataFrame, *, positive: bool) -> Amounts:
    has_digit = pl.col("clean").str.contains(r"[0-9]")
    too_big = (pl.col("whole_digits") > _MAX_WHOLE_DIGITS - 2) | (pl.col("value").abs() > MAX_CENTAVOS)
    lowest = Reason.AMOUNT_NOT_POSITIVE if positive else Reason.NEGATIVE_AMOUNT
    too_low = (pl.col("value") <= 0) if positive else (pl.col("value") < 0)
    judged = frame.with_columns(
        reason=pl.when(pl.col("missing")).then(None)
        .when(pl.col("value").is_null() | ~has_digit).then(pl.lit(Reason.NOT_A_NUMBER.value))
        .when(too_big).then(pl.lit(Reason.AMOUNT_OVER_BUDGET.value))
        .when(too_low).then(pl.lit(lowest.value)),
    )  # fmt: skip
    judged = judged.with_columns(
        # an amount beyond the budget is not added to any total: it is most likely a wrong decimal mark
        value=pl.when(
            ~pl.col("missing")
            & ~pl.col("reason").is_in([Reason.NOT_A_NUMBER, Reason.AMOUNT_OVER_BUDGET]).fill_null(value=False)
        ).then(pl.col("value")),
    ).with_columns(
        residue=pl.when(pl.col("value").is_not_null()).then(pl.col("residue")).otherwise(0),
    )
    judged = judged.with_columns(
        warning=pl.when((pl.col("residue") != 0) & pl.col("reason").is_null()).then(pl.lit(Warn.ROUNDED_AMOUNT.value)),
    )
    column = Column(
        judged["value"], judged["reason"].cast(pl.String), judged["warning"].cast(pl.String), judged["missing"]
    )
    return Amounts(column, judged["residue"])
