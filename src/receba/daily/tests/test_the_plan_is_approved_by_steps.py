"""A plan is approved step by step, or refused with a reason; both can be undone while nothing was handed over."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.models import AuditEvent
from receba.access.scope import NotAllowed, Scope
from receba.daily import services
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.outreach import services as outreach
from receba.outreach.models import Message
from receba.parties.models import Contact
from receba.ruler import queries
from receba.ruler import services as ruler
from receba.ruler.core.document import Document, Step
from receba.ruler.core.rules import Outcome, Reason
from receba.ruler.models import Decision

ON = date(2026, 6, 17)
"""A Wednesday: the days before it are business days, so nothing rolls."""
DOCUMENT = Document(
    "Teste", (Step("d1", 1, "email", "atraso_leve"), Step("ligar", 9, "task", owner="cobrança")), rest_days=0
)


@pytest.fixture
def planned(committed, cast):
    """A day that ran: Lúcia and Vértice are written to, Aurora is to be called."""
    ruler.publish(cast.scope, code="teste", document=DOCUMENT)
    ruler.assign(cast.scope, code="teste", portfolio_id=cast.portfolio.pk)
    with cast.scope.active():
        Contact.objects.create(
            company=cast.serra_azul, debtor=cast.vertice, kind=Contact.Kind.EMAIL, value="vertice@exemplo.example",
            recorded_at=timezone.now(),
        )  # fmt: skip
    titles = [
        NewTitle(d.code, d.pk, cast.portfolio.pk, cast.terms.pk, ON - timedelta(60), ON - timedelta(late), 100_00)
        for d, late in ((cast.lucia, 1), (cast.aurora, 9), (cast.vertice, 2))
    ]
    ledger.open_titles(cast.scope, titles)
    services.run_day(cast.scope, on=ON)
    steps = {step.said.key: step.place for step in queries.plan_of(cast.scope, on=ON).steps}
    return SimpleNamespace(cast=cast, scope=cast.scope, letter=steps["d1"], call=steps["ligar"])


def states(planned):
    """Return the state of each message by its debtor's name."""
    with planned.scope.active():
        return {m.debtor.name.split()[0]: m.state for m in Message.objects.select_related("debtor")}


def step(planned, place):
    (found,) = [s for s in queries.plan_of(planned.scope, on=ON).steps if s.place == place]
    return found


def test_one_step_is_approved_and_the_other_waits(planned):
    assert services.approve_plan(planned.scope, on=ON, step=planned.letter, expected=2)["approved"] == 2
    assert states(planned) == {"Lúcia": "ready", "Construtora": "ready"}
    letter, call = step(planned, planned.letter), step(planned, planned.call)
    assert (letter.waiting, letter.approvers, call.waiting) == (0, (str(planned.scope.actor),), 1)
    assert letter.approved_at
    assert services.approve_plan(planned.scope, on=ON, step=planned.letter)["approved"] == 0
    assert len(states(planned)) == 2


def test_an_approval_of_another_number_than_was_seen_approves_nobody(planned):
    with pytest.raises(ruler.PlanMoved) as moved:
        services.approve_plan(planned.scope, on=ON, step=planned.letter, expected=3)
    assert moved.value.waiting == 2
    assert (step(planned, planned.letter).approved, states(planned)) == (0, {})


def test_a_refused_step_is_silent_for_a_reason_that_a_rerun_keeps(planned):
    with pytest.raises(ValueError, match="reason"):
        ruler.refuse_step(planned.scope, on=ON, step=planned.letter, note=" ")
    assert ruler.refuse_step(planned.scope, on=ON, step=planned.letter, note="site fora do ar", expected=2) == 2
    assert ruler.refuse_step(planned.scope, on=ON, step=planned.letter, note="de novo") == 0
    services.run_day(planned.scope, on=ON, force=True)
    assert step(planned, planned.letter).refusals == (("site fora do ar", 2),)
    assert services.approve_plan(planned.scope, on=ON)["approved"] == 1
    assert states(planned) == {}
    with planned.scope.active():
        assert Decision.objects.filter(reason=Reason.EXCLUDED, note="site fora do ar").count() == 2


