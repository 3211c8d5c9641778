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


def test_a_damaged_file_is_refused_and_the_base_stays(ledger, tmp_path):
    _cast, database, _title = ledger
    address = keeping.admin_address(settings.EMBEDDED, database)
    saved = keeping.backup(address, tmp_path / "base.receba")
    with tarfile.open(tmp_path / "base.receba") as tar:
        tar.extractall(tmp_path, filter="data")
    dump = tmp_path / "base.dump"
    dump.write_bytes(dump.read_bytes()[:-10] + b"0123456789")
    with tarfile.open(tmp_path / "bad.receba", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        tar.add(dump, "base.dump")
    with pytest.raises(keeping.NotWhole, match="does not match"):
        keeping.restore(settings.EMBEDDED, tmp_path / "bad.receba", database)
    assert keeping.marks(address) == saved


def test_the_program_works_under_a_role_that_cannot_pass_by_the_walls(ledger):
    _cast, database, _title = ledger
    with psycopg.connect(settings.EMBEDDED.dsn("receba_app", database)) as app:
        row = app.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False, False)
        assert app.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY")
