"""The page on which a company reads and changes its rules of contact: dated, reasoned, never edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from receba.access.core.roles import PERMISSIONS, Permission, Role
from receba.access.models import AuditEvent
from receba.console.navigation import menu
from receba.outreach.core.policy import CAPS, changed, choices_of, differences
from receba.outreach.facts import policy_of, published_policy
from receba.outreach.models import ContactPolicyChange
from scenarios.signing import signed_in

ON = date(2026, 11, 24)


def page(cast):
    return f"/{cast.serra_azul.pk}/configuracoes/contato/"


def typed(**more):
    told = choices_of(published_policy(ON)) | {
        "since": timezone.localdate().isoformat(),
        "reason": "pedido da diretoria",
    }
    return {name: value for name, value in (told | more).items() if value is not False}


def post(cast, **more):
    return signed_in(cast.people[Role.MANAGER]).post(page(cast), typed(**more))


def test_a_change_is_in_force_from_its_day_and_says_who_and_why(cast):
    today = timezone.localdate()
    assert post(cast, calls_per_day="1", email_outside_hours="wait").status_code == 302
    policy = policy_of(cast.scope, today)
    assert (policy.caps.calls_per_day, policy.outside["email"], policy.caps.calls_per_week) == (1, "wait", 8)
    assert policy_of(cast.scope, today - timedelta(1)).caps.calls_per_day == 3
    with cast.scope.active():
        assert ContactPolicyChange.objects.get().changes == {"calls_per_day": 1, "email_outside_hours": "wait"}
        event = AuditEvent.objects.filter(table="outreach_contactpolicychange").first()
    assert (event.actor, event.reason) == (f"person:{cast.people[Role.MANAGER].pk}", f"POST {page(cast)}")
    text = signed_in(cast.people[Role.MANAGER]).get(page(cast)).content.decode()
    for shown in ("pedido da diretoria", "Ligações por dia: 1", "espera o horário", "da empresa", "Manager"):
        assert shown in text


def test_going_back_to_what_was_published_is_a_change_too(cast):
    post(cast, prescription=False)
    assert policy_of(cast.scope, timezone.localdate()).prescription_years is None
    assert post(cast).status_code == 302
    assert policy_of(cast.scope, timezone.localdate()).prescription_years == 5
    with cast.scope.active():
        assert [change.changes for change in ContactPolicyChange.objects.order_by("pk")] == [
            {"prescription": False},
            {},
        ]
    assert "volta às regras publicadas" in signed_in(cast.people[Role.MANAGER]).get(page(cast)).content.decode()


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"reason": " "}, "reason"),
        ({"since": "2020-01-01"}, "since"),
        ({"calls_per_day": "-1"}, "calls_per_day"),
        ({"messages_per_week": "51"}, "messages_per_week"),
        ({"email_outside_hours": "never"}, "email_outside_hours"),
        ({"max_age_days": ""}, "max_age_days"),
        ({}, "__all__"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(cast, wrong, field):
    assert list(post(cast, **wrong).context["form"].errors) == [field]
    with cast.scope.active():
        assert not ContactPolicyChange.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if Permission.SETTINGS not in PERMISSIONS[role]])
def test_who_may_not_configure_neither_sees_nor_changes_it(cast, role):
    browser = signed_in(cast.people[role])
    assert (browser.get(page(cast)).status_code, browser.post(page(cast), typed(calls_per_day=1)).status_code) == (
        403,
        403,
    )


@given(
    st.fixed_dictionaries(
        {
            "email_outside_hours": st.sampled_from(["warn", "wait"]),
            "prescription": st.booleans(),
            "max_age_days": st.integers(0, 30),
            **{name: st.integers(0, 50) for name in CAPS},
        }
    )
)
def test_the_differences_from_the_published_rules_give_what_was_asked(wanted):
    standard = published_policy(ON)
    changes = differences(standard, wanted)
    assert choices_of(changed(standard, changes)) == wanted
    assert all(choices_of(standard)[name] != value for name, value in changes.items())


def test_the_mailbox_stands_in_the_menu_while_nothing_is_sent_for_real(cast):
    def ways():
        return {str(way["label"]) for way in menu(cast.scope, "/")}

    assert "Caixa de teste" in ways()
    with cast.scope.active():
        cast.serra_azul.sends_for_real = True
        cast.serra_azul.save()
    assert "Caixa de teste" not in ways()


def test_the_page_says_each_rule_in_words_with_its_source_and_draws_the_week(cast):
    answer = signed_in(cast.people[Role.MANAGER]).get(page(cast))
    text = answer.content.decode()
    for told in (
        "De segunda a sexta, das 08:00 às 20:00",
        "CDC art. 42-A",
        "aplicada desde 01/01/2020",
        "1 mensagem por dia",
    ):
        assert told in text
    weeks = {week["label"]: dict(week["days"]) for week in answer.context["weeks"]}
    assert weeks["Em geral"]["sáb"] == (480, 840) and weeks["RJ"]["sáb"] is None
    assert all(days["dom"] is None for days in weeks.values())
    post(cast, email_outside_hours="wait", prescription=False)
    text = signed_in(cast.people[Role.MANAGER]).get(page(cast)).content.decode()
    assert "O e-mail também espera" in text and "A empresa desligou esta regra" in text
