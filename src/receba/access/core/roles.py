"""Roles and what each may do: one table, read by views, services and tests."""

from __future__ import annotations

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


def permissions_of(roles: list[Role]) -> frozenset[Permission]:
    """Return everything that any of `roles` allows."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
