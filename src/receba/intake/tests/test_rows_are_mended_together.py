"""Rows with the same trouble mended at once: one value by another, day and month in the other order, or set aside."""

from __future__ import annotations

import pytest

from receba.intake import queries, services
from receba.intake.core import mending
from receba.intake.models import ImportFile, RejectedRow
from receba.ledger.models import Entry, Title

TITLES = "titulo;codigo_cliente;emissao;vencimento;valor\n"
SETTLED = "baixa;titulo;data_pagamento;valor_pago;tipo_baixa\n"
BODY = "".join(f"T{n};1;13/03/2026;20/03/2026;1,00\n" for n in range(3)) + (
    "T10;1;13/03/2026;03/31/2026;1,00\n"
    "T11;1;13/03/2026;03/30/2026;1,00\n"
    "T12;1;13/03/2026;31/02/2026;1,00\n"
    "T13;1;13/03/2026;31/02/2026;um\n"
    "T14;1;13/03/2026;20/03/2026;um\n"
)
DUE = "due:not_a_date"


def load(cast, text=TITLES + BODY, table="titles"):
    file = services.upload(cast.scope, name="t.csv", content=text.encode(), table=table)
    return services.import_file(cast.scope, file.pk)


def still_open(cast, file):
    with cast.scope.active():
        return list(queries.rows_of(cast.scope, file.pk).values_list("line", flat=True))


def problems(cast, file):
    return [(problem.code, problem.rows) for problem in queries.tally(cast.scope, file.pk).problems]


def test_open_rows_are_counted_by_their_first_problem_and_value(cast):
    file = load(cast)
    tally = queries.tally(cast.scope, file.pk)
    with cast.scope.active():
        rows = list(queries.rows_of(cast.scope, file.pk))
    assert queries.alike(cast.scope, file.pk, rows, tally) == {(DUE, "31/02/2026"): 2}
    assert problems(cast, file) == [(DUE, 4), ("amount:not_a_number", 1)]
    assert tally.problems[0].values == [("31/02/2026", 2), ("03/30/2026", 1), ("03/31/2026", 1)]
    assert tally.states == {"open": 5, "resolved": 0, "ignored": 0}
    assert queries.alike(cast.scope, file.pk, rows, queries.Tally({}, [])) == {(DUE, "31/02/2026"): 2}
    with cast.scope.active():
        ImportFile.objects.update(refusals={})
    assert queries.tally(cast.scope, file.pk) == tally, "counted anew for a file of an older version"


def test_a_wrong_value_is_replaced_in_all_rows_that_have_it(cast):
    file = load(cast)
    did = services.mend_alike(
        cast.scope, file.pk, problem=DUE, column="vencimento", correction=mending.replacing("31/02/2026", "28/03/2026")
    )
    assert did == services.Mended(fitted=2, came=1, queued=False)
    assert problems(cast, file) == [("amount:not_a_number", 2), (DUE, 2)]
    with cast.scope.active():
        assert Title.objects.get(code="T12").due_on.day == 28
        row = RejectedRow.objects.get(line=8)
        assert (row.mended, row.changed_by) == ({"vencimento": "28/03/2026"}, "job:tests")


def test_dates_with_day_and_month_in_the_other_order_are_turned(cast):
    file = load(cast)
    did = services.mend_alike(
        cast.scope, file.pk, problem=DUE, column="vencimento", correction=mending.swapping("dmy")
    )  # fmt: skip
    assert (did.fitted, did.came) == (2, 2)
    assert still_open(cast, file) == [7, 8, 9]
    file = queries.file(cast.scope, file.pk)
    assert file.counts["accepted"] + file.counts["rejected"] == file.counts["rows"] == 8


@pytest.mark.parametrize(
    "order, text, becomes",
    [
        ("dmy", "03/31/2026", "31/03/2026"),
        ("dmy", " 3-31-26 10:00", " 31-3-26 10:00"),
        ("mdy", "31/03/2026", "03/31/2026"),
        ("dmy", "31/02/2026", None),
        ("dmy", "02/31/2026", None),
        ("dmy", "2026-03-31", None),
        ("dmy", "amanhã", None),
        ("", "04/30/2026", "30/04/2026"),
    ],
)
def test_only_what_is_a_date_in_the_other_order_alone_is_turned(order, text, becomes):
    assert mending.swapping(order)(text) == becomes


def test_a_blank_is_filled_in_all_rows_and_lines_without_cells_are_left_alone(cast):
    file = load(cast, TITLES + "T1;;13/03/2026;20/03/2026;1,00\nT2;;13/03/2026;20/03/2026;1,00\nT3;1\n")
    did = services.mend_alike(
        cast.scope, file.pk, problem="customer:missing_required", column="codigo_cliente",
        correction=mending.replacing("", "2"),
    )  # fmt: skip
    assert did.came == 2
    assert still_open(cast, file) == [4]


def test_an_unknown_word_is_taught_once(cast):
    load(cast, TITLES + "T1;1;13/03/2026;20/03/2026;9,00\n")
    file = load(cast, SETTLED + "".join(f"B{n};T1;20/03/2026;1,00;PIX recebido\n" for n in range(4)), "settlements")
    correction = mending.replacing("PIX recebido", "pagamento")
    did = services.mend_alike(
        cast.scope, file.pk, problem="kind:unknown_kind", column="tipo_baixa", correction=correction
    )
    assert did.came == 4
    with cast.scope.active():
        assert Entry.objects.filter(key__startswith="settlement:").count() == 4


def test_many_rows_go_through_the_queue_of_imports(cast, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    file = load(cast)
    did = services.mend_alike(
        cast.scope, file.pk, problem=DUE, column="vencimento", correction=mending.swapping("dmy")
    )  # fmt: skip
    assert (did.fitted, did.queued) == (2, True)
    assert queries.file(cast.scope, file.pk).state == ImportFile.State.QUEUED
    services.import_file(cast.scope, file.pk)
    assert still_open(cast, file) == [7, 8, 9]


def test_the_rows_of_one_problem_are_set_aside_and_the_others_stay(cast):
    file = load(cast)
    assert services.ignore_open(cast.scope, file.pk, note="linha de total", problem=DUE) == 4
    assert still_open(cast, file) == [9]
    assert services.ignore_open(cast.scope, file.pk, note="linha de total") == 1
    assert queries.tally(cast.scope, file.pk).states == {"open": 0, "resolved": 0, "ignored": 5}
