"""In and out of PostgreSQL by columns: ADBC record batches in, COPY out through a temporary table.

COPY straight into a table is refused under row-level security, so rows land in a temporary table of the same shape
and one INSERT moves them, where policies, keys and audit triggers apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pgpq
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from psycopg import sql


def read(dsn: str, session: Mapping[str, str], queries: Mapping[str, str]) -> dict[str, pa.Table]:
    """Return the result of each query as an Arrow table, all from one snapshot under the given session settings."""
    with dbapi.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, value in session.items():
            cursor.execute("SELECT set_config($1, $2, false)", (name, value))
            cursor.fetchall()
        results = {}
        for name, query in queries.items():
            cursor.execute(query)
            results[name] = cursor.fetch_arrow_table()
        return results


def _staged(table: str) -> str:
    return f"stage_{table}"


def _stage(cursor: Any, table: str, columns: Sequence[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(_staged(table))))
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            sql.Identifier(_staged(table)), names, sql.Identifier(table)
        )
    )


def _move(cursor: Any, table: str, columns: Sequence[str], on_conflict: str, returning: Sequence[str]) -> list[Any]:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM pg_temp.{} ").format(
        sql.Identifier(table), names, names, sql.Identifier(_staged(table))
    ) + sql.SQL(on_conflict)
    if returning:
        statement += sql.SQL(" RETURNING ") + sql.SQL(", ").join(map(sql.Identifier, returning))
    cursor.execute(statement)
    rows = cursor.fetchall() if returning else []
    cursor.execute(sql.SQL("DROP TABLE pg_temp.{}").format(sql.Identifier(_staged(table))))
    return rows


def write_rows(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    on_conflict: str = "",
    returning: Sequence[str] = (),
) -> list[Any]:
    """Write Python rows in bulk, inside the caller's transaction; return the `returning` columns of rows written.

    `on_conflict` is the clause itself, such as `ON CONFLICT DO NOTHING`; it and the names are the program's own text.
    """
    _stage(cursor, table, columns)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY pg_temp.{} ({}) FROM STDIN").format(sql.Identifier(_staged(table)), names)) as copy:
        for row in rows:
            copy.write_row(row)
    return _move(cursor, table, columns, on_conflict, returning)


def stage_table(cursor: Any, table: str, data: pa.Table) -> sql.Identifier:
    """Put an Arrow table into a temporary table shaped like `table`, for the caller's own statements; return its name.

    It goes with the transaction.
    """
    _stage(cursor, table, data.column_names)
    _copy(cursor, table, data)
    # Nobody else gathers statistics of a temporary table; without them joins with it become loops.
    cursor.execute(sql.SQL("ANALYZE pg_temp.{}").format(sql.Identifier(_staged(table))))
    return sql.Identifier("pg_temp", _staged(table))


def _copy(cursor: Any, table: str, data: pa.Table) -> None:
    encoder = pgpq.ArrowToPostgresBinaryEncoder(data.schema)
    names = sql.SQL(", ").join(map(sql.Identifier, data.column_names))
    copying = sql.SQL("COPY pg_temp.{} ({}) FROM STDIN WITH (FORMAT BINARY)")
    with cursor.copy(copying.format(sql.Identifier(_staged(table)), names)) as copy:
        copy.write(encoder.write_header())
        for batch in data.to_batches(max_chunksize=65_536):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def write_table(
    cursor: Any, table: str, data: pa.Table, *, on_conflict: str = "", returning: Sequence[str] = ()
) -> list[Any]:
    """Write an Arrow table in bulk by COPY BINARY; its columns are named and typed as those of `table`."""
    columns = data.column_names
    _stage(cursor, table, columns)
    _copy(cursor, table, data)
    return _move(cursor, table, columns, on_conflict, returning)
