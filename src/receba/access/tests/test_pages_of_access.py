"""The pages of people, audit trail and settings, as the browser gets them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from receba.access import services
from receba.access.core.roles import Role
from receba.access.models import AuditEvent, Company, Grant, Person
from receba.access.queries import chain_head, scope_for
from receba.access.scope import Actor, acting
from receba.parties.models import Debtor
from scenarios.signing import signed_in


@pytest.fixture
def owner(cast):
    return signed_in(cast.people[Role.OWNER])


def page(cast, path: str) -> str:
    return f"/{cast.serra_azul.pk}/{path}"


CHANGE = "/conta/password/change/"
INVITATION = {"email": "nova@ponte.example", "name": "Nova Pessoa", "role": "collector", "portfolio": ""}


def choose(client, old, new):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


@pytest.mark.req("S0.6")
def test_who_was_given_a_password_goes_nowhere_before_choosing_another(cast, owner):
    password = owner.post(page(cast, "pessoas/"), INVITATION).context["password"]
    newcomer = signed_in(None)
    newcomer.post("/conta/login/", {"login": "nova@ponte.example", "password": password})
    for path in ("/", page(cast, "painel/"), "/conta/2fa/", "/conta/password/reset/", page(cast, "nada/")):
        for send in (newcomer.get, newcomer.post):
            answer = send(path)
            assert (answer.status_code, answer.headers.get("location")) == (302, CHANGE), path
    assert "Esta é a sua primeira entrada" in newcomer.get(CHANGE).content.decode()
    same = choose(newcomer, password, password)
    assert "diferente da que recebeu" in str(same.context["form"].errors["password1"])
    assert choose(newcomer, "errada-senha-1", "so-eu-conheco-7").status_code == 200
    assert newcomer.get("/").headers["location"] == CHANGE
    assert choose(newcomer, password, "so-eu-conheco-7").headers["location"] == "/"
    assert "Esta é a sua primeira entrada" not in newcomer.get(CHANGE).content.decode()
    assert newcomer.get(page(cast, "painel/")).status_code == 200
    assert newcomer.get("/conta/logout/").status_code == 200


def test_who_was_given_a_password_may_leave(cast, owner):
    password = owner.post(page(cast, "pessoas/"), INVITATION).context["password"]
    newcomer = signed_in(None)
    newcomer.post("/conta/login/", {"login": "nova@ponte.example", "password": password})
    assert newcomer.get("/conta/logout/").status_code == 200
    newcomer.post("/conta/logout/")
    assert newcomer.get("/").headers["location"].startswith("/conta/login/")


def test_labels_look_the_same_on_hand_made_pages_and_on_those_of_the_sign_in(cast, owner):
    for path in (page(cast, "pessoas/"), page(cast, "configuracoes/encargos/"), CHANGE):
        labels = re.findall(r"<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>", owner.get(path).content.decode(), re.S)
        assert labels and not [label for label in labels if label.rstrip().endswith(":")], path


@pytest.mark.req("S0.6")
def test_an_invitation_shows_the_first_password_once_and_it_opens_the_door(cast, owner):
    answer = owner.post(page(cast, "pessoas/"), INVITATION)
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert password not in owner.get(page(cast, "pessoas/")).content.decode()
    newcomer = signed_in(None)
    assert newcomer.post("/conta/login/", {"login": "nova@ponte.example", "password": password}).status_code == 302
    assert newcomer.get(page(cast, "pessoas/")).headers["location"] == CHANGE
    choose(newcomer, password, "so-eu-conheco-7")
    assert newcomer.get(page(cast, "pessoas/")).status_code == 403
    with cast.scope.active():
        made = AuditEvent.objects.filter(table="access_grant", operation="INSERT").first()
    assert (made.actor, made.reason) == (f"person:{cast.people[Role.OWNER].pk}", f"POST {page(cast, 'pessoas/')}")


def test_an_invitation_that_would_weaken_an_earlier_one_says_so(cast, owner):
    owner.post(page(cast, "pessoas/"), INVITATION)
    answer = owner.post(page(cast, "pessoas/"), INVITATION | {"portfolio": str(cast.portfolio.pk), "role": "reader"})
    assert "outra combinação de papel e carteira" in answer.content.decode()
    assert Grant.objects.filter(person__email="nova@ponte.example").count() == 1


def test_a_portfolio_of_another_company_is_no_choice(cast, owner):
    foreign = cast.horizonte.portfolios.get()
    answer = owner.post(page(cast, "pessoas/"), INVITATION | {"portfolio": str(foreign.pk)})
    assert answer.context["form"].errors["portfolio"]
    assert not Person.objects.filter(email="nova@ponte.example").exists()


def test_revoking_is_a_button_and_the_last_owner_keeps_theirs(cast, owner):
    collector = Grant.objects.get(person=cast.people[Role.COLLECTOR])
    answer = owner.post(page(cast, f"pessoas/{collector.pk}/revogar/"), follow=True)
    assert "foi revogado" in answer.content.decode()
    assert scope_for(cast.people[Role.COLLECTOR], cast.serra_azul.pk) is None
    assert owner.post(page(cast, f"pessoas/{collector.pk}/revogar/")).status_code == 404
    own = Grant.objects.get(person=cast.people[Role.OWNER])
    answer = owner.post(page(cast, f"pessoas/{own.pk}/revogar/"), follow=True)
    assert "ficaria sem dono" in answer.content.decode()
    foreign = Grant.objects.get(person=cast.stranger)
    assert owner.post(page(cast, f"pessoas/{foreign.pk}/revogar/")).status_code == 404


@pytest.fixture
def trail(cast):
    """Three changes by two people on two days."""
    ana = replace(cast.scope, actor=Actor("person", "x", cast.people[Role.COLLECTOR].pk), reason="ficha")
    with ana.active():
        Debtor.objects.filter(code="1").update(name="Lúcia F. Ferreira")
    with replace(cast.scope, actor=Actor("job", "importação"), reason="=1+1").active():
        Debtor.objects.filter(code="2").update(city="Campinas")
    return cast


@pytest.mark.req("S0.65")
def test_the_trail_shows_what_changed_from_what_to_what(trail):
    text = signed_in(trail.people[Role.AUDITOR]).get(page(trail, "auditoria/")).content.decode()
    assert "<del>Lúcia Ferreira</del> → Lúcia F. Ferreira" in text
    assert "Collector" in text
    assert "tarefa: importação" in text


@pytest.mark.parametrize(
    "query, shown",
    [
        ("?table=parties_debtor&actor=importa", {"importação"}),
        ("?table=parties_debtor&actor=collector", {"ficha"}),
        ("?table=parties_debtor&day=2020-01-01", set()),
        ("?table=não_existe", {"importação", "ficha"}),
    ],
)
def test_the_trail_is_filtered_by_table_person_and_day(trail, query, shown):
    text = signed_in(trail.people[Role.AUDITOR]).get(page(trail, f"auditoria/{query}")).content.decode()
    table = text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert {word for word in ("importação", "ficha") if word in table} == shown


def test_the_trail_has_pages(trail):
    with trail.scope.active():
        for n in range(60):
            Debtor.objects.filter(code="1").update(district=str(n))
    auditor = signed_in(trail.people[Role.AUDITOR])
    first = auditor.get(page(trail, "auditoria/?table=parties_debtor"))
    older = auditor.get(page(trail, f"auditoria/?table=parties_debtor&antes={first.context['next']}"))
    ids = [[row["event"].pk for row in answer.context["rows"]] for answer in (first, older)]
    assert len(ids[0]) == 50
    assert max(ids[1]) < min(ids[0])
    assert older.context["next"] is None


@pytest.mark.req("S0.65")
def test_the_export_is_what_was_filtered_and_no_cell_is_a_formula(trail):
    auditor = signed_in(trail.people[Role.AUDITOR])
    answer = auditor.get(page(trail, "auditoria/exportar/?table=parties_debtor"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert {row["tabela"] for row in rows} == {"parties_debtor"}
    assert rows[0]["por quê"] == "'=1+1"
    assert (rows[1]["quem"], rows[1]["operação"]) == ("Collector", "UPDATE")
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.req("S0.65")
def test_the_button_finds_a_chain_whole_and_then_broken(committed, trail):
    auditor = signed_in(trail.people[Role.AUDITOR])
    position, digest = chain_head(trail.scope)
    kept = {"position": str(position), "digest": digest}
    text = auditor.post(page(trail, "auditoria/conferir/"), kept).content.decode()
    assert "A corrente confere" in text
    assert "nada foi cortado" in text
    with psycopg.connect(settings.EMBEDDED.dsn("postgres", connection.settings_dict["NAME"])) as master:
        master.execute("SET session_replication_role = replica")
        master.execute("UPDATE access_auditevent SET actor = 'person:1' WHERE reason = 'ficha'")
        master.execute(
            "DELETE FROM access_auditlink WHERE chain = %s AND position = %s", [trail.serra_azul.pk, position]
        )
    text = auditor.post(page(trail, "auditoria/conferir/"), kept).content.decode()
    assert "A trilha foi adulterada: 2 eventos não conferem" in text
    assert "foi cortada ou reescrita" in text


def _facts(company: Company) -> dict[str, str]:
    return {
        "name": company.name, "trade_name": "Serra Azul Novo", "document": "11.222.333/0001-81",
        "address": company.address, "phone": "", "email": "ola@serraazul.example", "website": "", "colour": "3",
    }  # fmt: skip


def test_settings_are_saved_and_the_trail_says_by_whom(cast):
    manager = signed_in(cast.people[Role.MANAGER])
    answer = manager.post(page(cast, "configuracoes/"), _facts(cast.serra_azul) | {"sends_for_real": "on"})
    assert answer.status_code == 302
    company = Company.objects.get(pk=cast.serra_azul.pk)
    assert (company.trade_name, company.document, company.sends_for_real) == ("Serra Azul Novo", "11222333000181", True)
    assert "envia de verdade" in manager.get(page(cast, "configuracoes/")).content.decode()
    with cast.scope.active():
        event = AuditEvent.objects.filter(table="access_company").first()
    assert event.actor == f"person:{cast.people[Role.MANAGER].pk}"


@pytest.mark.parametrize("wrong", [{"document": "11222333000182"}, {"email": "x"}, {"name": ""}, {"colour": "9"}])
def test_settings_that_cannot_be_are_refused_beside_the_field(cast, wrong):
    manager = signed_in(cast.people[Role.MANAGER])
    answer = manager.post(page(cast, "configuracoes/"), _facts(cast.serra_azul) | wrong)
    assert set(answer.context["form"].errors) == set(wrong)
    assert Company.objects.get(pk=cast.serra_azul.pk).trade_name == "Serra Azul"
    assert "Serra Azul Novo</summary>" not in answer.content.decode(), "the page's head keeps what is saved"


@pytest.mark.req("S0.6")
def test_who_has_one_portfolio_meets_nothing_of_the_whole_company(cast):
    grant, _ = services.invite(
        scope_for(cast.people[Role.OWNER], cast.serra_azul.pk),
        email="dona@ponte.example", name="Dona", role=Role.OWNER, portfolio_id=cast.portfolio.pk,
    )  # fmt: skip
    with acting(Actor("command", "tests")):
        services.choose_password(grant.person, "so-eu-conheco-7")
    browser = signed_in(grant.person)
    for path in ("pessoas/", "auditoria/", "configuracoes/", "auditoria/exportar/"):
        assert browser.get(page(cast, path)).status_code == 403


def test_the_trail_of_a_day_ends_at_midnight_in_sao_paulo(committed, cast):
    with psycopg.connect(settings.EMBEDDED.dsn("postgres", committed)) as master:
        master.execute("SET session_replication_role = replica")
        master.execute("DELETE FROM access_auditlink")
        master.execute("DELETE FROM access_auditevent")
        for hour, reason in ((2, "ontem"), (3, "hoje"), (26, "tarde"), (27, "amanhã")):
            at = datetime(2026, 6, 15, hour % 24, tzinfo=UTC).replace(day=15 + hour // 24)
            master.execute(
                """
                INSERT INTO access_auditevent (chain, at, actor, reason, "table", operation, row_count, rows, digest)
                VALUES (%s, %s, 'job:x', %s, 'parties_debtor', 'UPDATE', 1, NULL, '')
                """,
                [cast.serra_azul.pk, at, reason],
            )
    answer = signed_in(cast.people[Role.AUDITOR]).get(page(cast, "auditoria/?day=2026-06-15"))
    assert [row["event"].reason for row in answer.context["rows"]] == ["tarde", "hoje"]
