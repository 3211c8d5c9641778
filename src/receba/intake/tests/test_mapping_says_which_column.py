"""The grammar of a mapping, its two written forms, and what it refuses."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import CUSTOMERS, LEDGER, SPECS
from receba.intake.core.guessing import guess, guess_table
from receba.intake.core.mapping import Expression, Mapping, parse_expression


@pytest.mark.parametrize(
    "text, expression",
    [
        ("ID_CLIENTE", Expression(("ID_CLIENTE",))),
        ("Data de Emissão", Expression(("Data de Emissão",))),
        ("SERIE+NUMERO", Expression(("SERIE", "NUMERO"))),
        ("EMISSAO+30d", Expression(("EMISSAO",), None, 30)),
        ("VENC-30d", Expression(("VENC",), None, -30)),
        ("DATA-BASE", Expression(("DATA-BASE",))),
        ('"a+b, c"+d', Expression(("a+b, c", "d"))),
        ('="Matriz"', Expression(constant="Matriz")),
        ("=Matriz", Expression(constant="Matriz")),
    ],
)
def test_expressions_are_columns_constants_and_days(text, expression):
    assert parse_expression(text) == expression


@pytest.mark.parametrize("text", ["", "+", "A+", '"aberta', "+30d", "A++B"])
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(IntakeError):
        parse_expression(text)


def test_the_command_line_form_reads_fields_and_options():
    mapping = Mapping.from_line(
        'customer=ID_CLIENTE, due=VENC+1d,portfolio=="Filial, 2",dates=mdy,decimal=dot,base=2020-01-01,delimiter=tab'
    )
    assert mapping == Mapping(
        {
            "customer": Expression(("ID_CLIENTE",)),
            "due": Expression(("VENC",), None, 1),
            "portfolio": Expression(constant="Filial, 2"),
        },
        "mdy", "dot", date(2020, 1, 1), "\t",
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["customer", "customer=", "=A", "customer=A,customer=B", "dates=x", "decimal=;", "base=31/01/2026"]
)
def test_a_line_that_says_nothing_clear_is_refused(line):
    with pytest.raises(IntakeError):
        Mapping.from_line(line)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda n: n.strip() == n and n
)
expressions = st.one_of(
    st.builds(Expression, st.lists(names, min_size=1, max_size=3).map(tuple), st.none(), st.integers(-9999, 9999)),
    st.builds(
        lambda text: Expression(constant=text), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
    ),
)
mappings = st.builds(
    Mapping,
    st.dictionaries(st.sampled_from([f.key for f in LEDGER.fields]), expressions, max_size=5),
    st.sampled_from(["auto", "dmy", "mdy", "ymd"]),
    st.sampled_from(["auto", "comma", "dot"]),
    st.none() | st.dates(),
    st.none() | st.sampled_from([";", ",", "\t", "|", "^"]),
)


@settings(deadline=None)
@given(mappings)
def test_a_mapping_saved_is_the_mapping_loaded(mapping):
    assert Mapping.from_json(mapping.to_json()) == mapping


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([f.key for f in LEDGER.fields]), expressions, min_size=1, max_size=5))
def test_a_mapping_written_on_a_line_is_the_mapping_read(fields):
    line = ",".join(f"{key}={expression}" for key, expression in fields.items())
    assert Mapping.from_line(line) == Mapping(fields)


def test_columns_are_found_without_case_and_accents():
    bound = Mapping.from_line("customer=codigo,issued=EMISSÃO,due=vencto,amount=VALOR").bound_to(
        ("Código", "Emissao", "Vencto", "valor"), LEDGER
    )
    assert [str(e) for e in bound.fields.values()] == ["Código", "Emissao", "Vencto", "valor"]


@pytest.mark.parametrize(
    "line, code",
    [
        ("customer=A,issued=B,due=C", "unmapped_required"),
        ("customer=A,issued=B,due=C,amount=Z", "unknown_column"),
        ("customer=A,issued=B,due=C,amount=D,cor=A", "unknown_field"),
        ("customer=A+3d,issued=B,due=C,amount=D", "bad_mapping"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(line, code):
    with pytest.raises(IntakeError) as refusal:
        Mapping.from_line(line).bound_to(("A", "B", "C", "D"), LEDGER)
    assert refusal.value.code == code


def guessed(header, spec=LEDGER, **values):
    sample = pl.DataFrame(
        {
            name: pl.Series(values.get(name, []), dtype=pl.String).extend_constant(None, 2 - len(values.get(name, [])))
            for name in header
        }
    )
    return {key: str(e) for key, e in guess(tuple(header), sample, spec).mapping.fields.items()}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_our_own_template_is_guessed_whole(spec):
    header = [field.header for field in spec.fields]
    assert guessed(header, spec) == {field.key: field.header for field in spec.fields}
    assert guess_table(tuple(header), pl.DataFrame(schema=dict.fromkeys(header, pl.String))) == spec.name


def test_a_brazilian_erp_header_is_guessed():
    header = [
        "Cód. Cliente",
        "Razão Social",
        "CNPJ/CPF",
        "Nº Título",
        "Dt. Emissão",
        "Dt. Vencto",
        "Vlr. Título",
        "Dt. Baixa",
        "Vl. Pago",
    ]
    assert guessed(header) == {
        "customer": "Cód. Cliente", "title": "Nº Título", "issued": "Dt. Emissão", "due": "Dt. Vencto",
        "amount": "Vlr. Título", "paid": "Dt. Baixa", "paid_amount": "Vl. Pago", "name": "Razão Social",
        "document": "CNPJ/CPF",
    }  # fmt: skip


def test_values_decide_between_two_fields_of_the_same_header():
    by_values = guessed(["Documento", "Cliente"], CUSTOMERS, Documento=["529.982.247-25", "529.982.247-25"])
    assert by_values["document"] == "Documento"
    assert "document" not in guessed(["Documento", "Cliente"], CUSTOMERS, Documento=["12", "13"])


def test_the_confidence_of_a_guess_is_between_zero_and_one():
    header = ("ID_CLIENTE", "DATA_EMISSAO_DOCUMENTO", "VALOR_A_PAGAR", "SAFRA")
    confidence = guess(header, pl.DataFrame(schema=dict.fromkeys(header, pl.String)), LEDGER).confidence
    assert set(confidence) == {"customer", "issued", "amount"}
    assert all(0.5 <= score <= 1 for score in confidence.values())
