"""The contact policy as values: which rule is in force on a day, by whose authority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from receba.kernel.tables import HoldKind


class Channel(StrEnum):
    """A way to reach a debtor."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    LETTER = "letter"
    PHONE = "phone"


Outside = Literal["warn", "wait"]
ANYWHERE = "*"


class BadPolicy(ValueError):
    """The policy's data or a company's change does not say a rule that can be followed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose rule it is: its id, where it comes from, since when it is applied here, and how its source was read.

    `reading` is that of the published rows: seen, known or policy (contact_policy.toml).
    """

    id: str
    source: str
    since: date | None = None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of contact in a state; None is a day without any."""

    rule: Rule
    weekdays: tuple[time, time] | None
    saturday: tuple[time, time] | None

    def on_weekday(self, weekday: int) -> tuple[time, time] | None:
        """Return (opens, closes) on a weekday, Monday 0; nobody is contacted on Sundays."""
        return self.weekdays if weekday < 5 else self.saturday if weekday == 5 else None


@dataclass(frozen=True, slots=True)
class Caps:
    """How often one debtor may be contacted, all debts together."""

    rule: Rule
    messages_per_channel_day: int
    messages_per_week: int
    calls_per_day: int
    calls_per_week: int
    conversations_per_day: int


@dataclass(frozen=True, slots=True)
class HoldRule:
    """What a hold stops: collection, or (`always`) any message."""

    rule: Rule
    always: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """The patience of the sender."""

    max_age_days: int
    rescue_after: timedelta
    retries: tuple[timedelta, ...]
    source: str = ""
    since: date | None = None

    def retry_after(self, attempts: int) -> timedelta | None:
        """Return how long to wait after the n-th attempt failed for now; None to give up."""
        return self.retries[attempts - 1] if attempts <= len(self.retries) else None


@dataclass(frozen=True, slots=True)
class Policy:
    """Every rule in force on one day, with a company's changes applied."""

    on: date
    hours: Mapping[str, Hours]
    zones: Mapping[str, str]
    holidays: Mapping[str, frozenset[tuple[int, int]]]
    outside: Mapping[Channel, Outside]
    outside_rule: Rule
    caps: Caps
    identification: Rule
    prescription_years: int | None
    prescription: Rule
    holds: Mapping[HoldKind, HoldRule]
    sending: Sending
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def hours_in(self, state: str) -> Hours:
        """Return the hours of a state, or the default ones."""
        return self.hours.get(state, self.hours[ANYWHERE])


def policy_on(data: Mapping[str, Any], on: date, changes: Mapping[str, Any] | None = None) -> Policy:
    """Return the policy in force on a day, from the rows of contact_policy.toml and a company's changes.

    Raises BadPolicy when a rule is missing, malformed, or a change is not one of CHANGES.
    """
    try:
        policy = _published(data, on)
    except (KeyError, ValueError, TypeError) as wrong:
        raise BadPolicy(f"contact policy: {wrong!r}") from wrong
    return changed(policy, changes or {})


def _published(data: Mapping[str, Any], on: date) -> Policy:
    caps = _newest(data["caps"], on)
    outside = _newest(data["outside_hours"], on)
    prescription = _newest(data["prescription"], on)
    sending = _newest(data["sending"], on)
    return Policy(
        on=on,
        hours=MappingProxyType({state: _hours(row) for row in _in_force(data["hours"], on) for state in row["states"]}),
        zones=MappingProxyType({s: row["name"] for row in _in_force(data["zone"], on) for s in row["states"]}),
        holidays=_holidays(_in_force(data["holiday"], on)),
        outside=MappingProxyType({Channel(name): _outside(outside["verdict"]) for name in outside["channels"]}),
        outside_rule=_rule(outside),
        caps=Caps(_rule(caps), *(int(caps[name]) for name in CAPS)),
        identification=_rule(_newest(data["identification"], on)),
        prescription_years=int(prescription["years"]),
        prescription=_rule(prescription),
        holds=MappingProxyType(
            {
                HoldKind[row["kind"]]: HoldRule(_rule(row), bool(row.get("always", False)))
                for row in _in_force(data["hold"], on)
            }
        ),
        sending=Sending(
            int(sending["max_age_days"]),
            timedelta(minutes=sending["rescue_after_minutes"]),
            tuple(timedelta(minutes=n) for n in sending["retry_minutes"]),
            sending["source"],
            sending["since"],
        ),
    )


