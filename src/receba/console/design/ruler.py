"""A ruler along time, the steps of a plan in every state, and why others are not contacted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from receba.access.models import Company
from receba.console.design.messages import LETTER
from receba.kernel.tables import PersonKind

TITLE = "Régua e plano do dia"
LONG = "Comércio de Gêneros Alimentícios Irmãos Conceição e Assunção Participações Ltda"
TEXTS = {
    -5: ("lembrete antes do vencimento", "aviso", "good"),
    0: ("vence hoje", "aviso", "good"),
    3: ("atraso, tom leve", "tom leve", "info"),
    20: ("atraso, tom firme", "tom firme", "warn"),
    60: ("atraso, última mensagem", "última mensagem", "bad"),
}


def _words(day: int) -> str:
    return "no vencimento" if not day else f"{abs(day)} dias {'antes' if day < 0 else 'depois'} do vencimento"


def _step(day: int, owner: str = "", **more: Any) -> dict[str, Any]:
    """Return a step as ruler.views makes it."""
    text, tone, shade = TEXTS.get(day, ("", "", ""))
    channel = "tarefa para uma pessoa" if owner else "e-mail"
    step = SimpleNamespace(key=f"passo-{day}", offset_days=day, owner=owner, channel="task" if owner else "email")
    return {
        "step": step, "when": _words(day), "day": f"D{day:+d}" if day else "D", "channel": channel,
        "icon": "phone" if owner else "mail", "text": text, "tone": tone, "shade": shade, "conditions": [],
        "recent": None,
    } | more  # fmt: skip


def _card(number: int, day: int, state: str, owner: str = "", **more: Any) -> dict[str, Any]:
    """Return a step of a plan as ruler.views and outreach make it."""
    version = SimpleNamespace(
        number=3, ruler=SimpleNamespace(name=f"Empresas do {LONG}" if number == 1 else "Empresas")
    )
    waiting, approved = {"waiting": (13, 0), "partly": (9, 4), "approved": (0, 13), "refused": (0, 0)}[state]
    count = SimpleNamespace(
        version=version, debtors=waiting + approved, waiting=waiting, approved=approved, refusals=more.pop("refusals", ()),
        open_centavos=123_456_789_01, overdue_centavos=98_765_432_10 if day > 0 else 0,
        approved_at=datetime(2026, 7, 1, 11, 2, tzinfo=UTC) if approved else None,
    )  # fmt: skip
    return _step(day, owner) | {
        "count": count, "place": f"9.{number}", "rows": "#", "whole": True, "who": "Caio Albuquerque",
        "state": "waiting" if waiting else state, "question": f"Aprovar este passo? {waiting} clientes recebem um e-mail.",
        "sending": SimpleNamespace(written=0, to_send=0, sent=0, untouched=True), "gate": "", "letter": None,
    } | more  # fmt: skip


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    debtor = SimpleNamespace(name=f"{LONG} e Filhos", person_kind=PersonKind.PJ)
    sample: dict[str, Any] = {
        "letter": LETTER,
        "sample": SimpleNamespace(message=None, debtor=debtor),
        "gate": "Pode contatar agora.",
    }
    part = SimpleNamespace(written=13, to_send=13, sent=5, untouched=False)
    fault = SimpleNamespace(message="Um aviso de atraso não pode sair até o vencimento.")
    return {
        "may_see_personal_data": False,
        "company": Company(pk=3, name="Distribuidora Serra Azul Ltda", colour=3),
        "on": date(2026, 7, 1),
        "begins": "As mensagens começam a sair em até um minuto.",
        "acting": True,
        "steps": [
            _step(-5, recent=1234), _step(0, recent=0), _step(3, recent=87, conditions=["só PF", "risco C, D, E"]),
            _step(15, f"cobrança do {LONG}", conditions=["títulos de R$ 100,00 ou mais"]), _step(20, faults=[fault]), _step(60),
        ],
        "many": [_step(day) for day in range(-10, 30)],
        "cards": [
            _card(1, 3, "waiting", **sample),
            _card(2, 20, "partly"),
            _card(3, -5, "approved"),
            _card(4, 0, "approved", sending=part),
            _card(5, 60, "refused", refusals=((f"o site de {LONG} está fora do ar, e ninguém consegue pagar", 13),)),
            _card(6, 15, "waiting", owner="cobrança", whole=False),
        ],
        "silences": [
            {"label": "em atraso, sem passo da régua para hoje", "debtors": 38_123, "share": 62, "overdue": 123_456_789_01, "address": "#"},
            {"label": "passo perdido: passou do prazo de recuperação da régua", "debtors": 15, "share": 24, "overdue": 0, "address": "#"},
            {"label": "falecido", "debtors": 1, "share": 1, "overdue": None, "address": "#"},
        ],
    }  # fmt: skip
