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
from receba.reporting.queries import last_day


@dataclass(frozen=True, slots=True)
class Entry:
    """One way: what it is called, where it leads, who may go."""

    label: Promise | str
    view: str
    permission: Permission
    demo_only: bool = False


NAVIGATION = (
    Entry(_("Painel"), "reporting:panel", Permission.VIEW),
    Entry(_("Fila"), "casework:queue", Permission.WORK),
    Entry(_("Clientes"), "casework:debtors", Permission.VIEW),
    Entry(_("Títulos"), "casework:titles", Permission.VIEW),
    Entry(_("Plano do dia"), "ruler:plan", Permission.VIEW),
    Entry(_("Mensagens"), "outreach:outbox", Permission.VIEW),
    Entry(_("Caixa da demonstração"), "outreach:mailbox", Permission.VIEW, demo_only=True),
    Entry(_("Índices"), "scoring:indices", Permission.VIEW),
    Entry(_("Régua"), "ruler:rulers", Permission.VIEW),
    Entry(_("Importar"), "intake:imports", Permission.IMPORT),
    Entry(_("Rotina diária"), "daily:runs", Permission.VIEW),
    Entry(_("Pessoas"), "access:people", Permission.PEOPLE),
    Entry(_("Auditoria"), "access:audit", Permission.AUDIT),
    Entry(_("Configurações"), "access:settings", Permission.SETTINGS),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return what the layout needs: the company, its ways, the others to switch to, and the date of the data."""
    scope, company = getattr(request, "scope", None), getattr(request, "company", None)
    if scope is None or company is None:
        return {"demo": settings.DEMO}
    ways = []
    for entry in NAVIGATION:
        if not scope.allows(entry.permission) or (entry.demo_only and not settings.DEMO):
            continue
        try:
            address = reverse(entry.view, args=[company.pk])
        except NoReverseMatch:
            continue
        ways.append({"label": entry.label, "address": address, "here": request.path.startswith(address)})
    others = [c for c in companies_of(request.user) if c.pk != company.pk]  # type: ignore[arg-type]
    return {
        "company": company,
        "scope": scope,
        "ways": ways,
        "other_companies": others,
        "data_on": last_day(scope),
        "may_see_personal_data": scope.allows(Permission.PERSONAL_DATA),
        "demo": settings.DEMO,
    }
