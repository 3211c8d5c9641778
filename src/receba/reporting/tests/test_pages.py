"""The panel, as people of each role open it; every number leads to its rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader
from pypdf.generic import ContentStream

from receba.access.core.roles import Role
from receba.access.models import Grant
from receba.access.scope import Actor, acting
from receba.console.charts.paper import light_colours
from receba.engine.backends import connect
from receba.kernel.tables import EntryKind
from receba.ledger import services as ledger
from receba.ledger.services import News, NewTitle
from receba.reporting import queries, services
from receba.reporting.core.kpis import KPIS, WHOLE
from receba.reporting.models import KpiDay

TODAY = timezone.localdate()


@pytest.fixture
def portfolio(committed, cast):
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
    for back in (2, 1):
        publish(cast, TODAY - timedelta(back))
    return cast


def publish(cast, on):
    engine = connect()
    facts = queries.facts_of(cast.scope, engine, on=on, known_on=on)
    tables = {"positions": facts.positions, "standings": facts.standings, "payments": facts.payments}
    services.publish(cast.scope, on=on, known_on=on, engine=engine, **tables)


@pytest.fixture
def visit(portfolio, client):
    """Open a page of Serra Azul as somebody; `data` posts to it."""

    def go(who, path="painel/", data=None, **query):
        with acting(Actor("command", "tests"), "sign in"):
            client.force_login(portfolio.people[who] if isinstance(who, Role) else who)
        address = path if path.startswith("/") else f"/{portfolio.serra_azul.pk}/{path}"
        return client.post(address, data) if data is not None else client.get(address, query)

    return go


@pytest.mark.req("S0.5", "S0.6")
def test_every_number_leads_to_rows_that_add_up_to_it(portfolio, visit):
    page = visit(Role.READER)
    panel = page.context["panel"]
    assert panel.stored
    assert panel.on == TODAY - timedelta(1)
    for row in page.context["ageing"]:
        listed = visit(Role.READER, row["address"]).context["listed"]
        assert listed.principal_centavos == row["centavos"]
    tiles = {tile["kpi"]: tile for tile in [*page.context["first"], *page.context["others"]]}
    for kpi in ("open_centavos", "overdue_centavos"):
        assert visit(Role.READER, tiles[kpi]["rows"]).context["listed"].principal_centavos == panel.value(kpi)
    assert visit(portfolio.stranger).status_code == 404


def test_no_link_of_the_panel_is_broken(portfolio, visit):
    page = visit(Role.OWNER).content.decode()
    links = {unescape(link) for link in re.findall(r'href="([^"#]+)"', page)}
    mine = {link for link in links if re.match(rf"^/{portfolio.serra_azul.pk}/(painel|titulos|clientes)/", link)}
    assert len(mine) > 25
    for link in mine:
        assert visit(Role.OWNER, link).status_code == 200, link


@pytest.mark.req("S0.56")
def test_a_day_as_it_was_and_as_it_is_known_now(portfolio, visit):
    past = TODAY - timedelta(1)
    before = visit(Role.READER, em=past.isoformat()).context["panel"]
    ledger.post(portfolio.scope, [News("p", portfolio.titles["A1"], EntryKind.PAYMENT, 1_050_00, past)])
    assert visit(Role.READER, em=past.isoformat()).context["panel"].values == before.values
    page = visit(Role.READER, em=past.isoformat(), conhecido=TODAY.isoformat())
    assert not page.context["panel"].stored
    assert page.context["panel"].value("overdue_centavos") == 300_00
    assert "calculada agora, a partir do razão" in page.content.decode()


@pytest.mark.req("S0.70")
def test_a_payment_shows_at_once(portfolio, visit):
    ledger.post(portfolio.scope, [News("p", portfolio.titles["A1"], EntryKind.PAYMENT, 1_050_00, TODAY)])
    at_once = visit(Role.READER, f"/{portfolio.serra_azul.pk}/painel/agora/")
    assert at_once.context["open_now"] == 800_00 and "R$\N{NO-BREAK SPACE}800,00" in at_once.content.decode()
    now = visit(Role.READER, agora="1").context["panel"]
    assert (now.on, now.value("open_centavos")) == (TODAY, 800_00)


def test_a_person_of_one_portfolio_sees_its_panel(portfolio, visit):
    person = portfolio.people[Role.READER]
    with acting(Actor("command", "tests"), "narrow"):
        Grant.objects.filter(person=person).update(portfolio=portfolio.other_portfolio)
    page = visit(person)
    assert page.context["panel"].value("open_centavos") == 300_00
    assert "Aurora" not in page.content.decode()
    assert visit(person, f"/{portfolio.serra_azul.pk}/painel/agora/").context["open_now"] == 300_00


@pytest.mark.req("S0.56")
def test_a_tile_says_how_its_number_moved_in_a_month_and_whether_that_is_good(portfolio, visit):
    month_ago = TODAY - timedelta(31)
    with portfolio.scope.active():
        for kpi, value in (("overdue_centavos", 1_000_00), ("received_centavos", 0), ("delinquency_bps", 100)):
            KpiDay.objects.create(
                company=portfolio.serra_azul, on=month_ago, known_on=month_ago, kpi=kpi, bucket=WHOLE, value=value
            )
    tiles = {tile["kpi"]: tile["change"] for tile in visit(Role.READER).context["first"]}
    assert tiles["overdue_centavos"] == {"sign": "▲", "size": "30,0%", "tone": "bad", "word": "pior"}
    assert tiles["delinquency_bps"]["size"].endswith(" p.p.")
    assert tiles["received_centavos"] is None, "nothing grows from nothing by no percentage"
    assert tiles["open_centavos"] is None, "nobody knows what it was"


def test_the_panel_says_what_moved_since_the_day_before(portfolio, visit):
    ledger.post(portfolio.scope, [News("p", portfolio.titles["A1"], EntryKind.PAYMENT, 1_050_00, TODAY)])
    publish(portfolio, TODAY)
    news = visit(Role.READER).context["news"]
    assert news["day"] == TODAY - timedelta(1)
    told = {str(one["name"]): (one["size"], one["tone"]) for one in news["moved"]}
    assert told["Vencido"] == ("−R$ 1.000,00", "good")
    assert told["Títulos vencidos"] == ("−1", "good")


def test_the_panel_as_pdf_says_the_same_and_carries_its_pictures(portfolio, visit):
    page = visit(Role.READER)
    answer = visit(Role.READER, f"/{portfolio.serra_azul.pk}/painel/pdf/?{page.context['query']}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="painel-{TODAY - timedelta(1):%Y-%m-%d}.pdf"'
    paper = PdfReader(BytesIO(answer.content))
    words = " ".join(leaf.extract_text() for leaf in paper.pages).replace("\N{NO-BREAK SPACE}", " ")
    yesterday = f"{TODAY - timedelta(1):%d/%m/%Y}"
    for told in (
        portfolio.serra_azul.name,
        f"Painel de {yesterday}",
        f"posição em {yesterday}",
        "R$ 1.800,00",
        "31 a 60",
    ):
        assert told in words, told
    fonts = {
        str(name)
        for leaf in paper.pages
        for name in leaf["/Resources"]["/Font"].values()
        for name in [name.get_object()["/BaseFont"]]
    }
    assert any("Lato" in font for font in fonts)
    red, green, blue = (int(light_colours()["part-0"][n : n + 2], 16) / 255 for n in (1, 3, 5))
    drawn = [
        tuple(map(float, operands))
        for leaf in paper.pages
        for stream in content_of(leaf)
        for operands, operator in stream.operations
        if operator in (b"rg", b"scn") and len(operands) == 3
    ]
    assert any(colour == pytest.approx((red, green, blue), abs=0.01) for colour in drawn), "the strip's first part"


def content_of(leaf):
    """Return the page's own operations and those of the pictures in it."""
    yield ContentStream(leaf.get_contents(), leaf.pdf)
    waiting = [leaf["/Resources"]]
    while waiting:
        for named in (waiting.pop().get("/XObject") or {}).values():
            form = named.get_object()
            if form.get("/Subtype") == "/Form":
                yield ContentStream(form, leaf.pdf)
                waiting.append(form.get("/Resources") or {})


