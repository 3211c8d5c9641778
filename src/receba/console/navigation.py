"""The ways through a company, in the order of the working day. An entry shows when its page exists and is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receba.access.core.roles import Permission
from receba.access.queries import companies_of
from receba.access.scope import Scope
from receba.outreach.queries import in_test_mode
from receba.reporting.queries import last_day

Words = Promise | str


@dataclass(frozen=True, slots=True)
class Entry:
    """One way: what it is called, where it leads, who may go, and under which heading it stands."""

    label: Words
    view: str
    permission: Permission
    group: Words
    test_mode_only: bool = False


_WORK, _CONTACT, _KNOW, _RUN = _("Cobrança"), _("Comunicação"), _("Análise"), _("Administração")
NAVIGATION = (
    Entry(_("Painel"), "reporting:panel", Permission.VIEW, _WORK),
    Entry(_("Fila"), "casework:queue", Permission.WORK, _WORK),
    Entry(_("Clientes"), "casework:debtors", Permission.VIEW, _WORK),
    Entry(_("Títulos"), "casework:titles", Permission.VIEW, _WORK),
    Entry(_("Plano do dia"), "ruler:plan", Permission.VIEW, _CONTACT),
    Entry(_("Mensagens"), "outreach:outbox", Permission.VIEW, _CONTACT),
    Entry(_("Caixa de teste"), "outreach:mailbox", Permission.VIEW, _CONTACT, test_mode_only=True),
    Entry(_("Régua"), "ruler:rulers", Permission.VIEW, _CONTACT),
    Entry(_("Índices"), "scoring:indices", Permission.VIEW, _KNOW),
    Entry(_("Segmentos"), "segments:segments", Permission.VIEW, _KNOW),
    Entry(_("Importar"), "intake:imports", Permission.IMPORT, _RUN),
    Entry(_("Rotina diária"), "daily:runs", Permission.VIEW, _RUN),
    Entry(_("Pessoas"), "access:people", Permission.PEOPLE, _RUN),
    Entry(_("Auditoria"), "access:audit", Permission.AUDIT, _RUN),
    Entry(_("Configurações"), "access:settings", Permission.SETTINGS, _RUN),
)


def open_ways(scope: Scope) -> list[tuple[Entry, str]]:
    """Return the entries whose page exists and is allowed, with their addresses in the scope's company."""
    ways = []
    test_mode = in_test_mode(scope)
    for entry in NAVIGATION:
        if not scope.allows(entry.permission) or (entry.test_mode_only and not test_mode):
            continue
        try:
            ways.append((entry, reverse(entry.view, args=[scope.company_id])))
        except NoReverseMatch:
            continue
    return ways


def menu(scope: Scope, path: str) -> list[dict[str, Any]]:
    """Return the entries as the layout shows them; `opens` is a heading where a group begins, `here` the page's own."""
    ways = open_ways(scope)
    here = max((address for _entry, address in ways if path.startswith(address)), key=len, default=None)
    shown: list[dict[str, Any]] = []
    group: Words | None = None
    for entry, address in ways:
        opens = entry.group if entry.group is not group else None
        shown.append({"label": entry.label, "address": address, "here": address == here, "opens": opens})
        group = entry.group
    return shown


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return what the layout needs: the company, its ways, the others to switch to, and the date of the data."""
    scope, company = getattr(request, "scope", None), getattr(request, "company", None)
    if scope is None or company is None:
        return {"demo": settings.DEMO}
    return {
        "company": company,
        "scope": scope,
        "ways": menu(scope, request.path),
        "other_companies": [c for c in companies_of(request.user) if c.pk != company.pk],  # type: ignore[arg-type]
        "data_on": last_day(scope),
        "may_see_personal_data": scope.allows(Permission.PERSONAL_DATA),
        "demo": settings.DEMO,
    }
