"""Delimited text: every row with the line where it begins, quoted line breaks counted, broken rows set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
import polars.selectors as cs  # by_name takes "*" for a name, where col takes it for all

from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE, RAGGED_SCHEMA, RawTable, unique_header
from receba.intake.core.sniffing import decode, sniff_delimiter
from receba.kernel.words import said

CHUNK_ROWS = 50_000
MAX_RECORD_LINES = 200
"""A quoted value may hold this many line breaks; beyond it the quote was never closed."""
MAX_FIELD_CHARACTERS = 1_000_000


class _Lines:
    """Feeds lines to the csv module and can go back, so that an unclosed quote costs one line and not the rest."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0
        self.stop = len(lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position >= self.stop:
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]

    def begin_record(self) -> int:
        """Return the index of the record's first line, and limit how far it may reach."""
        self.stop = min(self.position + MAX_RECORD_LINES, len(self.lines))
        return self.position


@dataclass(slots=True)
class _Sheaf:
    """Rows gathered so far: whole ones in chunks, ragged ones aside."""

    header: list[str]
    chunks: list[pl.DataFrame] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ragged: list[tuple[int, str, int]] = field(default_factory=list)
    blank_lines: int = 0

    def bind(self) -> None:
        """Turn the rows gathered since the last time into a frame of strings."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        frame = pl.DataFrame(
            {LINE: pl.Series(self.lines, dtype=pl.Int64)}
            | {name: pl.Series(values, dtype=pl.String) for name, values in zip(self.header, columns, strict=True)}
        )
        self.chunks.append(frame)
        self.rows, self.lines = [], []


def read_csv(data: bytes, delimiter: str | None = None) -> RawTable:
    """Return the raw table of delimited text; raises IntakeError for binary content or an absent header or body."""
    text, encoding = decode(data)
    mark = delimiter or sniff_delimiter(text)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    feed = _Lines(list(io.StringIO(text, newline="")))
    header = next((row for _, row, _ in _records(feed, mark) if any(value.strip() for value in row)), None)
    if header is None:
        raise IntakeError("empty_file", said("O arquivo está vazio."))
    sheaf = _Sheaf(unique_header(header))
    for line, row, written in _records(feed, mark, len(header)):
        _gather(sheaf, line, row, written)
    sheaf.bind()
    return _table(sheaf, encoding, mark)


def _table(sheaf: _Sheaf, encoding: str, mark: str) -> RawTable:
    frame = pl.concat(sheaf.chunks).with_columns(
        pl.when(cs.by_name(name).str.strip_chars() != "").then(cs.by_name(name)).alias(name) for name in sheaf.header
    )
    ragged = pl.DataFrame(sheaf.ragged, schema=RAGGED_SCHEMA, orient="row")
    if not frame.height and not ragged.height:
        raise IntakeError("header_only", said("O arquivo tem cabeçalho e nenhuma linha de dados."))
    return RawTable(frame, ragged, "csv", encoding, mark, sheaf.blank_lines)


def _gather(sheaf: _Sheaf, line: int, row: list[str], written: str) -> None:
    width = len(sheaf.header)
    if len(row) > width and not any(value.strip() for value in row[width:]):
        row = row[:width]  # a delimiter at the end of the line adds no value
    if not written.strip() or not any(value.strip() for value in row):
        sheaf.blank_lines += 1
    elif len(row) != width:
        sheaf.ragged.append((line, written.rstrip("\r\n"), len(row)))
    else:
        sheaf.rows.append(row)
        sheaf.lines.append(line)
        if len(sheaf.rows) == CHUNK_ROWS:
            sheaf.bind()


def _records(feed: _Lines, mark: str, width: int | None = None) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, values, text as written) of each record that is left in `feed`.

    The csv module is strict, so that a stray quote cannot swallow the rows after it: such a line is read again alone,
    and so is a record of several lines that has not `width` values.
    """
    reader = csv.reader(feed, delimiter=mark, strict=True)
    while feed.position < len(feed.lines):
        start = feed.begin_record()
        try:
            row = next(reader)
        except csv.Error:
            reader = csv.reader(feed, delimiter=mark, strict=True)
            row = None
        if row is None or (width is not None and len(row) != width and feed.position > start + 1):
            feed.position = start + 1
            row = _alone(feed.lines[start], mark)
        yield start + 1, row, "".join(feed.lines[start : feed.position])


def _alone(line: str, mark: str) -> list[str]:
    """Return the values of one line whose quotes are wrong: read loosely if that closes them, else cut plainly."""
    try:
        if line.count('"') % 2 == 0:
            return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        pass
    # an odd quote: one value fewer or more than the header says would hide it, so the row is never whole
    return [line.rstrip("\r\n")]
