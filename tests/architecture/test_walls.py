"""The walls that PostgreSQL holds: every table is behind one, or says here why it is not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

NO_WALL = {
    "access_operator": "the BPO itself; owns companies, belongs to none",
    "access_company": "the list of doors: read to choose one, before any is entered",
    "access_portfolio": "read with the grants, before a company is entered; holds a name, no debtor",
    "access_grant": "says who may enter where; read to make the scope",
    "access_person": "people may work for several companies",
    "access_person_groups": "Django's; unused, permissions are in grants",
    "access_person_user_permissions": "Django's; unused, permissions are in grants",
    "access_auditlink": "hashes only; the events themselves are behind chain_wall",
    "ledger_priceindex": "published indices belong to no company",
    "ledger_priceindexmonth": "published indices belong to no company",
}
"""Tables of the rooms without company_wall, and why."""

OTHERS = ("account_", "auth_", "django_", "mfa_", "procrastinate_", "usersessions_")
"""Tables of the packages; none holds a debt. Jobs carry ids only."""

OWN_WALL = {"access_auditevent": "chain_wall"}

UNAUDITED = {
    "parties_nameword": "projection: kept by a trigger of the debtors, who are audited",
    "ledger_opentitle": "projection: kept by the ledger's triggers, proved by `receba check`",
    "scoring_score": "projection: any day computes it again from the ledger; the day's row is audited",
    "daily_dailystep": "progress of a run, rewritten while it works; the run is audited",
    "intake_importcontent": "the bytes of a file; its digest is on the file, which is audited",
    "intake_importprogress": "how far an import is, rewritten while it works; the file is audited",
    "casework_queueday": "projection: the day builds the queue again; what people did is in casework_interaction",
    "casework_queueitem": "projection: the day builds the queue again; what people did is in casework_interaction",
    "outreach_sendrun": "what one round of the sender counted; what happened to each message is in its events",
    "segments_membership": "projection: any run tells the stays again from ledger and scores",
    "reporting_kpiday": "projection: any day computes it again from the ledger",
}
"""Tables with a company that write no audit events: recomputable, each with what it is recomputed from."""

APPEND_ONLY = {
    "access_auditevent",
    "access_auditlink",
    "ledger_duechange",
    "ledger_entry",
    "ledger_priceindexmonth",
    "ledger_terms",
}
"""Tables that must refuse every change; rooms may add more, none may leave."""


def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        return cursor.fetchall()


def company_tables() -> set[str]:
    """Return the tables of every model that has a company."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "company" and field.is_relation for field in model._meta.get_fields() if field.concrete)
    }


def triggers(name: str) -> set[str]:
    """Return the tables that carry an enabled trigger whose name begins so."""
    rows = ask(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE %s AND t.tgenabled IN ('O', 'A')",
        f"{name}%",
    )
    return {row[0] for row in rows}


def walls() -> dict[str, str]:
    """Return table → policy where row-level security is enabled and forced."""
    return dict(
        ask(
            "SELECT c.relname, p.polname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity"
        )
    )


@pytest.mark.django_db
def test_the_program_works_as_a_role_that_cannot_pass_the_walls():
    [(superuser, bypasses, makes_roles, name)] = ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolname FROM pg_roles WHERE rolname = current_user"
    )
    assert (superuser, bypasses, makes_roles) == (False, False, False)
    assert ask("SELECT tablename FROM pg_tables WHERE tableowner = %s", name) == []
    assert (
        ask("SELECT r.rolname FROM pg_roles r WHERE r.rolname <> %s AND pg_has_role(%s, r.oid, 'MEMBER')", name, name)
        == []
    )


@pytest.mark.django_db
def test_every_table_with_a_company_is_behind_its_wall():
    bare = company_tables() - set(NO_WALL) - {table for table, policy in walls().items() if policy == "company_wall"}
    assert not bare, f"no forced row-level security with company_wall: {sorted(bare)}"


@pytest.mark.django_db
def test_every_other_table_says_why_it_has_no_wall():
    tables = {row[0] for row in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    odd = {t for t in tables - set(walls()) - set(NO_WALL) if not t.startswith(OTHERS)}
    assert not odd, f"neither a wall nor a reason in NO_WALL: {sorted(odd)}"
    assert all(walls().get(table) == policy for table, policy in OWN_WALL.items())
    assert not set(NO_WALL) - tables, f"NO_WALL names tables that do not exist: {sorted(set(NO_WALL) - tables)}"


@pytest.mark.req("S0.6")
def test_every_walled_table_shows_a_stranger_nothing(cast):
    """Raw SQL, so that no manager of Django helps: the wall alone decides."""

    def others(scope: Any) -> dict[str, int]:
        with scope.active():
            return {
                table: ask(f"SELECT count(*) FROM {table} WHERE company_id <> %s", scope.company_id)[0][0]
                for table in sorted(company_tables() - set(NO_WALL))
            }

    def own(scope: Any) -> int:
        with scope.active():
            return ask("SELECT count(*) FROM parties_debtor")[0][0]

    assert (own(cast.scope), own(cast.stranger_scope)) == (3, 0)
    assert not any(others(cast.scope).values())
    assert not any(others(cast.stranger_scope).values())
    without = {t: ask(f"SELECT count(*) FROM {t}")[0][0] for t in sorted(company_tables() - set(NO_WALL))}
    assert not any(without.values()), f"visible without any scope: {without}"


@pytest.mark.req("S0.6")
def test_nobody_writes_into_another_company(cast):
    with cast.scope.active(), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        ask(
            """
            INSERT INTO parties_debtor (company_id, code, name, person_kind, document, street, district, city, state,
                                        zip_code, "group", recorded_at)
            VALUES (%s, 'x', 'x', 1, '', '', '', '', '', '', '', now()) RETURNING id
            """,
            cast.horizonte.pk,
        )


@pytest.mark.django_db
def test_every_table_with_a_company_is_audited_or_says_what_it_is_recomputed_from():
    silent = company_tables() - triggers("audited_") - set(UNAUDITED)
    assert not silent, f"neither audited nor listed as recomputable: {sorted(silent)}"
    both = triggers("audited_") & set(UNAUDITED)
    assert not both, f"listed as unaudited, but audited: {sorted(both)}"


@pytest.mark.django_db
def test_an_audited_write_without_an_actor_is_refused():
    with pytest.raises(Exception, match="without an actor"):
        ask("INSERT INTO access_operator (name, document) VALUES ('Sem nome', '') RETURNING id")


@pytest.mark.django_db
def test_append_only_tables_refuse_every_change_even_to_their_owner():
    tables = triggers("append_only")
    assert tables >= APPEND_ONLY, f"no longer append-only: {sorted(APPEND_ONLY - tables)}"
    with psycopg.connect(settings.EMBEDDED.dsn("receba_owner", connection.settings_dict["NAME"])) as owner:
        owner.execute("SET lock_timeout = '5s'")
        for table in sorted(tables):
            [(column,)] = owner.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
            ).fetchall()
            name, first = sql.Identifier(table), sql.Identifier(column)
            for change in (
                sql.SQL("UPDATE {} SET {} = {}").format(name, first, first),
                sql.SQL("DELETE FROM {}").format(name),
                sql.SQL("TRUNCATE {} CASCADE").format(name),
            ):
                with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                    owner.execute(change)
                owner.rollback()


@pytest.mark.django_db
def test_the_program_may_not_write_the_audit_log_by_hand():
    for table in ("access_auditevent", "access_auditlink"):
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            assert ask("SELECT has_table_privilege(current_user, %s, %s)", table, right) == [(False,)], (table, right)
