"""The tables that a creditor may send: their fields, which are required, and how each is called and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from receba.intake.core.synonyms import SYNONYMS
from receba.kernel.words import said

Kind = Literal[
    "id", "text", "date", "money", "document", "email", "phone", "zip", "state", "person_type", "settlement_kind",
    "flag",
]  # fmt: skip
TableName = Literal["customers", "titles", "settlements", "ledger"]

ID_LENGTH = 60
TEXT_LENGTH = 200
LONG_TEXT_LENGTH = 300
SHORT_TEXT_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table: `header` is its column in our own template, `label` its name for people (pt-BR)."""

    key: str
    kind: Kind
    header: str
    label: str
    required: bool = False
    positive: bool = False
    """Money only: zero is refused too."""
    max_length: int = TEXT_LENGTH
    composites: tuple[tuple[str, ...], ...] = ()
    """Columns that together make this field, where no single one does."""

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Return the other headers that people use for this field."""
        return SYNONYMS.get(self.header, ())


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One kind of file: its name, what one row is, its fields, and the field that identifies a row."""

    name: TableName
    label: str
    grain: str
    key: str
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        """Return the field with that key; KeyError when the table has none."""
        return self.by_key()[key]

    def by_key(self) -> Mapping[str, Field]:
        """Return the fields by their key."""
        return {field.key: field for field in self.fields}

    @property
    def required(self) -> tuple[Field, ...]:
        """Return the fields without which no row is accepted."""
        return tuple(field for field in self.fields if field.required)


_CUSTOMER = Field("customer", "id", "codigo_cliente", said("código do cliente"), required=True, max_length=ID_LENGTH)
_TITLE = Field(
    "title", "id", "titulo", said("número do título"), required=True, max_length=ID_LENGTH,
    composites=(
        ("sk id prev", "num instalment version", "num instalment number"),
        ("order id", "payment sequential"),
        ("contrato", "parcela"), ("numero contrato", "numero parcela"), ("titulo", "parcela"),
        ("duplicata", "parcela"), ("nota fiscal", "parcela"), ("documento", "parcela"),
    ),
)  # fmt: skip
_ISSUED = Field("issued", "date", "emissao", said("emissão"), required=True)
_DUE = Field("due", "date", "vencimento", said("vencimento"), required=True)
_AMOUNT = Field("amount", "money", "valor", said("valor do título"), required=True, positive=True)
_PAID = Field("paid", "date", "data_pagamento", said("data do pagamento"))
_PAID_AMOUNT = Field("paid_amount", "money", "valor_pago", said("valor pago"))
_NAME = Field("name", "text", "nome", said("nome"))
_PERSON_TYPE = Field("person_type", "person_type", "tipo_pessoa", said("tipo de pessoa"))
_DOCUMENT = Field("document", "document", "cpf_cnpj", said("CPF ou CNPJ"), max_length=14)
_STATE = Field("state", "state", "uf", said("UF"), max_length=2)
_DESCRIPTION = Field("description", "text", "descricao", said("descrição"), max_length=LONG_TEXT_LENGTH)
_PORTFOLIO = Field("portfolio", "text", "carteira", said("carteira"), max_length=ID_LENGTH)

