"""PySpark: the same expressions on a cluster. Local where nobody says which.

Stages are written as Parquet and read back: Spark's own cache was measured several times slower.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
from pyspark.sql import SparkSession

SHUFFLES = "spark.sql.shuffle.partitions"


def session() -> Any:
    """Return the session that SPARK_REMOTE names (Spark Connect), the active one, or a local one."""
    builder = SparkSession.builder.appName("receba").config("spark.sql.session.timeZone", "UTC")
    if remote := os.environ.get("SPARK_REMOTE"):
        return builder.remote(remote).getOrCreate()
    cores = os.cpu_count() or 2
    local = {
        "spark.master": f"local[{cores}]",
        SHUFFLES: str(cores),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": os.environ.get("RECEBA_SPARK_MEMORY", "4g"),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if "SPARK_HOME" not in os.environ and not SparkSession.getActiveSession():
        for name, value in local.items():
            builder = builder.config(name, value)
    return builder.getOrCreate()


class Spark:
    """One session; stages lie in a folder that every executor must reach (RECEBA_SPARK_STAGES on a cluster)."""

    def __init__(self) -> None:
        self._session = session()
        if not os.environ.get("SPARK_REMOTE"):
            self._session.sparkContext.setLogLevel("ERROR")
        self._session.conf.set("spark.sql.ansi.enabled", "true")  # an overflow is an error
        self._folder = Path(tempfile.mkdtemp(prefix="receba-spark-", dir=os.environ.get("RECEBA_SPARK_STAGES")))
        self._stages: dict[str, Path] = {}
        self._numbers = itertools.count()
        self._thrown_away = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def open(self, name: str, data: pa.Table) -> nw.LazyFrame:
        """Return a lazy frame over Arrow data."""
        rows: nw.LazyFrame = nw.from_native(self._session.createDataFrame(data))
        return rows

    def scan(self, name: str, paths: Sequence[Path]) -> nw.LazyFrame:
        """Return a lazy frame over Parquet files and folders of them."""
        rows: nw.LazyFrame = nw.from_native(self._session.read.parquet(*(str(path.absolute()) for path in paths)))
        return rows

    def sink(self, frame: nw.LazyFrame, path: Path) -> None:
        """Write the rows as Parquet into the folder `path`."""
        nw.to_native(frame).write.mode("overwrite").parquet(str(path.absolute()))

    def materialise(self, name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Compute `frame` once, into Parquet; what the same name held before is gone, as on DuckDB."""
        path, old = self._folder / f"{name}-{next(self._numbers)}", self._stages.get(name)
        self.sink(frame, path)
        self._stages[name] = path
        if old:
            shutil.rmtree(old, ignore_errors=True)
        return self.scan(name, [path])

    def collect(self, frame: nw.LazyFrame) -> pa.Table:
        """Return the rows as an Arrow table."""
        table: pa.Table = nw.to_native(frame).toArrow()
        return table

    def close(self) -> None:
        """Throw the stages away; the session stays, others may use it."""
        self._thrown_away()
