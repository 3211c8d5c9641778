"""May we contact now? Hours by state, Sundays, holidays, caps, holds, prescription; in the debtor's own time."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import receba.outreach
from receba.kernel.tables import HoldKind
from receba.outreach.core.gate import (
    Facts,
    HoldFact,
    Past,
    Reason,
    ask,
    next_moment,
    prescribed,
    review,
    zone_in,
)
from receba.outreach.core.policy import CHANGES, BadPolicy, Channel, policy_on

DATA = tomllib.loads((Path(receba.outreach.__file__).parent / "data" / "contact_policy.toml").read_text("utf-8"))
SP = ZoneInfo("America/Sao_Paulo")
MONDAY = date(2026, 11, 23)
POLICY = policy_on(DATA, MONDAY)


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = SP) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def call(**facts):
    return Facts(**{"channel": Channel.PHONE, "state": "SP", "due_on": date(2026, 9, 10)} | facts)


@pytest.mark.req("S0.63")
@pytest.mark.parametrize(
    ("state", "day", "hour", "minute", "reason"),
    [
        ("SP", date(2026, 11, 23), 8, 0, Reason.ALLOWED),
        ("SP", date(2026, 11, 23), 7, 59, Reason.OUTSIDE_HOURS),
        ("SP", date(2026, 11, 23), 19, 59, Reason.ALLOWED),
        ("SP", date(2026, 11, 23), 20, 0, Reason.OUTSIDE_HOURS),
        ("SP", date(2026, 11, 21), 13, 59, Reason.ALLOWED),
        ("SP", date(2026, 11, 21), 14, 0, Reason.OUTSIDE_HOURS),
        ("SP", date(2026, 11, 22), 10, 0, Reason.SUNDAY),
        ("SP", date(2026, 11, 20), 10, 0, Reason.HOLIDAY),
        ("SP", date(2026, 7, 9), 10, 0, Reason.HOLIDAY),
        ("PR", date(2026, 7, 9), 10, 0, Reason.ALLOWED),
        ("RJ", date(2026, 11, 23), 8, 30, Reason.OUTSIDE_HOURS),
        ("RJ", date(2026, 11, 23), 9, 0, Reason.ALLOWED),
        ("RJ", date(2026, 11, 23), 19, 0, Reason.OUTSIDE_HOURS),
        ("RJ", date(2026, 11, 21), 10, 0, Reason.OUTSIDE_HOURS),
        ("ES", date(2026, 11, 23), 19, 30, Reason.OUTSIDE_HOURS),
        ("", date(2026, 11, 23), 19, 30, Reason.ALLOWED),
    ],
)
def test_calls_keep_the_hours_of_the_debtors_state(state, day, hour, minute, reason):
    assert ask(call(state=state), at(day, hour, minute), POLICY).reason == reason


@pytest.mark.parametrize(
    ("state", "city", "utc_hour", "allowed"),
    [
        ("SP", "Campinas", 11, True),  # 08:00 in Brasília's time
        ("AM", "Manaus", 11, False),  # 07:00
        ("AM", "Manaus", 12, True),
        ("AC", "Rio Branco", 12, False),  # 07:00
        ("AC", "Rio Branco", 13, True),
        ("PE", "Recife", 22, True),  # 19:00
        ("PE", "Fernando de Noronha", 22, True),  # 20:00 less a minute below
        ("PE", "Fernando de Noronha", 10, True),  # 08:00
        ("PE", "Recife", 10, False),
    ],
)
def test_the_clock_is_the_debtors(state, city, utc_hour, allowed):
    moment = datetime(2026, 11, 23, utc_hour, tzinfo=UTC)
    if (city, utc_hour) == ("Fernando de Noronha", 22):
        moment -= timedelta(minutes=1)
    assert ask(call(state=state, city=city), moment, POLICY).allowed is allowed


def test_a_call_on_saturday_evening_may_be_made_on_monday_morning():
    verdict = ask(call(), at(date(2026, 11, 21), 18), POLICY)
    assert (verdict.rule, verdict.reason) == ("CH-1", Reason.OUTSIDE_HOURS)
    assert verdict.next_allowed_at == at(MONDAY, 8)
    assert "15.426" in verdict.source


def test_before_a_holiday_the_next_moment_skips_it_and_the_weekend():
    # Thursday 19 November in the evening; Friday 20 is a holiday; Saturday opens at 08:00
    assert ask(call(), at(date(2026, 11, 19), 21), POLICY).next_allowed_at == at(date(2026, 11, 21), 8)
    assert ask(call(state="RJ"), at(date(2026, 11, 19), 21), POLICY).next_allowed_at == at(MONDAY, 9)


@pytest.mark.req("S0.63")
def test_email_outside_hours_warns_unless_the_company_makes_it_wait():
    sunday = at(date(2026, 11, 22), 10)
    verdict = ask(call(channel=Channel.EMAIL), sunday, POLICY)
    assert (verdict.allowed, verdict.reason, verdict.rule) == (True, Reason.SUNDAY, "CH-4")
    strict = policy_on(DATA, MONDAY, {"email_outside_hours": "wait"})
    verdict = ask(call(channel=Channel.EMAIL), sunday, strict)
    assert (verdict.allowed, verdict.next_allowed_at) == (False, at(MONDAY, 8))


@pytest.mark.parametrize("kind", list(HoldKind))
def test_every_hold_stops_collection_and_some_stop_even_a_thank_you(kind):
    always = {HoldKind.OPT_OUT, HoldKind.WRONG_PERSON, HoldKind.DECEASED, HoldKind.LAWYER}
    held = (HoldFact(kind),)
    verdict = ask(call(holds=held), at(MONDAY, 10), POLICY)
    assert (verdict.allowed, verdict.reason, verdict.next_allowed_at) == (False, Reason[kind.name], None)
    assert verdict.source
    assert ask(call(holds=held, collects=False), at(MONDAY, 10), POLICY).allowed is (kind not in always)


def test_a_hold_that_ends_says_from_when():
    facts = call(holds=(HoldFact(HoldKind.PROMISE, date(2026, 11, 28)),))  # a Saturday; Sunday follows
    assert ask(facts, at(MONDAY, 10), POLICY).next_allowed_at == at(date(2026, 11, 30), 8)


def test_one_email_a_day_three_messages_a_week_whatever_the_debt():
    email = call(channel=Channel.EMAIL)
    now = at(MONDAY, 10)
    same_day = (Past(at(MONDAY, 8), Channel.EMAIL),)
    assert ask(call(channel=Channel.EMAIL, past=same_day), now, POLICY).reason == Reason.DAY_CAP
    assert ask(call(channel=Channel.SMS, past=same_day), now, POLICY).allowed
    week = tuple(Past(at(MONDAY - timedelta(n), 9), Channel.WHATSAPP) for n in (1, 2, 6))
    verdict = ask(call(channel=Channel.EMAIL, past=week), now, POLICY)
    assert (verdict.reason, verdict.rule) == (Reason.WEEK_CAP, "CH-3")
    assert verdict.next_allowed_at == at(date(2026, 11, 24), 0)  # the one of the 17th falls out of the week
    older = (*week[:2], Past(at(MONDAY - timedelta(7), 9), Channel.WHATSAPP))
    assert ask(call(channel=Channel.EMAIL, past=older), now, POLICY).allowed
    assert ask(email, now, POLICY).allowed


def test_after_one_conversation_nobody_calls_or_writes_again_that_day():
    talked = (Past(at(MONDAY, 9), Channel.PHONE, conversation=True),)
    for channel in (Channel.PHONE, Channel.EMAIL):
        verdict = ask(call(channel=channel, past=talked), at(MONDAY, 15), POLICY)
        assert verdict.reason == Reason.CONVERSATION_CAP
    tried = tuple(Past(at(MONDAY, 9 + n), Channel.PHONE) for n in range(3))
    assert ask(call(past=tried[:2]), at(MONDAY, 15), POLICY).allowed
    assert ask(call(past=tried), at(MONDAY, 15), POLICY).next_allowed_at == at(date(2026, 11, 24), 8)


@pytest.mark.parametrize(
    ("due", "on", "yes"),
    [
        (date(2021, 11, 23), date(2026, 11, 23), False),
        (date(2021, 11, 23), date(2026, 11, 24), True),
        (date(2020, 2, 29), date(2025, 3, 1), False),
        (date(2020, 2, 29), date(2025, 3, 2), True),
    ],
)
def test_a_debt_is_prescribed_the_day_after_five_years(due, on, yes):
    assert prescribed(due, on, POLICY) is yes
    assert prescribed(due, on, policy_on(DATA, MONDAY, {"prescription": False})) is False


def test_everything_that_objects_is_told_at_once_gravest_first():
    facts = call(
        channel=Channel.EMAIL,
        has_contact=False,
        identified=False,
        holds=(HoldFact(HoldKind.DISPUTE),),
        balance_centavos=0,
        due_on=date(2020, 1, 1),
        past=(Past(at(MONDAY, 8), Channel.EMAIL),),
    )
    said = [v.reason for v in review(facts, at(MONDAY, 21), POLICY)]
    assert said == [
        Reason.DISPUTE,
        Reason.NO_CONTACT,
        Reason.NO_IDENTIFICATION,
        Reason.SETTLED,
        Reason.PRESCRIBED,
        Reason.OUTSIDE_HOURS,
        Reason.DAY_CAP,
    ]


@pytest.mark.parametrize(
    "changes",
    [{"hours": 3}, {"prescription": 1}, {"email_outside_hours": "always"}, {"messages_per_week": -1}, {"x": True}],
)
def test_a_change_that_makes_no_sense_is_refused(changes):
    with pytest.raises(BadPolicy):
        policy_on(DATA, MONDAY, changes)


@pytest.mark.req("S0.63")
def test_a_rule_counts_from_its_day_and_never_before():
    later = dict(DATA, caps=[*DATA["caps"], dict(DATA["caps"][0], since=date(2026, 12, 1), messages_per_week=1)])
    assert policy_on(later, date(2026, 11, 30)).caps.messages_per_week == 3
    assert policy_on(later, date(2026, 12, 1)).caps.messages_per_week == 1
    with pytest.raises(BadPolicy):
        policy_on(DATA, date(2019, 12, 31))


@pytest.mark.req("S0.63")
def test_every_row_of_the_policy_says_its_source_and_how_it_was_read():
    rows = [row for name, rows in DATA.items() if name != "zone" for row in rows]
    assert all(row["source"] and row["reading"] in ("seen", "known", "policy") for row in rows)
    assert set(CHANGES) <= {
        "email_outside_hours",
        "prescription",
        "max_age_days",
        *(name for name in DATA["caps"][0] if "per" in name),
    }


moments = st.integers(0, 60 * 24 * 700).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
facts_of_any = st.builds(
    Facts,
    channel=st.sampled_from(list(Channel)),
    state=st.sampled_from(["SP", "RJ", "AM", "AC", "PE", ""]),
    city=st.sampled_from(["", "Fernando de Noronha"]),
    collects=st.booleans(),
    holds=st.lists(
        st.builds(
            HoldFact, st.sampled_from(list(HoldKind)), st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
        ),
        max_size=2,
    ).map(tuple),
    past=st.lists(st.builds(Past, moments, st.sampled_from(list(Channel)), st.booleans()), max_size=5).map(tuple),
)


@pytest.mark.req("S0.63")
@given(facts_of_any, moments, st.sampled_from(["warn", "wait"]))
def test_at_the_next_moment_the_gate_does_allow_and_no_full_hour_before_it_does(facts, moment, outside):
    policy = policy_on(DATA, MONDAY, {"email_outside_hours": outside})
    found = next_moment(facts, moment, policy)
    verdict = ask(facts, moment, policy)
    if verdict.allowed:
        assert found == moment
    elif found is not None:
        assert found > moment
        assert ask(facts, found, policy).allowed
        hours = int((found - moment).total_seconds() // 3600)
        assert not any(ask(facts, moment + timedelta(hours=n), policy).allowed for n in range(min(hours, 60)))
        assert verdict.next_allowed_at == found


@given(moments, st.sampled_from(["SP", "RJ", "AM", "ES", ""]))
def test_no_call_is_ever_allowed_at_night_on_a_sunday_or_a_holiday(moment, state):
    local = moment.astimezone(zone_in(state, "", POLICY))
    if ask(Facts(Channel.PHONE, state), moment, POLICY).allowed:
        assert 8 <= local.hour < 20
        assert local.weekday() != 6
        assert (local.month, local.day) not in {(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)}
