"""Against a real mail server that refuses, stalls and dies: nothing twice, nothing lost, nothing in the dark."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from receba.kernel.tables import HoldKind
from receba.ledger import services as ledger
from receba.outreach import queries, services
from receba.outreach.models import Message, SendRun
from receba.parties.models import Contact

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
State = Message.State


@pytest.mark.req("S1.44", "S1.48", "S1.49")
def test_a_message_arrives_whole(stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    assert stage.send().counts == {"sent": 1}
    ((to, email),) = server.kept
    assert to == "jose@exemplo.example"
    assert email["Message-ID"] == message.message_id
    assert email["From"] == "Serra Azul <cobranca@receba.example>"
    assert email["Reply-To"] == "atendimento@serraazul.example"
    assert email["X-Receba-Company"] == str(stage.scope.company_id)
    text, html = (email.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.replace("\r\n", "\n") == message.body_text
    assert "R$ 1.567,50" in html and "11.222.333/0001-81" in html
    stage.again(message)
    assert (message.state, message.story) == (State.SENT, ["prepared", "handed", "sent"])
    assert message.provider_response == "250 2.0.0 guardado como 4711"


def test_sent_is_sent(stage, server):
    stage.ready("jose@exemplo.example")
    stage.send()
    assert stage.send() == services.Sent()
    assert services.rescue(stage.scope, at=NOW + timedelta(days=1)) == services.Rescued(0, 0)
    assert len(server.kept) == 1


def test_the_command_sends_round_after_round_until_nothing_is_ready(stage, server, monkeypatch):
    from django.utils import timezone
    from typer.testing import CliRunner

    from receba.cli import app, work

    monkeypatch.setattr(work, "SEND_ROUND", 2)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(5)))
    told = CliRunner().invoke(app, ["send", "--company", str(stage.scope.company_id), "--json"])
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"counts": {"sent": 5}, "problem": ""}), told.output
    assert set(server.times().values()) == {1} and len(server.kept) == 5
    again = CliRunner().invoke(app, ["send", "--company", str(stage.scope.company_id), "--json"])
    assert json.loads(again.stdout) == {"counts": {}, "problem": ""}


def test_one_connection_carries_the_batch(stage, server):
    stage.ready(*(f"cliente.{n}@exemplo.example" for n in range(10)))
    assert stage.send().counts == {"sent": 10}
    assert (len(server.kept), server.connections) == (10, 1)


def test_an_address_that_does_not_exist_is_never_used_again(stage, server):
    message, fine = stage.ready("naoexiste@exemplo.example", "jose@exemplo.example")
    assert stage.send().counts == {"refused": 1, "sent": 1}
    stage.again(message)
    assert (message.state, message.failure) == (State.REFUSED, "address")
    assert message.provider_response == "550 5.1.1 Usuario desconhecido"
    with stage.scope.active():
        contact = Contact.objects.get(pk=message.contact_id)
        assert contact.invalid_since and "5.1.1" in contact.invalid_reason
        assert Contact.objects.get(pk=fine.contact_id).invalid_since is None
    next_draft = stage.draft(message.debtor, stage.title(message.debtor, due=date(2026, 10, 5)))
    assert services.prepare(stage.scope, TODAY, [next_draft]).reasons == {"no_contact": 1}


def test_a_refused_text_is_not_the_addresss_fault(stage, server):
    (message,) = stage.ready("bloqueado@exemplo.example")
    stage.send()
    stage.again(message)
    assert (message.state, message.failure) == (State.REFUSED, "content")
    with stage.scope.active():
        assert Contact.objects.get(pk=message.contact_id).invalid_since is None


@pytest.mark.parametrize("address", ["adiado@exemplo.example", "cheio@exemplo.example"])
def test_later_means_later_and_not_for_ever(stage, server, address):
    (message,) = stage.ready(address)
    waits, at = [], NOW
    while stage.again(message).open:
        assert stage.send(at).counts in ({"later": 1}, {"refused": 1})
        stage.again(message)
        if message.not_before_at and message.open:
            waits.append(round((message.not_before_at - at).total_seconds() / 60))
            assert stage.send(message.not_before_at - timedelta(minutes=1)) == services.Sent()
            at = message.not_before_at
    assert waits == [5, 15, 60, 180, 360]
    assert (message.state, message.failure, message.attempts) == (State.REFUSED, "gave_up", 6)
    assert server.kept == []
    with stage.scope.active():
        assert Contact.objects.get(pk=message.contact_id).invalid_since is None


@pytest.mark.parametrize("address", ["cai-antes@exemplo.example", "mudo-antes@exemplo.example"])
def test_a_server_that_dies_before_the_body_has_nothing_and_is_tried_again(stage, server, address):
    message, other = stage.ready(address, "jose@exemplo.example")
    assert stage.send().counts == {"later": 1, "sent": 1}
    stage.again(message)
    assert (message.state, message.failure, message.handed_at) == (State.RETRY, "connection", None)
    assert stage.again(other).state == State.SENT
    assert len(server.kept) == 1


@pytest.mark.parametrize("address", ["cai-depois@exemplo.example", "mudo-depois@exemplo.example"])
def test_a_server_that_dies_after_the_body_leaves_a_question_for_a_person(stage, server, address):
    message, other = stage.ready(address, "jose@exemplo.example")
    assert stage.send().counts == {"unknown": 1, "sent": 1}
    assert stage.again(message).state == State.UNKNOWN
    assert stage.again(other).state == State.SENT
    for hours in range(1, 30):
        assert stage.send(NOW + timedelta(hours=hours)) == services.Sent()
    assert server.times()[message.message_id] == 1


def test_a_person_decides_and_the_decision_has_a_name(stage, server):
    first, second = stage.ready("cai-depois.1@exemplo.example", "cai-depois.2@exemplo.example")
    stage.send()
    services.resolve_unknown(stage.scope, first.pk, "consider_sent", at=NOW, note="o cliente confirmou")
    assert stage.again(first).state == State.SENT
    with pytest.raises(services.NotUnknown):
        services.resolve_unknown(stage.scope, first.pk, "resend", at=NOW)
    services.resolve_unknown(stage.scope, second.pk, "resend", at=NOW)
    stage.send(NOW + timedelta(minutes=1))
    assert server.times()[second.message_id] == 2  # the same Message-ID: a mail program can tell
    with stage.scope.active():
        event = first.events.get(kind="resolved")
        assert (event.actor, event.detail) == ("job:tests", "consider_sent: o cliente confirmou")


def test_no_server_no_harm(stage, server, settings):
    (message,) = stage.ready("jose@exemplo.example")
    settings.EMAIL_PORT = 1
    done = stage.send()
    assert done.counts == {} and "refused" in done.problem.lower()
    stage.again(message)
    assert (message.state, message.attempts) == (State.READY, 0)
    assert queries.last_problem(stage.scope).problem == done.problem


def test_paid_before_the_claim_is_cancelled(stage, server):
    message, _other = stage.ready("paga@exemplo.example", "jose@exemplo.example")
    stage.pay(message.title_ids[0], 1_567_50)
    assert stage.send().counts == {"cancelled": 1, "sent": 1}
    stage.again(message)
    assert (message.state, message.reason) == (State.CANCELLED, "paid")
    assert [to for to, _email in server.kept] == ["jose@exemplo.example"]


def test_paid_while_the_message_travels_changes_nothing_and_the_next_one_knows(stage, server):
    message, _other = stage.ready("paga@exemplo.example", "jose@exemplo.example")
    stage.send(limit=1)
    stage.pay(message.title_ids[0], 1_567_50)
    assert stage.again(message).state == State.SENT
    later = stage.draft(message.debtor, *message.title_ids)
    assert services.prepare(stage.scope, TODAY, [later]).reasons == {"settled": 1}


def test_partly_paid_says_the_rest(stage, server):
    (message,) = stage.ready("parte@exemplo.example")
    assert message.total_centavos == 1_567_50
    stage.pay(message.title_ids[0], 567_50)  # fine 30,00, interest 37,50, principal 500,00
    stage.send()
    stage.again(message)
    assert (message.total_centavos, message.state) == (1_000_00, State.SENT)
    assert "rendered" in message.story
    ((_to, email),) = server.kept
    assert "R$ 1.000,00" in email.get_body(("plain",)).get_content()
    assert "R$ 1.567,50" not in email.as_string()


def test_a_message_that_leaves_the_next_day_says_that_days_figures(stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    stage.send(NOW + timedelta(days=1))
    stage.again(message)
    assert (message.total_centavos, message.figures_on) == (1_568_00, date(2026, 11, 25))
    assert "Total em 25/11/2026: R$ 1.568,00" in message.body_text


def test_a_message_that_waited_too_long_says_nothing(stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    assert stage.send(NOW + timedelta(days=4)).counts == {"cancelled": 1}
    assert stage.again(message).reason == "outdated"
    assert server.kept == []


def test_a_hold_between_plan_and_send_is_obeyed(stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    ledger.place_hold(stage.scope, debtor_id=message.debtor_id, kind=HoldKind.LAWYER, from_on=TODAY)
    stage.send()
    assert (stage.again(message).state, message.reason) == (State.CANCELLED, "lawyer")
    assert server.kept == []


def test_a_second_message_of_the_day_waits_for_the_next(stage, server):
    debtor = stage.debtor("jose@exemplo.example")
    drafts = [stage.draft(debtor, stage.title(debtor, due=date(2026, 10, n))) for n in (5, 6)]
    services.prepare(stage.scope, TODAY, drafts, at=NOW)
    assert stage.send().counts == {"sent": 1, "waiting": 1}
    waiting = stage.message(drafts[1])
    assert (waiting.state, waiting.receipt["reason"], waiting.attempts) == (State.READY, "day_cap", 0)
    assert stage.send(NOW + timedelta(hours=2)) == services.Sent()
    assert stage.send(NOW + timedelta(days=1)).counts == {"sent": 1}


def test_a_new_address_is_used_and_a_lost_one_is_not(stage, server):
    from receba.parties import services as parties

    (message,) = stage.ready("antigo@exemplo.example")
    with stage.scope.active():
        Contact.objects.create(
            company_id=stage.scope.company_id,
            debtor_id=message.debtor_id,
            kind=Contact.Kind.EMAIL,
            value="novo@exemplo.example",
            recorded_at=NOW,
        )
    parties.invalidate_contact(stage.scope, contact_id=message.contact_id, reason="mudou")
    stage.send()
    assert [to for to, _email in server.kept] == ["novo@exemplo.example"]
    assert stage.again(message).to_address == "novo@exemplo.example"


def test_a_bounce_ends_the_use_of_the_address_once(stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    with pytest.raises(services.BadBounce):
        services.record_bounce(stage.scope, message_id="<x@y>", at=NOW, permanent=True, response="")
    stage.send()
    for _twice in range(2):
        services.record_bounce(
            stage.scope, message_id=message.message_id, at=NOW, permanent=True, response="550 5.1.1 devolvida"
        )
    stage.again(message)
    assert (message.state, message.bounced_at, message.story.count("bounced")) == (State.SENT, NOW, 1)
    with stage.scope.active():
        assert Contact.objects.get(pk=message.contact_id).invalid_reason == "550 5.1.1 devolvida"


def test_withdrawing_a_plan_keeps_back_what_has_not_left(stage, server):
    first, second = stage.ready("a@exemplo.example", "b@exemplo.example")
    stage.send(limit=1)
    assert services.withdraw(stage.scope, [first.decision_id, second.decision_id], at=NOW) == 1
    assert (stage.again(first).state, stage.again(second).reason) == (State.SENT, "withdrawn")


def test_in_test_mode_nothing_leaves_the_machine(stage, server, settings, tmp_path, cast):
    from receba.access.scope import Actor, acting

    settings.MAILBOX = tmp_path
    with acting(Actor("command", "tests")):
        cast.serra_azul.sends_for_real = False
        cast.serra_azul.save()
    message, _bad = stage.ready("jose@exemplo.example", "naoexiste@exemplo.example")
    assert stage.send().counts == {"sent": 2}
    assert server.kept == [] and server.connections == 0
    assert stage.again(message).test_mode
    letters = queries.mailbox(stage.scope)
    assert [letter.to for letter in letters] == ["naoexiste@exemplo.example", "jose@exemplo.example"]
    opened = queries.letter(stage.scope, letters[1].name)
    assert opened.letter.message_id == message.message_id and opened.text.replace("\r\n", "\n") == message.body_text
    assert queries.mailbox(cast.stranger_scope) == []
    assert queries.letter(cast.stranger_scope, letters[1].name) is None


def test_a_round_with_nothing_to_do_leaves_no_trace(stage, server):
    assert stage.send() == services.Sent()
    with stage.scope.active():
        assert not SendRun.objects.exists()
