"""Spreadsheets: the first sheet with content, each row with its row number, numbers as the text that people see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial

import fastexcel
import polars as pl
import polars.selectors as cs  # by_name takes "*" for a name, where col takes it for all

from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE, RawTable, unique_header
from receba.kernel.words import said

MAX_UNPACKED_BYTES = 2 * 1024**3
SAFE_DIGITS = 15
"""A spreadsheet number is a double: digits beyond these are made up."""


def read_xlsx(data: bytes) -> RawTable:
    """Return the raw table of a workbook; raises IntakeError when it is damaged, protected or without rows."""
    _refuse_bombs(data)
    try:
        book = fastexcel.read_excel(data)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            frame = sheet.to_polars() if sheet.height and sheet.visible == "visible" else pl.DataFrame()
            if _filled(frame).any():
                return _table(book, name, frame)
    except fastexcel.FastExcelError as error:
        raise IntakeError("bad_workbook", said("A planilha está danificada ou protegida por senha.")) from error
    raise IntakeError("empty_file", said("A planilha está vazia."))


def _refuse_bombs(data: bytes) -> None:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise IntakeError("too_big", said("A planilha descompactada passa de 2 GB. Divida-a em partes."))


def _filled(frame: pl.DataFrame) -> pl.Series:
    """Return, for each row, whether it has any value."""
    if not frame.width:
        return pl.Series([], dtype=pl.Boolean)
    return frame.select(pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False).alias("f"))["f"]


def _table(book: fastexcel.ExcelReader, sheet: str, frame: pl.DataFrame) -> RawTable:
    filled = _filled(frame)
    first = int(filled.arg_max() or 0)
    header = unique_header([str(value or "") for value in frame.row(first)])
    body = frame.rename(dict(zip(frame.columns, header, strict=True))).select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE),
        *(pl.when(cs.by_name(name).str.strip_chars() != "").then(cs.by_name(name)).alias(name) for name in header),
    )
    rows = body.filter(filled & (body[LINE] > first + 1))
    if not rows.height:
        raise IntakeError("header_only", said("A planilha tem cabeçalho e nenhuma linha de dados."))
    blank = body.height - first - 1 - rows.height
    for position, name in enumerate(header):
        rows = rows.with_columns(_honest(rows[name], partial(_is_numeric, book, sheet, first, position)))
    return RawTable(rows, format="xlsx", blank_lines=blank)


def _honest(values: pl.Series, is_numeric: Callable[[], bool]) -> pl.Series:
    """Return long whole numbers that went through a double in scientific form, so that no one takes them for codes.

    Codes kept as text mostly have digits that a double cannot hold; numbers have none. A lone one in a column of
    text is taken for text.
    """
    long = values.filter(values.str.contains(rf"^[1-9][0-9]{{{SAFE_DIGITS},}}$").fill_null(value=False)).unique()
    rounded = [text for text in long.to_list() if int(float(text)) == int(text)]
    if not rounded or not (is_numeric() or 2 <= len(rounded) >= len(long) / 2):
        return values
    return values.replace(rounded, [f"{float(text):.14E}" for text in rounded])


def _is_numeric(book: fastexcel.ExcelReader, sheet: str, header_row: int, position: int) -> bool:
    """Return whether every value of the column is a number in the workbook; read again only for doubtful columns."""
    column = book.load_sheet(sheet, header_row=header_row, use_columns=[position], schema_sample_rows=None)
    return column.to_polars().dtypes[0].is_numeric()
