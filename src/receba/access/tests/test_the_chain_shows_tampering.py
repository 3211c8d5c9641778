"""The audit chain: each link covers the one before it, so a change by the database's own master shows."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from receba.access.models import AuditEvent, AuditLink
from receba.access.queries import broken_links, chain_head, still_holds
from receba.access.scope import Actor, acting
from receba.parties.models import Debtor

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def tamper(committed) -> Callable[..., None]:
    """Change the log as a superuser, with every trigger out of the way."""

    def do(*statements: tuple[str, tuple[object, ...]]) -> None:
        with psycopg.connect(settings.EMBEDDED.dsn("postgres", committed)) as master:
            master.execute("SET session_replication_role = replica")
            for statement, values in statements:
                assert master.execute(statement, values).rowcount > 0, statement

    return do


@pytest.fixture
def events(tamper, cast) -> list[int]:
    """Six committed changes of Serra Azul; return the ids of its events, oldest first."""
    with cast.scope.active():
        for n in range(6):
            Debtor.objects.filter(code="1").update(name=f"Lúcia {n}")
        ids = list(AuditEvent.objects.order_by("id").values_list("id", flat=True))
        assert len(ids) > 6
        assert broken_links(cast.serra_azul.pk) == []
    return ids


def broken(cast) -> list[tuple[int, str]]:
    with cast.scope.active():
        return broken_links(cast.serra_azul.pk)


@pytest.mark.req("S0.65")
@pytest.mark.parametrize(
    "change",
    [
        "actor = 'person:1'",
        "reason = reason || ' '",
        "at = at + interval '1 microsecond'",
        "\"table\" = 'ledger_entry'",
        "operation = 'INSERT'",
        "row_count = row_count + 1",
        "rows = NULL",
        "rows = jsonb_set(rows, '{after,0,name}', '\"Outra\"')",
        "digest = repeat('0', 64)",
        "actor = actor || '|' || reason, reason = ''",
    ],
)
def test_an_altered_event_shows(cast, events, tamper, change):
    tamper((f"UPDATE access_auditevent SET {change} WHERE id = %s", (events[-3],)))
    assert broken(cast) == [(events[-3], "event or order altered")]


@pytest.mark.req("S0.65")
def test_a_removed_event_shows(cast, events, tamper):
    tamper(("DELETE FROM access_auditevent WHERE id = %s", (events[2],)))
    assert broken(cast) == [(events[2], "event removed")]


@pytest.mark.req("S0.65")
def test_a_removed_link_shows_itself_and_the_gap(cast, events, tamper):
    tamper(("DELETE FROM access_auditlink WHERE event_id = %s", (events[2],)))
    assert broken(cast)[:2] == [(events[2], "event outside the chain"), (events[3], "gap before this event")]


@pytest.mark.req("S0.65")
def test_an_event_removed_with_its_link_shows_as_a_gap(cast, events, tamper):
    tamper(
        ("DELETE FROM access_auditlink WHERE event_id = %s", (events[2],)),
        ("DELETE FROM access_auditevent WHERE id = %s", (events[2],)),
    )
    assert broken(cast)[0] == (events[3], "gap before this event")


@pytest.mark.req("S0.65")
def test_closing_the_gap_by_new_positions_does_not_hide_it(cast, events, tamper):
    place = "(SELECT position FROM access_auditlink WHERE event_id = %s)"
    tamper(
        (f"UPDATE access_auditlink SET position = -position WHERE chain = %s AND position > {place}",
         (cast.serra_azul.pk, events[2])),
        ("DELETE FROM access_auditlink WHERE event_id = %s", (events[2],)),
        ("DELETE FROM access_auditevent WHERE id = %s", (events[2],)),
        ("UPDATE access_auditlink SET position = -position - 1 WHERE position < 0", ()),
    )  # fmt: skip
    assert broken(cast) == [(events[3], "event or order altered")]


@pytest.mark.req("S0.65")
def test_two_events_in_the_other_order_show(cast, events, tamper):
    with cast.scope.active():
        one, two = (AuditLink.objects.get(event_id=pk).position for pk in events[2:4])
    move = "UPDATE access_auditlink SET position = %s WHERE event_id = %s"
    tamper((move, (-1, events[2])), (move, (one, events[3])), (move, (two, events[2])))
    assert {events[2], events[3]} <= {event for event, _what in broken(cast)}


@pytest.mark.req("S0.65")
def test_an_event_altered_with_its_own_hash_made_again_breaks_the_next_link(cast, events, tamper):
    tamper(
        ("UPDATE access_auditevent SET reason = 'nada aconteceu' WHERE id = %s", (events[3],)),
        (
            """
            UPDATE access_auditlink l SET hash = sha256(b.hash || convert_to(receba_event_text(e), 'UTF8'))
              FROM access_auditevent e, access_auditlink b
             WHERE l.event_id = %s AND e.id = l.event_id AND b.event_id = %s
            """,
            (events[3], events[2]),
        ),
    )
    assert broken(cast) == [(events[4], "event or order altered")]


@pytest.mark.req("S0.65")
def test_an_event_slipped_in_without_a_link_shows(cast, events, tamper):
    tamper((
        """
        INSERT INTO access_auditevent (chain, at, actor, reason, "table", operation, row_count, rows, digest)
        SELECT chain, at, actor, reason, "table", operation, row_count, rows, digest
          FROM access_auditevent WHERE id = %s
        """,
        (events[2],),
    ))  # fmt: skip
    assert [what for _event, what in broken(cast)] == ["event outside the chain"]


@pytest.mark.req("S0.65")
def test_a_tail_cut_off_shows_to_whoever_kept_the_last_hash(cast, events, tamper):
    position, digest = chain_head(cast.scope)
    assert (position, len(digest)) == (len(events), 64)
    assert still_holds(cast.scope, position, f" {digest.upper()}\n")
    tamper(
        ("DELETE FROM access_auditlink WHERE event_id = %s", (events[-1],)),
        ("DELETE FROM access_auditevent WHERE id = %s", (events[-1],)),
    )
    assert broken(cast) == [], "the chain alone cannot know"
    assert not still_holds(cast.scope, position, digest)
    with cast.scope.active():
        Debtor.objects.filter(code="1").update(name="Outra")
    assert not still_holds(cast.scope, position, digest)
    assert chain_head(cast.stranger_scope) == (0, "")


def test_an_event_moved_into_another_company_shows_in_both(cast, events, tamper):
    tamper(("UPDATE access_auditevent SET chain = %s WHERE id = %s", (cast.horizonte.pk, events[2])))
    assert broken(cast) == [(events[2], "event removed")]
    with cast.stranger_scope.active():
        assert broken_links(cast.horizonte.pk) == [(events[2], "event outside the chain")]


def test_an_altered_log_of_no_company_shows_too(cast, events, tamper):
    with acting(Actor("command", "tests")):
        assert broken_links(0) == []
        first = AuditEvent.objects.order_by("id").first()
    tamper(("UPDATE access_auditevent SET actor = 'command:outro' WHERE id = %s", (first.pk,)))
    with acting(Actor("command", "tests")):
        assert broken_links(0) == [(first.pk, "event or order altered")]


@pytest.mark.req("S0.65")
def test_writers_at_the_same_time_keep_one_chain(committed, cast):
    start, failures = threading.Barrier(6), []

    def work(number: int) -> None:
        try:
            start.wait(20)
            for n in range(8):
                with cast.scope.active():
                    Debtor.objects.filter(code=str(number % 3 + 1)).update(district=f"{number}-{n}")
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    with cast.scope.active():
        positions = list(
            AuditLink.objects.filter(chain=cast.serra_azul.pk).order_by("position").values_list("position")
        )
        assert AuditEvent.objects.filter(table="parties_debtor", operation="UPDATE").count() == 48
    assert positions == [(n,) for n in range(1, len(positions) + 1)]
    assert broken(cast) == []


def test_looking_at_the_chain_while_others_write_raises_no_false_alarm(committed, cast):
    """An event and its link become visible together: what is under way is not a fault."""
    found, done = [], threading.Event()

    def write() -> None:
        try:
            for n in range(40):
                with cast.scope.active():
                    Debtor.objects.filter(code="1").update(district=str(n))
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        found += broken(cast)
    thread.join(60)
    assert found == []
