"""Whatever writes — a model, raw SQL, a bulk COPY — leaves one event: who, why, what table, how many rows, which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test import Client

from receba.access.core.roles import Role
from receba.access.models import AuditEvent, Person
from receba.access.scope import Actor, acting
from receba.parties import services as parties
from receba.parties.models import Contact, Debtor


def last(scope, table: str) -> AuditEvent:
    with scope.active():
        return AuditEvent.objects.filter(chain=scope.company_id, table=table).first()


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


@pytest.mark.req("S0.65")
def test_insert_update_and_delete_each_say_who_and_why(cast):
    scope = replace(cast.scope, actor=Actor("person", "ana@ponte.example", 42), reason="POST /1/ficha/")
    with scope.active():
        made = Contact.objects.create(
            company=cast.serra_azul, debtor=cast.vertice, kind=2, value="1133334444", recorded_at="2026-01-05T12:00Z"
        )
        inserted = last(scope, "parties_contact")
        Contact.objects.filter(pk=made.pk).update(value="1155556666")
        updated = last(scope, "parties_contact")
        run("DELETE FROM parties_contact WHERE id = %s", made.pk)
        deleted = last(scope, "parties_contact")
    events = [inserted, updated, deleted]
    assert [e.operation for e in events] == ["INSERT", "UPDATE", "DELETE"]
    assert {(e.actor, e.reason, e.row_count, e.chain) for e in events} == {
        ("person:42", "POST /1/ficha/", 1, cast.serra_azul.pk)
    }
    assert inserted.rows[0]["value"] == "1133334444"
    assert (updated.rows["before"][0]["value"], updated.rows["after"][0]["value"]) == ("1133334444", "1155556666")
    assert deleted.rows[0]["value"] == "1155556666"


@pytest.mark.req("S0.65")
def test_a_bulk_copy_is_one_event_with_its_count_and_digest(cast):
    parties.record(cast.scope, [parties.DebtorFacts(code=f"c{n}", name=f"Cliente {n}") for n in range(500)])
    event = last(cast.scope, "parties_debtor")
    assert (event.operation, event.row_count, event.rows) == ("INSERT", 500, None)
    assert len(event.digest) == 64


def test_a_statement_that_changes_no_row_is_no_event(cast):
    before = last(cast.scope, "parties_debtor").pk
    with cast.scope.active():
        Debtor.objects.filter(code="não existe").update(name="x")
    assert last(cast.scope, "parties_debtor").pk == before


@pytest.mark.req("S0.65")
def test_what_is_rolled_back_leaves_no_event(committed, cast):
    before = last(cast.scope, "parties_debtor").pk
    with cast.scope.active(), pytest.raises(RuntimeError), transaction.atomic():
        Debtor.objects.filter(code="1").update(name="desfeito")
        raise RuntimeError
    assert last(cast.scope, "parties_debtor").pk == before


@pytest.mark.req("S0.65")
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_operator (name, document) VALUES ('x', '')",
        "UPDATE access_company SET name = 'x'",
        "DELETE FROM access_grant",
    ],
)
def test_a_write_without_an_actor_is_refused(cast, statement):
    with pytest.raises(Exception, match="without an actor"), transaction.atomic():
        run(statement)


def test_nobody_takes_an_empty_name(cast):
    with (
        replace(cast.scope, actor=Actor("job", "")).active(),
        pytest.raises(Exception, match="without an actor"),
        transaction.atomic(),
    ):
        run("SELECT set_config('receba.actor', '', false)")
        Debtor.objects.filter(code="1").update(name="x")


@pytest.mark.req("S0.65")
def test_passwords_never_reach_the_log(cast):
    actor = Actor("command", "tests")
    with acting(actor, "senha nova"):
        person = cast.people[Role.READER]
        person.set_password("outra-senha-de-teste")
        person.save()
        run("UPDATE access_person SET password = 'hash-à-mão' WHERE id = %s", person.pk)
        events = list(AuditEvent.objects.filter(chain=0, table="access_person"))
    assert len(events) >= 3
    told = str([event.rows for event in events])
    assert "'password'" not in told
    assert "hash-à-mão" not in told
    assert all(password not in told for password in Person.objects.values_list("password", flat=True))
    assert events[0].digest != events[1].digest, "that it changed shows"


def test_signing_in_is_on_record_in_the_chain_of_no_company(cast):
    answer = Client().post("/conta/login/", {"login": "reader@ponte.example", "password": "segredo-de-teste-1"})
    assert answer.status_code == 302
    with acting(Actor("command", "tests")):
        event = AuditEvent.objects.filter(chain=0, table="access_person").first()
    assert (event.actor, event.operation, event.reason) == ("person:visitor", "UPDATE", "POST /conta/login/")
    assert event.rows["after"][0]["email"] == "reader@ponte.example"


@pytest.mark.req("S0.6", "S0.65")
def test_a_company_reads_its_own_events_only(cast):
    with cast.scope.active():
        assert set(AuditEvent.objects.values_list("chain", flat=True)) == {cast.serra_azul.pk}
    with cast.stranger_scope.active():
        assert not AuditEvent.objects.filter(chain=cast.serra_azul.pk).exists()
