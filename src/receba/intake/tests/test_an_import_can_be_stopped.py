"""An import in a real worker, stopped between two batches: what was written stays, is told, and the rest follows later."""

from __future__ import annotations

import threading
import time
from unittest import mock

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.intake import queries, services, writing
from receba.intake.models import ImportFile
from receba.ledger.models import Title

State = ImportFile.State
ROWS = 1_500
TITLES = "titulo;codigo_cliente;emissao;vencimento;valor\n" + "".join(
    f"T{n};{n % 50};05/01/2026;05/02/2026;10,00\n" for n in range(ROWS)
)


def work() -> None:
    """Let a worker do what waits, and end."""
    worker = app.with_connector(app.connector.get_worker_connector())
    with mock.patch.object(app.periodic_registry, "periodic_tasks", {}), worker.open():
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)
    connections.close_all()


def titles(cast):
    with cast.scope.active():
        return Title.objects.count()


@pytest.fixture
def door(committed, cast, monkeypatch):
    monkeypatch.setattr(writing, "CHUNK_ROWS", 25)
    client = Client()
    with acting(Actor("command", "tests")):
        client.force_login(cast.people[Role.MANAGER])
    return client


def at(name, cast, *args):
    return reverse(f"intake:{name}", args=[cast.serra_azul.pk, *args])


def test_a_running_import_stops_between_two_batches_and_goes_on_later(door, cast):
    file = services.upload(cast.scope, name="t.csv", content=TITLES.encode(), table="titles")
    door.post(at("confirm", cast, file.pk))
    worker = threading.Thread(target=work)
    worker.start()
    until = time.monotonic() + 60
    while titles(cast) < 50 and time.monotonic() < until:
        time.sleep(0.01)
    moving = door.get(at("progress", cast, file.pk)).content.decode()
    assert f"de {ROWS:,}".replace(",", ".") in moving
    assert door.post(at("stop", cast, file.pk)).url == at("file", cast, file.pk)
    worker.join(60)
    stopped, written = queries.file(cast.scope, file.pk), titles(cast)
    assert (stopped.state, written % 25, 50 <= written < ROWS) == (State.STOPPED, 0, True)
    assert stopped.stopped["written"]["titles_new"] == written
    page = door.get(at("file", cast, file.pk)).content.decode()
    assert f"títulos novos: {written:,}".replace(",", ".") in page and "O resto não foi gravado." in page
    assert "Continuar a importação" in page

    door.post(at("confirm", cast, file.pk))
    work()
    done = queries.file(cast.scope, file.pk)
    assert (done.state, titles(cast), done.counts["titles_new"]) == (State.DONE, ROWS, ROWS - written)
    assert (done.counts["accepted"], done.stopped) == (ROWS, {})
    again = services.import_file(cast.scope, file.pk)
    assert (titles(cast), again.counts["titles_new"]) == (ROWS, 0)


def test_an_import_that_waits_is_stopped_before_it_begins(door, cast):
    file = services.upload(cast.scope, name="t.csv", content=TITLES.encode(), table="titles")
    door.post(at("confirm", cast, file.pk))
    door.post(at("stop", cast, file.pk))
    work()
    assert (queries.file(cast.scope, file.pk).state, titles(cast)) == (State.STOPPED, 0)
    page = door.get(at("file", cast, file.pk)).content.decode()
    assert "Nada foi gravado." in page and "Manager" in page
    door.post(at("confirm", cast, file.pk))
    assert ProcrastinateJob.objects.filter(task_name="intake.import_file", status="todo").count() == 1
    work()
    assert (queries.file(cast.scope, file.pk).state, titles(cast)) == (State.DONE, ROWS)


def test_a_stop_that_comes_too_late_is_said_to_be_so(door, cast):
    file = services.upload(cast.scope, name="t.csv", content=TITLES.encode(), table="titles")
    services.import_file(
        cast.scope, file.pk,
        progress=lambda step, done, total: services.stop(cast.scope, file.pk) and None if done == ROWS else None,
    )  # fmt: skip
    assert (queries.file(cast.scope, file.pk).state, titles(cast)) == (State.DONE, ROWS)
    assert "quando tudo já estava gravado" in door.get(at("file", cast, file.pk)).content.decode()
    services.stop(cast.scope, file.pk)
    assert queries.file(cast.scope, file.pk).state == State.DONE


def test_an_import_asked_to_stop_whose_worker_vanished_stops_when_it_is_taken_up(door, cast):
    file = services.upload(cast.scope, name="t.csv", content=TITLES.encode(), table="titles")
    with cast.scope.active():
        ImportFile.objects.filter(pk=file.pk).update(state=State.RUNNING)
    services.stop(cast.scope, file.pk)
    assert services.import_file(cast.scope, file.pk).state == State.STOPPED
    assert titles(cast) == 0
