"""The steps of the day and what they counted, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receba.daily.order import ORDER
from receba.kernel.money import format_brl
from receba.ruler.models import REASON_LABELS

LABELS = {step.name: step.label for step in ORDER}
COUNTS = {
    "titles": gettext_lazy("títulos"),
    "entries": gettext_lazy("lançamentos"),
    "debtors": gettext_lazy("clientes"),
    "holds": gettext_lazy("pausas"),
    "open": gettext_lazy("em aberto"),
    "overdue": gettext_lazy("vencidos"),
    "open_centavos": gettext_lazy("saldo em aberto"),
    "overdue_centavos": gettext_lazy("saldo vencido"),
    "scored": gettext_lazy("com índice"),
    "worsened": gettext_lazy("pioraram"),
    "in_scope": gettext_lazy("na régua"),
    "send": gettext_lazy("a contatar"),
    "approved": gettext_lazy("liberados"),
    "ready": gettext_lazy("prontas"),
    "waiting": gettext_lazy("à espera"),
    "silent": gettext_lazy("em silêncio"),
    "sent": gettext_lazy("enviadas"),
    "refused": gettext_lazy("recusadas"),
    "later": gettext_lazy("adiadas"),
    "unknown": gettext_lazy("sem resposta do servidor"),
    "cancelled": gettext_lazy("canceladas"),
    "cases": gettext_lazy("casos na fila"),
    "values": gettext_lazy("indicadores"),
}
"""What a step counted, in words; a count that is not here shows under its own name."""


def counted(name: str) -> Any:
    """Return what was counted, in words; `skip_4` is the ruler's reason 4 for silence."""
    reason = name.removeprefix("skip_")
    if name != reason and reason.isdecimal() and int(reason) in REASON_LABELS:
        return _("em silêncio, %(why)s") % {"why": REASON_LABELS[int(reason)]}
    return COUNTS.get(name, name)


def count(name: str, value: Any) -> Any:
    """Return a count as people read it."""
    return format_brl(value) if name.endswith("_centavos") else value
