"""Importing on the screen, from the file to the mended row."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.intake import labels, queries, services
from receba.intake.core.errors import IntakeError
from receba.intake.models import ImportFile, RejectedRow
from receba.intake.views import sending
from receba.ledger.models import Title

CSV = (
    b"titulo;codigo_cliente;emissao;vencimento;valor\n"
    b"T1;1;05/01/2026;05/02/2026;1.234,56\n"
    b"T2;1;05/01/2026;31/02/2026;10,00\n"
)


@pytest.fixture
def door(committed, cast):
    client = Client()
    with acting(Actor("command", "tests")):
        client.force_login(cast.people[Role.MANAGER])
    return client, cast


def at(name, cast, *args):
    return reverse(f"intake:{name}", args=[cast.serra_azul.pk, *args])


def test_a_file_is_sent_mapped_looked_at_imported_and_mended(door):
    client, cast = door
    sent = client.post(at("imports", cast), {"file": SimpleUploadedFile("titulos.csv", CSV), "table": "titles"})
    with cast.scope.active():
        file = ImportFile.objects.get()
    assert sent.url == at("mapping", cast, file.pk)
    page = client.get(sent.url).content.decode()
    assert "vencimento" in page
    looked = client.get(at("preview", cast, file.pk)).content.decode()
    assert "31/02/2026" in looked
    assert "nada foi gravado ainda" in looked
    with cast.scope.active():
        assert not Title.objects.exists()
    assert client.post(at("confirm", cast, file.pk)).url == at("file", cast, file.pk)
    waits = client.get(at("progress", cast, file.pk))
    assert "hx-get" in waits.content.decode()
    assert "HX-Refresh" not in waits
    assert '<noscript><meta http-equiv="refresh"' in client.get(at("file", cast, file.pk)).content.decode()
    services.import_file(cast.scope, file.pk)
    assert client.get(at("progress", cast, file.pk))["HX-Refresh"] == "true"
    done = client.get(at("file", cast, file.pk)).content.decode()
    assert "1 linha recusada a corrigir" in done
    with cast.scope.active():
        assert Title.objects.get().face_centavos == 1_234_56
        row = RejectedRow.objects.get()
    assert b"31/02/2026" in client.get(at("rejected", cast, file.pk)).content
    assert file.header == ["titulo", "codigo_cliente", "emissao", "vencimento", "valor"]
    assert 'value="31/02/2026" aria-invalid="true"' in done
    column = file.header.index("vencimento")
    client.post(at("mend", cast, file.pk), {f"cell-{row.line}-{column}": "28/02/2026"})
    with cast.scope.active():
        assert Title.objects.count() == 2
        assert RejectedRow.objects.get().state == RejectedRow.State.RESOLVED


def test_a_row_of_another_width_is_typed_in_again_column_by_column(door):
    client, cast = door
    file = services.upload(cast.scope, name="t.csv", content=CSV + b"T3;1;05/01/2026\n", table="titles")
    services.import_file(cast.scope, file.pk)
    assert "<code>T3;1;05/01/2026</code>" in client.get(at("file", cast, file.pk)).content.decode()
    half = {"cell-4-0": "T3", "cell-4-1": "1", "cell-4-2": "05/01/2026"}
    client.post(at("mend", cast, file.pk), half)
    page = client.get(at("file", cast, file.pk)).content.decode()
    assert 'name="cell-4-4" value="" aria-invalid="true"' in page
    assert 'name="cell-4-0" value="T3"' in page
    client.post(at("mend", cast, file.pk), half | {"cell-4-3": "05/02/2026", "cell-4-4": "7,00"})
    with cast.scope.active():
        assert Title.objects.get(code="T3").face_centavos == 700


def test_what_is_no_table_is_refused_in_portuguese(door):
    client, cast = door
    page = client.post(at("imports", cast), {"file": SimpleUploadedFile("foto.pdf", b"%PDF-1.7 nada")}).content.decode()
    assert "PDF" in page
    with cast.scope.active():
        assert not ImportFile.objects.exists()


def test_another_companys_file_does_not_exist(door):
    client, cast = door
    file = services.upload(cast.stranger_scope, name="x.csv", content=CSV, table="titles")
    for name in ("file", "mapping", "preview", "rejected"):
        assert client.get(at(name, cast, file.pk)).status_code == 404


def test_several_files_are_sent_at_once_and_what_is_no_table_is_named(door):
    client, cast = door
    two = [SimpleUploadedFile("a.csv", CSV), SimpleUploadedFile("foto.pdf", b"%PDF-1.7 nada")]
    page = client.post(at("imports", cast), {"file": two}).content.decode()
    assert "foto.pdf: O arquivo é um PDF" in page and "1 arquivo recebido" in page
    both = [SimpleUploadedFile("b.csv", CSV), SimpleUploadedFile("c.csv", CSV.replace(b"T1", b"X1"))]
    listed = client.post(at("imports", cast), {"file": both}, follow=True).content.decode()
    assert "2 arquivos recebidos" in listed and "mesmo conteúdo de a.csv" in listed
    with cast.scope.active():
        assert sorted(ImportFile.objects.values_list("name", flat=True)) == ["a.csv", "b.csv", "c.csv"]


def test_a_new_company_is_told_where_to_begin_and_what_is_missing(door):
    client, cast = door
    page = client.get(at("imports", cast)).content.decode()
    assert "Por onde começar" in page and "Faltam as condições" not in page
    example = client.get(at("example", cast), {"tabela": "settlements"})
    assert example.content.startswith(b"\xef\xbb\xbfbaixa;titulo;data_pagamento")
    assert client.get(at("example", cast), {"tabela": "nada"}).status_code == 404


def test_columns_are_tried_live_and_kept_only_when_confirmed(door):
    client, cast = door
    file = services.upload(cast.scope, name="t.csv", content=CSV, table="titles")
    fields = {f"field_{key}": column for key, column in file.mapping["fields"].items()}
    chosen = {"table": "titles", "dates": "auto", "decimal": "auto", **fields}
    live = client.post(at("mapping", cast, file.pk), chosen | {"field_due": ""}, headers={"HX-Request": "true"})
    assert "Falta dizer que coluna traz: vencimento." in live.content.decode()
    assert "<html" not in live.content.decode()
    plain = client.post(at("mapping", cast, file.pk), chosen | {"field_due": "", "atualizar": "1"}).content.decode()
    assert "Falta dizer que coluna traz: vencimento." in plain and "<html" in plain
    assert queries.file(cast.scope, file.pk).mapping == file.mapping
    moved = chosen | {"field_due": "", "expression_due": "emissao+30d"}
    assert client.post(at("mapping", cast, file.pk), moved).url == at("preview", cast, file.pk)
    assert queries.file(cast.scope, file.pk).mapping["fields"]["due"] == "emissao+30d"
    again = services.upload(cast.scope, name="outra.csv", content=CSV, table="titles")
    page = client.get(at("mapping", cast, again.pk)).content.decode()
    assert "Colunas reaproveitadas de t.csv" in page and 'value="emissao+30d"' in page
    other = client.post(at("mapping", cast, file.pk), chosen | {"table": "ledger"})
    assert other.url == at("mapping", cast, file.pk)


def test_a_large_file_is_read_after_its_page_has_come(door, monkeypatch):
    client, cast = door
    monkeypatch.setattr(sending, "AT_ONCE_BYTES", 10)
    file = services.upload(cast.scope, name="t.csv", content=CSV, table="titles")
    first = client.get(at("preview", cast, file.pk)).content.decode()
    assert 'hx-get="?agora=1"' in first and "31/02/2026" not in first and "refresh" in first
    later = client.get(at("preview", cast, file.pk) + "?agora=1", headers={"HX-Request": "true"}).content.decode()
    assert "31/02/2026" in later and "<html" not in later


def test_one_row_is_mended_alone_and_answers_with_itself(door):
    client, cast = door
    file = services.upload(cast.scope, name="t.csv", content=CSV + b"T3;1;x;05/02/2026;1,00\n", table="titles")
    services.import_file(cast.scope, file.pk)
    asked = {"headers": {"HX-Request": "true"}}
    still = client.post(at("mend", cast, file.pk), {"linha": "3", "cell-3-3": "30/02/2026"}, **asked)
    assert "ainda recusada" in still.content.decode() and 'value="30/02/2026"' in still.content.decode()
    came = client.post(at("mend", cast, file.pk), {"linha": "3", "cell-3-3": "28/02/2026", "cell-4-2": "lost"}, **asked)
    assert came["HX-Trigger"] == "mended"
    assert "<del>31/02/2026</del> <ins>28/02/2026</ins>" in came.content.decode()
    taken = client.post(at("mend", cast, file.pk), {"linha": "3", "cell-3-3": "1"}, **asked)
    assert "já foi corrigida" not in taken.content.decode() and "28/02/2026" in taken.content.decode()
    tally = client.get(at("tally", cast, file.pk)).content.decode()
    assert "1 linha recusada a corrigir" in tally and "1 já corrigida" in tally
    back = client.post(
        at("mend", cast, file.pk) + "?problema=issued:not_a_date", {"linha": "4", "cell-4-2": "05/01/2026"}
    )
    assert back.url.endswith("?problema=issued%3Anot_a_date#linhas")
    assert "Tudo entrou." in client.get(at("file", cast, file.pk)).content.decode()
    assert "<ins>05/01/2026</ins>" in client.get(at("file", cast, file.pk) + "?situacao=resolved").content.decode()


def test_rows_with_the_same_trouble_are_mended_from_one_of_them_or_from_their_list(door):
    client, cast = door
    more = "".join(f"R{n};1;05/01/2026;31/02/2026;1,00\n" for n in range(5)) + "S;1;05/01/2026;02/25/2026;1,00\n"
    file = services.upload(cast.scope, name="t.csv", content=CSV + more.encode(), table="titles")
    services.import_file(cast.scope, file.pk)
    page = client.get(at("file", cast, file.pk)).content.decode()
    assert "corrigir as 6 iguais" in page and "02/25/2026 → 25/02/2026" in page
    said = client.post(at("mend", cast, file.pk), {"iguais": "3", "cell-3-3": "27/02/2026"}, follow=True)
    assert "6 linhas corrigidas; 6 entraram." in said.content.decode()
    said = client.post(at("alike", cast, file.pk), {"problema": "due:not_a_date", "trocar": "1"}, follow=True)
    assert "1 linha corrigida; 1 entrou." in said.content.decode()
    assert "Tudo entrou." in said.content.decode()
    nothing = client.post(at("alike", cast, file.pk), {"problema": "x:y", "de": "a", "para": "b"}, follow=True)
    assert "não podem ser corrigidas juntas" in nothing.content.decode()


def test_refused_rows_come_page_by_page(door):
    client, cast = door
    rows = "".join(f"R{n};1;05/01/2026;31/02/2026;um\n" for n in range(60))
    file = services.upload(cast.scope, name="t.csv", content=CSV + rows.encode(), table="titles")
    services.import_file(cast.scope, file.pk)
    first = client.get(at("file", cast, file.pk)).content.decode()
    assert first.count("<tbody id=") == 25 and "página 1 de 3" in first
    assert client.get(at("file", cast, file.pk) + "?pagina=3").content.decode().count("<tbody id=") == 11
    left = client.post(at("ignore", cast, file.pk), {"note": "teste", "problema": "due:not_a_date"}, follow=True)
    assert "61 linhas ficaram de fora." in left.content.decode() and "Nada mais a corrigir." in left.content.decode()


def test_a_file_of_an_older_version_says_why_it_has_no_cells_and_how_to_get_them(door):
    client, cast = door
    file = services.upload(cast.scope, name="t.csv", content=CSV, table="titles")
    services.import_file(cast.scope, file.pk)
    with cast.scope.active():
        ImportFile.objects.filter(pk=file.pk).update(header=[])
    page = client.get(at("file", cast, file.pk)).content.decode()
    assert "importado por uma versão anterior" in page and "31/02/2026" in page
    services.import_file(cast.scope, file.pk)
    assert 'name="cell-3-3"' in client.get(at("file", cast, file.pk)).content.decode()


def test_what_stopped_an_import_is_told_in_the_readers_language(door, monkeypatch):
    client, cast = door
    file = services.upload(cast.scope, name="t.csv", content=b"A;B\n1;2\n", table="titles")
    with pytest.raises(IntakeError):
        services.import_file(cast.scope, file.pk)
    failed = queries.file(cast.scope, file.pk)
    assert failed.error.startswith("Não sei que coluna traz: número do título (title)")
    monkeypatch.setattr(labels, "translated", lambda text: f"[{text.template}] {text.values['header']}")
    assert labels.failure(failed).startswith("[Não sei que coluna traz: {names}.") and "['A', 'B']" in labels.failure(
        failed
    )
    assert "A importação não terminou." in client.get(at("file", cast, file.pk)).content.decode()


@pytest.mark.parametrize("name", ["file", "mapping", "preview", "rejected", "progress", "tally"])
def test_no_page_shows_another_companys_file(door, name):
    client, cast = door
    file = services.upload(cast.stranger_scope, name="x.csv", content=CSV, table="titles")
    assert client.get(at(name, cast, file.pk)).status_code == 404


@pytest.mark.parametrize("name", ["confirm", "stop", "mend", "alike", "ignore", "mapping"])
def test_nobody_changes_another_companys_file(door, name):
    client, cast = door
    file = services.upload(cast.stranger_scope, name="x.csv", content=CSV, table="titles")
    assert client.post(at(name, cast, file.pk), {"linha": "3"}).status_code == 404


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.READER])
def test_who_may_not_import_sees_and_stops_nothing(door, role):
    _client, cast = door
    file = services.upload(cast.scope, name="x.csv", content=CSV, table="titles")
    other = Client()
    with acting(Actor("command", "tests")):
        other.force_login(cast.people[role])
    assert other.get(at("imports", cast)).status_code == 403
    assert {other.post(at(n, cast, file.pk)).status_code for n in ("confirm", "stop", "mend", "alike")} == {403}
