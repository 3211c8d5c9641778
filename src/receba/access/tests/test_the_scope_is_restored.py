"""Entering and leaving a company's scope: whatever happens inside, the one around it comes back."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django_scopes.exceptions import ScopeError

from receba.access.models import Operator
from receba.access.scope import Actor, acting, current
from receba.parties.models import Debtor

ACTOR = Actor("command", "outside")


def session() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('receba.{n}', true), '')" for n in NAMES))
        return cursor.fetchone()


NAMES = ("company", "portfolios", "actor", "reason")
NOBODY = ("", "", "", "")


def of(scope) -> tuple[str, ...]:
    return tuple(scope.session_settings()[f"receba.{name}"] for name in NAMES)


def test_a_scope_sets_company_portfolios_actor_and_reason(cast):
    narrow = replace(cast.scope, portfolios=frozenset({9, 2}))
    with narrow.active():
        assert session() == (str(cast.serra_azul.pk), "2,9", "job:tests", "a test")
    with replace(cast.scope, portfolios=frozenset()).active():
        assert session()[1] == "0", "no portfolio is not all portfolios"
    assert session() == NOBODY
    assert current() is None


def test_without_a_scope_a_query_is_an_error_and_not_an_empty_answer(cast):
    with pytest.raises(ScopeError):
        Debtor.objects.count()


def test_nested_scopes_come_back_one_by_one(cast):
    with cast.scope.active():
        with cast.stranger_scope.active():
            assert session() == of(cast.stranger_scope)
            assert Debtor.objects.count() == 0
            with cast.scope.active():
                assert Debtor.objects.count() == 3
            assert current() is cast.stranger_scope
            assert session() == of(cast.stranger_scope)
        assert session() == of(cast.scope)
        assert Debtor.objects.count() == 3
    assert session() == NOBODY


def test_the_same_scope_inside_itself_is_one_scope(cast):
    with cast.scope.active(), cast.scope.active():
        assert Debtor.objects.count() == 3
    assert session() == NOBODY


def test_acting_outside_any_company_sees_none_even_inside_a_scope(cast):
    with cast.scope.active():
        with acting(ACTOR, "why"):
            assert session() == ("", "", "command:outside", "why")
            assert current() is None
            with pytest.raises(ScopeError):
                Debtor.objects.count()
            with cast.scope.active():
                assert Debtor.objects.count() == 3
        assert session() == of(cast.scope)
        assert Debtor.objects.count() == 3


@pytest.mark.parametrize("failure", [ValueError, KeyError])
def test_an_exception_of_python_leaves_no_scope_behind(cast, failure):
    with pytest.raises(failure), cast.scope.active():
        raise failure
    assert (session(), current()) == (NOBODY, None)


def _spoil() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_a_failed_statement_comes_out_as_itself(committed, cast):
    with pytest.raises(Exception, match="division by zero"), transaction.atomic(), cast.scope.active():
        _spoil()
    assert (session(), current()) == (NOBODY, None)
    with pytest.raises(Exception, match="division by zero"), transaction.atomic(), acting(ACTOR):
        _spoil()
    assert session() == NOBODY


def test_a_transaction_that_failed_inside_the_scope_leaves_it_standing(committed, cast):
    with cast.scope.active():
        with pytest.raises(IntegrityError), transaction.atomic():
            Debtor.objects.create(company=cast.serra_azul, code="1", name="duas vezes", recorded_at="2026-01-02T00:00Z")
        assert session() == of(cast.scope)
        assert Debtor.objects.count() == 3
    assert session() == NOBODY


def test_a_savepoint_that_failed_in_an_inner_scope_brings_back_the_outer_one(committed, cast):
    with transaction.atomic(), cast.scope.active():
        with pytest.raises(Exception, match="division by zero"), transaction.atomic(), cast.stranger_scope.active():
            _spoil()
        assert session() == of(cast.scope)
        with pytest.raises(Exception, match="division by zero"), cast.stranger_scope.active(), transaction.atomic():
            _spoil()
        assert session() == of(cast.scope)
        assert current() is cast.scope
    assert session() == NOBODY


def test_a_rolled_back_transaction_around_a_scope_leaves_nothing_set(committed, cast):
    with pytest.raises(RuntimeError), transaction.atomic():
        with cast.scope.active():
            Debtor.objects.filter(code="1").update(name="desfeito")
        raise RuntimeError
    assert session() == NOBODY
    with cast.scope.active():
        assert not Debtor.objects.filter(name="desfeito").exists()


def test_a_connection_that_was_closed_inside_the_scope_is_no_second_failure(committed, cast):
    with pytest.raises(ValueError, match="o primeiro"), cast.scope.active():
        connection.close()
        raise ValueError("o primeiro")
    assert session() == NOBODY


def test_another_thread_starts_outside_every_scope(committed, cast):
    seen = []

    def look() -> None:
        try:
            seen.append((current(), session()))
        finally:
            connection.close()

    with cast.scope.active():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [(None, NOBODY)]


def test_people_and_companies_are_written_under_a_name_only(cast):
    with pytest.raises(Exception, match="without an actor"), transaction.atomic():
        Operator.objects.create(name="Sem nome")
    with acting(ACTOR, "why"):
        Operator.objects.create(name="Com nome")
