"""DuckDB: bounded memory, an overflow is an error."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa


class DuckDB:
    """One in-memory database; it lives as long as the run."""

    def __init__(self, *, memory_limit: str = "", threads: int = 0) -> None:
        spill = Path(tempfile.gettempdir()) / f"receba-{os.getpid()}"  # made when memory is short, then removed
        config: dict[str, Any] = {"preserve_insertion_order": "false", "temp_directory": str(spill)}
        if memory_limit:
            config["memory_limit"] = memory_limit
        if threads:
            config["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=config)
        self._kept: list[pa.Table] = []

    def open(self, name: str, data: pa.Table) -> nw.LazyFrame:
        """Return a lazy frame over Arrow data, without copying it."""
        self._kept.append(data)  # a registered view does not keep its data alive
        self._connection.register(f"in_{name}", data)
        return nw.from_native(self._connection.table(f"in_{name}"))

    def scan(self, name: str, paths: Sequence[Path]) -> nw.LazyFrame:
        """Return a lazy frame over Parquet files and folders of them."""
        files = [str(path / "*.parquet" if path.is_dir() else path) for path in paths]
        return nw.from_native(self._connection.read_parquet(files))

    def sink(self, frame: nw.LazyFrame, path: Path) -> None:
        """Write the rows as Parquet into the folder `path`."""
        path.mkdir(parents=True, exist_ok=True)
        nw.to_native(frame).write_parquet(str(path / "part.parquet"), compression="lz4", row_group_size=500_000)

    def materialise(self, name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Compute `frame` once into a temporary table."""
        relation = nw.to_native(frame)
        self._connection.execute(f'DROP TABLE IF EXISTS "stage_{name}"')
        relation.create(f"stage_{name}")
        return nw.from_native(self._connection.table(f"stage_{name}"))

    def collect(self, frame: nw.LazyFrame) -> pa.Table:
        """Return the rows as an Arrow table."""
        return nw.to_native(frame).to_arrow_table()

    def close(self) -> None:
        """Free what the run used."""
        self._connection.close()
        self._kept.clear()
