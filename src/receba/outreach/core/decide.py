"""One message, decided: which titles it speaks of and whether it goes, waits or stays silent, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from receba.kernel.tables import HoldKind
from receba.outreach.core.figures import Key, TitleFigure, to_speak_of, total_of
from receba.outreach.core.gate import TIMELY, Facts, HoldFact, Past, Verdict, ask, prescribed, zone_in
from receba.outreach.core.policy import Channel, Policy

OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Held:
    """One hold of the ledger; title_id 0 is the whole debtor."""

    kind: HoldKind
    title_id: int
    from_on: date
    until_on: date | None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one intended message: `on` is the day that it was decided for, `figures` are of today."""

    key: Key
    channel: Channel
    on: date
    state: str
    city: str
    has_contact: bool
    identified: bool
    holds: Sequence[Held]
    figures: Sequence[TitleFigure]
    past: Sequence[Past]


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now, about these titles."""

    figures: list[TitleFigure]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: ask again at `until`. The titles are those that it would speak of."""

    figures: list[TitleFigure]
    verdict: Verdict
    until: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    """Never: the reason is a gate.Reason or OUTDATED."""

    reason: str
    verdict: Verdict


def decide(case: Case, at: datetime, policy: Policy) -> Go | Wait | Silent:
    """Return what becomes of a message at a moment."""
    facts = facts_of(case, at, policy)
    zone = zone_in(case.state, case.city, policy)
    today = at.astimezone(zone).date()
    verdict = ask(facts, at, policy)
    if not verdict.allowed and verdict.reason not in TIMELY:
        return Silent(str(verdict.reason), verdict)
    last_on = case.on + timedelta(policy.sending.max_age_days)
    figures = to_speak_of(case.key, _free(case, today, policy), today)
    if not figures or today > last_on:
        return Silent(OUTDATED, verdict)
    if verdict.allowed:
        return Go(figures, verdict)
    until = verdict.next_allowed_at
    if until is None or until.astimezone(zone).date() > last_on:
        return Silent(str(verdict.reason), verdict)
    return Wait(figures, verdict, until)


def facts_of(case: Case, at: datetime, policy: Policy) -> Facts:
    """Return the case as the gate asks for it.

    A hold on one title stops the message only when no title is left without one; the titles held are left out.
    """
    today = at.astimezone(zone_in(case.state, case.city, policy)).date()
    owing = [f for f in case.figures if f.total_centavos > 0]
    whole = [h for h in case.holds if not h.title_id and h.covers(today)]
    held = {h.title_id: h for h in case.holds if h.title_id and h.covers(today) and h.kind in policy.holds}
    stopped = [held[f.title_id] for f in owing if f.title_id in held]
    if owing and len(stopped) == len(owing):
        whole += stopped
    return Facts(
        channel=case.channel,
        state=case.state,
        city=case.city,
        has_contact=case.has_contact,
        identified=case.identified,
        collects=case.key.collects,
        holds=tuple(HoldFact(h.kind, h.until_on) for h in whole),
        due_on=max((f.due_on for f in owing), default=None),
        balance_centavos=total_of(owing),
        past=tuple(case.past),
    )


def _free(case: Case, today: date, policy: Policy) -> list[TitleFigure]:
    """Return the titles that no hold and no prescription keeps out; a thank-you may speak of any."""
    if not case.key.collects:
        return list(case.figures)
    held = {h.title_id for h in case.holds if h.title_id and h.covers(today) and h.kind in policy.holds}
    return [f for f in case.figures if f.title_id not in held and not prescribed(f.due_on, today, policy)]
