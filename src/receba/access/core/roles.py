"""Roles and what each may do: one table, read by views, services and tests."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may be allowed to do in a company."""

    VIEW = "view"
    PERSONAL_DATA = "personal_data"
    EXPORT = "export"
    WORK = "work"
    IMPORT = "import"
    RUN_DAY = "run_day"
    APPROVE_PLAN = "approve_plan"
    EDIT_RULER = "edit_ruler"
    SETTINGS = "settings"
    PEOPLE = "people"
    AUDIT = "audit"


class Role(StrEnum):
    """What a person is in a company."""

    OWNER = "owner"
    MANAGER = "manager"
    COLLECTOR = "collector"
    AUDITOR = "auditor"
    READER = "reader"


_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {_P.PEOPLE, _P.AUDIT},
    Role.COLLECTOR: frozenset({_P.VIEW, _P.PERSONAL_DATA, _P.WORK}),
    Role.AUDITOR: frozenset({_P.VIEW, _P.PERSONAL_DATA, _P.AUDIT, _P.EXPORT}),
    Role.READER: frozenset({_P.VIEW}),
}

IN_A_PORTFOLIO = frozenset({_P.VIEW, _P.PERSONAL_DATA, _P.EXPORT, _P.WORK})
"""What a grant over one portfolio can give; everything else is about the whole company (its people, ruler, day)."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that any of `roles` allows."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def reach(grants: Iterable[tuple[Role, int | None]]) -> tuple[frozenset[Permission], frozenset[int] | None]:
    """Return what standing grants (role, portfolio or None for all) allow, and on which portfolios (None: all).

    A session holds one set of permissions for all that it sees, so it gets those that it has on every portfolio:
    two grants together never allow more, anywhere, than was granted there.
    """
    whole: set[Role] = set()
    narrow: dict[int, set[Role]] = {}
    for role, portfolio in grants:
        (whole if portfolio is None else narrow.setdefault(portfolio, set())).add(role)
    if whole or not narrow:
        return permissions_of(whole), None if whole else frozenset()
    shared = frozenset.intersection(*(permissions_of(roles) for roles in narrow.values()))
    return shared & IN_A_PORTFOLIO, frozenset(narrow)
