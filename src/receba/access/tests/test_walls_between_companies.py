"""PostgreSQL shows a session the rows of its company and portfolios: raw SQL, joins, bulk writes and columns alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from receba.access import reading
from receba.access.reading import read_tables
from receba.engine.postgres import write_rows
from receba.kernel.tables import ENTRIES, TITLES
from receba.ledger import queries as ledger_queries
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.parties import services as parties

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLES = ("parties_debtor", "parties_contact", "ledger_title", "ledger_entry", "ledger_opentitle")


def ask(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        return cursor.fetchall()


def count(scope) -> dict[str, int]:
    with scope.active():
        return {table: ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


@pytest.fixture
def titles(cast):
    """One title of Lúcia in 'Geral', one of Aurora in 'Especial', none of Vértice."""
    issued, due, terms = date(2026, 1, 5), date(2026, 2, 5), cast.terms.pk
    new = [
        NewTitle("T1", cast.lucia.pk, cast.portfolio.pk, terms, issued, due, 100_00),
        NewTitle("T2", cast.aurora.pk, cast.other_portfolio.pk, terms, issued, due, 200_00),
    ]
    return ledger.open_titles(cast.scope, new, recorded_at=AT)


@pytest.mark.req("S0.6")
def test_raw_sql_sees_the_own_company_and_nothing_without_a_scope(cast, titles):
    assert count(cast.scope) == dict(zip(TABLES, (3, 2, 2, 2, 2), strict=True))
    assert not any(count(cast.stranger_scope).values())
    assert not any(ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES)


@pytest.mark.req("S0.6")
def test_a_portfolio_shows_its_titles_and_the_debtors_who_have_one_there(cast, titles):
    narrow = replace(cast.scope, portfolios=frozenset({cast.portfolio.pk}))
    assert count(narrow) == dict(zip(TABLES, (1, 1, 1, 1, 1), strict=True))
    with narrow.active():
        assert ask("SELECT name FROM parties_debtor") == [("Lúcia Ferreira",)]
        assert ask("SELECT code FROM ledger_title WHERE id = %s", titles["T2"]) == []
        assert ask("SELECT d.name FROM ledger_title t RIGHT JOIN parties_debtor d ON d.id = t.debtor_id") == [
            ("Lúcia Ferreira",)
        ]
    assert not any(count(replace(cast.scope, portfolios=frozenset())).values())
    both = replace(cast.scope, portfolios=frozenset({cast.portfolio.pk, cast.other_portfolio.pk}))
    assert count(both)["parties_debtor"] == 2, "a debtor without titles belongs to no portfolio"


@pytest.mark.req("S0.6")
def test_columns_come_through_the_same_wall(committed, cast, titles):
    selects = ledger_queries.selects(known_on=date(2026, 3, 1))
    wanted = {TITLES: selects[TITLES], ENTRIES: selects[ENTRIES]}
    narrow = replace(cast.scope, portfolios=frozenset({cast.portfolio.pk}))
    assert [t.num_rows for t in read_tables(cast.scope, wanted).values()] == [2, 2]
    assert [t.num_rows for t in read_tables(narrow, wanted).values()] == [1, 1]
    assert [t.num_rows for t in read_tables(cast.stranger_scope, wanted).values()] == [0, 0]


def _rows(company_id: int) -> list[tuple[object, ...]]:
    return [(company_id, "x", "Intruso", 1, "", "", "", "", "", "", "", None, AT)]


_COLUMNS = (
    "company_id", "code", "name", "person_kind", "document", "street", "district", "city", "state", "zip_code",
    "group", "since_on", "recorded_at",
)  # fmt: skip


@pytest.mark.req("S0.6")
def test_a_bulk_write_into_another_company_is_refused(cast):
    with cast.scope.active(), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        write_rows(connection.cursor(), "parties_debtor", _COLUMNS, _rows(cast.horizonte.pk))
    with cast.scope.active(), transaction.atomic():
        write_rows(connection.cursor(), "parties_debtor", _COLUMNS, _rows(cast.serra_azul.pk))
    assert count(cast.scope)["parties_debtor"] == 4


@pytest.mark.req("S0.6")
def test_rows_of_another_company_can_be_neither_changed_nor_moved_nor_deleted(cast, titles):
    with cast.stranger_scope.active(), connection.cursor() as cursor:
        for statement in ("UPDATE parties_debtor SET name = 'x'", "DELETE FROM parties_contact"):
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with cast.scope.active(), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        ask("UPDATE parties_debtor SET company_id = %s RETURNING id", cast.horizonte.pk)
    assert count(cast.scope)["parties_debtor"] == 3


@pytest.mark.req("S0.6")
def test_services_refuse_ids_of_another_company_or_portfolio(cast, titles):
    narrow = replace(cast.scope, portfolios=frozenset({cast.portfolio.pk}))
    foreign = NewTitle(
        "T9", cast.lucia.pk, cast.other_portfolio.pk, cast.terms.pk, date(2026, 1, 5), date(2026, 2, 5), 1_00
    )
    for scope in (narrow, cast.stranger_scope):
        with pytest.raises(ledger.OutsideScope):
            ledger.open_titles(scope, [foreign])


def test_the_same_customer_code_in_two_companies_is_two_customers(cast):
    done = parties.record(cast.stranger_scope, [parties.DebtorFacts(code="1", name="Outra Lúcia")])
    assert done.new == 1
    with cast.scope.active():
        assert ask("SELECT name FROM parties_debtor WHERE code = '1'") == [("Lúcia Ferreira",)]


def test_the_program_can_neither_lift_the_wall_nor_become_who_could(cast):
    for statement in (
        "ALTER TABLE parties_debtor DISABLE ROW LEVEL SECURITY",
        "DROP POLICY company_wall ON parties_debtor",
        "SET ROLE receba_owner",
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_entry DISABLE TRIGGER append_only",
        "ALTER ROLE receba_app BYPASSRLS",
    ):
        with pytest.raises(Exception) as refusal, transaction.atomic():
            ask(statement)
        assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege), statement


def test_columns_are_read_with_every_option_of_the_connection(db, monkeypatch):
    options = {"sslmode": "prefer", "application_name": "it's receba", "options": "-c statement_timeout=5s"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    told = conninfo_to_dict(reading._dsn())
    assert options.items() <= told.items()
    assert (told["dbname"], told["user"]) == (connection.settings_dict["NAME"], "receba_app")
    with psycopg.connect(reading._dsn()) as other:
        assert other.execute("SHOW application_name").fetchone() == ("it's receba",)
