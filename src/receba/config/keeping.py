"""Backup and restore: one file that holds the whole base, and the proof that it came back whole.

The file is a tar of PostgreSQL's own dump and a manifest with the row count and digest of every table; restoring
compares them. Marks and dump are read in one snapshot, so people may go on working. Row-level security hides rows from
everybody but a superuser, so both work as the cluster's superuser (embedded), or as DATABASE_ADMIN_URL where the server
is yours; the base is always the one that the program works on, whatever database that address names.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from receba.config.embedded import DATABASE, OWNER, PER_DATABASE, EmbeddedPostgres, find_binaries


class NotWhole(RuntimeError):
    """The file is damaged, or what came back differs from what was saved."""


@dataclass(frozen=True, slots=True)
class TableMark:
    """How many rows a table has and the digest of them all, in any order."""

    rows: int
    digest: str


def admin_address(embedded: EmbeddedPostgres | None, database: str) -> str:
    """Return the superuser's address of a database. Raises NotWhole when there is none to use."""
    if embedded:
        return embedded.dsn("postgres", database)
    return make_conninfo(_given_address(), dbname=database)


def _given_address() -> str:
    given = os.environ.get("DATABASE_ADMIN_URL")
    if not given:
        raise NotWhole("set DATABASE_ADMIN_URL to a role that passes row-level security")
    return given


def _outside(embedded: EmbeddedPostgres | None, database: str) -> str:
    """Return the superuser's address of a database other than `database`, from which that one can be replaced."""
    named = None if embedded else conninfo_to_dict(_given_address()).get("dbname")
    return admin_address(embedded, str(named) if named and named != database else "postgres")


@contextmanager
def _reading(address: str) -> Iterator[psycopg.Connection]:
    """Open one snapshot of a base; what row-level security would hide is an error."""
    with psycopg.connect(address) as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        connection.execute("SET LOCAL row_security = off")
        yield connection


def marks(address: str) -> dict[str, TableMark]:
    """Return the mark of every table of a base."""
    with _reading(address) as connection:
        return _marks(connection)


def _marks(connection: psycopg.Connection) -> dict[str, TableMark]:
    found = {}
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    for (name,) in names.fetchall():
        row = connection.execute(
            sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t").format(
                sql.Identifier(name)
            )
        ).fetchone()
        found[name] = TableMark(row[0], row[1]) if row else TableMark(0, "0")
    return found


def backup(address: str, target: Path) -> dict[str, TableMark]:
    """Write the whole base into `target`; return the marks. The file appears only when it is whole."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump, manifest = Path(folder) / "base.dump", Path(folder) / "manifest.json"
        with _reading(address) as connection:  # stays open: the dump reads this very snapshot
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            snapshot = row[0] if row else ""
            _run("pg_dump", address, "--format=custom", f"--file={dump}", f"--snapshot={snapshot}")
            found = _marks(connection)
        digest = _digest(dump)
        manifest.write_text(
            json.dumps({"dump_sha256": digest, "tables": {n: [m.rows, m.digest] for n, m in found.items()}})
        )
        partial = Path(folder) / "whole.tar"
        with tarfile.open(partial, "w") as tar:
            tar.add(manifest, manifest.name)
            tar.add(dump, dump.name)
        partial.replace(target)
    return found


def _take_out(tar: tarfile.TarFile, path: Path) -> None:
    """Write the file of that name in the archive to `path`; nothing else of the archive is touched."""
    try:
        inside = tar.extractfile(path.name)
    except KeyError:
        inside = None
    if inside is None:
        raise NotWhole(f"no {path.name} in {tar.name!r}")
    with inside, path.open("wb") as out:
        shutil.copyfileobj(inside, out)


def restore(embedded: EmbeddedPostgres | None, source: Path, database: str = DATABASE) -> dict[str, TableMark]:
    """Replace a base by the one in `source`, compare every table, and return the marks.

    The old base is dropped only after the new one was compared. Raises NotWhole.
    """
    with tempfile.TemporaryDirectory() as folder:
        dump, told = Path(folder) / "base.dump", Path(folder) / "manifest.json"
        with tarfile.open(source) as tar:
            for path in (dump, told):
                _take_out(tar, path)
        manifest = json.loads(told.read_text())
        if _digest(dump) != manifest["dump_sha256"]:
            raise NotWhole(f"{source}: the dump does not match its manifest")
        fresh = f"{database}_restored"
        with psycopg.connect(_outside(embedded, database), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(fresh)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(fresh), sql.Identifier(_owner(admin, database))
                )
            )
            address = admin_address(embedded, fresh)
            _run("pg_restore", address, "--exit-on-error", str(dump))
            found = marks(address)
            wanted = {name: TableMark(*mark) for name, mark in manifest["tables"].items()}
            if found != wanted:
                wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
                raise NotWhole(f"{source}: came back different: {', '.join(wrong)}")
            admin.execute(PER_DATABASE.format(name=fresh).strip().splitlines()[-1])
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(database))
            )
    return found


def _owner(admin: psycopg.Connection, database: str) -> str:
    """Return the role that owns a database; where it does not exist yet, the owner's usual name."""
    row = admin.execute(
        "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    return row[0] if row else OWNER


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(program: str, address: str, *args: str) -> None:
    """Run one of PostgreSQL's programs on a base; the password goes by the environment, out of the list of processes."""
    words = conninfo_to_dict(address)
    secret = {"PGPASSWORD": str(words.pop("password"))} if "password" in words else {}
    command = [str(find_binaries() / program), f"--dbname={make_conninfo('', **words)}", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **secret})
    if done.returncode:
        raise NotWhole(f"{program}: {done.stderr.strip()[-2000:]}")
