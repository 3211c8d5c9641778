"""Every screen of the program, with rows that exist: what the pictures, the measurements and the browser tests walk.

A new page is walked from the day its address exists. What only answers forms, gives a file or is a part of a page shows
that by its answer (`what_it_is`); what else is no screen says why in `NOT_SCREENS`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from scenarios.addresses import Address, _walk, addresses, filled, row

if TYPE_CHECKING:
    from receba.access.scope import Scope

WRITTEN = "what a customer receives, as mail programs show it; its page frames it"
NOT_SCREENS = {
    "language": "keeps the visitor's language in a cookie, and goes back",
    "leave": "leads to signing out",
    "outreach:preview": WRITTEN,
    "outreach:sample": WRITTEN,
    "outreach:message_html": WRITTEN,
    "outreach:letter_html": WRITTEN,
    "account_signup": "closed: people are invited",
    "account_inactive": "only somebody who was shut out is led there",
    "account_reauthenticate": "asked for by the pages of the second step",
    "account_email": "people do not change their address themselves",
    "account_email_verification_sent": "addresses are not verified by mail",
    "account_set_password": "only for people without a password, and there are none",
    "account_confirm_login_code": "codes by mail are off",
    "account_confirm_email": "addresses are not verified by mail",
    "account_reset_password_from_key": "needs a key out of a letter",
    "mfa_authenticate": "only in the middle of signing in",
    "mfa_reauthenticate": "asked for by the pages of the second step",
    "mfa_activate_totp": "asks for the password first",
    "mfa_deactivate_totp": "only with a second step that is on",
    "mfa_view_recovery_codes": "only with a second step that is on",
    "mfa_generate_recovery_codes": "only with a second step that is on",
}
"""Addresses that are no screens of their own, and why."""
PAGE = "a page"


def what_it_is(status: int, kind: str, disposition: str, body: str) -> str:
    """Say what an address gives, by its answer to a GET; an answer that nobody should see is told as it came."""
    if status == 405:
        return "answers forms only"
    if status == 200 and (disposition.startswith("attachment") or not kind.startswith("text/html")):
        return "a file to keep"
    if status == 200 and "<html" not in body:
        return "a part of a page"
    return PAGE if status in (200, 404) else f"an answer of {status} {kind}"


def refused(scope: Scope) -> int | None:
    """Return a file of the scope's company of which rows were refused."""
    from receba.intake.models import RejectedRow

    with scope.active():
        return RejectedRow.objects.filter(company_id=scope.company_id).values_list("file_id", flat=True).first()


VISITORS = frozenset(
    {"account_login", "account_reset_password", "account_reset_password_done", "account_reset_password_from_key_done"}
)
"""Screens that somebody sees who has not signed in."""
MORE = {
    "casework:debtor": {"debtor_id": row("parties.Debtor", newest=True)},
    "intake:file": {"file_id": refused},
    "outreach:message": {"message_id": row("outreach.Message", newest=True)},
}
"""Screens whose newest row looks unlike the first one."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One page to look at: its address's name, its path, and whether only a visitor sees it."""

    name: str
    path: str
    visitor: bool = False


def every_address() -> list[Address]:
    """Return every address of the program, those of the sign-in among them."""
    from django.urls import get_resolver

    return [*addresses(), *(a for a in _walk(get_resolver().url_patterns, "", "") if a.route.startswith("conta/"))]


def outside() -> list[Screen]:
    """Return the screens that belong to no company, and the one that says that there is no such page."""
    from django.urls import reverse

    named = [a.name for a in every_address() if "company_id" not in a.parameters and a.name not in NOT_SCREENS]
    found = [Screen(name, reverse(name), name in VISITORS) for name in named]
    return [*found, Screen("not found", "/nao-existe/")]


def inside(scope: Scope, *, more: bool = False) -> list[Screen]:
    """Return the screens of a company, filled with its rows; what has no row yet is left out."""
    return list(_inside(scope, more=more))


def _inside(scope: Scope, *, more: bool) -> Iterator[Screen]:
    for address in addresses():
        if address.name in NOT_SCREENS or "company_id" not in address.parameters:
            continue
        values = filled(address, scope)
        if None in values.values():
            continue
        path = address.path(**values)
        yield Screen(address.name, path)
        other = {name: sample(scope) for name, sample in MORE.get(address.name, {}).items()} if more else {}
        if other and None not in other.values() and (again := address.path(**values | other)) != path:
            yield Screen(f"{address.name}:newest", again)
