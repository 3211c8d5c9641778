"""Fields for days, money, percentages, documents and telephones, in every state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from receba.access.fields import DayField, DocumentField, MoneyField, PercentField, PhoneField

TITLE = "Campos"


class Fields(forms.Form):
    """One field of each kind."""

    dia = DayField(label="Vencimento", help_text="ou hoje, amanhã, 5/12")
    valor = MoneyField(label="Valor (R$)")
    taxa = PercentField(label="Juros ao mês (%)", most=20)
    documento = DocumentField(label="CPF ou CNPJ")
    telefone = PhoneField(label="Telefone")

    def __init__(self, state: str, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id=f"fields-{state}-%s")


def context() -> dict[str, Any]:
    """Return the form empty, filled, wrong, read-only and disabled."""
    filled = {
        "dia": date(2026, 12, 31), "valor": Decimal("123456789.01"), "taxa": Decimal("2.5"), "documento": "11222333000181",
        "telefone": "(12) 99123-4567",
    }  # fmt: skip
    wrong = {"dia": "31/02/2026", "valor": "1,234.56", "taxa": "30", "documento": "11222333000182", "telefone": "123"}
    fixed, off = Fields("fixed", initial=filled), Fields("off", initial=filled)
    for field in fixed.fields.values():
        field.widget.attrs["readonly"] = True
    for field in off.fields.values():
        field.disabled = True
    return {
        "states": [
            ("Vazios", Fields("free")), ("Preenchidos", Fields("filled", initial=filled)), ("Com erro", Fields("wrong", wrong)),
            ("Só para ler", fixed), ("Desligados", off),
        ]
    }  # fmt: skip
