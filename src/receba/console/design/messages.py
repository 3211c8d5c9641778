"""A letter in its frame, what the contact policy answered, the inbox, and the week of allowed hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

TITLE = "Mensagens e regras de contato"
LONG = "Comércio de Gêneros Alimentícios Irmãos Conceição e Assunção Participações Ltda"
LETTER = {
    "sender": f"{LONG} <cobranca@serraazul.example>",
    "to": "financeiro.contas.a.pagar@vertice-participacoes-e-incorporacoes.example",
    "reply_to": "atendimento@serraazul.example",
    "subject": f"Distribuidora Serra Azul: uma mensagem para {LONG}",
    "text": "Olá, Maria.\n\nTalvez tenha passado despercebido: até 01/07/2026 não identificamos o pagamento.\n\n"
    "- Título NF-014022/1\n  Vencimento: 28/06/2026\n  Valor atualizado: R$ 123.456.789,01\n\n"
    "Para não receber mais mensagens neste endereço, responda com a palavra SAIR.",
}


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    at = datetime(2026, 7, 1, 15, 4, tzinfo=UTC)
    office = (480, 1200)
    return {
        "may_see_personal_data": False,
        "letter": LETTER | {"at": at},
        "nothing": {"sender": "Serra Azul <cobranca@serraazul.example>", "to": "", "subject": "", "text": ""},
        "passed": ["Consultada em 01/07/2026 12:04: podia sair, nenhuma regra impedia."],
        "stopped": [
            "Consultada em 01/07/2026 12:04: não podia sair: limite de contatos da semana.",
            "Regra CH-3: política da casa: não há número em lei; os tribunais punem o excesso (CDC art. 42).",
            "Poderia a partir de 06/07/2026 08:00.",
        ],
        "none": [],
        "days": [(name, office) for name in ("seg", "ter", "qua", "qui", "sex")] + [("sáb", (480, 840)), ("dom", None)],
        "part": {
            "faults": ["Assunto: o assunto fala da dívida (“total”): qualquer um que passe pela tela o lê."],
            "warnings": ["Texto: frase com mais de 30 palavras: “Talvez tenha passado despercebido: até…”."],
        },
    }
