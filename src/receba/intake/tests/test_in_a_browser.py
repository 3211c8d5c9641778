"""A file on its way through a real browser: dropped, mapped, looked at, imported by a real worker, mended row by row."""

from __future__ import annotations

import sys
import threading
import time
import warnings
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test import Client

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.intake import writing
from receba.intake.models import RejectedRow
from receba.intake.tests.test_an_import_can_be_stopped import work
from receba.ledger.models import Title

sys.path.insert(0, str(Path(__file__).parents[4] / "scripts"))
from screenshot import browser, chromium

pytestmark = pytest.mark.browser
ROWS = 400
RUNNING = r'dd:text-matches("^[1-9]\\d* de 39\\d$")'
FILE = "No Titulo;Cliente;Dt Emissao;Vencto;Vlr\n" + "".join(
    f"T{n};1;05/01/2026;{day};{amount}\n"
    for n in range(ROWS)
    for day, amount in [{7: ("31/02/2026", "1,00"), 90: ("05/02/2026", "um")}.get(n, ("05/02/2026", "1,00"))]
)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_told):
        pass


class _Server(ThreadedWSGIServer):
    def process_request_thread(self, request, client_address):
        super().process_request_thread(request, client_address)
        connections.close_all()


@pytest.fixture
def tab(committed, cast, monkeypatch):
    if chromium() is None:
        warnings.warn("there is no Chromium: THE BROWSER TESTS ARE SKIPPED", stacklevel=1)
        pytest.skip("no Chromium")
    monkeypatch.setattr(writing, "CHUNK_ROWS", 20)
    quick = writing._write_titles
    monkeypatch.setattr(writing, "_write_titles", lambda *given: time.sleep(0.15) or quick(*given))
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost"])
    client = Client()
    with acting(Actor("command", "tests")):
        client.force_login(cast.people[Role.MANAGER])
    server = _Server(("localhost", 0), _Quiet)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://localhost:{server.server_port}"
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with browser() as opened:
        context = opened.new_context(locale="pt-BR", viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{base}/{cast.serra_azul.pk}/importar/")
        yield page
    server.shutdown()
    server.server_close()


def known(cast, question):
    """Return the answer of the database, asked in a thread of its own: the browser's loop runs in this one."""
    answers = []

    def ask():
        with cast.scope.active():
            answers.append(question())
        connections.close_all()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    return answers[0]


def send(tab, path):
    """Choose a file in the field that fills the drop zone: what is dropped anywhere on the zone falls into it."""
    under = "(() => { const b = document.querySelector('.drop').getBoundingClientRect();"
    under += " return document.elementFromPoint(b.x + b.width / 2, b.y + 20).type; })()"
    assert tab.evaluate(under) == "file"
    tab.set_input_files(".drop input", path)
    assert path.name in tab.inner_text("[data-chosen]")
    tab.click(".sending button[type=submit]")
    tab.wait_for_url("**/colunas/")


def test_a_file_is_dropped_mapped_looked_at_imported_and_mended_until_nothing_is_refused(tab, cast, tmp_path):
    path = tmp_path / "titulos.csv"
    path.write_text(FILE, encoding="utf-8")
    send(tab, path)
    due = tab.locator("#id_field_due")
    due.select_option("")
    tab.wait_for_selector("#reading >> text=Falta dizer que coluna traz: vencimento.")
    due.focus()
    due.select_option("Vencto")
    tab.wait_for_selector("#reading >> text=05/02/2026 = 5 de fevereiro de 2026 e não 2 de maio de 2026")
    assert tab.evaluate("document.activeElement.id") == "id_field_due"
    tab.click("text=Conferir antes de importar")
    tab.wait_for_url("**/conferir/")
    assert " ".join(tab.inner_text(".sum").split()) == "398 aceitas + 2 recusadas = 400 linhas"
    assert known(cast, Title.objects.count) == 0

    tab.click("text=Importar 398 linhas")
    tab.wait_for_selector(".course")
    worker = threading.Thread(target=work)
    worker.start()
    tab.wait_for_selector(RUNNING, timeout=60_000)
    place = "document.querySelector('form.actions').getBoundingClientRect().y"
    before = tab.evaluate(place)
    tab.wait_for_timeout(1_200)
    if tab.locator(".course").count():
        assert tab.evaluate(place) == before, "the page moves under the hand while the numbers change"
    tab.wait_for_selector("#tally", timeout=60_000)
    worker.join(60)

    assert tab.locator(".refused tbody").count() == 2
    tab.fill("#cell-9-3", "30/02/2026")
    tab.press("#cell-9-3", "Enter")
    tab.wait_for_selector("#linha-9 >> text=ainda recusada")
    assert tab.evaluate("document.activeElement.id") == "cell-9-3"
    tab.fill("#cell-9-3", "28/02/2026")
    tab.press("#cell-9-3", "Enter")
    tab.wait_for_selector("#linha-9 >> text=entrou")
    tab.wait_for_selector("#tally >> text=1 linha recusada a corrigir")
    assert tab.evaluate("document.activeElement.id") == "cell-92-4"
    tab.keyboard.type("1,00")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("7,50")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#tally >> text=Tudo entrou.")
    assert " ".join(tab.inner_text("#tally .sum").split()) == "400 aceitas + 0 recusadas = 400 linhas"
    assert tab.complaints == []
    assert known(cast, Title.objects.count) == ROWS
    assert known(cast, lambda: Title.objects.get(code="T90").face_centavos) == 7_50
    assert known(cast, lambda: set(RejectedRow.objects.values_list("state", flat=True))) == {"resolved"}


def test_an_import_is_stopped_from_its_page_and_says_what_went_in(tab, cast, tmp_path):
    path = tmp_path / "titulos.csv"
    path.write_text(FILE, encoding="utf-8")
    send(tab, path)
    tab.click("text=Conferir antes de importar")
    tab.click("text=Importar 398 linhas")
    tab.wait_for_selector(".course")
    worker = threading.Thread(target=work)
    worker.start()
    tab.wait_for_selector(RUNNING, timeout=60_000)
    tab.click("text=Parar a importação")
    assert "O que já entrou fica" in tab.inner_text("#ask")
    tab.click("#ask button[value=yes]")
    tab.wait_for_selector("text=Importação parada em", timeout=60_000)
    worker.join(60)
    written = known(cast, Title.objects.count)
    assert 0 < written < ROWS - 2
    assert f"títulos novos: {written}." in tab.inner_text("main")
    tab.click("text=Continuar a importação")
    tab.wait_for_selector(".course")
    work_again = threading.Thread(target=work)
    work_again.start()
    tab.wait_for_selector("#tally", timeout=60_000)
    work_again.join(60)
    assert known(cast, Title.objects.count) == ROWS - 2
