"""The integer contract: column types, magnitude budget, and the check that every table passes at the door."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import narwhals.stable.v2 as nw
import pyarrow as pa

from receba.kernel.money import MAX_CENTAVOS
from receba.kernel.tables import Table

ARROW_TYPES = {"int64": pa.int64(), "int32": pa.int32()}
DAY_BOUNDS = (-36525, 65535)
"""Days accepted in a column: 1870 to 2149. With MAX_CENTAVOS it keeps amount x days x rate below 2**63 by case."""


class ContractBroken(ValueError):
    """A table does not have the columns, types, keys or magnitudes that its contract promises."""


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a kernel table."""
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in table.columns.items()])


def conform(table: Table, data: pa.Table) -> pa.Table:
    """Return `data` with exactly the columns and types of `table`, in order.

    Raises ContractBroken when a column is missing, holds a null, is no integer of that width, or (for money) is
    beyond the magnitude budget.
    """
    missing = [name for name in table.columns if name not in data.column_names]
    if missing:
        raise ContractBroken(f"{table.name}: missing columns {', '.join(missing)}")
    try:
        chosen = data.select(list(table.columns)).cast(arrow_schema(table))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as wrong:
        raise ContractBroken(f"{table.name}: {wrong}") from wrong
    for name in table.columns:
        column = chosen[name]
        if column.null_count:
            raise ContractBroken(f"{table.name}.{name}: {column.null_count} nulls")
        if name.endswith("_centavos") and len(column):
            bounds = pa.compute.min_max(column)
            if bounds["min"].as_py() < -MAX_CENTAVOS or bounds["max"].as_py() > MAX_CENTAVOS:
                raise ContractBroken(f"{table.name}.{name}: beyond R$ 10 billion in one row")
    return chosen


def fingerprint(table: Table, data: pa.Table) -> str:
    """Return a hash of the rows of a kernel table: the same rows in any order and any chunks, the same hash."""
    rows = conform(table, data)
    order = pa.compute.sort_indices(rows, sort_keys=[(name, "ascending") for name in table.key or table.columns])
    digest = hashlib.blake2b(digest_size=16)
    for name in table.columns:
        digest.update(name.encode())
        digest.update(rows[name].take(order).to_numpy().tobytes())
    return digest.hexdigest()


class Engine(Protocol):
    """What a backend offers: open a table or files, settle a stage, hand out or write the result."""

    def open(self, name: str, data: pa.Table) -> nw.LazyFrame:
        """Return a lazy frame over Arrow data."""

    def scan(self, name: str, paths: Sequence[Path]) -> nw.LazyFrame:
        """Return a lazy frame over Parquet files and folders of them."""

    def sink(self, frame: nw.LazyFrame, path: Path) -> None:
        """Write the rows of `frame` as Parquet into the folder `path`."""

    def materialise(self, name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Compute `frame` once and return a lazy frame over the result."""

    def collect(self, frame: nw.LazyFrame) -> pa.Table:
        """Return the rows of `frame` as Arrow."""
