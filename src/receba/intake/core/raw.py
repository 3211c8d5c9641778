"""What a reader hands over: text as it was written, and the line of the file where each row begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

LINE = "__line__"
"""Name of the column that carries the line; no header may use it."""

RAGGED_SCHEMA = {"line": pl.Int64, "text": pl.String, "found": pl.Int64}


def no_ragged_rows() -> pl.DataFrame:
    """Return the empty table of rows with the wrong number of columns."""
    return pl.DataFrame(schema=RAGGED_SCHEMA)


@dataclass(frozen=True, slots=True)
class RawTable:
    """One file read as text.

    `frame`: column LINE (int64, 1 = first line of the file) and one String column per header, null where blank.
    `ragged`: rows that do not have one value per header: line, text, found (how many values).
    `blank_lines`: lines without any value; they are not data rows.
    """

    frame: pl.DataFrame
    ragged: pl.DataFrame = field(default_factory=no_ragged_rows)
    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ""
    blank_lines: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns, in the file's order."""
        return tuple(name for name in self.frame.columns if name != LINE)

    @property
    def rows(self) -> int:
        """Return how many data rows the file has, ragged ones included."""
        return self.frame.height + self.ragged.height


HEAD_ROWS = 500
"""Rows of a file from which its columns are guessed and shown."""


def head_of(raw: RawTable) -> dict[str, Any]:
    """Return the first HEAD_ROWS whole rows, and how the file was written, as a value for JSON."""
    rows = raw.frame.head(HEAD_ROWS).to_dict(as_series=False)
    return {"rows": rows, "format": raw.format, "encoding": raw.encoding, "delimiter": raw.delimiter}


def from_head(head: Mapping[str, Any]) -> RawTable:
    """Return the table that `head_of` kept."""
    types = {name: pl.Int64 if name == LINE else pl.String for name in head["rows"]}
    frame = pl.DataFrame(head["rows"], schema=types)
    return RawTable(frame, format=head["format"], encoding=head["encoding"], delimiter=head["delimiter"])


def unique_header(names: list[str]) -> list[str]:
    """Return the header without blanks or repeats: `coluna 3`, `NOME`, `NOME (2)`."""
    seen: set[str] = set()
    header = []
    for position, name in enumerate(names, start=1):
        base = " ".join(name.split()) or f"coluna {position}"
        unique, repeat = base, 1
        while unique in seen or unique == LINE:
            repeat += 1
            unique = f"{base} ({repeat})"
        seen.add(unique)
        header.append(unique)
    return header
