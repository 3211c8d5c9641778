"""The frame: notices with undo, the side panel, dialogs, what a search finds, the palette's list, error states."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message

from receba.access.models import Company
from receba.console.glance import Glance, LastRun, Standing, troubles
from receba.kernel.tables import PersonKind
from receba.ledger.models import Title
from receba.parties.models import Debtor

TITLE = "Avisos, busca, painel ao lado, erros"
TODAY = date(2026, 7, 1)
LONG = "Construtora e Incorporadora Vértice do Vale do Paraíba Participações S.A."


def _standing(company: Company, seen: Glance, run: LastRun | None) -> Standing:
    return Standing(company, seen, run, troubles(seen, run, today=TODAY, approves=True), True, True)


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    company = Company(pk=3, name=LONG, trade_name="Vértice Participações", colour=3)
    debtors = [
        Debtor(pk=1, name=LONG, document="11222333000181", person_kind=PersonKind.PJ, city="São José dos Campos", state="SP", code="000.123-4"),
        Debtor(pk=2, name="Maria Aparecida dos Santos Albuquerque", document="52998224725", person_kind=PersonKind.PF, code="77"),
    ]  # fmt: skip
    undo = '{"undo": ["#", {"motivo": "1"}]}'
    return {
        "company": company,
        "may_see_personal_data": True,
        "toasts": [
            Message(messages.SUCCESS, "Cobrança pausada.", undo),
            Message(messages.SUCCESS, "Registrado: promessa de pagamento de R$ 1.234.567,89 para 10/07/2026."),
            Message(messages.INFO, "A importação continua: você pode sair desta página."),
            Message(messages.WARNING, "Este formulário já tinha sido enviado."),
            Message(messages.ERROR, "Algo deu errado e foi registrado. Informe a referência: 7F3A91C2"),
        ],
        "q": "vert",
        "found": [{"debtor": debtors[0], "by": "name"}, {"debtor": debtors[1], "by": "contact"}],
        "titles": [Title(pk=5, code="NF-2026/000.123-01", debtor=debtors[0], due_on=TODAY, face_centavos=12_345_678_901)],
        "pages": [{"label": "Painel", "address": "#"}],
        "more": "#",
        "recent": debtors,
        "places": [
            _standing(company, Glance(1000, 37, 12, 418, date(2026, 6, 24), 12_345_678_901), LastRun(date(2026, 6, 25), "failed", "falhou")),
            _standing(Company(pk=4, name="Colégio Horizonte Ltda", colour=2), Glance(84, 0, 0, 0, TODAY, 9_876_543_21), LastRun(TODAY, "done", "concluída")),
            _standing(Company(pk=5, name="Empresa Nova Ltda", colour=5), Glance(), None),
        ],
    }  # fmt: skip
