"""The page of the days: what ran, what runs, what failed, and the button."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from receba.access.core.roles import Role
from receba.daily.models import DailyRun, DailyStep, State
from receba.ruler.models import REASON_LABELS
from scenarios.signing import signed_in

AT = datetime(2026, 6, 15, 9, tzinfo=UTC)


@pytest.fixture
def run(cast):
    """A day of Serra Azul of which one step is done, one failed and one runs."""
    with cast.scope.active():
        made = DailyRun.objects.create(
            company=cast.serra_azul, on=date(2026, 6, 15), known_on=date(2026, 6, 15), state=State.RUNNING,
            started_at=AT, started_by="job:x", version="0.1.0", inputs="f" * 64,
        )  # fmt: skip
        for position, (name, state, counts, error) in enumerate((
            ("read", State.DONE, {"titles": 1234, "novidade": 7, "skip_4": 5, "skip_9999": 6}, ""),
            ("measure", State.FAILED, {"open_centavos": 123456}, "RuntimeError: o disco encheu"),
            ("score", State.RUNNING, {}, ""),
        )):  # fmt: skip
            DailyStep.objects.create(
                company=cast.serra_azul, run=made, name=name, position=position, state=state, counts=counts, error=error,
                milliseconds=1500 if state != State.RUNNING else None,
            )  # fmt: skip
    return made


def page(cast, role, path="rotina/"):
    return signed_in(cast.people[role]).get(f"/{cast.serra_azul.pk}/{path}")


def test_the_page_shows_steps_counts_and_seconds_in_words(cast, run):
    text = page(cast, Role.READER).content.decode()
    for word in (
        "15/06/2026",
        "Ler o razão",
        "títulos: 1234",
        "novidade: 7",
        f"em silêncio, {REASON_LABELS[4]}: 5",
        "skip_9999: 6",
        "R$ 1.234,56",
        "1,5",
        "2 de 3 passos",
    ):
        assert word in text.replace("\N{NO-BREAK SPACE}", " ").replace("1.234 ", "1234 "), word


def test_the_text_of_an_error_is_for_who_may_run_the_day_again(cast, run):
    assert "o disco encheu" in page(cast, Role.MANAGER).content.decode()
    reader = page(cast, Role.READER).content.decode()
    assert "o disco encheu" not in reader
    assert "falhou" in reader
    assert "Rodar o dia" not in reader


@pytest.mark.req("S3.39")
def test_the_button_queues_the_day_once_and_the_page_asks_again_while_it_waits(cast):
    manager, address = signed_in(cast.people[Role.MANAGER]), f"/{cast.serra_azul.pk}/rotina/"
    assert "rotina/andamento" not in manager.get(address).content.decode()
    answer = manager.post(f"{address}rodar/", {"on": "2026-06-15"}, follow=True).content.decode()
    assert "entrou na fila" in answer
    assert f'hx-get="/{cast.serra_azul.pk}/rotina/andamento/"' in answer
    assert "à espera do trabalhador" in answer
    assert "já está na fila" in manager.post(f"{address}rodar/", {"on": "2026-06-15"}, follow=True).content.decode()
    job = ProcrastinateJob.objects.get()
    person = f"person:{cast.people[Role.MANAGER].pk}"
    assert job.args == {"company_id": cast.serra_azul.pk, "on": "2026-06-15", "asked_by": person, "force": False}


def test_the_part_that_is_asked_for_is_no_whole_page(cast, run):
    text = page(cast, Role.READER, "rotina/andamento/").content.decode()
    assert text.startswith('<div id="progress">'), "nothing waits in the queue, so nothing more is asked"
    assert "<html" not in text


@pytest.mark.parametrize("day", ["", "um dia destes", "2026-02-31"])
def test_a_day_that_is_none_is_refused(cast, day):
    answer = signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/rotina/rodar/", {"on": day})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["on"])
    assert not ProcrastinateJob.objects.exists()


def test_a_day_to_come_is_refused(cast):
    tomorrow = (timezone.localdate() + timedelta(1)).isoformat()
    answer = signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/rotina/rodar/", {"on": tomorrow})
    assert "ainda não chegou" in str(answer.context["form"].errors)


def test_another_company_sees_neither_run_nor_queue(cast, run):
    signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/rotina/rodar/", {"on": "2026-06-15"})
    answer = signed_in(cast.stranger).get(f"/{cast.horizonte.pk}/rotina/")
    assert (answer.context["runs"], answer.context["jobs"]) == ([], [])
