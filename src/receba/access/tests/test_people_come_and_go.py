"""Inviting and revoking: who may, what is kept, and that a company never loses its last owner."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from receba.access import queries, services
from receba.access.core.roles import IN_A_PORTFOLIO, PERMISSIONS, Permission, Role
from receba.access.models import AuditEvent, Company, Grant, Person, Portfolio
from receba.access.scope import Actor, NotAllowed
from receba.parties.models import Debtor


def as_person(cast, role: Role):
    return queries.scope_for(cast.people[role], cast.serra_azul.pk, "a test")


@pytest.mark.req("S0.6")
def test_an_owner_invites_a_stranger_who_gets_a_password_and_what_was_granted(cast):
    grant, password = services.invite(
        as_person(cast, Role.OWNER), email="Novo@Ponte.example", name="Novo", role=Role.COLLECTOR
    )
    assert grant.person.email == "novo@ponte.example"
    assert len(password) >= 12
    assert grant.person.check_password(password)
    scope = queries.scope_for(grant.person, cast.serra_azul.pk)
    assert (scope.permissions, scope.portfolios) == (PERMISSIONS[Role.COLLECTOR], None)


def test_somebody_who_already_signs_in_keeps_the_password(cast):
    grant, password = services.invite(
        as_person(cast, Role.OWNER), email=cast.stranger.email, name="outro nome", role=Role.READER
    )
    assert (grant.person, password) == (cast.stranger, "")
    assert Person.objects.get(pk=cast.stranger.pk).name == "Estranho"
    assert Person.objects.get(pk=cast.stranger.pk).check_password("segredo-de-teste-1")


def test_inviting_twice_is_one_grant(cast):
    owner = as_person(cast, Role.OWNER)
    first, _ = services.invite(owner, email="novo@ponte.example", name="Novo", role=Role.READER)
    again, password = services.invite(owner, email="novo@ponte.example", name="Novo", role=Role.READER)
    assert (again.pk, password) == (first.pk, "")


@pytest.mark.req("S0.6")
@pytest.mark.parametrize("role", [role for role in Role if Permission.PEOPLE not in PERMISSIONS[role]])
def test_nobody_else_invites_or_revokes(cast, role):
    scope = as_person(cast, role)
    with pytest.raises(NotAllowed):
        services.invite(scope, email="novo@ponte.example", name="Novo", role=Role.READER)
    with pytest.raises(NotAllowed):
        services.revoke(scope, grant_id=Grant.objects.get(person=cast.people[Role.READER]).pk)


@pytest.mark.req("S0.6")
def test_a_person_of_one_portfolio_sees_that_portfolio(cast):
    grant, _ = services.invite(
        as_person(cast, Role.OWNER), email="novo@ponte.example", name="Novo", role=Role.MANAGER,
        portfolio_id=cast.portfolio.pk,
    )  # fmt: skip
    scope = queries.scope_for(grant.person, cast.serra_azul.pk)
    assert scope.portfolios == {cast.portfolio.pk}
    assert scope.permissions == IN_A_PORTFOLIO
    with scope.active():
        assert Debtor.objects.count() == 0, "nobody has a title there yet"


def test_a_portfolio_of_another_company_cannot_be_granted(cast):
    foreign = Portfolio.objects.get(company=cast.horizonte)
    with pytest.raises(Portfolio.DoesNotExist):
        services.invite(
            as_person(cast, Role.OWNER), email="n@ponte.example", name="N", role=Role.READER, portfolio_id=foreign.pk
        )


@pytest.mark.parametrize(
    "before, after, refused",
    [
        ((Role.READER, None), (Role.COLLECTOR, None), False),
        ((Role.COLLECTOR, "portfolio"), (Role.COLLECTOR, "other_portfolio"), False),
        ((Role.READER, None), (Role.COLLECTOR, "portfolio"), True),
        ((Role.COLLECTOR, "portfolio"), (Role.READER, None), True),
        ((Role.COLLECTOR, "portfolio"), (Role.READER, "other_portfolio"), True),
    ],
)
def test_grants_that_would_weaken_each_other_are_refused(cast, before, after, refused):
    def invite(role, portfolio):
        chosen = getattr(cast, portfolio).pk if portfolio else None
        services.invite(as_person(cast, Role.OWNER), email="n@ponte.example", name="N", role=role, portfolio_id=chosen)

    invite(*before)
    if refused:
        with pytest.raises(services.MixedGrants):
            invite(*after)
    else:
        invite(*after)


@pytest.mark.req("S0.6")
def test_a_revoked_grant_ends_at_once_stays_on_record_and_may_be_given_again(cast):
    owner, collector = as_person(cast, Role.OWNER), cast.people[Role.COLLECTOR]
    grant = Grant.objects.get(person=collector)
    services.revoke(owner, grant_id=grant.pk)
    assert queries.scope_for(collector, cast.serra_azul.pk) is None
    assert Grant.objects.get(pk=grant.pk).revoked_at is not None
    with owner.active():
        event = AuditEvent.objects.filter(table="access_grant").first()
    assert (event.operation, event.actor) == ("UPDATE", f"person:{cast.people[Role.OWNER].pk}")
    with pytest.raises(Grant.DoesNotExist):
        services.revoke(owner, grant_id=grant.pk)
    again, _ = services.invite(owner, email=collector.email, name="", role=Role.COLLECTOR)
    assert again.pk != grant.pk


@pytest.mark.req("S0.6")
def test_a_grant_of_another_company_is_out_of_reach(cast):
    foreign = Grant.objects.get(person=cast.stranger)
    with pytest.raises(Grant.DoesNotExist):
        services.revoke(as_person(cast, Role.OWNER), grant_id=foreign.pk)


def test_the_last_owner_stays(cast):
    owner = as_person(cast, Role.OWNER)
    own = Grant.objects.get(person=cast.people[Role.OWNER])
    with pytest.raises(services.LastOwner):
        services.revoke(owner, grant_id=own.pk)
    services.invite(owner, email="dona@ponte.example", name="Dona", role=Role.OWNER, portfolio_id=cast.portfolio.pk)
    with pytest.raises(services.LastOwner):
        services.revoke(owner, grant_id=own.pk)
    services.invite(owner, email="dono@ponte.example", name="Dono", role=Role.OWNER)
    services.revoke(owner, grant_id=own.pk)


def test_two_owners_cannot_revoke_each_other_at_the_same_time(committed, cast):
    services.invite(as_person(cast, Role.OWNER), email="dono@ponte.example", name="Dono", role=Role.OWNER)
    grants = list(Grant.objects.filter(company=cast.serra_azul, role=Role.OWNER))
    start, outcomes = threading.Barrier(2), []

    def revoke(grant: Grant) -> None:
        scope = replace(cast.scope, actor=Actor("job", f"revoke {grant.pk}"))
        try:
            start.wait(20)
            services.revoke(scope, grant_id=grant.pk)
            outcomes.append("revoked")
        except services.LastOwner:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=revoke, args=(grant,)) for grant in grants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["refused", "revoked"]


def test_founding_a_company_twice_is_one_company_with_one_portfolio(cast):
    facts = {"name": "Nova Ltda", "document": "11444777000161", "address": "Rua A, 1"}
    one = services.found_company(Actor("command", "init"), operator_name="Ponte BPO Financeiro", **facts)
    two = services.found_company(Actor("command", "init"), operator_name="Ponte BPO Financeiro", **facts)
    assert one == two
    assert one.portfolios.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if Permission.SETTINGS not in PERMISSIONS[role]])
def test_settings_are_changed_by_who_may(cast, role):
    with pytest.raises(NotAllowed):
        services.change_company(as_person(cast, role), trade_name="x")


def test_a_changed_company_keeps_what_it_was_in_the_log(cast):
    manager = as_person(cast, Role.MANAGER)
    services.change_company(manager, trade_name="Serra Azul Distribuidora")
    with pytest.raises(ValidationError):
        services.change_company(manager, email="não é e-mail")
    assert Company.objects.get(pk=cast.serra_azul.pk).trade_name == "Serra Azul Distribuidora"
    with manager.active():
        event = AuditEvent.objects.filter(table="access_company").first()
    assert event.rows["before"][0]["trade_name"] == "Serra Azul"
