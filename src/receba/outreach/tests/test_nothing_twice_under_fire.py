"""Several workers at once, workers that are killed, payments that race: on a database that commits."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction

from receba.config import embedded
from receba.outreach import services
from receba.outreach.models import Message, MessageEvent

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
State = Message.State
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from receba.access.scope import Actor, Scope
from receba.outreach import services
scope = Scope(int(sys.argv[1]), Actor("job", f"worker {sys.argv[3]}"))
print(services.send_ready(scope, at=datetime.fromisoformat(sys.argv[2])).counts, flush=True)
"""


def worker(stage, name: str, database: str, folder, number: int) -> subprocess.Popen:
    """Start a process of its own that sends the company's messages and ends."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "receba.config.settings",
        "DATABASE_URL": django_settings.EMBEDDED.dsn(embedded.APP, database),
        "RECEBA_DATA": str(folder),
        "RECEBA_SMTP_HOST": django_settings.EMAIL_HOST,
        "RECEBA_SMTP_PORT": str(django_settings.EMAIL_PORT),
        "RECEBA_SMTP_TIMEOUT": "5",
        "RECEBA_FROM": django_settings.DEFAULT_FROM_EMAIL,
    }
    command = [sys.executable, "-c", WORKER, str(stage.scope.company_id), NOW.isoformat(), f"{name}{number}"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def in_threads(n: int, work) -> list:
    """Run `work` in n threads that start together; each closes its own connection."""
    barrier = threading.Barrier(n)

    def one(number: int):
        try:
            barrier.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(one, range(n)))


def states(stage) -> dict[str, int]:
    with stage.scope.active():
        found: dict[str, int] = {}
        for state in Message.objects.values_list("state", flat=True):
            found[state] = found.get(state, 0) + 1
        return found


@pytest.mark.req("S1.48")
def test_four_threads_send_the_same_batch_and_each_message_leaves_once(committed, stage, server):
    messages = stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(40)))
    done = in_threads(4, lambda n: stage.send())
    assert sum(round_.counts.get("sent", 0) for round_ in done) == 40
    assert server.times() == {message.message_id: 1 for message in messages}
    assert states(stage) == {State.SENT: 40}
    assert sum(bool(round_.counts.get("sent")) for round_ in done) > 1  # they did work side by side


def test_four_processes_send_the_same_batch_and_each_message_leaves_once(committed, stage, server, tmp_path):
    messages = stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(40)))
    workers = [worker(stage, "p", committed, tmp_path, n) for n in range(4)]
    for process in workers:
        _out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert server.times() == {message.message_id: 1 for message in messages}
    assert states(stage) == {State.SENT: 40}


def test_four_threads_prepare_the_same_plan_and_each_decision_has_one_message(committed, stage, server):
    debtors = [stage.debtor(f"cliente.{n}@exemplo.example") for n in range(20)]
    drafts = [stage.draft(debtor, stage.title(debtor)) for debtor in debtors]
    done = in_threads(4, lambda n: services.prepare(stage.scope, TODAY, drafts, at=NOW))
    assert sum(p.ready for p in done) == 20
    assert sum(p.repeated for p in done) == 60
    with stage.scope.active():
        assert Message.objects.count() == MessageEvent.objects.count() == 20


def test_two_workers_cannot_break_a_cap_together(committed, stage, server):
    debtor = stage.debtor("jose@exemplo.example")
    drafts = [stage.draft(debtor, stage.title(debtor, due=date(2026, 10, n))) for n in range(1, 9)]
    services.prepare(stage.scope, TODAY, drafts, at=NOW)
    in_threads(4, lambda n: stage.send())
    assert len(server.kept) == 1
    assert states(stage) == {State.SENT: 1, State.READY: 7}


@pytest.mark.req("S1.48")
def test_a_worker_killed_while_the_body_travels_leaves_one_unknown_and_nothing_twice(
    committed, stage, server, tmp_path
):
    messages = stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(6)))
    process_of: list[subprocess.Popen] = []

    def kill_at_the_third(address: str) -> None:
        if len(server.kept) == 3:
            os.kill(process_of[0].pid, signal.SIGKILL)

    server.on_data = kill_at_the_third
    process_of.append(worker(stage, "k", committed, tmp_path, 0))
    process_of[0].communicate(timeout=60)
    assert process_of[0].returncode == -signal.SIGKILL
    server.on_data = None
    assert states(stage) == {State.SENT: 2, State.SENDING: 1, State.READY: 3}

    assert stage.send().counts == {"sent": 3}  # another worker does the rest, and leaves alone what is not its own
    assert services.rescue(stage.scope, at=NOW + timedelta(minutes=10)) == services.Rescued(0, 0)
    assert services.rescue(stage.scope, at=NOW + timedelta(minutes=20)) == services.Rescued(0, 1)
    assert states(stage) == {State.SENT: 5, State.UNKNOWN: 1}
    stage.send(NOW + timedelta(hours=5))
    assert server.times() == {message.message_id: 1 for message in messages}


def test_a_worker_that_dies_before_handing_over_left_nothing_and_the_message_goes(committed, stage, server):
    import uuid

    (message,) = stage.ready("jose@exemplo.example")
    with stage.scope.active():
        assert services.claim(stage.scope, message.pk, uuid.uuid4(), NOW) == 1
        assert services.claim(stage.scope, message.pk, uuid.uuid4(), NOW) == 0
    assert stage.send() == services.Sent()
    later = NOW + timedelta(minutes=20)
    assert services.rescue(stage.scope, at=later) == services.Rescued(1, 0)
    assert stage.send(later).counts == {"sent": 1}
    assert server.times() == {message.message_id: 1}


def test_a_slow_worker_whose_claim_was_taken_up_does_not_send_as_well(committed, stage, server, monkeypatch):
    """The rescue comes between the claim and the handing over: the slow worker finds that it is no longer its own."""
    from receba.outreach.services import sending

    stage.ready("jose@exemplo.example")
    true_gather, once = sending.gather, []

    def slow(*args, **kwargs):
        if not once:
            once.append(True)
            later = NOW + timedelta(minutes=20)

            def other(number: int) -> None:
                assert services.rescue(stage.scope, at=later).requeued == 1

            in_threads(1, other)
        return true_gather(*args, **kwargs)

    monkeypatch.setattr(sending, "gather", slow)
    assert stage.send().counts == {"taken": 1}
    assert server.kept == []
    assert stage.send(NOW + timedelta(minutes=21)).counts == {"sent": 1}
    assert len(server.kept) == 1


def test_what_the_server_took_is_sent_even_when_it_was_given_up_meanwhile(committed, stage, server):
    (message,) = stage.ready("jose@exemplo.example")

    def give_up(address: str) -> None:
        in_threads(1, lambda n: services.rescue(stage.scope, at=NOW + timedelta(minutes=20)))

    server.on_data = give_up
    assert stage.send().counts == {"sent": 1}
    stage.again(message)
    assert (message.state, message.story) == (State.SENT, ["prepared", "handed", "unknown", "sent"])


def test_payments_race_with_the_sender_and_each_message_left_or_was_cancelled_never_both(committed, stage, server):
    messages = stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(24)))
    order = list(messages)
    random.Random(7).shuffle(order)

    def work(number: int):
        if number < 2:
            return stage.send()
        for message in order[number - 2 :: 2]:
            stage.pay(message.title_ids[0], 1_567_50)
        return None

    in_threads(4, work)
    for message in messages:
        stage.again(message)
        assert message.state in (State.SENT, State.CANCELLED)
        assert server.times()[message.message_id] == (message.state == State.SENT)
        assert message.reason == ("" if message.state == State.SENT else "paid")
    assert stage.send() == services.Sent()


def test_a_payment_that_comes_while_the_body_travels_finds_the_message_sent(committed, stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    server.on_data = lambda address: in_threads(1, lambda n: stage.pay(message.title_ids[0], 1_567_50))
    assert stage.send().counts == {"sent": 1}
    later = stage.draft(message.debtor, *message.title_ids)
    assert services.prepare(stage.scope, TODAY, [later]).reasons == {"settled": 1}


def test_cancelling_and_sending_at_once_has_one_winner(committed, stage, server):
    messages = stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(20)))
    cancelled = []

    def work(number: int):
        if number == 0:
            return stage.send()
        for message in reversed(messages):
            try:
                services.cancel(stage.scope, message.pk, at=NOW)
                cancelled.append(message.message_id)
            except services.NotOpen:
                pass
        return None

    in_threads(2, work)
    assert sorted([*server.times(), *cancelled]) == sorted(m.message_id for m in messages)


@pytest.mark.django_db(transaction=True)
def test_sending_inside_somebody_elses_transaction_is_refused(committed, stage, server):
    stage.ready("jose@exemplo.example")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        stage.send()
    assert server.kept == []
