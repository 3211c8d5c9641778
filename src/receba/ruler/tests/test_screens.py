"""The pages of the plan, of the rulers and of the segments, as people of each role open them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from receba.access import services as access
from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.daily import services as daily
from receba.ledger import services as ledger
from receba.ledger.models import Title
from receba.ledger.services import NewTitle
from receba.outreach.models import Message
from receba.parties.models import Debtor
from receba.ruler import queries, services
from receba.ruler.core.document import Document, Step, faults
from receba.ruler.core.rules import Outcome, Reason
from receba.ruler.models import REASON_LABELS, Assignment, Decision, Ruler, RulerVersion

ON = date(2026, 6, 17)
"""A Wednesday: the days before it are business days, so nothing rolls."""
DOCUMENT = Document(
    "Teste",
    (Step("d1", 1, "email", "atraso_leve"), Step("ligar", 9, "task", owner="cobrança"), Step("lembra", -5, "email", "lembrete")),
    rest_days=0,
)  # fmt: skip


def browser(person):
    client = Client()
    with acting(Actor("person", person.email, person.pk), "sign in"):
        client.force_login(person)
    return client


@pytest.fixture
def at(committed, cast):
    """Return a visit: role, page, arguments → the answer."""

    def visit(role, name, *args, post=None, **query):
        client, path = browser(cast.people[role]), reverse(name, args=[cast.serra_azul.pk, *args])
        return client.get(path, query) if post is None else client.post(path, post, follow=True)

    return visit


@pytest.fixture
def planned(committed, cast, at):
    """A day that ran: Lúcia is written to, Aurora is to be called, Vértice has no e-mail."""
    services.publish(cast.scope, code="teste", document=DOCUMENT)
    services.assign(cast.scope, code="teste", portfolio_id=cast.portfolio.pk)
    titles = [
        NewTitle(d.code, d.pk, cast.portfolio.pk, cast.terms.pk, ON - timedelta(60), ON - timedelta(late), 100_00)
        for d, late in ((cast.lucia, 1), (cast.aurora, 9), (cast.vertice, 2))
    ]
    ledger.open_titles(cast.scope, titles)
    daily.run_day(cast.scope, on=ON)
    with cast.scope.active():
        made = {d.debtor_id: d for d in Decision.objects.filter(on=ON)}
    return SimpleNamespace(
        cast=cast, lucia=made[cast.lucia.pk], aurora=made[cast.aurora.pk], vertice=made[cast.vertice.pk]
    )


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.req("S0.4", "S0.41")
def test_the_plan_counts_everyone_once(planned, at):
    page = at(Role.MANAGER, "ruler:plan")
    assert page.context["on"] == ON
    told = text(page)
    assert "2 contatados + 1 explicados = todos (3)" in told
    assert "2 clientes serão contatados: 1 por e-mail e 1 por tarefa." in told
    assert str(REASON_LABELS[Reason.NO_CHANNEL]) in told
    assert "R$ 102,03" in told  # 100,00 a day late: 2 % once and 1 %/30 for a day


def test_a_day_without_a_plan_says_so(committed, cast, at):
    assert "Nenhum dia foi planejado" in text(at(Role.READER, "ruler:plan"))
    led = at(Role.READER, "ruler:decisions")
    assert led.status_code == 302 and led.url.endswith("/plano/"), "the plan's page says what to do"


def test_each_number_leads_to_its_rows(planned, at):
    page = text(at(Role.READER, "ruler:plan"))
    links = re.findall(r'href="(/[^"]*/plano/clientes/\?[^"]*(?:step|reason)=[^"]*)"', page)
    assert len(links) == 3
    client, seen = browser(planned.cast.people[Role.READER]), []
    for link in links:
        rows = client.get(link.replace("&amp;", "&")).context["rows"]
        seen += [row["decision"].debtor_id for row in rows]
    assert sorted(seen) == sorted([planned.cast.lucia.pk, planned.cast.aurora.pk, planned.cast.vertice.pk])


def test_rows_come_a_page_at_a_time_and_none_twice(planned, at, monkeypatch):
    monkeypatch.setattr("receba.ruler.views.PAGE", 2)
    first = at(Role.READER, "ruler:decisions", on=ON.isoformat())
    second = at(Role.READER, "ruler:decisions", on=ON.isoformat(), after=first.context["following"])
    rows = [row["decision"] for page in (first, second) for row in page.context["rows"]]
    assert len({d.pk for d in rows}) == len(rows) == 3
    assert second.context["following"] is None
    assert [d.overdue_centavos for d in rows] == sorted((d.overdue_centavos for d in rows), reverse=True)


@pytest.mark.parametrize("odd", ["x", "9" * 30 + ".1", "1.99999", "-1", "1.2.3", ""])
def test_a_filter_that_is_not_understood_shows_everyone(planned, at, odd):
    page = at(Role.READER, "ruler:decisions", on=ON.isoformat(), step=odd, reason=odd, after=odd)
    assert page.status_code == 200
    assert page.context["told"] == "Todos os clientes do plano" or odd == "1.99999"


@pytest.mark.req("S0.4")
def test_a_manager_approves_what_they_saw_and_the_messages_are_written(planned, at):
    ask = {"on": ON.isoformat(), "expected": "2"}
    assert "2 contatos aprovados" in text(at(Role.MANAGER, "daily:approve", post=ask))
    assert "Aprovado por Manager" in text(at(Role.READER, "ruler:decision", planned.lucia.pk))
    with planned.cast.scope.active():
        assert Decision.objects.exclude(approved_at=None).count() == 2
        assert [m.debtor_id for m in Message.objects.all()] == [planned.cast.lucia.pk]
    again = text(at(Role.MANAGER, "daily:approve", post=ask))
    assert "O plano mudou enquanto você olhava" in again
    assert "Aprovar 2 contatos" not in again
    with planned.cast.scope.active():
        assert Message.objects.count() == 1


def test_only_the_marked_are_approved(planned, at):
    ask = {"on": ON.isoformat(), "only": "1"}
    assert "Marque ao menos um cliente" in text(at(Role.MANAGER, "daily:approve", post=ask))
    marked = {**ask, "decision": [str(planned.aurora.pk), "x", "9" * 40]}
    assert "1 contato aprovado" in text(at(Role.MANAGER, "daily:approve", post=marked))
    with planned.cast.scope.active():
        assert list(Decision.objects.exclude(approved_at=None)) == [planned.aurora]


def test_a_plan_that_a_later_one_followed_is_not_approved(planned, at):
    daily.run_day(planned.cast.scope, on=ON + timedelta(1))
    page = text(at(Role.MANAGER, "ruler:plan", on=ON.isoformat()))
    assert "já tomou o seu lugar" in page
    assert "data-confirm" not in page
    late = at(Role.MANAGER, "daily:approve", post={"on": ON.isoformat(), "expected": "2"})
    assert "Só o último plano pode ser aprovado" in text(late)
    with planned.cast.scope.active():
        assert not Decision.objects.filter(on=ON).exclude(approved_at=None).exists()


@pytest.mark.req("S0.6")
@pytest.mark.parametrize("role", [Role.READER, Role.COLLECTOR, Role.AUDITOR])
def test_who_may_not_approve_sees_no_form_and_is_refused(planned, at, role):
    page = at(role, "ruler:plan")
    assert page.status_code == 200
    assert "data-confirm" not in text(page)
    assert "espera a aprovação de um gestor" in text(page)
    assert "retirar do plano" not in text(at(role, "ruler:decisions", on=ON.isoformat()))
    ruler = queries.rulers(planned.cast.scope)[0].pk
    ask = {"on": ON.isoformat(), "expected": "2"}
    assert at(role, "daily:approve", post=ask).status_code == 403
    assert at(role, "ruler:exclude", planned.lucia.pk, post={"note": "x"}).status_code == 403
    assert at(role, "ruler:assign", post={}).status_code == 403
    assert at(role, "ruler:install", post={}).status_code == 403
    assert at(role, "ruler:edit", ruler).status_code == 403
    with planned.cast.scope.active():
        assert not Decision.objects.exclude(approved_at=None).exists()
        assert Decision.objects.filter(outcome=Outcome.SEND).count() == 2


def test_somebody_is_taken_out_with_a_reason_that_the_page_keeps(planned, at):
    assert at(Role.MANAGER, "ruler:exclude", planned.lucia.pk, post={"note": " "}).status_code == 422
    done = at(Role.MANAGER, "ruler:exclude", planned.lucia.pk, post={"note": "ligou hoje cedo"})
    assert "Lúcia Ferreira saiu do plano" in text(done)
    why = text(at(Role.READER, "ruler:decision", planned.lucia.pk))
    assert "retirado do plano por uma pessoa" in why
    assert "Nota: ligou hoje cedo" in why
    assert "1 contatados + 2 explicados = todos (3)" in text(at(Role.READER, "ruler:plan"))


def test_a_silence_keeps_its_reason_and_an_approved_contact_stays(planned, at):
    done = at(Role.MANAGER, "ruler:exclude", planned.vertice.pk, post={"note": "x"})
    assert "Este cliente não seria contatado" in text(done)
    services.approve(planned.cast.scope, on=ON)
    assert "não sai mais do plano" in text(at(Role.MANAGER, "ruler:exclude", planned.lucia.pk, post={"note": "x"}))
    with planned.cast.scope.active():
        planned.vertice.refresh_from_db()
        assert planned.vertice.reason == Reason.NO_CHANNEL


@pytest.mark.req("S1.57")
def test_a_reader_sees_a_person_only_by_first_name(planned, at):
    for name, args, ask in (("decisions", [], {"on": ON.isoformat()}), ("decision", [planned.lucia.pk], {})):
        assert "Lúcia F." in (page := text(at(Role.READER, f"ruler:{name}", *args, **ask)))
        assert "Ferreira" not in page
        assert "Lúcia Ferreira" in text(at(Role.MANAGER, f"ruler:{name}", *args, **ask))


@pytest.mark.req("S1.57")
def test_who_sees_one_portfolio_never_learns_what_is_owed_in_another(committed, cast):
    services.publish(cast.scope, code="teste", document=DOCUMENT)
    services.assign(cast.scope, code="teste", portfolio_id=cast.portfolio.pk)
    titles = [
        NewTitle(code, cast.lucia.pk, portfolio.pk, cast.terms.pk, ON - timedelta(60), ON - timedelta(1), owed)
        for code, portfolio, owed in (("A", cast.portfolio, 100_00), ("B", cast.other_portfolio, 777_00))
    ]
    ledger.open_titles(cast.scope, titles)
    daily.run_day(cast.scope, on=ON)
    grant, _password = access.invite(
        cast.scope, email="parte@ponte.example", name="Parte", role=Role.READER, portfolio_id=cast.portfolio.pk
    )
    person = grant.person
    with acting(cast.scope.actor, "their own password"):
        person.must_change_password = False
        person.save()
    with cast.scope.active():
        decision = Decision.objects.get(on=ON, debtor=cast.lucia).pk
    client, told = browser(person), ""
    for name, args in (("plan", []), ("decisions", []), ("decision", [decision])):
        page = client.get(reverse(f"ruler:{name}", args=[cast.serra_azul.pk, *args]))
        assert page.status_code == 200, name
        told += text(page)
    assert "Lúcia F." in told
    assert re.search(r"devia R\$ 10\d,\d\d", told)  # A alone, with its charges
    hundreds = re.compile(r"R\$ [789]\d\d,\d\d")  # B, or both, with their charges
    assert not hundreds.search(told)
    whole = browser(cast.people[Role.OWNER]).get(reverse("ruler:plan", args=[cast.serra_azul.pk]))
    assert hundreds.search(text(whole))


def test_a_decision_explains_itself(planned, at):
    page = text(at(Role.READER, "ruler:decision", planned.lucia.pk))
    assert "Régua Teste, versão 1: passo d1, +1 dias do vencimento efetivo" in page
    assert "Ainda não aprovado" in page
    assert at(Role.READER, "ruler:decision", 2**62).status_code == 404
    assert at(Role.MANAGER, "ruler:exclude", 10**25, post={"note": "x"}).status_code == 404


@pytest.mark.req("S0.41")
def test_where_there_is_no_ruler_the_shipped_ones_are_installed(committed, cast, at):
    assert "ruler/instalar" not in (bare := text(at(Role.READER, "ruler:rulers")))
    assert "Nenhuma régua publicada" in bare
    assert "reguas/instalar" in text(at(Role.MANAGER, "ruler:rulers"))
    page = at(Role.MANAGER, "ruler:install", post={})
    assert [row["ruler"].code for row in page.context["rulers"]] == ["consumidor", "empresas", "preventiva"]
    for row in page.context["rulers"]:
        offsets = [step["step"].offset_days for step in row["steps"]]
        assert offsets == sorted(offsets)
    assert "5 dias antes do vencimento" in text(page)
    assert "No vencimento" in text(page)


def test_a_portfolio_gets_a_ruler_and_loses_it(committed, cast, at):
    services.install_shipped(cast.scope)
    with cast.scope.active():
        consumer = Ruler.objects.get(code="consumidor")
    ask = {"portfolio": cast.other_portfolio.pk, "ruler": consumer.pk}
    assert "segue a régua Consumidor" in text(at(Role.MANAGER, "ruler:assign", post=ask))
    with cast.scope.active():
        assert Assignment.objects.get(portfolio=cast.other_portfolio).ruler == consumer
    assert "ficou sem régua" in text(at(Role.MANAGER, "ruler:assign", post=ask | {"ruler": ""}))
    with cast.scope.active():
        assert not Assignment.objects.filter(portfolio=cast.other_portfolio).exists()
    theirs = cast.stranger_scope
    services.publish(theirs, code="alheia", document=DOCUMENT)
    with theirs.active():
        stranger = Ruler.objects.get(code="alheia")
    odd = at(Role.MANAGER, "ruler:assign", post=ask | {"ruler": stranger.pk})
    assert "Escolha uma carteira e uma régua que existam" in text(odd)
    assert at(Role.MANAGER, "ruler:edit", stranger.pk).status_code == 404


@pytest.mark.req("S1.41")
def test_one_customer_or_one_title_gets_a_ruler_of_its_own_and_loses_it(planned, at):
    cast = planned.cast
    consumer = services.publish(cast.scope, code="outra", document=replace(DOCUMENT, name="Outra")).ruler
    with cast.scope.active():
        code = Title.objects.get(debtor=cast.aurora).code
        Debtor.objects.filter(pk=cast.vertice.pk).update(document="04252011000110")
    for kind, told in (("debtor", cast.lucia.code), ("debtor", "04.252.011/0001-10"), ("title", code)):
        done = at(Role.MANAGER, "ruler:assign_special", post={"kind": kind, "code": told, "ruler": consumer.pk})
        assert f"{told} segue a régua Outra" in text(done)
    with cast.scope.active():
        rows = Assignment.objects.filter(portfolio=None)
        assert {(a.debtor_id, a.title.code if a.title else None) for a in rows} == {
            (cast.lucia.pk, None), (cast.vertice.pk, None), (None, code),
        }  # fmt: skip
        first = rows.get(debtor=cast.lucia).pk
    assert "Lúcia F." in text(at(Role.READER, "ruler:rulers"))
    assert "Ferreira" not in text(at(Role.READER, "ruler:rulers"))
    odd = at(Role.MANAGER, "ruler:assign_special", post={"kind": "title", "code": "não há", "ruler": consumer.pk})
    assert odd.status_code == 422
    assert "Não há cliente ou título com este código" in text(odd)
    assert "volta a valer a da carteira" in text(at(Role.MANAGER, "ruler:unassign", first, post={}))
    assert at(Role.MANAGER, "ruler:unassign", first, post={}).status_code == 404
    assert at(Role.READER, "ruler:unassign", first, post={}).status_code == 403


@pytest.mark.req("S0.41")
def test_a_ruler_is_written_from_nothing_once(committed, cast, at):
    page = at(Role.MANAGER, "ruler:new")
    document = Document.from_text(page.context["form"].initial["body"])
    assert not faults(document)
    ask = {"body": replace(document, name="Escola Ponte").to_text(), "based_on": "0"}
    assert "Nada foi publicado ainda" in text(at(Role.MANAGER, "ruler:new", post=ask | {"validate": "1"}))
    with cast.scope.active():
        assert not Ruler.objects.exists()
    assert "Régua Escola Ponte publicada" in text(at(Role.MANAGER, "ruler:new", post=ask | {"publish": "1"}))
    with cast.scope.active():
        assert Ruler.objects.get().code == "escola-ponte"
    again = at(Role.MANAGER, "ruler:new", post=ask | {"publish": "1"})
    assert again.status_code == 409
    assert "Já existe uma régua com este nome" in text(again)
    nameless = replace(document, name="!!!").to_text()
    assert at(Role.MANAGER, "ruler:new", post=ask | {"body": nameless, "publish": "1"}).status_code == 422
    assert at(Role.READER, "ruler:new").status_code == 403


@pytest.fixture
def ruler(committed, cast):
    return services.publish(cast.scope, code="teste", document=DOCUMENT).ruler


def body(**changes):
    return json.dumps(json.loads(DOCUMENT.to_text()) | changes)


def test_the_text_of_a_ruler_means_what_it_was_made_of():
    for document in (DOCUMENT, *map(services.shipped, services.SHIPPED)):
        assert Document.from_text(document.to_text()) == document


def test_a_ruler_is_checked_without_publishing_and_then_published(ruler, cast, at):
    shown = at(Role.MANAGER, "ruler:edit", ruler.pk).context["form"].initial["body"]
    assert Document.from_text(shown) == DOCUMENT
    ask = {"body": body(rest_days=4), "based_on": "1"}
    assert "Nada foi publicado ainda" in text(at(Role.MANAGER, "ruler:edit", ruler.pk, post=ask | {"validate": "1"}))
    assert len(versions(cast)) == 1
    done = text(at(Role.MANAGER, "ruler:edit", ruler.pk, post=ask | {"publish": "1"}))
    assert "Versão 2 publicada" in done
    assert "por Manager" in done
    assert versions(cast)[0].document.rest_days == 4
    same = {"body": body(rest_days=4), "based_on": "2", "publish": "1"}
    assert "nada a publicar" in text(at(Role.MANAGER, "ruler:edit", ruler.pk, post=same))


def versions(cast):
    with cast.scope.active():
        return list(RulerVersion.objects.order_by("-number"))


def test_a_version_that_somebody_published_meanwhile_is_not_overwritten(ruler, cast, at):
    services.publish(cast.scope, code="teste", document=Document("Outra", DOCUMENT.steps))
    late = at(Role.MANAGER, "ruler:edit", ruler.pk, post={"body": body(), "based_on": "1", "publish": "1"})
    assert late.status_code == 409
    assert "já está na versão 2" in text(late)
    assert len(versions(cast)) == 2


D1 = {"key": "d1", "offset_days": 1, "channel": "email", "template": "atraso_leve"}


@pytest.mark.parametrize(
    "wrong, told",
    [
        ("{", "não é JSON: linha 1, coluna 2"),
        ("[" * 100_000, "não é JSON"),
        ("9" * 5_000, "não é JSON"),
        ("[]", "aqui se espera um objeto"),
        ('"steps"', "aqui se espera um objeto"),
        (body(rest_dias=3), "campo desconhecido rest_dias"),
        (body(rest_days="3"), "rest_days deve ser um número inteiro"),
        (body(rest_days=True), "rest_days deve ser um número inteiro"),
        (body(rest_days=1.5), "rest_days deve ser um número inteiro"),
        (body(steps={}), "steps deve ser uma lista"),
        (body(steps=[3]), "o passo 1: aqui se espera um objeto"),
        (body(steps=[{"key": "a", "offset_days": 1}]), "falta o campo channel"),
        (body(name="\ud800"), "não se imprime"),
        (body(name="a\x00b"), "não se imprime"),
        (body(steps=[]), "não tem nenhum passo"),
        (body(rest_days=-1), "rest_days deve ficar entre 0 e 365"),
        (body(catch_up_days=400), "catch_up_days deve ficar entre 0 e 365"),
        (body(steps=[D1 | {"max_centavos": 10**30}]), "entre 0 e 1000000000000 centavos"),
        (body(steps=[D1, D1]), "aparece 2 vezes"),
        (body(name=" "), "Dê à régua um nome"),
        (body(steps=[D1] * 101), "mais de 100 passos"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_ruler_is_said_and_nothing_is_published(ruler, cast, at, wrong, told):
    answer = at(Role.MANAGER, "ruler:edit", ruler.pk, post={"body": wrong, "based_on": "1", "publish": "1"})
    assert answer.status_code == 422
    assert told in " ".join(fault.message for fault in answer.context["faults"])
    assert len(versions(cast)) == 1


def test_the_segments_hold_everyone_once(planned, at):
    page = at(Role.READER, "segments:segments", on=ON.isoformat())
    assert page.context["total"]["count"] == sum(row["total"]["count"] for row in page.context["rows"]) == 3
    assert "800–1000" in text(page)
    for cell in [cell for row in page.context["rows"] for cell in row["cells"] if cell["count"]]:
        which = dict(parse_qsl(urlsplit(cell["address"]).query))
        assert len(at(Role.READER, "segments:customers", **which).context["customers"]) == cell["count"]
    assert len(at(Role.READER, "segments:customers", on=ON.isoformat()).context["customers"]) == 3
    assert "Nenhum cliente segmentado" in text(at(Role.READER, "segments:segments", on=date(2020, 1, 1).isoformat()))
    assert at(Role.READER, "segments:segments", on="ontem").status_code == 200
