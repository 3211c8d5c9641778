"""The backends that passed the golden test; `connect` returns the one that the settings name."""

from __future__ import annotations

from receba.engine.contract import Engine


class UnknownEngine(ValueError):
    """The name is not on the list of backends that pass the golden test."""


ENGINES = ("duckdb", "polars", "spark")


def connect(name: str = "duckdb", *, memory_limit: str = "", threads: int = 0) -> Engine:
    """Return a fresh engine. The limits are DuckDB's; the others know none, or their own.

    Raises UnknownEngine for a name that is not on the list, or one that is not installed or does not start.
    """
    if name == "duckdb":
        from receba.engine.backends.duckdb import DuckDB

        return DuckDB(memory_limit=memory_limit, threads=threads)
    if name == "polars":
        from receba.engine.backends.polars import Polars

        return Polars()
    if name == "spark":
        try:
            from pyspark.errors import PySparkException

            from receba.engine.backends.spark import Spark
        except ImportError as missing:
            raise UnknownEngine('engine "spark" needs the extra: pip install "receba[spark]"') from missing
        try:
            return Spark()
        except PySparkException as wrong:
            raise UnknownEngine(f"Spark does not start; it needs Java 17 or newer, or a server: {wrong}") from wrong
    raise UnknownEngine(f"unknown engine {name!r}; known: {', '.join(ENGINES)}")
