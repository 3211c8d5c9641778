"""The ways through a company, by the work of the day and by role. An entry shows when its page exists and is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.queries import companies_of
from receba.access.scope import Scope
from receba.console.glance import Glance, capped, glance
from receba.outreach.queries import in_test_mode

Words = Promise | str
Work = Literal["manage", "collect", "audit"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One way: what it is called, where it leads, who may go, and under which heading it stands.

    `key` follows g on the keyboard. `counts` names the number of console.glance that stands beside it.
    """

    label: Words
    view: str
    permission: Permission
    group: Words
    key: str
    icon: str
    counts: str = ""
    test_mode_only: bool = False


_TODAY, _BOOK, _SPEAK, _DATA, _RUN = _("Hoje"), _("Carteira"), _("Mensagens e régua"), _("Dados"), _("Administração")
_P = Permission
NAVIGATION = (
    Entry(_("Painel"), "reporting:panel", _P.VIEW, _TODAY, "p", "panel"),
    Entry(_("Fila"), "casework:queue", _P.WORK, _TODAY, "f", "queue", "queue"),
    Entry(_("Plano do dia"), "ruler:plan", _P.VIEW, _TODAY, "d", "calendar", "plan"),
    Entry(_("Clientes"), "casework:debtors", _P.VIEW, _BOOK, "c", "people"),
    Entry(_("Títulos"), "casework:titles", _P.VIEW, _BOOK, "t", "sheet"),
    Entry(_("Índices"), "scoring:indices", _P.VIEW, _BOOK, "i", "gauge"),
    Entry(_("Segmentos"), "segments:segments", _P.VIEW, _BOOK, "s", "parts"),
    Entry(_("Mensagens"), "outreach:outbox", _P.VIEW, _SPEAK, "m", "mail", "failed"),
    Entry(_("Régua"), "ruler:rulers", _P.VIEW, _SPEAK, "r", "ruler"),
    Entry(_("Caixa de teste"), "outreach:mailbox", _P.VIEW, _SPEAK, "x", "inbox", test_mode_only=True),
    Entry(_("Importar"), "intake:imports", _P.IMPORT, _DATA, "u", "upload", "refused"),
    Entry(_("Rotina diária"), "daily:runs", _P.VIEW, _DATA, "o", "clock"),
    Entry(_("Auditoria"), "access:audit", _P.AUDIT, _RUN, "a", "check"),
    Entry(_("Pessoas"), "access:people", _P.PEOPLE, _RUN, "q", "person"),
    Entry(_("Configurações"), "access:settings", _P.SETTINGS, _RUN, "k", "sliders"),
)
FIRST: dict[Work, str] = {"manage": "reporting:panel", "collect": "casework:queue", "audit": "access:audit"}
"""The page with which each kind of work begins."""
IN_THE_BAR = 4
"""How many entries a telephone shows below the page; the others are behind the menu."""
SHOWN_COMPANIES = 30
"""How many companies the switcher holds; where there are more, it asks for those that fit what is typed."""


def work_of(scope: Scope) -> Work:
    """Return what the person mostly does in the company, told by what they may do."""
    if scope.allows(Permission.AUDIT) and not scope.allows(Permission.WORK):
        return "audit"
    return "collect" if scope.allows(Permission.WORK) and not scope.allows(Permission.APPROVE_PLAN) else "manage"


def entries(scope: Scope) -> list[Entry]:
    """Return the entries that the person may open, the group of their work first and its page on top."""
    first = FIRST[work_of(scope)]
    group = next(entry.group for entry in NAVIGATION if entry.view == first)
    allowed = [entry for entry in NAVIGATION if scope.allows(entry.permission)]
    return sorted(allowed, key=lambda entry: (entry.view != first, entry.group is not group))


def address_of(view: str, company_id: int) -> str | None:
    """Return the address of an entry's page in a company; None while there is no such page."""
    try:
        return reverse(view, args=[company_id])
    except NoReverseMatch:
        return None


def first_page(scope: Scope, view: str = "") -> str:
    """Return the address of the page that is asked for by its name, if it is an entry the person may open there.

    Otherwise the first page of their work; home where nothing may be opened.
    """
    ways = [(entry.view, address) for entry in entries(scope) if (address := address_of(entry.view, scope.company_id))]
    asked = next((address for name, address in ways if name == view), None)
    return asked or (ways[0][1] if ways else reverse("console:home"))


def open_ways(scope: Scope) -> list[tuple[Entry, str]]:
    """Return the entries that lead somewhere now, with their addresses in the scope's company."""
    test_mode = in_test_mode(scope)
    ways = [(entry, address_of(entry.view, scope.company_id)) for entry in entries(scope)]
    return [(entry, address) for entry, address in ways if address and (test_mode or not entry.test_mode_only)]


def menu(scope: Scope, path: str, seen: Glance | None = None) -> list[dict[str, Any]]:
    """Return the entries as the layout shows them.

    `opens` is a heading where a group begins, `here` the page's own, `main` those that a telephone shows at once.
    """
    ways = open_ways(scope)
    here = max((address for _entry, address in ways if path.startswith(address)), key=len, default=None)
    shown: list[dict[str, Any]] = []
    group: Words | None = None
    for place, (entry, address) in enumerate(ways):
        count = getattr(seen, entry.counts) if seen and entry.counts else 0
        shown.append(
            {
                "label": entry.label,
                "view": entry.view,
                "address": address,
                "here": address == here,
                "opens": entry.group if entry.group is not group else None,
                "key": f"g {entry.key}",
                "icon": entry.icon,
                "main": place < IN_THE_BAR,
                "count": capped(count) if count else "",
                "alarm": entry.counts in ("failed", "refused"),
            }
        )
        group = entry.group
    return shown


def place_of(path: str, company_id: int) -> str:
    """Return the name of the entry to which a page belongs: what another company may be entered by; never an id."""
    ways = [(address, entry.view) for entry in NAVIGATION if (address := address_of(entry.view, company_id))]
    return max((way for way in ways if path.startswith(way[0])), default=("", ""))[1]


def others(request: HttpRequest, company: Company, text: str = "") -> tuple[list[Company], int]:
    """Return the companies to switch to whose name holds the text, as many as are shown, and how many there are."""
    mine = companies_of(request.user).exclude(pk=company.pk)  # type: ignore[arg-type]
    fitting = [c for c in mine if text.casefold() in f"{c} {c.name}".casefold()]
    return fitting[:SHOWN_COMPANIES], len(fitting)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return what the layout needs: the company, its ways, the others to switch to, and the date of the data.

    What costs a query is asked when the layout shows it: a piece of a page has no frame around it.
    """
    scope, company = getattr(request, "scope", None), getattr(request, "company", None)
    if scope is None or company is None:
        return {"demo": settings.DEMO}
    seen = cache(lambda: glance(scope))
    ways = cache(lambda: menu(scope, request.path, seen()))
    switch = cache(lambda: others(request, company))
    return {
        "company": company,
        "scope": scope,
        "ways": ways,
        "here": lambda: next((way for way in ways() if way["here"]), None),
        "other_companies": lambda: switch()[0],
        "many_companies": lambda: switch()[1],
        "way_here": place_of(request.path, company.pk),
        "data_on": lambda: seen().data_on,
        "may_see_personal_data": scope.allows(Permission.PERSONAL_DATA),
        "demo": settings.DEMO,
    }
