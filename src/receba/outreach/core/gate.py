"""May we contact this debtor, now, on this channel? Asked when a message is planned and again when it leaves.

`review` gives every rule that objects; `ask` gives the one verdict that counts. Time is the debtor's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from receba.kernel.days import banking_holidays
from receba.kernel.tables import HoldKind
from receba.outreach.core.policy import ANYWHERE, Channel, Policy, Rule

_WEEK = 7
_SEARCH_DAYS = 40
_MESSAGES = frozenset(Channel) - {Channel.PHONE}
_NORONHA = ("PE", "fernando de noronha", "America/Noronha")


class Reason(StrEnum):
    """Why contact is refused, or fit for a warning."""

    ALLOWED = "allowed"
    NO_CONTACT = "no_contact"
    NO_IDENTIFICATION = "no_identification"
    OPT_OUT = "opt_out"
    WRONG_PERSON = "wrong_person"
    DECEASED = "deceased"
    LAWYER = "lawyer"
    DISPUTE = "dispute"
    PROMISE = "promise"
    AGREEMENT = "agreement"
    REVIEW = "review"
    BANKRUPTCY = "bankruptcy"
    LEGAL = "legal"
    AUTOMATIC_DEBIT = "automatic_debit"
    SETTLED = "settled"
    PRESCRIBED = "prescribed"
    OUTSIDE_HOURS = "outside_hours"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    DAY_CAP = "day_cap"
    WEEK_CAP = "week_cap"
    CONVERSATION_CAP = "conversation_cap"


TIMELY = frozenset(
    {
        Reason.OUTSIDE_HOURS,
        Reason.SUNDAY,
        Reason.HOLIDAY,
        Reason.DAY_CAP,
        Reason.WEEK_CAP,
        Reason.CONVERSATION_CAP,
    }
)
"""Reasons that pass with time alone."""


@dataclass(frozen=True, slots=True)
class Past:
    """One contact that took place; a conversation is a call in which the debtor was spoken to."""

    at: datetime
    channel: Channel
    conversation: bool = False


@dataclass(frozen=True, slots=True)
class HoldFact:
    """A hold in force that covers everything that the message would speak of."""

    kind: HoldKind
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate must know of one debtor and one intended contact.

    `collects` is False for a thank-you. `due_on` is the newest due date spoken of (None: nothing is). A balance of
    None was not asked. `past` reaches back seven days or more.
    """

    channel: Channel
    state: str = ""
    city: str = ""
    has_contact: bool = True
    identified: bool = True
    collects: bool = True
    holds: tuple[HoldFact, ...] = ()
    due_on: date | None = None
    balance_centavos: int | None = None
    past: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. `allowed` with another reason than ALLOWED is a warning.

    `next_allowed_at` is when everything will allow it as far as is known today; None when nothing but a change of
    facts will. `text` is the sentence that people read; whoever shows a verdict fills it.
    """

    allowed: bool
    reason: Reason
    rule: str = ""
    source: str = ""
    next_allowed_at: datetime | None = None
    text: str = ""


def ask(facts: Facts, at: datetime, policy: Policy) -> Verdict:
    """Return the verdict on contacting at `at`: the first rule that refuses, else the first warning, else allowed."""
    found = review(facts, at, policy)
    refused = next((verdict for verdict in found if not verdict.allowed), None)
    return refused or found[0]


def review(facts: Facts, at: datetime, policy: Policy) -> list[Verdict]:
    """Return what every rule that objects says, gravest first; one ALLOWED verdict when none does."""
    found = [*_lasting(facts, at, policy), *_timely(facts, at, policy)]
    if not found:
        return [Verdict(True, Reason.ALLOWED)]
    if all(v.allowed for v in found):
        return found
    moment = next_moment(facts, at, policy)
    return [v if v.allowed else Verdict(False, v.reason, v.rule, v.source, moment) for v in found]


def zone_in(state: str, city: str, policy: Policy) -> ZoneInfo:
    """Return the time zone of a debtor, by state (and the one island that keeps its own)."""
    if (state, city.strip().lower()) == _NORONHA[:2]:
        return ZoneInfo(_NORONHA[2])
    return ZoneInfo(policy.zones.get(state, policy.zones[ANYWHERE]))


def zone_of(facts: Facts, policy: Policy) -> ZoneInfo:
    """Return the debtor's time zone."""
    return zone_in(facts.state, facts.city, policy)


def prescribed(due_on: date, on: date, policy: Policy) -> bool:
    """Return whether a debt due on `due_on` may no longer be collected on `on` (years counted as by CC art. 132)."""
    if policy.prescription_years is None:
        return False
    year = due_on.year + policy.prescription_years
    try:
        last = due_on.replace(year=year)
    except ValueError:  # 29 February has no such day in that year: the term ends on the next one
        last = date(year, 3, 1)
    return on > last