def test_a_stranger_gets_no_paper(portfolio, visit):
    assert visit(portfolio.stranger, f"/{portfolio.serra_azul.pk}/painel/pdf/").status_code == 404


def test_a_company_without_titles_is_told_what_to_do(committed, cast, client):
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(cast.people[Role.OWNER])
    page = client.get(f"/{cast.serra_azul.pk}/painel/").content.decode()
    assert "Importar a carteira" in page and f"/{cast.serra_azul.pk}/importar/" in page
    assert "Índice de inadimplência" not in page


def test_every_kpi_has_a_page_and_anything_else_has_none(portfolio, visit):
    for kpi in KPIS:
        assert visit(Role.READER, f"painel/{kpi}/").status_code == 200, kpi
    assert visit(Role.READER, "painel/nada/").status_code == 404


def test_before_the_first_day_the_panel_is_computed(committed, cast, client):
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(cast.people[Role.OWNER])
    page = client.get(f"/{cast.serra_azul.pk}/painel/")
    assert page.status_code == 200
    assert page.context["panel"].value("open_centavos") == 0
    assert page.context["panel"].value("dso_simple") is None


def test_odd_addresses_do_not_break_the_panel(portfolio, visit):
    for query in ({"em": "ontem"}, {"em": "9999-12-31"}, {"carteira": "999999"}, {"conhecido": "1900-01-01"}):
        assert visit(Role.READER, **query).status_code == 200, query


def test_only_who_may_set_says_what_money_costs(portfolio, visit):
    data = {"desde": TODAY.isoformat(), "taxa": "1,75", "fonte": "comitê"}
    assert visit(Role.COLLECTOR, "painel/custo-de-capital/", data).status_code == 403
    assert visit(Role.OWNER, "painel/custo-de-capital/", data | {"taxa": "-1"}).status_code == 200
    assert visit(Role.OWNER, "painel/custo-de-capital/", data).status_code == 302
    assert queries.capital_cost(portfolio.scope, on=TODAY, known_on=TODAY) == 175
