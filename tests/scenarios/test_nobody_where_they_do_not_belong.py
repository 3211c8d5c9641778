"""Every address, as everybody: nobody gets in where they do not belong, and a refusal tells nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from receba.access.core.roles import PERMISSIONS, Role
from receba.access.models import AuditEvent
from receba.access.queries import chain_head, scope_for
from scenarios.addresses import OPEN, Address, addresses, filled
from scenarios.signing import signed_in

pytestmark = pytest.mark.req("S0.6")

ANSWERS = {200, 302}
NOT_THIS_METHOD = 405
LOGIN = "/conta/login/"
MAY_BE_MISSING: dict[str, str] = {}
"""Addresses that may answer 404 to people who may enter, and why."""


def inside() -> list[Address]:
    """Return the addresses inside a company."""
    return [address for address in addresses() if "company_id" in address.parameters]


def body(answer: HttpResponseBase) -> str:
    if answer.streaming:
        content = b"".join(answer.streaming_content)
    else:
        content = answer.content
    return content.decode("utf-8", "replace") + str(answer.headers)


def test_every_address_says_whom_it_lets_in():
    silent = [
        f"{address.name} ({address.route})"
        for address in addresses()
        if address.permissions is None and address.name not in OPEN
    ]
    assert not silent, "no `company_view(Permission…)`, and not in OPEN:\n" + "\n".join(silent)
    outside = [a.name for a in addresses() if a.permissions is not None and "company_id" not in a.parameters]
    assert not outside, f"demand a permission and name no company: {outside}"


def test_the_list_of_open_addresses_holds_nothing_that_is_gone():
    assert set(OPEN) <= {address.name for address in addresses()}
    assert len(inside()) > 15


def test_every_parameter_has_a_row_to_be_filled_with(world):
    empty = {
        f"{address.name}: {name}"
        for address in addresses()
        for name in address.own
        if address.sample(name, world.cast.scope) is None
    }
    assert not empty, f"no SAMPLES entry (scenarios/addresses.py), or no such row in the world: {sorted(empty)}"


def test_who_may_look_sees_the_names_that_the_refusals_must_not_tell(world):
    seen = {address.name: body(answer) for address, _method, answer in visits(world, owner(world), ("get",))}
    assert all(name in seen["casework:debtors"] for name in world.names)
    telling = [name for name, text in seen.items() if any(known in text for known in world.names)]
    assert len(telling) > 8, telling


def owner(world: Any) -> Client:
    return signed_in(world.cast.people[Role.OWNER])


def visits(
    world: Any, browser: Client, methods: tuple[str, ...] = ("get", "post")
) -> Iterator[tuple[Address, str, Any]]:
    """Give (address, method, answer) for every address inside Serra Azul, filled with its own rows."""
    for address in inside():
        path = address.path(**filled(address, world.cast.scope))
        for method in methods:
            yield address, method, getattr(browser, method)(path)


def told(world: Any, answer: HttpResponseBase) -> list[str]:
    """Return what a refusal must not tell and does."""
    text = body(answer)
    return [word for word in (*world.names, "Serra Azul", "52998224725", "exemplo.example") if word in text]


def check(found: list[str]) -> None:
    assert not found, "\n".join(found)


def refusals(world: Any, browser: Client, right: Callable[[HttpResponseBase], bool]) -> list[str]:
    """Return where a visitor who must be refused was answered otherwise, or was told something."""
    wrong, refused = [], set()
    for address, method, answer in visits(world, browser):
        if right(answer):
            refused.add(address)
        elif answer.status_code != NOT_THIS_METHOD:
            wrong.append(f"{address.name} {method}: {answer.status_code}")
        if words := told(world, answer):
            wrong.append(f"{address.name} {method} tells {words}")
    return wrong + [
        f"{address.name}: neither GET nor POST was refused" for address in inside() if address not in refused
    ]


def test_a_visitor_is_led_to_the_sign_in(world):
    check(refusals(world, signed_in(None), lambda answer: answer.status_code == 302 and LOGIN in answer["Location"]))


def test_for_a_stranger_the_company_does_not_exist(world):
    check(refusals(world, signed_in(world.cast.stranger), lambda answer: answer.status_code == 404))


def test_a_stranger_reaches_no_row_of_another_company_through_their_own(world):
    """The owner of Horizonte, in Horizonte, asks for rows of Serra Azul."""
    browser, wrong = signed_in(world.cast.stranger), []
    before = chain_head(world.cast.scope)
    for address in inside():
        rows = {name for name in address.own if name.endswith("_id")}
        if not rows:
            continue
        path = address.path(**filled(address, world.cast.scope) | {"company_id": world.cast.horizonte.pk})
        for method in ("get", "post"):
            answer = getattr(browser, method)(path)
            if answer.status_code not in (404, NOT_THIS_METHOD):
                wrong.append(f"{address.name} {method}: {answer.status_code}")
            if words := told(world, answer):
                wrong.append(f"{address.name} {method} tells {words}")
    check(wrong)
    assert chain_head(world.cast.scope) == before, "something of Serra Azul was written"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_its_permissions_say_and_no_more(world, role):
    browser, wrong = signed_in(world.cast.people[role]), []
    for address in inside():
        may = (address.permissions or frozenset()) <= PERMISSIONS[role]
        path = address.path(**filled(address, world.cast.scope))
        got = browser.get(path)
        good = ANSWERS | {NOT_THIS_METHOD} | ({404} if address.name in MAY_BE_MISSING else set())
        if may and got.status_code not in good:
            wrong.append(f"{address.name} get: {got.status_code}")
        if may and got.status_code == 302 and LOGIN in got["Location"]:
            wrong.append(f"{address.name} get: asked to sign in again")
        if not may:
            answers = [got, browser.post(path)]
            codes = {answer.status_code for answer in answers}
            if not codes <= {403, NOT_THIS_METHOD} or 403 not in codes:
                wrong.append(f"{address.name}: {sorted(codes)} instead of 403")
            wrong += [f"{address.name} tells {w}" for a in answers for w in told(world, a) if w in world.names]
    check(wrong)


def test_a_person_of_one_portfolio_meets_nobody_of_the_others(world):
    """Every address, with ids of "Geral" and of "Especial"; only Aurora, who is in "Especial", may be named."""
    scope = scope_for(world.narrow, world.cast.serra_azul.pk)
    browser, wrong = signed_in(world.narrow), []
    others = [name for name in world.names if name != world.cast.aurora.name]
    for address in inside():
        theirs = filled(address, world.cast.scope)
        own = {name: value for name, value in filled(address, scope).items() if value is not None}
        for ids in (theirs, theirs | own):
            answer = browser.get(address.path(**ids))
            may = (address.permissions or frozenset()) <= scope.permissions
            if answer.status_code not in ((*ANSWERS, 404, NOT_THIS_METHOD) if may else (403, NOT_THIS_METHOD)):
                wrong.append(f"{address.name} get: {answer.status_code}")
            text = body(answer)
            wrong += [f"{address.name} names {name}" for name in others if name in text]
    check(wrong)


def test_looking_writes_nothing(world):
    """A GET leaves no event: an owner who opens every page changes no fact."""
    before = chain_head(world.cast.scope)
    for _address, _method, _answer in visits(world, owner(world), ("get",)):
        pass
    with world.cast.scope.active():
        written = list(AuditEvent.objects.filter(reason__startswith="GET ").values_list("reason", "table"))
    assert (chain_head(world.cast.scope), written) == (before, [])
