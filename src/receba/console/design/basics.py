"""The pieces that every page has: tiles, badges, filters, rows, forms, facts, progress."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

TITLE = "Peças de toda página"
AGEING = [
    ("a vencer", 4_512_345_67, "?faixa=0"),
    ("1 a 15 dias", 1_234_567_89, "?faixa=1"),
    ("16 a 30 dias", 823_456_78, "?faixa=2"),
    ("31 a 60 dias", 612_345_00, "?faixa=3"),
    ("61 a 90 dias", 298_700_10, "?faixa=4"),
    ("91 a 180 dias", 512_000_99, "?faixa=5"),
    ("181 a 360 dias", 87_123_45, "?faixa=6"),
    ("mais de 360 dias", 1_045_000_00, "?faixa=7"),
]
DAYS = [date(2026, month, 1) for month in range(1, 13)]
RECOVERED = [
    (day, value)
    for day, value in zip(DAYS, [6120, 6344, 6502, None, 7011, 7350, 7288, 7610, 7702, 7655, 7821, 7904], strict=True)
]
NAMES = [
    "Maria Aparecida dos Santos Albuquerque de Oliveira Figueiredo",
    "Comércio de Gêneros Alimentícios Irmãos Conceição e Assunção Ltda",
    "José da Silva",
]


class SampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    canal = forms.ChoiceField(label="Canal", choices=[("1", "telefone"), ("2", "WhatsApp")])
    valor = forms.DecimalField(label="Valor prometido", help_text="em reais, com centavos")
    nota = forms.CharField(label="Observação", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    ciente = forms.BooleanField(label="Li o roteiro", required=False)
    motivos = forms.MultipleChoiceField(
        label="Motivos",
        required=False,
        choices=[("a", "não recebeu"), ("b", "discorda do valor")],
        widget=forms.CheckboxSelectMultiple,
    )


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    rows = [
        {
            "name": NAMES[n % 3], "document": "11222333000181" if n % 3 == 1 else "52998224725", "whole": n % 2 == 0,
            "phone": "12991234567", "email": "financeiro.contas.a.pagar@vertice-participacoes.example",
            "state": "promessa para hoje", "late": n * 137, "principal": 12_345_67 * (n + 1), "total": 123_456_789,
        }
        for n in range(9)
    ]  # fmt: skip
    return {
        "today": date(2026, 7, 1),
        "now": datetime(2026, 7, 1, 15, 4, tzinfo=UTC), "desc": -150_000, "rows": rows, "ageing": AGEING,
        "history": RECOVERED,
        "pair": [("Vencido", [(day, 90_000_000_00 + n * 4_000_000_00) for n, day in enumerate(DAYS)]),
                 ("Recebido", [(day, 60_000_000_00 - (n % 4) * 7_000_000_00) for n, day in enumerate(DAYS)])],
        "curve": [(n, 1 - (1 - n / 1234) ** 6) for n in range(10, 1235, 24)],
        "classes": [(f"{low}–{low + 99}", 40 + 300 * low // 1000 * (10 - low // 100)) for low in range(0, 1000, 100)],
        "flow": [(f"{day:%m/%y}", (n * 7919 % 13 - 5) * 10_000_000) for n, day in enumerate(DAYS)],
        "none": [], "spark": [3, 5, 4, None, 8, 9, 7, 11], "page": Paginator(range(500), 50).page(3),
        "form": SampleForm({"canal": "1", "valor": "doze"}),
    }  # fmt: skip
