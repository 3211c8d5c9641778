"""The collector's pages, as people of each role open them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from receba.access.core.roles import Role
from receba.access.models import Grant
from receba.access.scope import Actor, acting
from receba.casework.core.outcomes import Channel, Outcome
from receba.casework.core.tables import Action, Why
from receba.casework.models import Interaction, QueueDay, QueueItem
from receba.kernel.tables import EntryKind, HoldKind, PersonKind
from receba.ledger import services as ledger
from receba.ledger.models import Hold
from receba.ledger.services import News, NewTitle
from receba.parties.models import Debtor

TODAY = timezone.localdate()
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def portfolio(cast):
    """Aurora owes 1.000,00 for 40 days and 500,00 to come; Vértice 300,00 for 10 days in the other portfolio."""

    def new(code, debtor, part, late, centavos):
        due = TODAY - timedelta(late)
        return NewTitle(code, debtor.pk, part.pk, cast.terms.pk, due - timedelta(60), due, centavos)

    titles = [
        new("A1", cast.aurora, cast.portfolio, 40, 1_000_00),
        new("A2", cast.aurora, cast.portfolio, -20, 500_00),
        new("V1", cast.vertice, cast.other_portfolio, 10, 300_00),
    ]
    cast.titles = ledger.open_titles(cast.scope, titles, recorded_at=datetime(2026, 1, 2, 12, tzinfo=UTC))
    with cast.scope.active():
        QueueDay.objects.create(company=cast.serra_azul, on=TODAY, built_at=timezone.now(), debtors=2)
        for rank, debtor, part, centavos in (
            (1, cast.aurora, None, 1_000_00),
            (2, cast.vertice, None, 300_00),
            (1, cast.vertice, cast.other_portfolio, 300_00),
        ):
            QueueItem.objects.create(
                company=cast.serra_azul,
                portfolio=part,
                on=TODAY,
                debtor=debtor,
                rank=rank,
                open_centavos=centavos,
                overdue_centavos=centavos,
                oldest_days_late=40,
                titles_overdue=1,
                expected_centavos=centavos // 2,
                priority_centavos=centavos // 2,
                why=int(Why.LIKELY | Why.NEVER_CONTACTED),
                next_action=Action.CALL,
            )
    return cast


def sign_in(client, person):
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(person)


@pytest.fixture
def visit(portfolio, client):
    """Open a page of Serra Azul as a role; `data` posts to it."""

    def go(role, path, data=None, **query):
        sign_in(client, portfolio.people[role] if isinstance(role, Role) else role)
        address = f"/{portfolio.serra_azul.pk}/{path}"
        return client.post(address, data) if data is not None else client.get(address, query)

    return go


def paths(cast):
    aurora, title = cast.aurora.pk, cast.titles["A1"]
    return ["fila/", "clientes/", "clientes/?q=padaria", f"clientes/{aurora}/", "titulos/", f"titulos/{title}/"]


@pytest.mark.req("S0.6", "S1.16")
def test_each_page_opens_for_a_collector_and_does_not_exist_for_a_stranger(portfolio, visit):
    for path in paths(portfolio):
        assert visit(Role.COLLECTOR, path).status_code == 200, path
        assert visit(portfolio.stranger, path).status_code == 404, path


def test_who_only_reads_sees_debtors_masked_and_has_no_queue(portfolio, visit):
    assert visit(Role.READER, "fila/").status_code == 403
    with portfolio.scope.active():  # a natural person's name is personal data too
        Debtor.objects.filter(pk=portfolio.vertice.pk).update(person_kind=PersonKind.PF, name="Vera Lima Souza")
    assert "Vera L. S." in visit(Role.READER, "titulos/").content.decode()
    assert "Vera Lima Souza" in visit(Role.COLLECTOR, "titulos/").content.decode()
    masked = visit(Role.READER, f"clientes/{portfolio.aurora.pk}/").content.decode()
    assert "11.222.333/0001-81" not in masked
    assert "aurora@exemplo.example" not in masked
    assert "**.222.333/****-**" in masked
    assert "Registrar" not in masked
    whole = visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/").content.decode()
    assert "11.222.333/0001-81" in whole
    assert "aurora@exemplo.example" in whole


@pytest.fixture
def narrow(portfolio):
    """A collector of the other portfolio only."""
    person = portfolio.people[Role.COLLECTOR]
    with acting(Actor("command", "tests"), "narrow"):
        Grant.objects.filter(person=person).update(portfolio=portfolio.other_portfolio)
    return person


def test_a_collector_of_one_portfolio_meets_only_its_debtors(portfolio, visit, narrow):
    assert "Aurora" not in visit(narrow, "fila/").content.decode()
    assert "Vértice" in visit(narrow, "fila/").content.decode()
    assert "Aurora" not in visit(narrow, "clientes/").content.decode()
    assert visit(narrow, "clientes/", q="11222333000181").context["found"] == []
    assert visit(narrow, f"clientes/{portfolio.aurora.pk}/").status_code == 404
    assert visit(narrow, f"titulos/{portfolio.titles['A1']}/").status_code == 404
    assert visit(narrow, "titulos/").context["listed"].count == 1
    posted = visit(narrow, f"clientes/{portfolio.aurora.pk}/registrar/", told(Outcome.NO_ANSWER))
    assert posted.status_code == 404


def told(outcome, **data):
    return {"key": uuid4().hex, "canal": int(Channel.CALL), "resultado": int(outcome)} | data


def test_the_queue_says_who_why_and_what_next(portfolio, visit):
    page = visit(Role.COLLECTOR, "fila/").content.decode()
    assert page.index("Padaria Aurora") < page.index("Construtora Vértice")
    assert "boa chance de receber · ninguém falou com ele ainda" in page
    assert f"R${NBSP}1.000,00" in page
    filtered = visit(Role.COLLECTOR, "fila/", acao=int(Action.NEGOTIATE)).content.decode()
    assert "Ninguém para cobrar com este filtro" in filtered
    assert visit(Role.COLLECTOR, "fila/", acao="x", depois="-1", carteira="99999").status_code == 200


def test_before_the_first_queue_the_page_says_what_to_do(cast, client):
    sign_in(client, cast.people[Role.COLLECTOR])
    page = client.get(f"/{cast.serra_azul.pk}/fila/").content.decode()
    assert "Importe títulos e rode a rotina diária" in page


def test_one_click_records_and_the_same_form_again_does_not(portfolio, visit):
    path = f"clientes/{portfolio.aurora.pk}/registrar/"
    data = told(Outcome.NO_ANSWER)
    for _time in range(2):
        assert visit(Role.COLLECTOR, path, data).status_code == 302
    with portfolio.scope.active():
        only = Interaction.objects.get()
    assert (only.outcome, only.by) == (Outcome.NO_ANSWER, "collector@ponte.example")


def test_a_promise_is_written_the_brazilian_way(portfolio, visit):
    promised = TODAY + timedelta(5)
    data = told(Outcome.PROMISED, dia=promised.isoformat(), valor="1.234,56")
    assert visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/registrar/", data).status_code == 302
    with portfolio.scope.active():
        assert Interaction.objects.get().promised_centavos == 1_234_56
        assert Hold.objects.get().until_on == promised + timedelta(1)
    page = visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/").content.decode()
    assert "promessa de pagamento" in page
    assert f"R${NBSP}1.234,56" in page


def test_a_promise_without_a_day_is_sent_back_with_the_reason(portfolio, visit):
    answer = visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/registrar/", told(Outcome.PROMISED, valor="10"))
    assert answer.status_code == 422
    assert "Uma promessa precisa de data" in answer.content.decode()
    with portfolio.scope.active():
        assert not Interaction.objects.exists()


def test_after_recording_one_may_go_on_to_the_next(portfolio, visit):
    path = f"clientes/{portfolio.aurora.pk}/registrar/"
    answer = visit(Role.COLLECTOR, path, told(Outcome.NO_ANSWER, proximo="1"))
    assert answer["Location"].endswith(f"/clientes/{portfolio.vertice.pk}/")


def test_a_dispute_names_titles_of_this_debtor_only(portfolio, visit):
    path = f"clientes/{portfolio.aurora.pk}/registrar/"
    wrong = visit(Role.COLLECTOR, path, told(Outcome.DISPUTED, titulos=[portfolio.titles["V1"]]))
    assert wrong.status_code == 422
    assert visit(Role.COLLECTOR, path, told(Outcome.DISPUTED, titulos=[portfolio.titles["A1"]])).status_code == 302
    with portfolio.scope.active():
        assert Hold.objects.get().title_id == portfolio.titles["A1"]


def test_a_stop_is_placed_and_released_by_who_works_and_nobody_else(portfolio, visit):
    path = f"clientes/{portfolio.aurora.pk}/"
    data = {"motivo": int(HoldKind.REVIEW), "ate": (TODAY + timedelta(3)).isoformat(), "nota": "conferir canhoto"}
    assert visit(Role.READER, path + "pausar/", data).status_code == 403
    assert visit(Role.COLLECTOR, path + "pausar/", data | {"ate": "2020-01-01"}).status_code == 422
    assert visit(Role.COLLECTOR, path + "pausar/", data).status_code == 302
    with portfolio.scope.active():
        hold = Hold.objects.get()
    other = f"clientes/{portfolio.vertice.pk}/liberar/{hold.pk}/"
    assert visit(Role.COLLECTOR, other, {}).status_code == 404
    assert visit(Role.READER, path + f"liberar/{hold.pk}/", {}).status_code == 403
    assert visit(Role.COLLECTOR, path + f"liberar/{hold.pk}/", {}).status_code == 302
    with portfolio.scope.active():
        hold.refresh_from_db()
    assert hold.until_on == TODAY - timedelta(1)


@pytest.mark.req("S1.16", "S1.32")
def test_a_debtor_shows_what_is_owed_on_any_day(portfolio, visit):
    later = TODAY + timedelta(10)
    page = visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/", em=later.isoformat())
    totals = page.context["profile"].totals
    # 2 % once and 1 %/30 x 50 days on 1.000,00; the other title falls due later
    assert (totals["principal"], totals["fine"], totals["interest"]) == (1_500_00, 20_00, 16_67)
    assert f"R${NBSP}1.536,67" in page.content.decode()
    for odd in ("0001-01-01", "9999-12-31", "ontem", ""):
        assert visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/", em=odd).status_code == 200


def test_a_title_explains_its_charges(portfolio, visit):
    title = portfolio.titles["A1"]
    payment = News("p", title, EntryKind.PAYMENT, 500_00, TODAY - timedelta(10), method="pix")
    ledger.post(portfolio.scope, [payment])
    page = visit(Role.COLLECTOR, f"titulos/{title}/").content.decode()
    assert f"R${NBSP}1.000,00 × 2,00% = R${NBSP}20,00" in page
    assert "× 30 dias × 1,00" in page
    assert "contrato de teste, cláusula 7" in page
    assert "decorre do pagamento" in page


def test_titles_are_listed_by_bucket_and_totalled(portfolio, visit):
    listed = visit(Role.COLLECTOR, "titulos/", faixa=3).context["listed"]
    assert [row.title.code for row in listed.rows] == ["A1"]
    assert visit(Role.COLLECTOR, "titulos/", vencidos="on").context["listed"].principal_centavos == 1_300_00
    odd = visit(Role.COLLECTOR, "titulos/", faixa="9", em="amanhã", desde="x", id="y")
    assert odd.status_code == 200
    assert "ele foi ignorado" in odd.content.decode()


def test_a_past_day_is_computed_from_the_ledger(committed, portfolio, visit):
    past = TODAY - timedelta(25)
    page = visit(Role.COLLECTOR, "titulos/", em=past.isoformat(), vencidos="on")
    assert page.context["past"]
    assert [(r.title.code, r.days_late) for r in page.context["listed"].rows] == [("A1", 15)]


def test_a_search_for_one_exact_thing_opens_it(portfolio, visit):
    answer = visit(Role.COLLECTOR, "clientes/", q="11.222.333/0001-81")
    assert answer["Location"].endswith(f"/clientes/{portfolio.aurora.pk}/")
    assert "Ninguém encontrado" in visit(Role.COLLECTOR, "clientes/", q="ninguém <script>").content.decode()
    assert visit(Role.COLLECTOR, "clientes/", nome="Padaria", id="9" * 30).status_code == 200


def test_calls_recorded_here_count_for_the_caps_of_contact(portfolio, visit):
    from receba.outreach.models import Touch

    visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/registrar/", told(Outcome.RIGHT_PERSON))
    visit(Role.COLLECTOR, f"clientes/{portfolio.aurora.pk}/registrar/", told(Outcome.NOTE))
    with portfolio.scope.active():
        assert [(t.channel, t.conversation) for t in Touch.objects.all()] == [("phone", True)]
