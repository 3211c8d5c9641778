"""Two companies that nobody shows a customer: one in which everything is as long, large and many as it may get, and one
that was founded a minute ago. For the pictures, and for whoever draws a screen: `receba demo --worst`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl
from django.utils import timezone

from receba.access import services as access
from receba.access.core.roles import Role
from receba.access.models import Company
from receba.access.scope import Actor, Scope
from receba.casework import services as casework
from receba.casework.core.outcomes import Channel, Outcome
from receba.daily import queries as days
from receba.daily import services as daily
from receba.demo.core import documents
from receba.demo.core.profile import OPERATOR
from receba.intake import services as intake
from receba.kernel.tables import HoldKind
from receba.ledger import services as ledger
from receba.parties.models import Debtor
from receba.ruler import services as ruler

ACTOR = Actor("command", "demo")
LONG_COMPANY = "Companhia Nordestina de Distribuição de Medicamentos e Correlatos Ltda"
"""70 characters, as the worst registered names are."""
NEW_COMPANY = "Recém-Aberta Comércio Ltda"
_CNPJ = {LONG_COMPANY: "60606060000184", NEW_COMPANY: "70707070000160"}
LONG_PERSON = "Maximiliano Bartolomeu de Albuquerque Cavalcanti Figueiredo de Vasconcelos Neto"
AMOUNT = "123.456.789,01"
MANY = 400
"""Open titles of the one customer who has most."""
LONG_NAMES = (
    "Maria da Conceição Aparecida do Perpétuo Socorro Cavalcanti de Albuquerque Montenegro dos Santos e Silva Sobrinha",
    "Associação Beneficente dos Servidores Inativos e Pensionistas do Departamento Estadual de Estradas de Rodagem do"
    " Vale do Jequitinhonha e Mucuri – Em Recuperação Judicial Ltda EPP",
    "INDÚSTRIAEEXPORTADORADEEQUIPAMENTOSELETROMECÂNICOSSÃOBERNARDODOCAMPO S.A.",
    "Zé",
)
LONG_EMAIL = f"departamento.de.contas.a.pagar.e.conciliacao.bancaria@{'filial-' * 8}exemplo.example"
LONG_NOTE = (
    "Diz que a mercadoria chegou molhada, que o transportador assinou a ressalva no verso do canhoto, que o gerente da"
    " filial de Feira de Santana prometeu a troca e que só fala de pagamento depois do laudo. "
) + "ligar".center(90, "-")
FAULTS = 300
"""Rows that an import refuses."""


def seed_worst(
    *, on: date, people: Iterable[tuple[str, str, Role]], password: str, tell: Callable[[str], None]
) -> None:
    """Found both companies, once, and let the day of the first run; `people` (e-mail, name, role) work in both."""
    for name in (NEW_COMPANY, LONG_COMPANY):
        tell(f"{name}: cadastro")
        company = access.found_company(
            ACTOR,
            operator_name=OPERATOR,
            name=name,
            document=_CNPJ[name],
            address=("Avenida Governador Agamenon Magalhães, 12.345, " if name == LONG_COMPANY else "Rua A, 1, ")
            + "Recife, PE",
            colour=4,
        )
        for email, person, role in people:
            access.found_person(
                ACTOR, company=company, email=email, name=person, password=password, role=role, keep_password=True
            )
        scope = Scope(company.pk, ACTOR, reason="receba demo --worst")
        if name == LONG_COMPANY and days.last_day(scope) is None:
            _fill(company, scope, on, password, tell)


def _fill(company: Company, scope: Scope, on: date, password: str, tell: Callable[[str], None]) -> None:
    access.found_person(
        ACTOR, company=company, email=LONG_EMAIL, name=LONG_PERSON, password=password, role=Role.COLLECTOR
    )
    ledger.add_terms(
        scope,
        code="padrao",
        since=date(2020, 1, 1),
        fine_bps=200,
        interest_bps_month=100,
        source="contrato de fornecimento de medicamentos, anexo III, cláusula 27, § 4º, inciso XII, alínea “b”",
    )
    made = _Files.of(on)
    for name, table, content in (
        ("clientes.csv", "customers", made.customers),
        ("relatorio-de-titulos-em-aberto-e-liquidados_v2_FINAL_corrigido (3) - cópia.csv", "titles", made.titles),
        ("baixas.csv", "settlements", made.settlements),
    ):
        tell(f"{company.name}: importar {name}")
        file = intake.upload(scope, name=name, content=content, table=table)
        intake.import_file(scope, file.pk, on=on)
    ruler.install_shipped(scope, default="consumidor")
    _stops(scope, on)
    for day in (on - timedelta(28), on):
        tell(f"{company.name}: rotina de {day:%d/%m/%Y}")
        daily.run_day(scope, on=day, catch_up=False)


def _stops(scope: Scope, on: date) -> None:
    """Talk to the customer who has most until the timeline is long; dispute and promise at once."""
    at = timezone.make_aware(datetime.combine(on, time(0, 1)))
    with scope.active():
        ids = dict(Debtor.objects.values_list("code", "pk"))
    kinds = (HoldKind.DISPUTE, HoldKind.REVIEW, HoldKind.LAWYER)
    for code, kind in zip(("C-2", "C-3", "C-4"), kinds, strict=True):
        ledger.place_hold(scope, debtor_id=ids[code], kind=kind, from_on=on, note=LONG_NOTE)
    for number in range(40):
        casework.record_interaction(
            scope,
            casework.Told(
                debtor_id=ids["C-1"],
                channel=Channel.CALL,
                outcome=Outcome.NO_ANSWER if number % 2 else Outcome.MESSAGE_LEFT,
                note=LONG_NOTE if number % 3 == 0 else "",
            ),
            key=f"worst:{number}",
            at=at,
        )


@dataclass(frozen=True, slots=True)
class _Files:
    """The three files, as an old system exports them."""

    customers: bytes
    titles: bytes
    settlements: bytes

    @classmethod
    def of(cls, on: date) -> _Files:
        """Return the files of a day: C-1 has most titles, C-9 has none, everybody has a name that does not fit."""
        codes = [f"C-{n}" for n in range(1, 10)]
        cpf = pl.select(documents.cpf(pl.int_range(0, len(codes), dtype=pl.Int64), 606)).to_series().to_list()
        customers = [
            (
                code,
                LONG_NAMES[n % len(LONG_NAMES)],
                number,
                LONG_EMAIL,
                "11987654321",
                "Grupo Econômico " + "Longo " * 9,
            )
            for n, (code, number) in enumerate(zip(codes, cpf, strict=True))
        ]
        titles: list[tuple[str, ...]] = [
            cls._title(
                f"NFS-e 2026/{n:09}/001-A/{'X' * 24}",
                "C-1",
                on - timedelta(120 - n % 150),
                "1.234,56" if n % 10 else AMOUNT,
            )
            for n in range(MANY)
        ]
        titles += [
            cls._title(f"{code}/{month}", code, on - timedelta(30 * month - 20), AMOUNT if month % 2 else "0,01")
            for code in codes[1:8]
            for month in range(14)
        ]
        paid = [
            (f"B-{row[0]}", row[0], (on - timedelta(30 * month)).strftime("%d/%m/%Y"), row[4])
            for month, row in enumerate(row for row in titles if row[1] == "C-2")
            if month > 3
        ]
        refused = [(f"X-{n}", "C-1", "01/05/2026", "31/02/2026", "cem mil " * 12, "") for n in range(FAULTS)]
        return cls(
            _csv(("codigo_cliente", "nome", "cpf_cnpj", "email", "celular", "grupo"), customers),
            _csv(("titulo", "codigo_cliente", "emissao", "vencimento", "valor", "descricao"), [*titles, *refused]),
            _csv(("baixa", "titulo", "data_pagamento", "valor_pago"), paid),
        )

    @staticmethod
    def _title(code: str, customer: str, due: date, amount: str) -> tuple[str, ...]:
        issued = due - timedelta(30)
        return code, customer, f"{issued:%d/%m/%Y}", f"{due:%d/%m/%Y}", amount, "Fornecimento de medicamentos " * 8


def _csv(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([head, *rows])
    return text.getvalue().encode("cp1252")
