"""Importing on the screen, from the file to the mended row."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.intake import services
from receba.intake.models import ImportFile, RejectedRow
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
