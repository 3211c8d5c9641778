"""Text columns: codes, free text, choices from a closed list."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from receba.intake.core.dates import Column
from receba.intake.core.fields import FLAGS, PERSON_TYPES, SETTLEMENT_KINDS, STATES, Field
from receba.intake.core.mapping import normalise
from receba.intake.core.reasons import Reason, Warn

_SCIENTIFIC = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$|^[0-9][.,][0-9]+[eE][0-9]+$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_NOTHING = r"^(?i:null|none|nan|n/?a|#n/?a|#n/d)$"


def clean_text(text: pl.Series) -> pl.Series:
    """Return text without outer blanks and control characters; null where nothing is left."""
    clean = pl.col("t").str.replace_all(_CONTROL, "").str.strip_chars(" \t\r\n\u00a0\ufeff")
    frame = pl.DataFrame({"t": text.cast(pl.String)})
    return frame.select(pl.when(clean != "").then(clean).alias("t"))["t"]


def codes(size: int, mask: pl.Series | None = None, code: str | None = None) -> pl.Series:
    """Return a column of `code` where `mask` holds and null elsewhere; all null without a mask."""
    if mask is None:
        return pl.repeat(None, size, dtype=pl.String, eager=True)
    return pl.select(pl.when(mask.fill_null(value=False)).then(pl.lit(code)).otherwise(None).cast(pl.String))[:, 0]


def parse_ids(text: pl.Series, field: Field) -> Column:
    """Return codes as they are written; refuse those that a spreadsheet damaged and those too long to store."""
    clean = clean_text(text)
    damaged = clean.str.contains(_SCIENTIFIC)
    too_long = clean.str.len_chars() > field.max_length
    reason = codes(len(clean), too_long, Reason.TOO_LONG).zip_with(
        ~damaged.fill_null(value=False), codes(len(clean), damaged, Reason.DAMAGED_ID)
    )
    return Column(clean, reason, codes(len(clean)), clean.is_null())


def parse_texts(text: pl.Series, field: Field) -> Column:
    """Return free text, cut at the length that the base stores."""
    clean = clean_text(text)
    cut = clean.str.len_chars() > field.max_length
    warning = codes(len(clean), cut, Warn.CUT_TEXT)
    return Column(clean.str.slice(0, field.max_length), codes(len(clean)), warning, clean.is_null())


def parse_choices(text: pl.Series, field: Field) -> Column:
    """Return the field's own word for each text: PF/PJ, UF, payment/discount…, true/false."""
    clean = clean_text(text)
    empty = pl.select(pl.when(clean.str.contains(_NOTHING)).then(None).otherwise(clean))[:, 0]
    distinct = empty.unique().drop_nulls()
    words = pl.Series([_CHOICES[field.kind].get(normalise(word)) for word in distinct.to_list()], dtype=_type_of(field))
    values = empty.replace_strict(distinct, words, default=None, return_dtype=_type_of(field))
    unknown = empty.is_not_null() & values.is_null()
    size = len(values)
    if field.kind == "settlement_kind":
        return Column(values, codes(size, unknown, Reason.UNKNOWN_KIND), codes(size), empty.is_null())
    return Column(values, codes(size), codes(size, unknown, _UNKNOWN[field.kind]), empty.is_null())


def _type_of(field: Field) -> type[pl.DataType]:
    return pl.Boolean if field.kind == "flag" else pl.String


_CHOICES: Mapping[str, Mapping[str, object]] = {
    "person_type": PERSON_TYPES,
    "settlement_kind": SETTLEMENT_KINDS,
    "flag": FLAGS,
    "state": {state.lower(): state for state in STATES},
}
_UNKNOWN = {"person_type": Warn.BAD_PERSON_TYPE, "flag": Warn.BAD_FLAG, "state": Warn.BAD_STATE}


def parse_zips(text: pl.Series) -> Column:
    """Return CEPs as eight digits; seven digits lost a zero on the left (those of São Paulo begin with it)."""
    clean = clean_text(text)
    digits = clean.str.replace_all(r"[\s.\-]", "")
    values = pl.select(pl.when(digits.str.contains(r"^[0-9]{7,8}$")).then(digits.str.pad_start(8, "0")))[:, 0]
    bad = clean.is_not_null() & values.is_null()
    return Column(values, codes(len(clean)), codes(len(clean), bad, Warn.BAD_ZIP), clean.is_null())
