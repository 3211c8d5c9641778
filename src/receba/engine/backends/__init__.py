"""The backends that passed the golden test; `connect` returns the one that the settings name."""

from __future__ import annotations

from receba.engine.contract import Engine


class UnknownEngine(ValueError):
    """The name is not on the list of backends that pass the golden test."""


def connect(name: str = "duckdb", *, memory_limit: str = "", threads: int = 0, spill_to: str = "") -> Engine:
    """Return a fresh engine. Raises UnknownEngine for a name that is not on the list."""
    if name == "duckdb":
        from receba.engine.backends.duckdb import DuckDB

        return DuckDB(memory_limit=memory_limit, threads=threads, spill_to=spill_to)
    raise UnknownEngine(f"unknown engine {name!r}; known: duckdb")
