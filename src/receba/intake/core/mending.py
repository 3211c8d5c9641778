"""Refused rows out to a file that people can mend, and mended rows back into the raw table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE, RawTable
from receba.kernel.words import said

LINE_COLUMN, REASON_COLUMN, REMEDY_COLUMN, TEXT_COLUMN = "_linha", "_motivo", "_como_corrigir", "_texto"
_OURS = (LINE_COLUMN, REASON_COLUMN, REMEDY_COLUMN, TEXT_COLUMN)
_FORMULA = re.compile(r"^[=@\t\r]|^[-+](?![\d .,()/-]*$)")
"""A text that a spreadsheet would run as a formula; signed numbers and telephones are not."""

Values = Mapping[str, str | None]
Correction = Callable[[str], str | None]
"""What a text becomes; None where the correction does not fit it."""

_DAY_AND_MONTH = re.compile(r"^(\s*)([0-9]{1,2})([-/.])([0-9]{1,2})([-/.][0-9]{2,4}.*)$", re.DOTALL)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def replacing(old: str, new: str) -> Correction:
    """Return the correction of one text by another."""
    return lambda text: new if text.strip() == old.strip() else None


def swapping(order: str) -> Correction:
    """Return the correction that puts day and month of a date in the other order, where only so it is a date.

    `order` is how the column is read: `mdy`, or day first.
    """

    def swapped(text: str) -> str | None:
        found = _DAY_AND_MONTH.match(text)
        if found is None:
            return None
        space, first, mark, second, rest = found.groups()
        day, month = (int(first), int(second)) if order == "mdy" else (int(second), int(first))
        sound = 1 <= month <= 12 < day <= _DAYS[month - 1]
        return f"{space}{second}{mark}{first}{rest}" if sound else None

    return swapped


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused row: its line, its values by header ({"": the line} when ragged), and what is wrong."""

    line: int
    values: Values
    messages: Sequence[str]
    remedies: Sequence[str]


def to_csv(header: Sequence[str], rows: Iterable[Refused]) -> bytes:
    """Return a CSV with the file's own header, then the line, the reasons, the remedies and the text of ragged rows."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow([*header, *_OURS])
    for row in rows:
        values = [_harmless(row.values.get(name) or "") for name in header]
        told = ["; ".join(row.messages), "; ".join(dict.fromkeys(row.remedies)), _harmless(row.values.get("") or "")]
        writer.writerow([*values, row.line, *told])
    return stream.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return "'" + text if _FORMULA.match(text) else text


def _original(text: str | None) -> str | None:
    return text[1:] if text and text.startswith("'") and _FORMULA.match(text[1:]) else text


def from_csv(raw: RawTable, header: Sequence[str]) -> dict[int, dict[str, str | None]]:
    """Return the values by line of a CSV that `to_csv` wrote and somebody mended.

    Raises IntakeError when it is another file: no column of lines, other headers, ragged rows, or no CSV.
    """
    if raw.format != "csv" or LINE_COLUMN not in raw.header or not set(header) <= set(raw.header):
        raise IntakeError(
            "not_mended_file",
            said("Este não é o CSV de linhas recusadas deste arquivo: baixe-o, corrija e envie sem mudar as colunas."),
        )
    lines = raw.frame[LINE_COLUMN].str.strip_chars().cast(pl.Int64, strict=False)
    if raw.ragged.height or lines.null_count() or lines.is_duplicated().any():
        told = said("A coluna {column} precisa trazer, em cada linha, o número que veio nela.", column=LINE_COLUMN)
        raise IntakeError("not_mended_file", told)
    rows = raw.frame.select(header).iter_rows(named=True)
    return {line: {k: _original(v) for k, v in row.items()} for line, row in zip(lines, rows, strict=True)}


def with_mends(raw: RawTable, mends: Mapping[int, Values]) -> RawTable:
    """Return the table with the values of some lines replaced; a ragged line becomes a row like the others."""
    if not mends:
        return raw
    wanted = pl.Series(list(mends), dtype=pl.Int64)
    written = {row[LINE]: row for row in raw.frame.filter(pl.col(LINE).is_in(wanted.implode())).to_dicts()}
    ragged = set(raw.ragged.filter(pl.col("line").is_in(wanted.implode()))["line"])
    blank = dict.fromkeys(raw.header)
    rows = [
        {**blank, **written.get(line, {}), **{k: v for k, v in values.items() if k in blank}, LINE: line}
        for line, values in mends.items()
        if line in written or line in ragged
    ]
    changed = pl.DataFrame(rows, schema=raw.frame.schema)
    same = raw.frame.join(changed, on=LINE, how="anti")
    left = raw.ragged.join(changed, left_on="line", right_on=LINE, how="anti")
    return replace(raw, frame=pl.concat([same, changed]).sort(LINE), ragged=left)
