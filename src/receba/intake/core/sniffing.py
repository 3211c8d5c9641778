"""How a file was written: its encoding, its delimiter, its decimal mark, the order of its dates.

Every answer says how sure it is; what stays ambiguous is shown to the user and follows the Brazilian habit.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from receba.intake.core.dates import OrderOfDate, parse_dates
from receba.intake.core.errors import IntakeError
from receba.kernel.words import said

DELIMITERS = (";", ",", "\t", "|", "^", "~")
SAMPLE_CHARACTERS = 200_000
SAMPLE_RECORDS = 200

Certainty = Literal["proved", "neighbour", "consistency", "assumed", "conflicting", "told"]
"""proved: the column's own values; neighbour: another column of the file; consistency: issued ≤ due ≤ paid;
assumed: ambiguous, the Brazilian habit; conflicting: values of both kinds, the majority; told: the user said so."""


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, encoding) of a text file: UTF-8 with or without mark, UTF-16 with mark, else Windows-1252.

    Raises IntakeError("not_text") for binary content.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding)
    try:
        return _decoded(data, "utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            raise
        raise IntakeError("not_text", _NOT_TEXT) from error
    if _looks_binary(text):
        raise IntakeError("not_text", _NOT_TEXT)
    return text, encoding


_NOT_TEXT = said("O arquivo não é texto nem planilha conhecida. Envie CSV (também .gz), XLSX ou Parquet.")


def _looks_binary(text: str) -> bool:
    """Return whether control characters, which no table holds, appear in the text."""
    if "\0" in text:
        return True
    sample = text[:SAMPLE_CHARACTERS]
    odd = sum(
        1
        for c, n in Counter(sample).items()
        if (c < " " and c not in "\t\r\n\f\v\x1a") or c == "\ufffd"
        for _ in range(n)
    )
    return odd * 100 > len(sample)


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that cuts the header and its rows into the same, largest number of columns."""
    sample = text[:SAMPLE_CHARACTERS]
    scores = {mark: _delimiter_score(sample, mark) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: scores[mark])
    return best if scores[best] > 0 else ","


def _delimiter_score(sample: str, mark: str) -> float:
    counts = [len(row) for row in _records(sample, mark)]
    if not counts or counts[0] < 2:
        return 0.0
    body = counts[1:] or counts
    return (counts[0] - 1) * (0.1 + sum(count == counts[0] for count in body) / len(body))


def _records(sample: str, mark: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=mark)
    try:
        for number, row in enumerate(row for row in reader if row):
            if number == SAMPLE_RECORDS:
                return
            yield row
    except csv.Error:
        return


@dataclass(frozen=True, slots=True)
class Found:
    """One convention and how sure we are of it."""

    value: str
    certainty: Certainty


def find_decimals(columns: Mapping[str, pl.Series], hint: str) -> dict[str, Found]:
    """Return the decimal mark of each money column, `comma` or `dot`.

    A mark that appears once and is not followed by exactly three digits is decimal; with two marks, the last one is;
    one that repeats groups thousands. A column without evidence follows the others, then `hint`.
    """
    votes = {key: _decimal_votes(values) for key, values in columns.items()}
    all_comma, all_dot = (sum(vote[n] for vote in votes.values()) for n in (0, 1))
    found = {}
    for key, (comma, dot, ambiguous) in votes.items():
        if comma or dot:
            certainty: Certainty = "conflicting" if comma and dot else "proved"
            found[key] = Found("comma" if comma > dot else "dot", certainty)
        elif all_comma != all_dot:
            found[key] = Found("comma" if all_comma > all_dot else "dot", "neighbour")
        else:
            found[key] = Found(hint, "assumed" if ambiguous else "proved")
    return found


def _decimal_votes(values: pl.Series) -> tuple[int, int, int]:
    """Return how many values prove a decimal comma, prove a decimal dot, and could be either."""
    text = values.drop_nulls().str.replace_all(r"[^0-9.,]", "")
    comma = text.str.contains(r"^[^,]*,(?:[0-9]{1,2}|[0-9]{4,})$|^[0-9]{4,},[0-9]*$|\..*,|^,|^0,|\.[0-9]{3}\.[0-9]{3}$")
    dot = text.str.contains(r"^[^.]*\.(?:[0-9]{1,2}|[0-9]{4,})$|^[0-9]{4,}\.[0-9]*$|,.*\.|^\.|^0\.|,[0-9]{3},[0-9]{3}$")
    either = text.str.contains(r"[.,]") & ~comma & ~dot
    return int((comma & ~dot).sum()), int((dot & ~comma).sum()), int(either.sum())


def find_date_orders(columns: Mapping[str, pl.Series], base: date | None = None) -> dict[str, Found]:
    """Return the order of each date column: `ymd`, `dmy` or `mdy`.

    `columns` are keyed by field. Days above 12 prove an order; a column without proof follows the file's other
    columns; when none has proof, the order that respects issued ≤ due and issued ≤ paid; else day first.
    """
    votes = {key: _order_votes(values) for key, values in columns.items()}
    found: dict[str, Found] = {}
    undecided = []
    for key, (day_first, month_first, either) in votes.items():
        if day_first or month_first:
            certainty: Certainty = "conflicting" if day_first and month_first else "proved"
            found[key] = Found("dmy" if day_first >= month_first else "mdy", certainty)
        elif either:
            undecided.append(key)
        else:
            found[key] = Found("ymd", "proved")
    proved = Counter(f.value for f in found.values() if f.value != "ymd" and f.certainty == "proved")
    shared = _shared_order(proved, columns, undecided, base)
    return {key: found.get(key, shared) for key in columns}


def _shared_order(
    proved: Counter[str], columns: Mapping[str, pl.Series], undecided: list[str], base: date | None
) -> Found:
    if len(proved) == 1:
        return Found(next(iter(proved)), "neighbour")
    broken = {order: _broken_sequences(columns, undecided, order, base) for order in ("dmy", "mdy")}
    if broken["mdy"] * 2 < broken["dmy"]:
        return Found("mdy", "consistency")
    if broken["dmy"] * 2 < broken["mdy"]:
        return Found("dmy", "consistency")
    return Found("dmy", "assumed")


def _broken_sequences(
    columns: Mapping[str, pl.Series], undecided: list[str], order: OrderOfDate | str, base: date | None
) -> int:
    """Return how many rows would be due or paid before their issue if the undecided columns had this order."""
    read = {
        key: parse_dates(values, "mdy" if key in undecided and order == "mdy" else "dmy", base).values
        for key, values in columns.items()
    }
    if "issued" not in read:
        return 0
    return sum(int((read[key] < read["issued"]).sum()) for key in ("due", "paid") if key in read)


def _order_votes(values: pl.Series) -> tuple[int, int, int]:
    """Return how many dates can only be day first, only month first, and either."""
    parts = values.drop_nulls().unique().str.extract_groups(r"^\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2,4}(?:\D|$)")
    first, second = (parts.struct.field(name).cast(pl.Int32, strict=False) for name in ("1", "2"))
    day_first = ((first > 12) & (second <= 12)).sum()
    month_first = ((second > 12) & (first <= 12)).sum()
    either = ((first <= 12) & (second <= 12)).sum()
    return int(day_first), int(month_first), int(either)
