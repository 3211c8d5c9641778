"""A plan is approved step by step, or refused with a reason; both can be undone while nothing was handed over."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from receba.access.core.roles import Permission, Role
from receba.access.models import AuditEvent
from receba.access.scope import NotAllowed, Scope
from receba.console.tests.driving import HOST, driven
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
from scenarios.signing import signed_in

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


LONG = "Comércio de Gêneros Alimentícios Irmãos Conceição e Assunção Participações Ltda"


@pytest.mark.browser
def test_a_manager_reads_the_sample_and_approves_a_step_by_keyboard(planned):
    client = signed_in(planned.cast.people[Role.MANAGER])
    with driven(client) as tab:
        tab.goto(f"{HOST}/{planned.scope.company_id}/plano/", wait_until="networkidle")
        assert tab.locator(".step-card").count() == 2
        letter = tab.frame_locator(".step-card iframe.mail").first
        assert "Talvez tenha passado despercebido" in letter.locator("body").inner_text()
        assert "Serra Azul" in tab.locator(".step-card .envelope").first.inner_text()
        tab.keyboard.press("j")
        tab.keyboard.press("a")
        asked = tab.inner_text("#ask-text")
        assert "2 clientes recebem um e-mail" in asked and "começam a sair" in asked and "Modo de teste" in asked
        assert "Ninguém aprovou ainda" in tab.inner_text(".plan-state")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        tab.wait_for_selector(".notice")
        assert "2 contatos aprovados" in tab.inner_text(".notice")
        assert "0 de 2 enviadas" in tab.inner_text(".plan-state")
        assert tab.locator(".step-card.current.approved").count() == 1
        assert tab.complaints == []
    assert states(planned) == {"Lúcia": "ready", "Construtora": "ready"}


@pytest.mark.browser
def test_the_worst_plan_hangs_over_no_edge_of_a_telephone(planned):
    with planned.scope.active():
        Decision.objects.filter(on=ON).update(open_centavos=123_456_789_01, overdue_centavos=123_456_789_01)
        type(planned.cast.lucia).objects.filter(pk=planned.cast.vertice.pk).update(name=LONG)
    ruler.refuse_step(planned.scope, on=ON, step=planned.call, note=LONG + "x" * 100)
    client = signed_in(planned.cast.people[Role.MANAGER])
    pages = [
        "plano/",
        "plano/clientes/",
        "reguas/",
        "configuracoes/contato/",
        "mensagens/modelos/",
        "mensagens/modelos/atraso_leve/",
    ]
    with planned.scope.active():
        pages.append(f"plano/decisao/{Decision.objects.get(debtor=planned.cast.vertice).pk}/")
    services.approve_plan(planned.scope, on=ON)
    with planned.scope.active():
        pages.append(f"mensagens/{Message.objects.get(debtor=planned.cast.vertice).pk}/")
    with driven(client, width=390, height=844) as tab:
        for page in pages:
            tab.goto(f"{HOST}/{planned.scope.company_id}/{page}", wait_until="networkidle")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390, page
        assert tab.complaints == []


def test_the_plan_asks_as_often_for_one_step_as_for_two(planned):
    client, path = signed_in(planned.cast.people[Role.MANAGER]), f"/{planned.scope.company_id}/plano/"
    client.get(path)
    with CaptureQueriesContext(connection) as two:
        client.get(path)
    with planned.scope.active():
        Decision.objects.filter(step=planned.call[1]).update(step=planned.letter[1])
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    assert len(two) <= len(one)


def test_a_step_is_approved_refused_and_undone_on_the_page(planned):
    client, root = signed_in(planned.cast.people[Role.MANAGER]), f"/{planned.scope.company_id}/plano/"
    place = "{}.{}".format(*planned.letter)

    def post(verb, **told):
        return client.post(f"{root}{verb}/", {"on": ON.isoformat(), **told}, follow=True).content.decode()

    assert "Diga o motivo da recusa" in post("recusar", step=place, expected=2, note=" ")
    assert "O plano mudou enquanto você olhava: agora são 2" in post("aprovar", step=place, expected=3)
    assert "2 contatos aprovados" in post("aprovar", step=place, expected=2)
    assert "Desfeito: 2 contatos voltam a esperar" in post("desfazer", step=place)
    assert "2 contatos recusados" in post("recusar", step=place, expected=2, note="site fora do ar")
    assert "site fora do ar" in (page := client.get(root).content.decode())
    assert page.count("data-approve data-confirm") == 1
    assert "Desfeito: 2 contatos voltam a esperar" in post("desfazer", step=place, note="site fora do ar")
    assert "2 contatos aprovados" in post("aprovar", step=place, expected=2)
    with planned.scope.active():
        Message.objects.filter(debtor=planned.cast.lucia).update(state="sent", sent_at=timezone.now())
    assert "1 mensagem já saiu" in post("desfazer", step=place)
    assert "Desfazer a aprovação" not in client.get(root).content.decode()
    for odd in ("x", "1.x", "9" * 30 + ".1", "1.99999"):
        assert "Diga o dia do plano" in post("aprovar", step=odd, expected=1)


@pytest.mark.parametrize(
    "role, name, address", [(Role.READER, "Lúcia F.", "l***@"), (Role.MANAGER, "Lúcia Ferreira", "lucia@")]
)
def test_the_sample_is_masked_by_role(planned, role, name, address):
    with planned.scope.active():
        Decision.objects.filter(debtor=planned.cast.lucia).update(overdue_centavos=10**9)
        lucia = Decision.objects.get(debtor=planned.cast.lucia)
    client, root = signed_in(planned.cast.people[role]), f"/{planned.scope.company_id}/"
    page = client.get(f"{root}plano/").content.decode()
    assert name in page and address in page
    frame = client.get(f"{root}mensagens/amostra/{lucia.pk}/")
    assert frame["Content-Security-Policy"].startswith("sandbox")
    assert "Olá, Lúcia" in frame.content.decode()
    assert ("Ferreira" in page + frame.content.decode()) == (role is Role.MANAGER)
    assert signed_in(planned.cast.stranger).get(f"{root}mensagens/amostra/{lucia.pk}/").status_code == 404
    assert client.get(f"{root}mensagens/amostra/{10**25}/").status_code == 404


def test_how_far_the_sending_is_renews_itself_until_all_is_sent(planned):
    services.approve_plan(planned.scope, on=ON)
    client, path = signed_in(planned.cast.people[Role.READER]), f"/{planned.scope.company_id}/mensagens/andamento/"
    piece = client.get(path, {"on": ON.isoformat()}).content.decode()
    assert "0 de 2 enviadas" in piece and "hx-get" in piece
    with planned.scope.active():
        Message.objects.update(state="sent", sent_at=timezone.now())
    piece = client.get(path, {"on": ON.isoformat()}).content.decode()
    assert "2 de 2 enviadas" in piece and "hx-get" not in piece
    assert "enviadas" not in client.get(path, {"on": "ontem"}).content.decode()


def traces(scope):
    with scope.active():
        return AuditEvent.objects.filter(table="ruler_decision", operation="UPDATE").count()
