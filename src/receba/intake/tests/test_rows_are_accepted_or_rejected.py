"""The rules of a row and of rows together; whatever comes in, every row and every centavo is accounted for."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.intake.core.fields import CUSTOMERS, LEDGER, SETTLEMENTS, SPECS, TITLES
from receba.intake.core.flat import customers_of, disputes_of, settlements_of, titles_of
from receba.intake.core.keys import MAX_LENGTH
from receba.intake.core.mapping import Mapping
from receba.intake.core.parsing import Policy, parse
from receba.intake.core.reading import accepted_schema
from receba.intake.core.reasons import Reason, Warn, wording_of
from receba.intake.readers import read_bytes

TITLE = "titulo;codigo_cliente;emissao;vencimento;valor\n"
FLAT = "codigo_cliente;titulo;emissao;vencimento;valor;data_pagamento;valor_pago\n"
LOOSE = "codigo_cliente;emissao;vencimento;valor;data_pagamento\n"
SETTLED = "baixa;titulo;data_pagamento;valor_pago;tipo_baixa;estorna\n"


def reading_of(text, spec=TITLES, mapping=None, **policy):
    return parse(read_bytes(text.encode()), spec, mapping, Policy(**policy))


def problems(reading):
    return reading.rejected.select("line", "field", "reason").rows()


@pytest.mark.parametrize(
    "row, problem",
    [
        ("A1;C1;01/03/2026;31/03/2026;100,00", None),
        (";C1;01/03/2026;31/03/2026;100,00", ("title", "missing_required")),
        ("A1; ;01/03/2026;31/03/2026;100,00", ("customer", "missing_required")),
        ("A1;C1;;31/03/2026;100,00", ("issued", "missing_required")),
        ("A1;C1;01/03/2026;00/00/0000;100,00", ("due", "missing_required")),
        ("A1;C1;01/03/2026;31/03/2026;", ("amount", "missing_required")),
        ("A1;C1;01/03/2026;31/02/2026;100,00", ("due", "not_a_date")),
        ("A1;C1;01/03/0206;31/03/2026;100,00", ("issued", "date_out_of_range")),
        ("A1;C1;01/03/2026;31/03/2026;cem", ("amount", "not_a_number")),
        ("A1;C1;01/03/2026;31/03/2026;0,00", ("amount", "amount_not_positive")),
        ("A1;C1;01/03/2026;31/03/2026;-100,00", ("amount", "amount_not_positive")),
        ("A1;C1;01/03/2026;31/03/2026;99.999.999.999,00", ("amount", "amount_over_budget")),
        ("A1;C1;31/03/2026;01/03/2026;100,00", ("due", "due_before_issue")),
        ("6,75986E+18;C1;01/03/2026;31/03/2026;100,00", ("title", "damaged_id")),
        (f"{'9' * 61};C1;01/03/2026;31/03/2026;100,00", ("title", "too_long")),
        ("A1;C1;01/03/2026", ("", "ragged_row")),
    ],
)
def test_each_rule_says_which_field_and_why(row, problem):
    reading = reading_of(TITLE + "Z9;C9;13/01/2026;13/02/2026;10,50\n" + row + "\n")
    assert problems(reading) == ([(3, *problem)] if problem else [])
    assert reading.totals.accepted_rows + reading.totals.rejected_rows == reading.totals.rows == 2


@pytest.mark.parametrize("table, text", [
    (LEDGER, FLAT + "C1;A{n};13/03/2026;31/03/2026;100,00;{paid};\n"),
    (SETTLEMENTS, SETTLED + "B{n};A1;{paid};100,00;pagamento;\n"),
])  # fmt: skip
@pytest.mark.parametrize("paid, refused", [("20/04/2026", False), ("21/04/2026", True)])
def test_what_is_paid_after_the_day_of_the_import_is_refused(table, text, paid, refused):
    head, row = text.split("\n", 1)
    raw = read_bytes(f"{head}\n{row.format(n=1, paid='13/04/2026')}{row.format(n=2, paid=paid)}".encode())
    reading = parse(raw, table, today=date(2026, 4, 20))
    assert problems(reading) == ([(3, "paid", "paid_in_future")] if refused else [])
    assert reading.totals.accepted_rows + reading.totals.rejected_rows == reading.totals.rows == 2
    told = reading.rejected["message"].to_list()
    assert told == (["O pagamento 21/04/2026 é posterior ao dia da importação, 20/04/2026."] if refused else [])


def test_a_row_with_two_problems_is_one_rejected_row():
    reading = reading_of(TITLE + "A1;;01/03/2026;ontem;100,00\n")
    assert problems(reading) == [(2, "customer", "missing_required"), (2, "due", "not_a_date")]
    assert reading.totals.rejected_rows == 1


def test_the_message_names_the_value_and_the_remedy_says_what_to_do():
    reading = reading_of(TITLE + "A1;C1;10/03/2026;05/03/2026;100,00\nA2;C1;10/03/2026;15/03/2026;100,00\n")
    row = reading.rejected.row(0, named=True)
    assert row["message"] == "O vencimento 05/03/2026 é anterior à emissão 10/03/2026."
    assert row["remedy"] == "Corrija a emissão ou o vencimento e reenvie a linha."


@pytest.mark.parametrize("code", [*Reason, *Warn])
def test_every_code_has_its_words(code):
    wording = wording_of(code)
    assert wording.message.endswith(".") and wording.remedy.endswith(".")


def test_a_title_said_twice_with_other_content_is_rejected_naming_the_first_line():
    row = "A1;C1;13/03/2026;31/03/2026;"
    reading = reading_of(TITLE + f"{row}100,00\nA2;C1;13/03/2026;31/03/2026;1,00\n{row}200,00\n{row}100,00\n")
    assert problems(reading) == [(4, "title", "duplicate_key")]
    assert "linha 2" in reading.rejected["message"][0]
    assert reading.repeated.rows() == [(5, 2)]
    assert reading.accepted["line"].to_list() == [2, 3]
    assert (reading.totals.accepted_rows, reading.totals.repeated_rows) == (3, 1)


def test_a_rejected_row_does_not_make_a_good_one_a_duplicate():
    reading = reading_of(TITLE + "A1;C1;13/03/2026;31/03/2026;x\nA1;C1;13/03/2026;31/03/2026;5,00\n")
    assert problems(reading) == [(2, "amount", "not_a_number")]
    assert reading.accepted["line"].to_list() == [3]


def test_a_flat_file_may_say_a_title_once_for_each_of_its_payments():
    reading = reading_of(
        FLAT
        + "C1;A1;13/03/2026;31/03/2026;100,00;31/03/2026;40,00\nC1;A1;13/03/2026;31/03/2026;100,00;15/04/2026;60,00\n",
        LEDGER,
    )
    assert problems(reading) == []
    assert titles_of(reading.accepted).select("title", "customer", "amount").rows() == [("A1", "C1", 10_000)]
    assert settlements_of(reading.accepted).select("title", "paid", "paid_amount").rows() == [
        ("A1", date(2026, 3, 31), 4_000), ("A1", date(2026, 4, 15), 6_000),
    ]  # fmt: skip
    assert customers_of(reading.accepted)["customer"].to_list() == ["C1"]


def test_a_flat_file_may_not_say_two_amounts_for_one_title():
    reading = reading_of(
        FLAT
        + "C1;A1;13/03/2026;31/03/2026;100,00;31/03/2026;40,00\nC1;A1;13/03/2026;31/03/2026;90,00;15/04/2026;50,00\n",
        LEDGER,
    )
    assert problems(reading) == [(3, "title", "conflicting_title")]


@pytest.mark.parametrize(
    "payment, outcome",
    [
        ("31/03/2026;", (date(2026, 3, 31), 10_000)),
        ("31/03/2026;99,00", (date(2026, 3, 31), 9_900)),
        (";", (None, None)),
        (";0,00", (None, None)),
        ("00/00/0000;0,00", (None, None)),
        (";50,00", "missing_paid_date"),
        ("31/03/2026;0,00", "amount_not_positive"),
        ("12/03/2026;", "paid_before_issue"),
        ("x;50,00", "not_a_date"),
    ],
)
def test_the_payment_of_a_flat_row(payment, outcome):
    reading = reading_of(FLAT + f"C1;A1;13/03/2026;31/03/2026;100,00;{payment}\n", LEDGER)
    if isinstance(outcome, str):
        assert reading.rejected["reason"].to_list() == [outcome]
    else:
        assert reading.accepted.select("paid", "paid_amount").rows() == [outcome]


def test_the_kind_of_a_settlement_is_read_in_portuguese():
    kinds = ["", "Pagamento", "desconto", "Perda", "CANCELAMENTO", "write_off"]
    body = "".join(f"B{n};A1;13/03/2026;1,00;{kind};\n" for n, kind in enumerate(kinds))
    reading = reading_of(
        SETTLED + body + "B8;A1;13/03/2026;1,00;estorno;B0\nB9;A1;13/03/2026;1,00;estorno;\n", SETTLEMENTS
    )
    assert reading.accepted["kind"].to_list() == [
        "payment", "payment", "discount", "write_off", "cancellation", "write_off", "reversal",
    ]  # fmt: skip
    assert problems(reading) == [(9, "reverses", "missing_reversed")]
    assert problems(reading_of(SETTLED + "B1;A1;13/03/2026;1,00;doação;\n", SETTLEMENTS)) == [
        (2, "kind", "unknown_kind")
    ]


def test_settlements_without_number_get_keys_that_stay_the_same():
    rows = ["A1;13/03/2026;1,00", "A1;13/03/2026;1,00", "A2;13/03/2026;1,00"]
    keys = [
        set(
            reading_of("titulo;data_pagamento;valor_pago\n" + "\n".join(order) + "\n", SETTLEMENTS).accepted[
                "settlement"
            ]
        )
        for order in (rows, rows[::-1])
    ]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 3


def test_a_bad_contact_is_dropped_with_a_warning_and_the_customer_stays():
    text = (
        "codigo_cliente;cpf_cnpj;tipo_pessoa;email;telefone;cep;uf\n"
        "C1;529.982.247-26;PF;maria;123;1;XX\n"
        "C2;529.982.247-25;PJ;;;01310-100;sp\n"
    )
    reading = reading_of(text, CUSTOMERS)
    assert reading.warnings_by_code() == {
        "bad_document": 1, "bad_email": 1, "bad_phone": 1, "bad_state": 1, "bad_zip": 1, "person_type_mismatch": 1,
    }  # fmt: skip
    assert reading.accepted.select("document", "person_type", "email", "zip", "state").rows() == [
        (None, "PF", None, None, None), ("52998224725", "PF", None, "01310100", "SP"),
    ]  # fmt: skip


def test_a_company_may_require_documents():
    text = "codigo_cliente;cpf_cnpj\nC1;529.982.247-26\nC2;\nC3;529.982.247-25\n"
    reading = reading_of(text, CUSTOMERS, document_required=True)
    assert problems(reading) == [(2, "document", "bad_document"), (3, "document", "missing_required")]


def test_titles_in_dispute_are_told_apart():
    header = "codigo_cliente;titulo;emissao;vencimento;valor;em_disputa\n"
    row = "C1;{};13/03/2026;31/03/2026;1,00;{}\n"
    reading = reading_of(header + row.format("A", "Sim") + row.format("B", "não") + row.format("C", "talvez"), LEDGER)
    assert disputes_of(reading.accepted).rows() == [("A", True), ("B", False)]
    assert reading.warnings_by_code() == {"bad_flag": 1}


def test_fractions_of_a_centavo_are_counted_and_explained():
    reading = reading_of(TITLE + "A1;C1;13/03/2026;31/03/2026;10,005\nA2;C1;13/03/2026;31/03/2026;10,004\n")
    total = reading.totals.money["amount"]
    assert reading.accepted["amount"].to_list() == [1_001, 1_000]
    assert (total.rounded_rows, str(total.written_reais.normalize())) == (2, "20.009")
    assert reading.warnings_by_code() == {"rounded_amount": 2}


def test_constants_and_offsets_fill_what_the_file_has_not():
    mapping = Mapping.from_line(
        'customer=c,title=n+p,issued=v-30d,due=v,amount=a,portfolio="="'.replace('"="', '="Filial 2"')
    )
    reading = reading_of("c;n;p;v;a\nC1;77;1;31/03/2026;10,00\nC1;77;;31/03/2026;10,00\n", LEDGER, mapping)
    assert reading.accepted.select("title", "issued", "portfolio").row(0) == ("77-1", date(2026, 3, 1), "Filial 2")
    assert reading.accepted["title"][1].startswith("auto:")


def loose_keys(rows):
    reading = reading_of(LOOSE + "".join(f"{row}\n" for row in rows), LEDGER)
    return reading.accepted.sort("title").select("title", "settlement", "paid").rows()


def test_titles_without_number_keep_their_keys_when_the_file_is_sorted_otherwise():
    rows = [
        "C1;13/03/2026;31/03/2026;100,00;31/03/2026", "C1;13/03/2026;31/03/2026;100,00;",
        "C1;13/03/2026;31/03/2026;100,00;02/04/2026", "C2;13/03/2026;31/03/2026;100,00;",
    ]  # fmt: skip
    assert loose_keys(rows) == loose_keys(rows[::-1])
    assert len({title for title, _, _ in loose_keys(rows)}) == 4


def test_derived_keys_of_long_codes_fit_and_stay_apart():
    body = ";13/03/2026;31/03/2026;9.999.999.999,00;31/03/2026"
    keys = loose_keys([f"{'9' * 59}{n}{body}" for n in range(2)])
    assert len({title for title, _, _ in keys}) == 2
    assert max(len(title) for title, _, _ in keys) <= MAX_LENGTH


def test_a_payment_keeps_its_key_when_a_twin_title_is_paid_later():
    twin = "C1;13/03/2026;31/03/2026;100,00;"
    before = loose_keys([twin + "31/03/2026", twin])
    after = loose_keys([twin, twin + "31/03/2026"][::-1])
    later = loose_keys([twin + "02/04/2026", twin + "31/03/2026"])
    assert before == after
    assert [title for title, _, _ in later] == [title for title, _, _ in before]
    assert before[0][1] in {settlement for _, settlement, _ in later}


def test_the_accepted_table_has_every_field_with_its_type():
    for spec in SPECS.values():
        header = ";".join(field.header for field in spec.fields)
        reading = reading_of(header + "\n" + ";".join("?" for _ in spec.fields) + "\n", spec)
        assert dict(reading.accepted.schema) == accepted_schema(spec)


EXPLICIT = Mapping.from_line(
    "customer=codigo_cliente,title=titulo,issued=emissao,due=vencimento,amount=valor,paid=data_pagamento,"
    "paid_amount=valor_pago,base=2026-01-01"
)
garbage = st.sampled_from([
    "", "A1", "A2", "C1", "13/03/2026", "31/03/2026", "02/01/2026", "2026-04-01", "100,00", "1.234,56", "10,005",
    "-5,00", "0", "99999999999999", "x", "6,7E+18", "00/00/0000", '"', "ã", "R$ 7,5", "1e5", "٣",
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(garbage, min_size=6, max_size=8), min_size=1, max_size=25))
def test_whatever_comes_in_rows_and_money_are_conserved(rows):
    body = "".join(";".join(row) + "\n" for row in rows)
    raw = read_bytes((FLAT + "Z;Z;13/01/2026;14/01/2026;1,10;;\n" + body).encode())
    reading = parse(raw, LEDGER, EXPLICIT)
    totals = reading.totals
    assert totals.accepted_rows + totals.rejected_rows == totals.rows == raw.rows
    assert totals.rows + totals.blank_lines <= 1 + len(rows)
    assert totals.accepted_rows == reading.accepted.height + totals.repeated_rows
    assert reading.rejected["line"].n_unique() == totals.rejected_rows
    seen = [*reading.accepted["line"], *reading.repeated["line"], *reading.rejected["line"].unique()]
    assert len(seen) == len(set(seen)) == raw.rows
    for key, money in totals.money.items():
        parts = money.accepted_centavos + money.repeated_centavos + money.rejected_centavos
        assert money.read_centavos == parts
        if key == "amount":
            assert money.accepted_centavos == reading.accepted["amount"].sum()
    pairs = reading.rejected.select("line", "field", "reason")
    assert pairs.height == pairs.unique().height
    assert titles_of(reading.accepted)["amount"].gt(0).all()
    assert reading.accepted.filter(pl.col("paid") < pl.col("issued")).is_empty()