def next_moment(facts: Facts, at: datetime, policy: Policy) -> datetime | None:
    """Return the first moment from `at` on at which every rule allows, with the facts as they are; None if never."""
    local = at.astimezone(zone_of(facts, policy))
    for n in range(_SEARCH_DAYS):
        day = local.date() + timedelta(n)
        opens = _opens(facts, day, policy)
        if opens is None:
            continue
        moment = max(local, opens[0]) if n == 0 else opens[0]
        if moment >= opens[1] or next(_lasting(facts, moment, policy), None):
            continue
        if not any(not v.allowed for v in _timely(facts, moment, policy)):
            return moment
    return None


def _lasting(facts: Facts, at: datetime, policy: Policy) -> Iterator[Verdict]:
    """Yield the refusals that time of day does not change."""
    day = at.astimezone(zone_of(facts, policy)).date()
    for hold in facts.holds:
        rule = policy.holds.get(hold.kind)
        if rule and (facts.collects or rule.always) and (hold.until_on is None or day <= hold.until_on):
            yield _refuse(Reason[hold.kind.name], rule.rule)
    if not facts.has_contact:
        yield _refuse(Reason.NO_CONTACT, Rule("ME-5", "não há endereço válido neste canal"))
    if not facts.identified:
        yield _refuse(Reason.NO_IDENTIFICATION, policy.identification)
    if not facts.collects:
        return
    if facts.balance_centavos is not None and facts.balance_centavos <= 0:
        yield _refuse(Reason.SETTLED, Rule("CL-4", "CDC art. 42, parágrafo único: não se cobra o que não é devido"))
    if facts.due_on and prescribed(facts.due_on, day, policy):
        yield _refuse(Reason.PRESCRIBED, policy.prescription)


def _timely(facts: Facts, at: datetime, policy: Policy) -> Iterator[Verdict]:
    """Yield what the hour and the frequency say; for channels that may go outside hours, the hour only warns."""
    local = at.astimezone(zone_of(facts, policy))
    closed = _closed(facts, local, policy)
    if closed:
        reason, rule = closed
        warns = policy.outside.get(facts.channel) == "warn"
        yield Verdict(warns, reason, policy.outside_rule.id if warns else rule.id, rule.source)
    if facts.collects:
        yield from _caps(facts, local, policy)


def _closed(facts: Facts, local: datetime, policy: Policy) -> tuple[Reason, Rule] | None:
    """Return why the debtor's local time is closed to contact, or None when it is open."""
    day, hours = local.date(), policy.hours_in(facts.state)
    if day.weekday() == 6:
        return Reason.SUNDAY, Rule("CH-2", hours.rule.source)
    if _holiday(facts.state, day, policy):
        return Reason.HOLIDAY, Rule("CH-2", hours.rule.source)
    window = hours.on_weekday(day.weekday())
    if window is None or not window[0] <= local.time() < window[1]:
        return Reason.OUTSIDE_HOURS, hours.rule
    return None


def _holiday(state: str, day: date, policy: Policy) -> bool:
    return day in banking_holidays(day.year) or (day.month, day.day) in policy.holidays.get(state, frozenset())


def _opens(facts: Facts, day: date, policy: Policy) -> tuple[datetime, datetime] | None:
    """Return when contact opens and closes on a day; a channel that is only warned has the whole day."""
    zone = zone_of(facts, policy)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    if policy.outside.get(facts.channel) == "warn":
        return midnight, midnight + timedelta(1)
    window = policy.hours_in(facts.state).on_weekday(day.weekday())
    if window is None or _holiday(facts.state, day, policy):
        return None
    return datetime.combine(day, window[0], zone), datetime.combine(day, window[1], zone)


def _caps(facts: Facts, local: datetime, policy: Policy) -> Iterator[Verdict]:
    # By days, not by moments: a contact that another worker made a moment ago may lie ahead of this one's clock.
    caps, days = policy.caps, [(p.at.astimezone(local.tzinfo).date(), p) for p in facts.past]
    today = [p for day, p in days if day == local.date()]
    week = [p for day, p in days if local.date() - timedelta(_WEEK) < day <= local.date()]
    conversations = sum(p.conversation for p in today)
    if conversations and conversations >= caps.conversations_per_day:
        yield _refuse(Reason.CONVERSATION_CAP, caps.rule)
    if facts.channel == Channel.PHONE:
        per_day, per_week = caps.calls_per_day, caps.calls_per_week
        today_n = sum(p.channel == Channel.PHONE for p in today)
        week_n = sum(p.channel == Channel.PHONE for p in week)
    else:
        per_day, per_week = caps.messages_per_channel_day, caps.messages_per_week
        today_n = sum(p.channel == facts.channel for p in today)
        week_n = sum(p.channel in _MESSAGES for p in week)
    if today_n >= per_day:
        yield _refuse(Reason.DAY_CAP, caps.rule)
    if week_n >= per_week:
        yield _refuse(Reason.WEEK_CAP, caps.rule)


def _refuse(reason: Reason, rule: Rule) -> Verdict:
    return Verdict(False, reason, rule.id, rule.source)