def test_a_refusal_is_taken_back_for_those_of_its_reason_only(planned):
    with planned.scope.active():
        lucia = Decision.objects.get(debtor=planned.cast.lucia)
    ruler.exclude(planned.scope, decision_id=lucia.pk, note="ligou hoje cedo")
    ruler.refuse_step(planned.scope, on=ON, step=planned.letter, note="site fora do ar")
    assert ruler.readmit_step(planned.scope, on=ON, step=planned.letter, note="site fora do ar") == 1
    assert ruler.readmit_step(planned.scope, on=ON, step=planned.letter, note="site fora do ar") == 0
    assert step(planned, planned.letter).refusals == (("ligou hoje cedo", 1),)
    assert step(planned, planned.letter).waiting == 1


def test_an_approval_is_undone_and_given_again(planned):
    services.approve_plan(planned.scope, on=ON, step=planned.letter)
    assert services.undo_approval(planned.scope, on=ON, step=planned.letter) == 2
    assert states(planned) == {"Lúcia": "cancelled", "Construtora": "cancelled"}
    assert services.undo_approval(planned.scope, on=ON, step=planned.letter) == 0
    assert step(planned, planned.letter).waiting == 2
    assert services.approve_plan(planned.scope, on=ON)["approved"] == 3
    assert states(planned) == {"Lúcia": "ready", "Construtora": "ready"}
    with planned.scope.active():
        message = Message.objects.get(debtor=planned.cast.lucia)
        assert message.body_text and message.reason == ""
        assert list(message.events.values_list("kind", flat=True)) == ["prepared", "cancelled", "prepared"]


def test_what_was_withdrawn_and_planned_anew_says_the_new_plan(planned):
    services.approve_plan(planned.scope, on=ON, step=planned.letter)
    services.undo_approval(planned.scope, on=ON)
    ruler.publish(
        planned.scope, code="teste", document=Document("Teste", (Step("d1", 1, "email", "atraso_firme"),), rest_days=0)
    )
    services.run_day(planned.scope, on=ON, force=True)
    services.approve_plan(planned.scope, on=ON)
    with planned.scope.active():
        assert set(Message.objects.exclude(state="cancelled").values_list("key", flat=True)) == {"atraso_firme"}


def test_once_one_message_was_handed_over_nothing_is_undone(planned):
    services.approve_plan(planned.scope, on=ON)
    with planned.scope.active():
        Message.objects.filter(debtor=planned.cast.lucia).update(state="sent", sent_at=timezone.now())
    with pytest.raises(outreach.AlreadyLeft) as left:
        services.undo_approval(planned.scope, on=ON)
    assert left.value.args == (1,)
    assert states(planned) == {"Lúcia": "sent", "Construtora": "ready"}
    assert step(planned, planned.letter).waiting == 0
    assert services.undo_approval(planned.scope, on=ON, step=planned.call) == 1


def test_only_a_withdrawn_message_begins_again(planned):
    services.approve_plan(planned.scope, on=ON)
    with planned.scope.active():
        message = Message.objects.get(debtor=planned.cast.lucia)
        outreach.cancel(planned.scope, message.pk, at=timezone.now())
        with pytest.raises(DatabaseError, match="ended as cancelled"), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(state="ready")
    services.undo_approval(planned.scope, on=ON)
    services.approve_plan(planned.scope, on=ON)
    assert states(planned) == {"Lúcia": "cancelled", "Construtora": "ready"}


def test_approving_refusing_and_undoing_need_the_right_and_leave_a_trace(planned):
    scope = planned.scope
    reader = Scope(scope.company_id, scope.actor, frozenset({Permission.VIEW}), None, "a test")
    for verb, told in (
        (services.approve_plan, {}),
        (services.undo_approval, {}),
        (ruler.refuse_step, {"step": planned.letter, "note": "x"}),
        (ruler.readmit_step, {"step": planned.letter, "note": "x"}),
    ):
        with pytest.raises(NotAllowed):
            verb(reader, on=ON, **told)
    before = traces(scope)
    services.approve_plan(scope, on=ON, step=planned.letter)
    services.undo_approval(scope, on=ON, step=planned.letter)
    ruler.refuse_step(scope, on=ON, step=planned.letter, note="x")
    assert traces(scope) == before + 3


def test_another_company_s_plan_is_out_of_reach(planned):
    assert services.approve_plan(planned.cast.stranger_scope, on=ON)["approved"] == 0
    assert ruler.refuse_step(planned.cast.stranger_scope, on=ON, step=planned.letter, note="x") == 0
    with planned.scope.active():
        assert Decision.objects.filter(outcome=Outcome.SEND, approved_at=None).count() == 3


def traces(scope):
    with scope.active():
        return AuditEvent.objects.filter(table="ruler_decision", operation="UPDATE").count()