CAPS = (
    "messages_per_channel_day",
    "messages_per_week",
    "calls_per_day",
    "calls_per_week",
    "conversations_per_day",
)
CHANGES: Mapping[str, type] = MappingProxyType(
    {"email_outside_hours": str, "prescription": bool, "max_age_days": int, **dict.fromkeys(CAPS, int)}
)
"""What a company may change, and the type of its value."""


def choices_of(policy: Policy) -> dict[str, Any]:
    """Return what a company may change, as it stands in a policy."""
    caps = {name: getattr(policy.caps, name) for name in CAPS}
    return {
        "email_outside_hours": policy.outside[Channel.EMAIL],
        "prescription": policy.prescription_years is not None,
        "max_age_days": policy.sending.max_age_days,
        **caps,
    }


def differences(standard: Policy, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that turn the published policy into what is wanted (see CHANGES)."""
    return {name: wanted[name] for name, value in choices_of(standard).items() if wanted[name] != value}


def changed(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """Return the policy with a company's changes applied. Raises BadPolicy for one that makes no sense."""
    for name, value in changes.items():
        if name not in CHANGES or type(value) is not CHANGES[name]:
            raise BadPolicy(f"{name}: {value!r}")
        if isinstance(value, int) and not 0 <= value <= 1000:
            raise BadPolicy(f"{name}: {value!r}")
    caps = replace(policy.caps, **{name: changes[name] for name in CAPS if name in changes})
    outside = dict(policy.outside)
    if "email_outside_hours" in changes:
        outside[Channel.EMAIL] = _outside(changes["email_outside_hours"])
    age = changes.get("max_age_days", policy.sending.max_age_days)
    return replace(
        policy,
        caps=caps,
        outside=MappingProxyType(outside),
        prescription_years=policy.prescription_years if changes.get("prescription", True) else None,
        sending=replace(policy.sending, max_age_days=age),
        changes=MappingProxyType(dict(changes)),
    )


def _outside(text: str) -> Outside:
    if text == "warn":
        return "warn"
    if text == "wait":
        return "wait"
    raise BadPolicy(f"email_outside_hours: {text!r}")


def _in_force(rows: Sequence[Mapping[str, Any]], on: date) -> list[Mapping[str, Any]]:
    """Return the rows that have begun, oldest first, so that in a mapping the newest one stays."""
    return sorted((row for row in rows if row["since"] <= on), key=lambda row: row["since"])


def _newest(rows: Sequence[Mapping[str, Any]], on: date) -> Mapping[str, Any]:
    found = _in_force(rows, on)
    if not found:
        raise BadPolicy(f"no row in force on {on}")
    return found[-1]


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(row["rule"], row["source"], row["since"], row.get("reading", ""))


def _hours(row: Mapping[str, Any]) -> Hours:
    rule = Rule("CH-1", row["source"], row["since"], row.get("reading", ""))
    return Hours(rule, _window(row.get("weekdays")), _window(row.get("saturday")))


def _window(texts: Sequence[str] | None) -> tuple[time, time] | None:
    if not texts:
        return None
    opens, closes = (time.fromisoformat(text) for text in texts)
    if opens >= closes:
        raise BadPolicy(f"hours: {texts}")
    return opens, closes


def _holidays(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, frozenset[tuple[int, int]]]:
    by_state: dict[str, set[tuple[int, int]]] = {}
    for row in rows:
        by_state.setdefault(row["state"], set()).add((row["month"], row["day"]))
    return MappingProxyType({state: frozenset(days) for state, days in by_state.items()})
