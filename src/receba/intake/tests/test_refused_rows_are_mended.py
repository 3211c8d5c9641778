"""Refused rows are kept as they were written, mended on screen or in a file, and imported."""

from __future__ import annotations

import pytest

from receba.intake import queries, services
from receba.intake.core import mending
from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE
from receba.intake.models import RejectedRow
from receba.intake.readers import read_bytes
from receba.ledger.models import Entry, Title

TITLES = "titulo;codigo_cliente;emissao;vencimento;valor;descricao\n"
BODY = (
    "T1;1;13/03/2026;31/03/2026;100,00;a\n"
    "T2;1;31/02/2026;31/03/2026;200,00;=SOMA(A1)\n"
    "T3;1;13/03/2026;31/03/2026;;-5 reais\n"
    "T4;1;13/03/2026\n"
    "T5;;13/03/2026;31/03/2026;x;\n"
)


def load(cast, text=TITLES + BODY):
    file = services.upload(cast.scope, name="titulos.csv", content=text.encode(), table="titles")
    return services.import_file(cast.scope, file.pk)


def codes(cast):
    with cast.scope.active():
        return sorted(Title.objects.values_list("code", flat=True))


def states(cast, file):
    with cast.scope.active():
        return dict(RejectedRow.objects.filter(file=file).values_list("line", "state"))


def test_refused_rows_are_kept_as_they_were_written(cast):
    file = load(cast)
    with cast.scope.active():
        rows = {row.line: row for row in queries.rejected_rows(cast.scope, file_id=file.pk)}
        assert sorted(rows) == [3, 4, 5, 6]
        assert rows[3].raw["emissao"] == "31/02/2026"
        assert rows[5].raw == {"": "T4;1;13/03/2026"}
        assert [problem["reason"] for problem in rows[6].reasons] == ["missing_required", "not_a_number"]
    assert (file.counts["accepted"], file.counts["rejected"]) == (1, 4)


def test_rows_mended_on_screen_are_imported_and_the_others_stay(cast):
    file = load(cast)
    file = services.mend(
        cast.scope,
        file.pk,
        {
            3: {"emissao": "28/02/2026"},
            5: {
                "titulo": "T4",
                "codigo_cliente": "1",
                "emissao": "13/03/2026",
                "vencimento": "31/03/2026",
                "valor": "4,00",
            },
            6: {"codigo_cliente": "2"},
        },
    )
    assert codes(cast) == ["T1", "T2", "T4"]
    assert states(cast, file) == {3: "resolved", 4: "open", 5: "resolved", 6: "open"}
    assert (file.counts["accepted"], file.counts["rejected"], file.counts["titles_new"]) == (3, 2, 3)
    with cast.scope.active():
        assert [p["reason"] for p in RejectedRow.objects.get(line=6).reasons] == ["not_a_number"]
    services.mend(cast.scope, file.pk, {6: {"valor": "6,00"}})
    assert codes(cast) == ["T1", "T2", "T4", "T5"]


def test_the_refused_rows_go_out_as_a_file_and_come_back_mended(cast):
    file = load(cast)
    out = queries.rejected_csv(cast.scope, file.pk)
    table = read_bytes(out)
    assert table.header[:6] == tuple(TITLES.strip().split(";"))
    assert table.header[6:] == ("_linha", "_motivo", "_como_corrigir", "_texto")
    assert table.frame["_linha"].to_list() == ["3", "4", "5", "6"]
    assert table.frame["descricao"][:2].to_list() == ["'=SOMA(A1)", "'-5 reais"]
    mended = (
        out.decode("utf-8-sig")
        .replace("31/02/2026", "28/02/2026")
        .replace("T3;1;13/03/2026;31/03/2026;;", "T3;1;13/03/2026;31/03/2026;3,00;")
    )
    file = services.mend_with_csv(cast.scope, file.pk, mended.encode())
    assert codes(cast) == ["T1", "T2", "T3"]
    with cast.scope.active():
        assert Title.objects.get(code="T2").description == "=SOMA(A1)"
    again = services.mend_with_csv(cast.scope, file.pk, mended.encode())
    assert (codes(cast), again.counts["rejected"]) == (["T1", "T2", "T3"], 2)


@pytest.mark.parametrize(
    "content", [b"titulo;valor\nT1;1\n", (TITLES.strip() + ";_linha\nT2;1;a;b;c;d;\n").encode(), b"_linha\n3\n"]
)
def test_another_file_is_not_taken_for_the_mended_rows(cast, content):
    file = load(cast)
    with pytest.raises(IntakeError, match=r"_linha|linhas recusadas"):
        services.mend_with_csv(cast.scope, file.pk, content)


def test_only_open_rows_are_mended_and_ignored_rows_stay_so(cast):
    file = load(cast)
    with cast.scope.active():
        row = RejectedRow.objects.get(line=3)
    assert services.ignore(cast.scope, [row.pk], note="título de teste") == 1
    with pytest.raises(services.NotMendable):
        services.mend(cast.scope, file.pk, {3: {"emissao": "28/02/2026"}})
    with pytest.raises(services.NotMendable):
        services.mend(cast.scope, file.pk, {2: {"valor": "1,00"}})
    services.import_file(cast.scope, file.pk)
    assert states(cast, file)[3] == "ignored"
    assert queries.file(cast.scope, file.pk).counts["rejected"] == 4


def test_importing_again_keeps_the_mends_and_changes_nothing(cast):
    file = load(cast)
    services.mend(cast.scope, file.pk, {3: {"emissao": "28/02/2026"}})
    with cast.scope.active():
        before = list(Entry.objects.values()), list(Title.objects.values())
    file = services.import_file(cast.scope, file.pk)
    with cast.scope.active():
        assert (list(Entry.objects.values()), list(Title.objects.values())) == before
    assert (states(cast, file)[3], file.counts["rejected"]) == ("resolved", 3)


def test_a_better_mapping_resolves_what_a_worse_one_refused(cast):
    text = "t;c;e;v;a\nT1;1;01/13/2026;01/31/2026;1,00\n"
    file = services.upload(cast.scope, name="t.csv", content=text.encode(), table="titles")
    from receba.intake.core.mapping import Mapping

    line = "title=t,customer=c,issued=e,due=v,amount=a"
    services.map_columns(cast.scope, file.pk, Mapping.from_line(line + ",dates=dmy"))
    assert services.import_file(cast.scope, file.pk).counts["rejected"] == 1
    services.map_columns(cast.scope, file.pk, Mapping.from_line(line + ",dates=mdy"))
    assert services.import_file(cast.scope, file.pk).counts["rejected"] == 0
    assert states(cast, file) == {2: "resolved"}


def test_mends_replace_values_and_leave_the_rest_of_the_table_alone():
    raw = read_bytes(b"a;b\n1;2\n3;4\nx\n5;6\n")
    table = mending.with_mends(raw, {3: {"b": "40"}, 4: {"a": "x", "b": "y"}, 99: {"a": "never"}})
    assert table.frame.rows() == [(2, "1", "2"), (3, "3", "40"), (4, "x", "y"), (5, "5", "6")]
    assert table.frame.columns == [LINE, "a", "b"]
    assert (table.rows, table.ragged.height) == (raw.rows, 0)