CUSTOMERS = TableSpec(
    "customers", said("clientes"), said("um cliente do credor"), "customer",
    (
        _CUSTOMER,
        _NAME,
        _PERSON_TYPE,
        _DOCUMENT,
        Field("email", "email", "email", said("e-mail")),
        Field("phone", "phone", "telefone", said("telefone")),
        Field("mobile", "phone", "celular", said("celular")),
        Field("zip", "zip", "cep", said("CEP"), max_length=8),
        Field("street", "text", "logradouro", said("logradouro")),
        Field("district", "text", "bairro", said("bairro"), max_length=100),
        Field("city", "text", "cidade", said("cidade"), max_length=100),
        _STATE,
        Field("group", "text", "grupo", said("grupo econômico"), max_length=80),
        Field("since", "date", "cliente_desde", said("cliente desde")),
        _PORTFOLIO,
    ),
)  # fmt: skip
TITLES = TableSpec(
    "titles", said("títulos"), said("um título (parcela)"), "title",
    (
        _TITLE, _CUSTOMER, _ISSUED, _DUE, _AMOUNT, _DESCRIPTION, _PORTFOLIO,
        Field("kind", "text", "especie", said("espécie"), max_length=SHORT_TEXT_LENGTH),
        Field("terms", "text", "condicoes", said("condições de atraso"), max_length=ID_LENGTH),
    ),
)  # fmt: skip
SETTLEMENTS = TableSpec(
    "settlements", said("baixas"), said("uma baixa (pagamento, desconto, perda, cancelamento ou estorno)"), "settlement",
    (
        Field("settlement", "id", "baixa", said("número da baixa"), max_length=ID_LENGTH),
        _TITLE,
        replace(_PAID, required=True),
        replace(_PAID_AMOUNT, required=True, positive=True),
        Field("fine", "money", "multa", said("multa")),
        Field("interest", "money", "juros", said("juros")),
        Field("discount", "money", "desconto", said("desconto")),
        Field("method", "text", "meio", said("meio de pagamento"), max_length=SHORT_TEXT_LENGTH),
        Field("kind", "settlement_kind", "tipo_baixa", said("tipo da baixa")),
        Field("reverses", "id", "estorna", said("baixa estornada"), max_length=ID_LENGTH),
    ),
)  # fmt: skip
LEDGER = TableSpec(
    "ledger", said("razão"), said("um título e, se houver, sua baixa"), "title",
    (
        _CUSTOMER,
        replace(_TITLE, required=False),
        _ISSUED, _DUE, _AMOUNT, _PAID, _PAID_AMOUNT, _NAME, _DOCUMENT, _PERSON_TYPE, _STATE, _DESCRIPTION, _PORTFOLIO,
        Field("disputed", "flag", "em_disputa", said("em disputa")),
    ),
)  # fmt: skip

SPECS: Mapping[str, TableSpec] = MappingProxyType(
    {spec.name: spec for spec in (CUSTOMERS, TITLES, SETTLEMENTS, LEDGER)}
)

SETTLEMENT_KINDS: Mapping[str, str] = MappingProxyType({
    "pagamento": "payment", "pago": "payment", "payment": "payment", "liquidacao": "payment", "p": "payment",
    "recebimento": "payment", "baixa": "payment",
    "desconto": "discount", "abatimento": "discount", "discount": "discount", "d": "discount",
    "perda": "write_off", "baixa por perda": "write_off", "baixa contabil": "write_off", "write off": "write_off",
    "prejuizo": "write_off", "pdd": "write_off",
    "cancelamento": "cancellation", "cancelado": "cancellation", "cancellation": "cancellation", "c": "cancellation",
    "devolucao": "cancellation",
    "estorno": "reversal", "reversao": "reversal", "reversal": "reversal", "e": "reversal",
})  # fmt: skip
PERSON_TYPES: Mapping[str, str] = MappingProxyType({
    "pf": "PF", "f": "PF", "fisica": "PF", "pessoa fisica": "PF", "cpf": "PF", "1": "PF", "01": "PF",
    "pj": "PJ", "j": "PJ", "juridica": "PJ", "pessoa juridica": "PJ", "cnpj": "PJ", "2": "PJ", "02": "PJ",
})  # fmt: skip
FLAGS: Mapping[str, bool] = MappingProxyType({
    "sim": True, "s": True, "yes": True, "y": True, "true": True, "verdadeiro": True, "1": True, "x": True,
    "nao": False, "n": False, "no": False, "false": False, "falso": False, "0": False,
})  # fmt: skip
STATES = frozenset({
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
})  # fmt: skip
