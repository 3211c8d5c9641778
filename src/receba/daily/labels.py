"""The steps of the day and what they counted, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receba.daily.order import ORDER
from receba.kernel.money import format_brl
from receba.kernel.tables import EntryKind
from receba.ledger.models import ENTRY_LABELS
from receba.reporting.labels import LABELS as KPI_LABELS
from receba.reporting.labels import shown
from receba.ruler.models import REASON_LABELS

if TYPE_CHECKING:
    from receba.daily.replay import Replay
    from receba.ledger.queries import LateFact

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


TABLES = {
    "positions": gettext_lazy("saldos e encargos"),
    "scores": gettext_lazy("índices"),
    "segments": gettext_lazy("segmentos"),
    "decisions": gettext_lazy("plano"),
    "kpis": gettext_lazy("indicadores"),
}
"""The tables that a day makes, in words."""


def counted(name: str) -> Any:
    """Return what was counted, in words; `skip_4` is the ruler's reason 4 for silence."""
    reason = name.removeprefix("skip_")
    if name != reason and reason.isdecimal() and int(reason) in REASON_LABELS:
        return _("em silêncio, %(why)s") % {"why": REASON_LABELS[int(reason)]}
    return COUNTS.get(name, name)


def count(name: str, value: Any) -> Any:
    """Return a count as people read it."""
    return format_brl(value) if name.endswith("_centavos") else value


def what_came(fact: LateFact) -> Any:
    """Return what a late fact is, in words."""
    return ENTRY_LABELS[EntryKind(fact.kind)] if fact.kind is not None else _("vencimento corrigido")


def replayed(found: Replay) -> Iterator[str]:
    """Yield what a replay found, line by line."""
    read_at = timezone.localtime(found.read_at)
    yield _("%(day)s, lido em %(at)s") % {"day": f"{found.on:%d/%m/%Y}", "at": f"{read_at:%d/%m/%Y %H:%M:%S}"}
    yield from found.notes
    for name, same in found.same.items():
        yield f"  {TABLES[name]}: " + (_("idêntico") if same else _("DIFERENTE do que foi gravado"))
    yield _("%(n)d fatos chegaram depois e contam naquele dia") % {"n": found.late_facts}
    for fact in found.late:
        at, what = f"{timezone.localtime(fact.recorded_at):%d/%m/%Y %H:%M}", what_came(fact)
        amount = f" {format_brl(fact.amount_centavos)}" if fact.amount_centavos is not None else ""
        yield f"  {at} {fact.title_code}: {what}{amount}, {fact.effective_on:%d/%m/%Y}"
    if len(found.late) < found.late_facts:
        yield "  …"
    yield _("Reapresentado com o que se sabe hoje:")
    for name, moved in found.restated.items():
        yield f"  {TABLES[name]}: " + (
            _("igual")
            if moved.same
            else _("%(new)d novos, %(gone)d a menos, %(changed)d mudados")
            % {"new": moved.new, "gone": moved.gone, "changed": moved.changed}
        )
    for kpi, (then, now) in found.kpis.items():
        if kpi in KPI_LABELS:  # those of a single bucket are in the JSON
            yield f"  {KPI_LABELS[kpi][0]}: {shown(kpi, then)} → {shown(kpi, now)}"
