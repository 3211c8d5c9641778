"""Parquet: typed columns back to plain text, so that every file goes through the same rules."""

from __future__ import annotations

import io

import polars as pl
import polars.selectors as cs  # by_name takes "*" for a name, where col takes it for all

from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE, RawTable, unique_header
from receba.kernel.words import said


def read_parquet(data: bytes) -> RawTable:
    """Return the raw table of a Parquet file, rows numbered from 1; raises IntakeError for nested or binary columns."""
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise IntakeError("bad_parquet", said("O arquivo Parquet está danificado.")) from error
    if not frame.height:
        raise IntakeError("header_only", said("O arquivo tem colunas e nenhuma linha de dados."))
    if odd := [name for name, kind in frame.schema.items() if kind.is_nested() or kind == pl.Binary]:
        raise IntakeError("bad_parquet", said("As colunas {names} não são texto, número nem data.", names=odd))
    frame = frame.rename(dict(zip(frame.columns, unique_header(frame.columns), strict=True)))
    texts = frame.select(cs.by_name(name).cast(pl.String).alias(name) for name in frame.columns).with_columns(
        pl.when(pl.all().str.strip_chars() != "").then(pl.all())
    )
    body = texts.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE), pl.all())
    kept = body.filter(pl.any_horizontal(pl.exclude(LINE).is_not_null()))
    return RawTable(kept, format="parquet", blank_lines=body.height - kept.height)
