"""Problems as a table, worded for the person who has to mend them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from receba.intake.core.dates import Column
from receba.intake.core.fields import Field, TableSpec
from receba.intake.core.reading import PROBLEM_SCHEMA
from receba.intake.core.reasons import Reason, Warn, wording_of
from receba.intake.core.rules import Broken
from receba.kernel.words import said

SHOWN_LENGTH = 200
"""Longer values are cut in the report; the rejected row itself keeps them whole."""


def table_of(problems: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the problems in one table, typed even when there are none."""
    return pl.concat([pl.DataFrame(schema=PROBLEM_SCHEMA), *problems])


def column_problems(
    lines: pl.Series, field: Field, text: pl.Series, column: Column, *, warnings: bool = False
) -> pl.DataFrame:
    """Return one problem for each row where the column has a reason (or, if asked, a warning)."""
    marks = column.warning if warnings else column.reason
    hit = marks.is_not_null()
    if not hit.any():
        return table_of([])
    rows = pl.DataFrame({"line": lines, "value": text, "code": marks}).filter(hit)
    limit = pl.lit(str(field.max_length))
    parts = [
        _worded(part.with_columns(other=limit), field.key, field.label, _code(code, warnings=warnings))
        for (code,), part in rows.group_by(["code"], maintain_order=True)
    ]
    return table_of(parts)


def broken_problems(spec: TableSpec, broken: Broken) -> pl.DataFrame:
    """Return one problem for each row that breaks a rule."""
    return _worded(broken.rows, broken.field, spec.field(broken.field).label, broken.reason)


def ragged_problems(ragged: pl.DataFrame) -> pl.DataFrame:
    """Return one problem, without field, for each row that has not one value per header."""
    rows = ragged.select("line", value="text", other=pl.col("found").cast(pl.String))
    return _worded(rows, "", said("linha"), Reason.RAGGED_ROW)


def _code(code: object, *, warnings: bool) -> Reason | Warn:
    return Warn(str(code)) if warnings else Reason(str(code))


def _worded(rows: pl.DataFrame, key: str, label: str, code: Reason | Warn) -> pl.DataFrame:
    wording = wording_of(code)
    value = pl.col("value").cast(pl.String).str.slice(0, SHOWN_LENGTH)
    filled = {"value": value.fill_null(""), "other": pl.col("other").cast(pl.String).fill_null("")}
    return rows.select(
        pl.col("line").cast(pl.Int64),
        field=pl.lit(key),
        value=value,
        reason=pl.lit(code.value),
        message=_filled(wording.message, label, filled),
        remedy=_filled(wording.remedy, label, filled),
    )


def _filled(template: str, label: str, values: dict[str, pl.Expr]) -> pl.Expr:
    """Return the template with the label written in and each `{value}` and `{other}` taken from its column."""
    text = template.replace("{field}", label)
    pieces: list[pl.Expr] = []
    for piece in text.replace("{", "\0{").replace("}", "}\0").split("\0"):
        pieces.append(values[piece[1:-1]] if piece.startswith("{") else pl.lit(piece))
    return pl.concat_str(pieces)
