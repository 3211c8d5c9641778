"""A backup is worth what comes back: every table compared, and the old base kept until then."""

from __future__ import annotations

import tarfile
from datetime import date

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from receba.config import keeping
from receba.kernel.tables import EntryKind
from receba.ledger import services
from receba.ledger.models import Entry
from receba.ledger.services import News, NewTitle


@pytest.fixture
def ledger(committed, cast):
    new = NewTitle("A", cast.lucia.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 1, 5), date(2026, 2, 5), 100_00)
    title = services.open_titles(cast.scope, [new])["A"]
    services.post(cast.scope, [News("p", title, EntryKind.PAYMENT, 40_00, date(2026, 3, 5))])
    return cast, committed, title


def test_what_was_saved_comes_back_and_later_changes_are_gone(ledger, tmp_path):
    cast, database, title = ledger
    address = keeping.admin_address(settings.EMBEDDED, database)
    saved = keeping.backup(address, tmp_path / "base.receba")
    services.post(cast.scope, [News("later", title, EntryKind.PAYMENT, 10_00, date(2026, 3, 6))])
    assert keeping.marks(address) != saved
    connections.close_all()
    restored = keeping.restore(settings.EMBEDDED, tmp_path / "base.receba", database)
    assert restored == saved == keeping.marks(address)
    with cast.scope.active():
        assert not Entry.objects.filter(key="later").exists()
        services.post(cast.scope, [News("again", title, EntryKind.PAYMENT, 5_00, date(2026, 3, 7))])
        assert Entry.objects.filter(key="again").exists()
    with cast.stranger_scope.active():
        assert not Entry.objects.exists()


@pytest.fixture
def own_server(ledger, monkeypatch):
    """A server that is not ours to start: known by addresses only, the base under a name of its own."""
    cast, database, title = ledger
    with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE ROLE other_owner NOSUPERUSER")
        admin.execute(f'ALTER DATABASE "{database}" OWNER TO other_owner')
        admin.execute("CREATE DATABASE maintenance")
    monkeypatch.setenv("DATABASE_ADMIN_URL", settings.EMBEDDED.dsn("postgres", "maintenance") + "&sslmode=prefer")
    yield cast, database, title
    connections.close_all()
    with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE maintenance WITH (FORCE)")
        admin.execute(f'ALTER DATABASE "{database}" OWNER TO receba_owner')
        admin.execute("DROP ROLE other_owner")


def test_on_a_server_of_ones_own_the_working_base_is_saved_and_replaced(own_server, tmp_path):
    cast, database, title = own_server
    address = keeping.admin_address(None, database)
    assert psycopg.conninfo.conninfo_to_dict(address)["sslmode"] == "prefer"
    default = keeping.marks(settings.EMBEDDED.dsn("postgres"))
    saved = keeping.backup(address, tmp_path / "base.receba")
    assert saved["ledger_entry"].rows == 4  # face, payment, fine and interest: not those of the maintenance database
    services.post(cast.scope, [News("later", title, EntryKind.PAYMENT, 10_00, date(2026, 3, 6))])
    connections.close_all()
    assert keeping.restore(None, tmp_path / "base.receba", database) == saved == keeping.marks(address)
    assert keeping.marks(settings.EMBEDDED.dsn("postgres")) == default
    with psycopg.connect(address) as admin:
        owner = admin.execute("SELECT datdba::regrole::text FROM pg_database WHERE datname = %s", [database]).fetchone()
    assert owner == ("other_owner",)
    with cast.scope.active():
        assert not Entry.objects.filter(key="later").exists()


def test_without_an_address_for_the_administrator_nothing_is_tried(monkeypatch):
    monkeypatch.delenv("DATABASE_ADMIN_URL", raising=False)
    with pytest.raises(keeping.NotWhole, match="DATABASE_ADMIN_URL"):
        keeping.admin_address(None, "receba")


def test_what_is_written_during_the_backup_is_in_neither_dump_nor_marks(ledger, tmp_path, monkeypatch):
    cast, database, title = ledger
    run = keeping._run

    def write_first(program, *args):
        if program == "pg_dump":
            services.post(cast.scope, [News("meanwhile", title, EntryKind.PAYMENT, 1_00, date(2026, 3, 6))])
        run(program, *args)

    monkeypatch.setattr(keeping, "_run", write_first)
    saved = keeping.backup(keeping.admin_address(settings.EMBEDDED, database), tmp_path / "base.receba")
    connections.close_all()
    assert keeping.restore(settings.EMBEDDED, tmp_path / "base.receba", database) == saved
    with cast.scope.active():
        assert not Entry.objects.filter(key="meanwhile").exists()


def test_whom_row_level_security_hides_rows_from_cannot_take_marks(ledger):
    _cast, database, _title = ledger
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keeping.marks(settings.EMBEDDED.dsn("receba_app", database))


def test_a_damaged_file_is_refused_and_the_base_stays(ledger, tmp_path):
    _cast, database, _title = ledger
    address = keeping.admin_address(settings.EMBEDDED, database)
    saved = keeping.backup(address, tmp_path / "base.receba")
    with tarfile.open(tmp_path / "base.receba") as tar:
        for name in ("base.dump", "manifest.json"):
            (tmp_path / name).write_bytes(tar.extractfile(name).read())
    dump = tmp_path / "base.dump"
    dump.write_bytes(dump.read_bytes()[:-10] + b"0123456789")
    with tarfile.open(tmp_path / "bad.receba", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        tar.add(dump, "base.dump")
    with pytest.raises(keeping.NotWhole, match="does not match"):
        keeping.restore(settings.EMBEDDED, tmp_path / "bad.receba", database)
    with tarfile.open(tmp_path / "half.receba", "w") as tar:
        tar.add(dump, "../base.dump")
        tar.add(tmp_path / "manifest.json", "manifest.json")
    with pytest.raises(keeping.NotWhole, match=r"no base\.dump"):
        keeping.restore(settings.EMBEDDED, tmp_path / "half.receba", database)
    assert keeping.marks(address) == saved


def test_the_program_works_under_a_role_that_cannot_pass_by_the_walls(ledger):
    _cast, database, _title = ledger
    with psycopg.connect(settings.EMBEDDED.dsn("receba_app", database)) as app:
        row = app.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False, False)
        assert app.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY")
