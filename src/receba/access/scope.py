"""The company scope: who works, in which creditor company, on which portfolios, and why.

Every service and query takes a `Scope` first. While it is active, django-scopes refuses unscoped querysets and
PostgreSQL's row-level security repeats the restriction from the session settings that are set here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from django.db import connection
from django_scopes import scope as django_scope
from psycopg.pq import TransactionStatus

from receba.access.core.roles import Permission


class NotAllowed(Exception):
    """The person's roles in this company do not include the permission."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"not allowed: {permission}")
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a signed-in person, a job, or a command of the terminal."""

    kind: Literal["person", "job", "command"]
    name: str
    person_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.person_id or self.name}"


@dataclass(frozen=True, slots=True)
class Scope:
    """One company, seen by one actor. `portfolios` None means all of the company's portfolios."""

    company_id: int
    actor: Actor
    permissions: frozenset[Permission] = field(default_factory=lambda: frozenset(Permission))
    portfolios: frozenset[int] | None = None
    reason: str = ""

    def allows(self, permission: Permission) -> bool:
        """Return whether the actor may do this here."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the actor may do this here."""
        if permission not in self.permissions:
            raise NotAllowed(permission)

    def session_settings(self) -> dict[str, str]:
        """Return the PostgreSQL session settings that row-level security and the audit triggers read."""
        portfolios = "" if self.portfolios is None else ",".join(map(str, sorted(self.portfolios))) or "0"
        return {
            "receba.company": str(self.company_id),
            "receba.portfolios": portfolios,
            "receba.actor": str(self.actor),
            "receba.reason": self.reason,
        }

    @contextmanager
    def active(self) -> Iterator[Scope]:
        """Work inside this scope; leaving it restores the one around it."""
        if _current.get() is self:
            yield self
            return
        with _applied(self.session_settings(), self), django_scope(company=self.company_id):
            yield self


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)
_NAMES = ("receba.company", "receba.portfolios", "receba.actor", "receba.reason")


def current() -> Scope | None:
    """Return the active scope, if any."""
    return _current.get()


def _apply(settings: dict[str, str]) -> dict[str, str]:
    """Set the session settings and return what they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("coalesce(current_setting(%s, true), '')" for _ in _NAMES), list(_NAMES))
        before = dict(zip(_NAMES, cursor.fetchone(), strict=True))
        cursor.execute(
            "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in _NAMES),
            [text for name in _NAMES for text in (name, settings[name])],
        )
    return before


def _transaction_failed() -> bool:
    """Return whether nothing can be set any more before the rollback, which restores the settings by itself."""
    raw = connection.connection
    if connection.in_atomic_block and connection.needs_rollback:
        return True
    return raw is None or raw.closed or raw.info.transaction_status == TransactionStatus.INERROR


@contextmanager
def _applied(settings: dict[str, str], scope: Scope | None) -> Iterator[None]:
    before = _apply(settings)
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)
        if not _transaction_failed():
            _apply(before)


@contextmanager
def acting(actor: Actor, reason: str = "") -> Iterator[None]:
    """Write outside any company (people, grants, companies) under somebody's name; no company's rows are seen."""
    settings = {"receba.company": "", "receba.portfolios": "", "receba.actor": str(actor), "receba.reason": reason}
    with _applied(settings, None), django_scope(company=None):
        yield
