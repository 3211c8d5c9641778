"""From a decision to a message: once, with true figures, or silent for a reason that is kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from receba.access.core.roles import Permission, Role
from receba.access.queries import scope_for
from receba.access.scope import Actor, NotAllowed, Scope, acting
from receba.kernel.tables import HoldKind
from receba.ledger import services as ledger
from receba.outreach import queries, services
from receba.outreach.core.figures import Key
from receba.outreach.core.gate import Reason
from receba.outreach.core.policy import BadPolicy, Channel
from receba.outreach.models import Message, MessageEvent
from receba.outreach.rendering import Source, library

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.req("S1.48", "S1.49")
def test_a_message_says_what_the_ledger_says(stage, cast):
    draft = stage.draft(cast.aurora, stage.title(cast.aurora), key=Key.LATE_FIRM)
    assert services.prepare(stage.scope, TODAY, [draft]) == services.Prepared(ready=1)
    message = stage.message(draft)
    # 1.500,00, 75 days late: 2 % fine 30,00 and 1 % a month 37,50
    assert message.total_centavos == 1_567_50
    assert "R$ 1.567,50" in message.body_text and "R$ 1.567,50" in message.body_html
    assert message.to_address == "aurora@exemplo.example"
    assert (message.state, message.receipt["allowed"]) == (Message.State.READY, True)


def test_the_same_decision_again_changes_nothing(stage, cast):
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    services.prepare(stage.scope, TODAY, [draft, draft])
    before = stage.message(draft)
    assert services.prepare(stage.scope, TODAY, [draft]) == services.Prepared(repeated=1)
    after = stage.message(draft)
    assert (before.pk, before.message_id, before.created_at) == (after.pk, after.message_id, after.created_at)
    with stage.scope.active():
        assert MessageEvent.objects.count() == 1


def test_the_message_id_is_the_decisions_whoever_computes_it():
    from receba.outreach.channels.email.envelope import message_id

    assert message_id(7, 1001, "email") == message_id(7, 1001, "email")
    others = {message_id(7, 1002, "email"), message_id(8, 1001, "email"), message_id(7, 1001, "letter")}
    assert message_id(7, 1001, "email") not in others and len(others) == 3


@pytest.mark.parametrize("kind", list(HoldKind))
def test_a_debtor_on_hold_hears_nothing_and_the_reason_is_kept(stage, cast, kind):
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    ledger.place_hold(stage.scope, debtor_id=cast.aurora.pk, kind=kind, from_on=TODAY)
    done = services.prepare(stage.scope, TODAY, [draft])
    assert (done.silent, done.reasons) == (1, {kind.name.lower(): 1})
    message = stage.message(draft)
    assert (message.state, message.reason, message.body_text) == (Message.State.CANCELLED, kind.name.lower(), "")


def test_a_title_in_dispute_is_left_out_and_the_others_are_asked_for(stage, cast):
    disputed = stage.title(cast.aurora, 900_00, code="NF-1")
    other = stage.title(cast.aurora, 100_00, date(2026, 10, 26), code="NF-2")
    ledger.place_hold(stage.scope, debtor_id=cast.aurora.pk, title_id=disputed, kind=HoldKind.DISPUTE, from_on=TODAY)
    draft = stage.draft(cast.aurora, disputed, other)
    services.prepare(stage.scope, TODAY, [draft])
    message = stage.message(draft)
    assert [title["code"] for title in message.titles] == ["NF-2"]
    assert "NF-1" not in message.body_text + message.body_html
    alone = stage.draft(cast.aurora, disputed)
    assert services.prepare(stage.scope, TODAY, [alone]).reasons == {"dispute": 1}


def test_every_other_silence_has_its_reason_too(stage, cast):
    paid = stage.title(cast.lucia, 100_00, code="PAGO")
    stage.pay(paid, 200_00)
    old = stage.title(cast.lucia, 100_00, date(2021, 11, 23), code="PRESCRITO")
    late = stage.title(cast.aurora, 100_00)
    stranger = stage.title(cast.vertice, 100_00)
    drafts = [
        stage.draft(cast.lucia, paid),
        stage.draft(cast.lucia, old),
        stage.draft(cast.aurora, late, key=Key.REMINDER),
        stage.draft(cast.vertice, stranger),
        stage.draft(cast.aurora, stranger),
    ]
    done = services.prepare(stage.scope, TODAY, drafts)
    assert done.silent == 5
    said = [stage.message(draft).reason for draft in drafts]
    assert said == ["settled", "prescribed", "outdated", "no_contact", "settled"]


def test_without_the_creditors_address_nothing_may_leave(stage, cast):
    with acting(Actor("command", "tests")):
        cast.serra_azul.address = " "
        cast.serra_azul.save()
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    assert services.prepare(stage.scope, TODAY, [draft]).reasons == {"no_identification": 1}


def test_a_thank_you_is_said_of_paid_titles_only_and_in_spite_of_a_dispute(stage, cast):
    title = stage.title(cast.lucia, 100_00)
    open_draft = stage.draft(cast.lucia, title, key=Key.THANKS)
    assert services.prepare(stage.scope, TODAY, [open_draft]).reasons == {"outdated": 1}
    stage.pay(title, 200_00)
    ledger.place_hold(stage.scope, debtor_id=cast.lucia.pk, kind=HoldKind.DISPUTE, from_on=TODAY)
    draft = stage.draft(cast.lucia, title, key=Key.THANKS)
    assert services.prepare(stage.scope, TODAY, [draft]).ready == 1
    assert "Recebemos o seu pagamento" in stage.message(draft).body_text


def test_a_company_that_lets_email_wait_sends_it_when_the_day_opens(stage, cast):
    services.change_policy(
        stage.scope, since=TODAY, changes={"email_outside_hours": "wait"}, reason="pedido do jurídico"
    )
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    done = services.prepare(stage.scope, TODAY, [draft], at=NOW.replace(hour=5))
    assert done == services.Prepared(waiting=1)
    assert stage.message(draft).not_before_at == NOW.replace(hour=8)


def test_a_change_of_policy_needs_sense_a_reason_and_the_right(stage):
    with pytest.raises(BadPolicy):
        services.change_policy(stage.scope, since=TODAY, changes={"messages_per_week": "99"}, reason="x")
    with pytest.raises(ValueError, match="reason"):
        services.change_policy(stage.scope, since=TODAY, changes={"messages_per_week": 5}, reason=" ")
    reader = Scope(stage.scope.company_id, Actor("person", "x"), frozenset({Permission.VIEW}))
    with pytest.raises(NotAllowed):
        services.change_policy(reader, since=TODAY, changes={}, reason="x")


def test_a_companys_own_text_is_checked_published_once_and_then_used(stage, cast):
    default = library()[Key.LATE_SOFT]
    source = Source(default.subject, default.text.replace("Talvez", "Quem sabe"), default.html)
    services.write_template(stage.scope, key=Key.LATE_SOFT, source=Source("Sua dívida", source.text, source.html))
    with pytest.raises(services.BadTemplate) as refusal:
        services.publish_template(stage.scope, key=Key.LATE_SOFT)
    assert [problem.fault for problem in refusal.value.problems] == ["subject_tells"]
    services.write_template(stage.scope, key=Key.LATE_SOFT, source=source)
    row = services.publish_template(stage.scope, key=Key.LATE_SOFT)
    assert row.version == 1
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    services.prepare(stage.scope, TODAY, [draft])
    assert "Quem sabe tenha passado" in stage.message(draft).body_text
    assert services.write_template(stage.scope, key=Key.LATE_SOFT, source=default).version == 2
    with stage.scope.active(), transaction.atomic(), pytest.raises(DatabaseError, match="never changed"):
        row.text = "outro"
        row.save()


def test_the_preview_shows_real_figures_or_that_there_is_nothing_to_say(stage, cast):
    stage.title(cast.aurora, 1_500_00, code="NF-9")
    words = queries.preview(stage.scope, Key.LATE_LAST, cast.aurora.pk, on=TODAY)
    assert "NF-9" in words.text and "R$ 1.567,50" in words.text
    assert queries.preview(stage.scope, Key.REMINDER, cast.aurora.pk, on=TODAY) is None
    assert queries.preview(stage.scope, Key.LATE_LAST, cast.lucia.pk, on=TODAY) is None


@pytest.mark.req("S0.63")
def test_may_i_contact_now_answers_in_portuguese(stage, cast):
    stage.title(cast.aurora)

    def ask(channel, at):
        return queries.may_contact(stage.scope, cast.aurora.pk, tuple(Channel), at)[channel]

    assert [v.text for v in ask(Channel.EMAIL, NOW)] == ["Pode contatar agora."]
    (night,) = ask(Channel.EMAIL, NOW.replace(hour=22))
    assert night.text == "Pode contatar, com ressalva: fora do horário permitido."
    (phone,) = ask(Channel.PHONE, NOW)
    assert (phone.reason, phone.text) == (Reason.NO_CONTACT, "Não contate: sem endereço válido neste canal.")
    services.record_touch(
        stage.scope, key="ligação 1", debtor_id=cast.aurora.pk, channel=Channel.PHONE, at=NOW, conversation=True
    )
    (talked,) = ask(Channel.EMAIL, NOW + timedelta(hours=1))
    assert talked.text == "Não contate agora: já houve conversa hoje. Pode a partir de 25/11/2026 00:00."
    assert not services.record_touch(
        stage.scope, key="ligação 1", debtor_id=cast.aurora.pk, channel=Channel.PHONE, at=NOW, conversation=True
    )


def test_other_companies_and_other_portfolios_do_not_see_the_message(stage, cast):
    mine = stage.title(cast.aurora, code="A")
    draft = stage.draft(cast.aurora, mine)
    services.prepare(stage.scope, TODAY, [draft])
    with cast.stranger_scope.active():
        assert not Message.objects.exists() and not MessageEvent.objects.exists()
    seen = Scope(cast.serra_azul.pk, Actor("job", "x"), portfolios=frozenset({cast.portfolio.pk}))
    unseen = Scope(cast.serra_azul.pk, Actor("job", "x"), portfolios=frozenset({cast.other_portfolio.pk}))
    with seen.active():
        assert Message.objects.count() == MessageEvent.objects.count() == 1
    with unseen.active():
        assert not Message.objects.exists() and not MessageEvent.objects.exists()


def test_who_may_only_read_cannot_prepare_cancel_or_decide(stage, cast):
    reader = scope_for(cast.people[Role.READER], cast.serra_azul.pk)
    for verb in (
        lambda: services.prepare(reader, TODAY, []),
        lambda: services.send_ready(reader, at=NOW),
        lambda: services.cancel(reader, 1, at=NOW),
        lambda: services.resolve_unknown(reader, 1, "resend", at=NOW),
        lambda: services.publish_template(reader, key=Key.LATE_SOFT),
        lambda: services.opt_out(reader, cast.aurora.pk, at=NOW, proof="SAIR"),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_an_opt_out_silences_what_waits_and_all_that_comes(stage, cast):
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    services.prepare(stage.scope, TODAY, [draft])
    services.opt_out(stage.scope, cast.aurora.pk, at=NOW, proof="respondeu SAIR em 24/11/2026")
    assert (stage.message(draft).state, stage.message(draft).reason) == (Message.State.CANCELLED, "opt_out")
    later = stage.draft(cast.aurora, stage.title(cast.aurora, due=date(2026, 10, 5)))
    assert services.prepare(stage.scope, TODAY, [later]).reasons == {"opt_out": 1}


def test_an_ended_message_never_begins_again(stage, cast):
    draft = stage.draft(cast.aurora, stage.title(cast.aurora))
    services.prepare(stage.scope, TODAY, [draft])
    services.cancel(stage.scope, stage.message(draft).pk, at=NOW, note="o cliente telefonou")
    with pytest.raises(services.NotOpen):
        services.cancel(stage.scope, stage.message(draft).pk, at=NOW)
    with stage.scope.active(), transaction.atomic(), pytest.raises(DatabaseError, match="ended as cancelled"):
        Message.objects.update(state=Message.State.READY)
