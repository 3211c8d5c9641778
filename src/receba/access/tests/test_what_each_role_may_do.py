"""The table of roles, and what a person's grants come to in a company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.access import queries
from receba.access.core.roles import IN_A_PORTFOLIO, PERMISSIONS, Permission, Role, permissions_of, reach
from receba.access.models import Company, Grant
from receba.access.scope import Actor, NotAllowed, Scope, acting

P = Permission
TESTS = Actor("command", "tests")


@pytest.mark.req("S0.6")
@pytest.mark.parametrize(
    "role, may, may_not",
    [
        (Role.OWNER, set(Permission), set()),
        (Role.MANAGER, {P.SETTINGS, P.IMPORT, P.RUN_DAY, P.APPROVE_PLAN, P.EDIT_RULER, P.WORK}, {P.PEOPLE, P.AUDIT}),
        (Role.COLLECTOR, {P.VIEW, P.PERSONAL_DATA, P.WORK}, {P.EXPORT, P.IMPORT, P.RUN_DAY, P.SETTINGS, P.PEOPLE}),
        (Role.AUDITOR, {P.VIEW, P.AUDIT, P.EXPORT}, {P.WORK, P.IMPORT, P.APPROVE_PLAN, P.SETTINGS, P.PEOPLE}),
        (Role.READER, {P.VIEW}, set(Permission) - {P.VIEW}),
    ],
)
def test_the_table_of_roles(role, may, may_not):
    assert may <= PERMISSIONS[role]
    assert not may_not & PERMISSIONS[role]


def test_every_role_sees_and_none_is_left_out():
    assert set(PERMISSIONS) == set(Role)
    assert all(P.VIEW in allowed for allowed in PERMISSIONS.values())
    assert permissions_of([]) == frozenset()


@given(st.lists(st.tuples(st.sampled_from(Role), st.none() | st.integers(1, 3)), max_size=5))
def test_grants_together_never_allow_more_anywhere_than_was_granted_there(grants):
    permissions, portfolios = reach(grants)
    seen = {1, 2, 3, 4} if portfolios is None else portfolios
    for portfolio in seen:
        there = permissions_of(role for role, of in grants if of in (None, portfolio))
        assert permissions <= there
    if portfolios is not None:
        assert permissions <= IN_A_PORTFOLIO
        assert portfolios == {of for _role, of in grants}


def test_an_owner_of_one_portfolio_works_there_and_runs_nothing_for_the_whole_company():
    permissions, portfolios = reach([(Role.OWNER, 7)])
    assert (permissions, portfolios) == (IN_A_PORTFOLIO, frozenset({7}))
    assert not permissions & {P.PEOPLE, P.SETTINGS, P.AUDIT, P.RUN_DAY, P.IMPORT}


def test_a_reader_of_everything_does_not_become_a_collector_by_one_portfolio():
    assert reach([(Role.READER, None), (Role.COLLECTOR, 7)]) == (PERMISSIONS[Role.READER], None)


def test_require_raises_what_is_missing(cast):
    scope = Scope(cast.serra_azul.pk, TESTS, PERMISSIONS[Role.READER])
    scope.require(P.VIEW)
    with pytest.raises(NotAllowed) as refusal:
        scope.require(P.EXPORT)
    assert refusal.value.permission is P.EXPORT


def test_the_scope_of_a_person_is_what_was_granted(cast):
    for role, person in cast.people.items():
        scope = queries.scope_for(person, cast.serra_azul.pk)
        assert (scope.permissions, scope.portfolios) == (PERMISSIONS[role], None)
        assert str(scope.actor) == f"person:{person.pk}"
        assert queries.scope_for(person, cast.horizonte.pk) is None


def test_no_grant_a_revoked_grant_or_a_closed_account_open_no_door(cast):
    collector = cast.people[Role.COLLECTOR]
    assert list(queries.companies_of(collector)) == [cast.serra_azul]
    assert queries.scope_for(collector, 999_999) is None
    with acting(TESTS, "closing the account"):
        collector.is_active = False
        collector.save()
    assert queries.scope_for(collector, cast.serra_azul.pk) is None
    with acting(TESTS, "end"):
        Grant.objects.filter(person=cast.people[Role.READER]).update(revoked_at="2026-01-03T00:00Z")
    assert queries.scope_for(cast.people[Role.READER], cast.serra_azul.pk) is None
    assert list(queries.companies_of(cast.people[Role.READER])) == []


def test_being_a_superuser_of_django_opens_no_company(cast):
    with acting(TESTS, "superuser"):
        boss = type(cast.stranger).objects.create_superuser("raiz@ponte.example", "segredo-de-teste-1", name="Raiz")
    assert all(queries.scope_for(boss, pk) is None for pk in Company.objects.values_list("pk", flat=True))
