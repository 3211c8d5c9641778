"""What people see and do about messages, each within their rights."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.outreach import services
from receba.outreach.core.figures import Key
from receba.outreach.models import Message, MessageTemplate
from receba.outreach.rendering import library

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.fixture
def console(client, stage):
    """Return `go(role, path)`, or `go(role, path, {...})` to post."""
    root = f"/{stage.scope.company_id}/"

    def go(role, path, post=None):
        with acting(Actor("command", "tests")):
            client.force_login(stage.cast.people[role] if isinstance(role, Role) else role)
        return client.get(root + path) if post is None else client.post(root + path, post)

    return go


def text_of(response) -> str:
    return response.content.decode()


def test_the_outbox_lists_filters_and_masks(console, stage, server):
    sent, lost = stage.ready("jose@exemplo.example", "cai-depois@exemplo.example")
    stage.send()
    page = text_of(console(Role.READER, "mensagens/"))
    assert "j***@exemplo.example" in page and "jose@exemplo.example" not in page
    assert "jose@exemplo.example" in text_of(console(Role.COLLECTOR, "mensagens/"))
    assert "1 mensagem pode ter chegado ou não" in page
    only = text_of(console(Role.READER, "mensagens/?situacao=unknown"))
    assert f"mensagens/{lost.pk}/" in only and f"mensagens/{sent.pk}/" not in only
    for odd in ("situacao=nada", "dia=ontem", "antes=x", "cliente=-1", f"antes={10**30}"):
        assert console(Role.READER, f"mensagens/?{odd}").status_code == 200


def test_one_message_shows_its_words_its_figures_and_its_story(console, stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    stage.send()
    page = text_of(console(Role.READER, f"mensagens/{message.pk}/"))
    for fact in ("R$\u00a01.567,50", message.message_id.strip("<>"), "Aceita pelo servidor", "podia sair"):
        assert fact in page
    assert "jose@exemplo.example" not in page
    assert "Cancelar o envio" not in page


def test_a_strangers_company_does_not_exist(console, stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    for path in ("mensagens/", f"mensagens/{message.pk}/", f"mensagens/{message.pk}/html/", "caixa/"):
        assert console(stage.cast.stranger, path).status_code == 404
    assert console(Role.READER, "mensagens/999999999/").status_code == 404


def test_the_html_of_a_message_can_run_nothing(console, stage, server):
    (message,) = stage.ready("jose@exemplo.example")
    response = console(Role.READER, f"mensagens/{message.pk}/html/")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "default-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert text_of(response) == message.body_html


def test_a_collector_decides_about_the_unknown_and_says_why(console, stage, server):
    (message,) = stage.ready("cai-depois@exemplo.example")
    stage.send()
    path = f"mensagens/{message.pk}/decidir/"
    assert console(Role.READER, path, {"decisao": "resend", "motivo": "x"}).status_code == 403
    assert console(Role.COLLECTOR, path, {"decisao": "resend"}).status_code == 422
    assert console(Role.COLLECTOR, path, {"decisao": "consider_sent", "motivo": "ele respondeu"}).status_code == 302
    stage.again(message)
    assert (message.state, message.story[-1]) == (Message.State.SENT, "resolved")
    console(Role.COLLECTOR, path, {"decisao": "resend", "motivo": "de novo"})
    assert "Outra pessoa já decidiu" in text_of(console(Role.COLLECTOR, f"mensagens/{message.pk}/"))


def test_a_collector_cancels_until_it_is_too_late(console, stage, server):
    first, second = stage.ready("a@exemplo.example", "b@exemplo.example")
    console(Role.COLLECTOR, f"mensagens/{second.pk}/cancelar/", {"motivo": "o cliente telefonou"})
    assert stage.again(second).reason == "by_hand"
    stage.send()
    console(Role.COLLECTOR, f"mensagens/{first.pk}/cancelar/", {"motivo": "tarde"})
    assert "Tarde demais" in text_of(console(Role.COLLECTOR, f"mensagens/{first.pk}/"))
    assert stage.again(first).state == Message.State.SENT


def test_sending_now_is_a_job_for_the_worker(console, stage, server):
    from procrastinate.contrib.django.models import ProcrastinateJob

    stage.ready("a@exemplo.example")
    assert console(Role.COLLECTOR, "mensagens/enviar/", {}).status_code == 403
    for _twice in range(2):
        assert console(Role.MANAGER, "mensagens/enviar/", {}).status_code == 302
    job = ProcrastinateJob.objects.get()
    assert job.task_name.endswith("send_company") and job.args == {"company_id": stage.scope.company_id}


@pytest.mark.req("S1.21", "S1.59")
def test_a_manager_writes_a_text_sees_it_with_real_figures_and_publishes_it(console, stage):
    due = timezone.localdate().replace(day=1) - timedelta(days=40)
    stage.title(stage.cast.aurora, 1_234_56, due, code="NF-42")
    path, good = "mensagens/modelos/atraso_leve/", library()[Key.LATE_SOFT]
    assert "NF-42" in text_of(console(Role.READER, path))
    assert "NF-42" in text_of(console(Role.READER, f"{path}previa/?cliente={stage.cast.aurora.pk}"))
    assert text_of(console(Role.READER, f"{path}previa/?cliente=999999")) == ""
    typed = {"assunto": "Sua dívida", "texto": good.text.replace("Talvez", "Quem sabe"), "html": good.html}
    assert console(Role.COLLECTOR, path, typed).status_code == 403
    assert console(Role.MANAGER, path, typed).status_code == 302
    assert "o assunto fala da dívida" in text_of(console(Role.MANAGER, path))
    console(Role.MANAGER, f"{path}publicar/", {})
    with stage.scope.active():
        assert MessageTemplate.objects.get().published_at is None
    console(Role.MANAGER, path, typed | {"assunto": good.subject})
    console(Role.MANAGER, f"{path}publicar/", {})
    with stage.scope.active():
        assert MessageTemplate.objects.get().published_at
    assert "versão 1 da empresa" in text_of(console(Role.READER, "mensagens/modelos/"))


@pytest.mark.parametrize(
    "broken", ["{% if %}", "{{ }}", "{% include 'x' %}", "{{ segredo }}", "{% for a in b %}", "\x00"]
)
def test_a_broken_draft_is_shown_with_its_fault_and_breaks_nothing(console, stage, broken):
    good = library()[Key.LATE_SOFT]
    stage.title(stage.cast.aurora)
    path = "mensagens/modelos/atraso_leve/"
    typed = {"assunto": good.subject, "texto": good.text + broken, "html": good.html}
    assert console(Role.MANAGER, path, typed).status_code in (302, 422)
    assert console(Role.MANAGER, path).status_code == 200
    assert console(Role.MANAGER, f"{path}previa/?cliente={stage.cast.aurora.pk}").status_code == 200
    assert console(Role.MANAGER, "mensagens/modelos/nada/").status_code == 404


def test_the_mailbox_shows_what_stayed_here_and_to_whom_it_may(console, stage, settings, tmp_path):
    from receba.access.models import Grant

    settings.MAILBOX, settings.DEMO, settings.EMAIL_PORT = tmp_path, True, 1
    stage.ready("jose@exemplo.example")
    stage.send()
    page = text_of(console(Role.READER, "caixa/"))
    assert "j***@exemplo.example" in page
    name = next((tmp_path / str(stage.scope.company_id)).glob("*.eml")).name
    assert "Talvez tenha passado despercebido" in text_of(console(Role.READER, f"caixa/{name}/"))
    assert console(Role.READER, f"caixa/{name}/html/")["Content-Security-Policy"].startswith("sandbox")
    assert console(Role.READER, "caixa/x.eml/").status_code == 404
    with acting(Actor("command", "tests")):
        person = stage.cast.people[Role.AUDITOR]
        Grant.objects.filter(person=person).update(portfolio=stage.cast.other_portfolio)
    assert "exemplo.example" not in text_of(console(Role.AUDITOR, "caixa/"))
    assert console(Role.AUDITOR, f"caixa/{name}/").status_code == 404
    assert services.send_ready(stage.scope, at=NOW) == services.Sent()


def test_a_text_says_where_it_is_used_and_is_read_with_a_debtor_who_is_searched_for(console, stage):
    from receba.ruler import services as ruler
    from receba.ruler.core.document import Document, Step

    ruler.publish(stage.scope, code="x", document=Document("Empresas", (Step("d5", 5, "email", "atraso_leve"),)))
    due = timezone.localdate() - timedelta(days=40)
    stage.title(stage.cast.aurora, 1_234_56, due, code="NF-42")
    assert "Empresas: D+5" in text_of(console(Role.READER, "mensagens/modelos/"))
    path = "mensagens/modelos/atraso_leve/"
    found = console(Role.READER, f"{path}?busca=aurora")
    assert [debtor.pk for debtor in found.context["debtors"]] == [stage.cast.aurora.pk]
    assert "NF-42" in text_of(found) and "a***@exemplo.example" in text_of(found)
    assert "Ninguém com este nome" in text_of(console(Role.READER, f"{path}?busca=zzz"))
    masked = text_of(console(Role.READER, f"{path}?busca=lucia"))
    assert "Lúcia F." in masked and "Ferreira" not in masked
    assert "não tem hoje o que dizer" in masked
    for odd in ("%00", "x" * 500, "1"):
        assert console(Role.READER, f"{path}?busca={odd}").status_code == 200


def test_what_is_wrong_with_a_text_stands_beside_its_part(console, stage):
    good, path = library()[Key.LATE_SOFT], "mensagens/modelos/atraso_leve/"
    console(Role.MANAGER, path, {"assunto": "Sua dívida", "texto": good.text, "html": good.html})
    parts = {part["field"].name: part["faults"] for part in console(Role.MANAGER, path).context["parts"]}
    assert parts["assunto"] and not parts["texto"] and not parts["html"]


def test_the_story_of_a_message_is_told_in_words(console, stage, server):
    first, lost = stage.ready("a@exemplo.example", "cai-depois@exemplo.example")
    console(Role.COLLECTOR, f"mensagens/{first.pk}/cancelar/", {"motivo": "o cliente telefonou"})
    stage.send()
    console(Role.COLLECTOR, f"mensagens/{lost.pk}/decidir/", {"decisao": "consider_sent", "motivo": "ele respondeu"})
    told = text_of(console(Role.READER, f"mensagens/{lost.pk}/"))
    assert "considerar enviada: ele respondeu" in told and "Collector" in told
    assert "automático" in told and "consider_sent" not in told
    assert "o cliente telefonou" in text_of(console(Role.READER, f"mensagens/{first.pk}/"))
