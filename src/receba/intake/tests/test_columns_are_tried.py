"""A mapping is tried on the first rows before it is kept; each value is shown as it would be read, and otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from receba.intake import queries, services
from receba.intake.core.examples import example
from receba.intake.core.fields import SPECS
from receba.intake.core.guessing import Evidence, evidence
from receba.intake.core.mapping import Expression, Mapping
from receba.intake.core.parsing import parse
from receba.intake.core.raw import from_head, head_of
from receba.intake.core.trying import Sample, try_mapping
from receba.intake.models import ImportContent
from receba.intake.readers import read_bytes

FILE = (
    b"contrato;parcela;cod cliente;dt emissao;vencto;vlr;obs\n"
    b"7;1;10;01/01/2026;03/04/2026;1.234;a\n"
    b"7;2;10;01/01/2026;31/04/2026;10,00;b\n"
)
LINE = "title=contrato+parcela,customer=cod cliente,issued=dt emissao,due=vencto,amount=vlr"


def tried(line=LINE, content=FILE):
    trial = try_mapping(read_bytes(content), SPECS["titles"], Mapping.from_line(line))
    return trial, {each.field.key: each for each in trial.fields}


def test_each_value_is_read_both_ways_where_there_are_two():
    trial, fields = tried()
    assert fields["due"].samples == (
        Sample("03/04/2026", date(2026, 4, 3), date(2026, 3, 4), "dmy"),
        Sample("31/04/2026", None, None, "dmy"),
    )
    assert fields["amount"].samples[0] == Sample("1.234", 1_234_00, 1_23, "comma")
    assert fields["title"].samples == (Sample("7-1", "7-1"), Sample("7-2", "7-2"))
    assert (trial.reading.totals.accepted_rows, trial.unused) == (1, ("obs",))


def test_what_is_missing_is_said_and_the_rest_is_still_read():
    trial, fields = tried("customer=cod cliente,issued=dt emissao,due=nada")
    states = {key: each.state for key, each in fields.items() if key in ("title", "customer", "due", "kind")}
    assert states == {"title": "missing", "customer": "read", "due": "unknown", "kind": "absent"}
    assert trial.reading is None and trial.refusal is not None
    assert fields["issued"].samples[0].value == date(2026, 1, 1)


@pytest.mark.parametrize(
    "key, columns, found",
    [
        ("customer", ("cod cliente",), Evidence("ours", None)),
        ("issued", ("dt emissao",), Evidence("known", 100)),
        ("title", ("contrato", "parcela"), Evidence("joined", None)),
        ("amount", ("obs",), Evidence("other", 0)),
        ("due", (), None),
    ],
)
def test_what_speaks_for_a_column_is_said(key, columns, found):
    raw = read_bytes(FILE)
    expression = Expression(columns) if columns else Expression(constant="x")
    assert evidence(SPECS["titles"].field(key), expression, raw.frame) == found


def test_the_first_rows_are_kept_apart_and_come_back_the_same(cast):
    raw = read_bytes(FILE)
    again = from_head(head_of(raw))
    assert (again.frame.equals(raw.frame), again.delimiter, again.format) == (True, ";", "csv")
    file = services.upload(cast.scope, name="x.csv", content=FILE, table="titles")
    with_head = queries.head(cast.scope, file.pk)
    with cast.scope.active():
        ImportContent.objects.filter(file=file).update(head=None)
    without = queries.head(cast.scope, file.pk)
    assert with_head.frame.equals(without.frame)


def test_another_kind_of_file_gets_another_guess(cast):
    file = services.upload(cast.scope, name="x.csv", content=FILE, table="titles")
    changed = services.change_table(cast.scope, file.pk, "customers")
    assert (changed.table, changed.mapping["fields"]) == ("customers", {"customer": "cod cliente"})


def test_a_delimiter_that_was_told_stays_told(cast):
    file = services.upload(cast.scope, name="x.csv", content=b"a#b\n1#2\n", table="customers")
    mapped = services.map_columns(cast.scope, file.pk, Mapping.from_line("customer=a,delimiter=#"))
    assert mapped.header == ["a", "b"]
    assert queries.head(cast.scope, file.pk).header == ("a", "b")


@pytest.mark.parametrize("table", list(SPECS))
def test_the_example_of_each_kind_is_accepted_whole(table):
    reading = parse(read_bytes(example(table)), SPECS[table])
    assert (reading.rejected.height, reading.warnings.height) == (0, 0)
    assert reading.accepted.height >= 2


def test_the_examples_fit_together(cast):
    for table in ("customers", "titles", "settlements"):
        file = services.upload(cast.scope, name=f"{table}.csv", content=example(table))
        assert file.table == table
        counts = services.import_file(cast.scope, file.pk).counts
        assert (counts["rejected"], counts["settlements_waiting"]) == (0, 0)
