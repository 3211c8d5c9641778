"""Columns of one company: a second connection that sees what the scope sees, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from receba.access.scope import Scope
from receba.engine import postgres
from receba.engine.contract import conform
from receba.kernel.tables import Table


def _dsn() -> str:
    """Return the address of the working database, with every option (sslmode…), as libpq and ADBC write it."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    told = connection.get_connection_params()
    return make_conninfo("", **{name: value for name, value in told.items() if name in known and value is not None})


MOMENT = Table("moment", "the moment of a reading, in microseconds since 1970 UTC", {"micros": "int64"}, ("micros",))
"""Asked for together with other tables, it says when their snapshot was taken."""
WHEN = {MOMENT: "SELECT (extract(epoch FROM now()) * 1000000)::bigint AS micros"}


def read_tables(scope: Scope, queries: Mapping[Table, str]) -> dict[Table, pa.Table]:
    """Return kernel tables read in one snapshot under the scope's row-level security.

    Only what is committed is seen. Raises ContractBroken when a query does not give its table.
    """
    by_name = {table.name: table for table in queries}
    raw = postgres.read(_dsn(), scope.session_settings(), {table.name: query for table, query in queries.items()})
    return {by_name[name]: conform(by_name[name], data) for name, data in raw.items()}
