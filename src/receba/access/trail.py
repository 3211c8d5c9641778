"""The audit trail as a person reads it: who, what changed from what to what; and as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receba.access.models import AuditEvent

OPERATIONS = {
    "INSERT": gettext_lazy("incluiu"),
    "UPDATE": gettext_lazy("alterou"),
    "DELETE": gettext_lazy("apagou"),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row; `before` is None for a row that is new, `after` for one that is gone."""

    row: str
    field: str
    before: str | None
    after: str | None


def changes(event: AuditEvent) -> list[Change]:
    """Return what an event changed, field by field; nothing for bulk writes: only their count and digest are kept."""
    told: Any = event.rows
    if not told:
        return []
    if event.operation == "UPDATE":
        after = {row.get("id", n): row for n, row in enumerate(told["after"])}
        pairs = [(row, after.get(row.get("id", n), {})) for n, row in enumerate(told["before"])]
    else:
        pairs = [({}, row) if event.operation == "INSERT" else (row, {}) for row in told]
    return [
        Change(str(before.get("id", new.get("id", ""))), name, _shown(before, name), _shown(new, name))
        for before, new in pairs
        for name in {**before, **new}
        if before.get(name) != new.get(name)
    ]


def _shown(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def tables() -> list[str]:
    """Return the tables of the program, which are those that the trail may name."""
    return sorted(m._meta.db_table for m in apps.get_models() if m.__module__.startswith("receba."))


def actor_name(actor: str, people: dict[str, str]) -> str:
    """Return who it was, in words."""
    kind, _colon, name = actor.partition(":")
    words = {"job": _("tarefa: %s"), "command": _("comando: %s"), "person": _("pessoa: %s")}
    return people.get(actor) or words.get(kind, "%s") % name


def as_csv(events: Iterable[AuditEvent], people: dict[str, str]) -> str:
    """Return the events as a CSV that a Brazilian spreadsheet opens; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    heads = (_("evento"), _("posição"), _("quando"), _("quem"), _("ator"), _("por quê"), _("tabela"), _("operação"),
             _("linhas"), _("dados"), _("resumo"), _("elo"))  # fmt: skip
    writer.writerow(heads)
    for event in events:
        link = getattr(event, "link", None)
        cells = (
            event.pk,
            link.position if link else "",
            timezone.localtime(event.at).isoformat(),
            actor_name(event.actor, people),
            event.actor,
            event.reason,
            event.table,
            event.operation,
            event.row_count,
            json.dumps(event.rows, ensure_ascii=False, sort_keys=True) if event.rows is not None else "",
            event.digest,
            bytes(link.hash).hex() if link else "",
        )
        writer.writerow([_plain(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
