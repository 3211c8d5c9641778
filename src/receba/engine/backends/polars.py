"""Polars: the faster engine where memory is no question; it has no limit to keep to.

A sum or product beyond 64 bits wraps without a word: only the magnitudes that the contract admits guard against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa


class Polars:
    """Lazy frames in this process; a stage is computed by the streaming engine and kept in memory."""

    def open(self, name: str, data: pa.Table) -> nw.LazyFrame:
        """Return a lazy frame over Arrow data, without copying it where types allow."""
        frame = pl.from_arrow(data)
        assert isinstance(frame, pl.DataFrame)
        return nw.from_native(frame.lazy())

    def scan(self, name: str, paths: Sequence[Path]) -> nw.LazyFrame:
        """Return a lazy frame over Parquet files and folders of them."""
        files = [file for path in paths for file in (sorted(path.glob("*.parquet")) if path.is_dir() else [path])]
        return nw.from_native(pl.scan_parquet(files, hive_partitioning=False))

    def sink(self, frame: nw.LazyFrame, path: Path) -> None:
        """Write the rows as Parquet into the folder `path`."""
        path.mkdir(parents=True, exist_ok=True)
        nw.to_native(frame).sink_parquet(path / "part.parquet", compression="lz4")

    def materialise(self, name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Compute `frame` once."""
        rows: pl.DataFrame = nw.to_native(frame).collect(engine="streaming")
        return nw.from_native(rows.lazy())

    def collect(self, frame: nw.LazyFrame) -> pa.Table:
        """Return the rows as an Arrow table."""
        table: pa.Table = nw.to_native(frame).collect(engine="streaming").to_arrow()
        return table

    def close(self) -> None:
        """Nothing is held."""
