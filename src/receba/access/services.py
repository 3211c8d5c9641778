"""The verbs of access: companies, portfolios, people and grants, and their only writers."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from receba.access.core.roles import Permission, Role
from receba.access.models import Company, Grant, Operator, Person, Portfolio
from receba.access.scope import Actor, Scope, acting


class LastOwner(Exception):
    """Revoking this grant would leave the company without an owner."""


class MixedGrants(Exception):
    """The person would have the whole company in one role and a portfolio in another, or two portfolios in two.

    What they may do would then be less than either grant says (roles.reach): revoke the old grant first.
    """


@transaction.atomic
def found_company(actor: Actor, *, operator_name: str, portfolio_name: str = "Geral", **facts: Any) -> Company:
    """Record a creditor company under its operator, with a first portfolio; the same CNPJ again returns it."""
    with acting(actor, "found company"):
        operator, _new = Operator.objects.get_or_create(name=operator_name)
        company, new = Company.objects.get_or_create(operator=operator, document=facts.pop("document"), defaults=facts)
        if new:
            Portfolio.objects.create(company=company, code="geral", name=portfolio_name)
    return company


@transaction.atomic
def found_person(
    actor: Actor, *, company: Company, email: str, name: str, password: str, role: Role, keep_password: bool = False
) -> Person:
    """Record a person of a company in a role, where nobody could sign in yet to invite them; again changes nothing.

    Somebody else knows the password, so it is changed at the first sign-in, unless `keep_password` (the demonstration).
    """
    with acting(actor, "found person"):
        person = Person.objects.filter(email=email.lower()).first() or Person.objects.create_user(
            email, password, name=name, operator=company.operator, must_change_password=not keep_password
        )
        Grant.objects.get_or_create(person=person, company=company, portfolio=None, role=role, revoked_at=None)
    return person


@transaction.atomic
def invite(scope: Scope, *, email: str, name: str, role: Role, portfolio_id: int | None = None) -> tuple[Grant, str]:
    """Grant a role to a person, making them known first if they are not; return the grant and a first password.

    The password is "" for somebody who already signs in. It is shown once, stored only hashed, and changed at the first
    sign-in. Raises MixedGrants.
    """
    scope.require(Permission.PEOPLE)
    password = ""
    with scope.active():
        company = Company.objects.get(pk=scope.company_id)
        portfolio = Portfolio.objects.get(pk=portfolio_id, company=company) if portfolio_id is not None else None
        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            password = secrets.token_urlsafe(12)
            person = Person.objects.create_user(
                email, password, name=name, operator=company.operator, must_change_password=True
            )
        _refuse_mixed(person, company, role, portfolio)
        grant, _new = Grant.objects.get_or_create(
            person=person, company=company, portfolio=portfolio, role=role, revoked_at=None
        )
    return grant, password


def _refuse_mixed(person: Person, company: Company, role: Role, portfolio: Portfolio | None) -> None:
    standing = Grant.objects.filter(person=person, company=company, revoked_at=None)
    if portfolio is None:
        clash = standing.exclude(portfolio=None).exists()
    else:
        clash = standing.exclude(portfolio__isnull=False, role=role).exists()
    if clash:
        raise MixedGrants


@transaction.atomic
def revoke(scope: Scope, *, grant_id: int) -> Grant:
    """End a grant; it stays on record. Raises LastOwner."""
    scope.require(Permission.PEOPLE)
    with scope.active():
        Company.objects.select_for_update().get(pk=scope.company_id)  # two owners cannot revoke each other at once
        grant = Grant.objects.get(pk=grant_id, company_id=scope.company_id, revoked_at=None)
        owners = Grant.objects.filter(company_id=scope.company_id, role=Role.OWNER, portfolio=None, revoked_at=None)
        if grant.role == Role.OWNER and not owners.exclude(pk=grant.pk).exists():
            raise LastOwner
        grant.revoked_at = timezone.now()
        grant.save(update_fields=["revoked_at"])
    return grant


def choose_password(person: Person, password: str) -> None:
    """Record a password that the person chose; the first one, which somebody else knew, is over."""
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])


@transaction.atomic
def change_company(scope: Scope, **facts: Any) -> Company:
    """Change the company's identity or settings; the audit chain keeps what they were."""
    scope.require(Permission.SETTINGS)
    with scope.active():
        company = Company.objects.select_for_update().get(pk=scope.company_id)
        for name, value in facts.items():
            setattr(company, name, value)
        company.full_clean()
        company.save()
    return company


@transaction.atomic
def add_portfolio(scope: Scope, *, code: str, name: str) -> Portfolio:
    """Record a portfolio; the same code again returns it."""
    scope.require(Permission.IMPORT)
    with scope.active():
        portfolio, _new = Portfolio.objects.get_or_create(
            company_id=scope.company_id, code=code, defaults={"name": name}
        )
    return portfolio
