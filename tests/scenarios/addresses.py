"""Every address that the program answers, filled with ids of rows that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.outreach import queries as outreach
from receba.outreach.core.figures import Key
from receba.reporting.core.kpis import KPIS


def row(label: str, *, newest: bool = False, **wanted: Any) -> Callable[[Scope], Any]:
    """Return a sample that is the id of the scope's first row of a model, or of its newest."""

    def first(scope: Scope) -> Any:
        with scope.active():
            rows = apps.get_model(label)._default_manager.filter(company_id=scope.company_id, **wanted)
            return rows.order_by("-pk" if newest else "pk").values_list("pk", flat=True).first()

    return first


def letter(scope: Scope) -> str | None:
    """Return the name of the newest letter in the company's local mailbox."""
    return next((found.name for found in outreach.mailbox(scope)), None)


SAMPLES: dict[str, Callable[[Scope], Any]] = {
    "debtor_id": row("parties.Debtor"),
    "title_id": row("ledger.Title"),
    "hold_id": row("ledger.Hold"),
    "grant_id": row("access.Grant"),
    "file_id": row("intake.ImportFile"),
    "row_id": row("intake.RejectedRow"),
    "decision_id": row("ruler.Decision"),
    "ruler_id": row("ruler.Ruler"),
    "assignment_id": row("ruler.Assignment"),
    "message_id": row("outreach.Message"),
    "reporting:kpi": lambda scope: next(iter(KPIS)),
    "outreach:key": lambda scope: Key.LATE_SOFT.value,
    "outreach:name": letter,
}
"""An address's parameter, alone or after its room → how to find one of a company.

A new page whose parameter has a new name adds its line here.
"""

OPEN = {
    "language": "keeps the visitor's language in a cookie; the sign-in page needs it too",
    "leave": "only leads to signing out",
    "console:design": "shows the console's pieces with made-up data, in development and in the demonstration only",
    "console:companies": "lists the person's own companies; asks for a sign-in itself",
    "console:home": "lists the person's own companies; asks for a sign-in itself",
}
"""Addresses without a permission, and why. Everything of allauth (under conta/) is its own."""


def _unknown(scope: Scope) -> None:
    return None


@dataclass(frozen=True)
class Address:
    """One address: its name, route, view, the names of its parameters, and what it demands."""

    name: str
    route: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def permissions(self) -> frozenset[Permission] | None:
        """Return what the view demands; None when it says nothing."""
        found = getattr(self.view, "permissions", None)
        return frozenset(found) if found is not None else None

    def sample(self, parameter: str, scope: Scope) -> Any:
        """Return something of the scope's company to fill a parameter with."""
        return SAMPLES.get(f"{self.name.partition(':')[0]}:{parameter}", SAMPLES.get(parameter, _unknown))(scope)

    @property
    def own(self) -> tuple[str, ...]:
        """Return its parameters besides the company."""
        return tuple(name for name in self.parameters if name != "company_id")

    def path(self, **values: Any) -> str:
        """Return the address with its parameters filled in."""
        text = "/" + self.route
        for pattern_name, given in values.items():
            for part in (f"<int:{pattern_name}>", f"<str:{pattern_name}>", f"<slug:{pattern_name}>",
                         f"<uuid:{pattern_name}>", f"<path:{pattern_name}>", f"<{pattern_name}>"):  # fmt: skip
                text = text.replace(part, str(given))
        assert "<" not in text, f"{text}: a parameter is not filled"
        return text


def addresses() -> list[Address]:
    """Return every address of the program except those of the packages."""
    return [found for found in _walk(get_resolver().url_patterns, "", "") if not found.route.startswith("conta/")]


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            parameters = tuple(
                part.rstrip(">").rpartition(":")[2]
                for part in route.split("<")[1:]
                for part in [part.partition(">")[0]]
            )
            yield Address(f"{space}{pattern.name or route}", route, pattern.callback, parameters)


def filled(address: Address, scope: Scope) -> dict[str, Any]:
    """Return a value for each of the address's parameters, of rows of the scope's company."""
    return {"company_id": scope.company_id} | {name: address.sample(name, scope) for name in address.own}
