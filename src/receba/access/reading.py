"""Columns of one company: a second connection that sees what the scope sees, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from django.db import connection

from receba.access.scope import Scope
from receba.engine import postgres
from receba.engine.contract import conform
from receba.kernel.tables import Table


def _dsn() -> str:
    """Return the address of the working database, as libpq and ADBC write it."""
    params = connection.get_connection_params()
    words = {
        "host": params.get("host"),
        "port": params.get("port"),
        "dbname": params.get("dbname"),
        "user": params.get("user"),
        "password": params.get("password"),
    }
    quoted = ((k, str(v).replace("\\", "\\\\").replace("'", "\\'")) for k, v in words.items() if v)
    return " ".join(f"{name}='{value}'" for name, value in quoted)


def read_tables(scope: Scope, queries: Mapping[Table, str]) -> dict[Table, pa.Table]:
    """Return kernel tables read in one snapshot under the scope's row-level security.

    Only what is committed is seen. Raises ContractBroken when a query does not give its table.
    """
    by_name = {table.name: table for table in queries}
    raw = postgres.read(_dsn(), scope.session_settings(), {table.name: query for table, query in queries.items()})
    return {by_name[name]: conform(by_name[name], data) for name, data in raw.items()}
