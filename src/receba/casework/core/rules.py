"""One debtor's place in the queue, plainly. `columns` does the same for all of them; a test keeps them agreeing."""

from __future__ import annotations

from dataclasses import dataclass

from receba.casework.core.tables import NO_IDC, Action, Promise, Why
from receba.kernel.money import divide_half_up
from receba.kernel.tables import HoldKind

RECOVERY_BY_IDC = ((800, 9_000), (600, 7_500), (400, 5_500), (200, 3_500), (0, 2_000), (NO_IDC, 5_000))
"""(lowest IDC of the band, part of a fresh debt that is expected back, in bps); the last band has no score.

Declared weights, to be replaced by the propensity model; docs/how-to/work-the-queue.md shows them.
"""
RECOVERY_BY_BUCKET = (0, 95, 90, 80, 65, 45, 25, 10)
"""What is left of that expectation in each ageing bucket, in %; bucket 0 is not overdue."""
BONUS = {
    Why.PROMISE_BROKEN: 50,
    Why.CALL_BACK: 50,
    Why.PROMISE_TODAY: 30,
    Why.ABOUT_TO_AGE: 20,
    Why.NEVER_CONTACTED: 20,
    Why.GOT_WORSE: 20,
}
"""How much each reason lifts the priority above the expected value, in %; they add up."""

LIKELY_BPS = 7_000
FRESH_DAYS = 5
OLD_DAYS = 90
AGES_AT = (30, 60, 90)
AGES_WITHIN = 5
WORSE_E4 = -500
"""Below this effect of the change of behaviour on the index (1e-4 parts), the debtor got worse."""
PARETO_PERCENT = 80

LEAVE_ALONE = frozenset(
    {HoldKind.OPT_OUT, HoldKind.LAWYER, HoldKind.DECEASED, HoldKind.BANKRUPTCY, HoldKind.LEGAL, HoldKind.WRONG_PERSON}
)
"""Holds on the debtor after which a collector does not call."""
PAUSING = frozenset({HoldKind.DISPUTE, HoldKind.REVIEW, HoldKind.AGREEMENT})
"""Holds that take what they cover out of what can be collected today."""


@dataclass(frozen=True, slots=True)
class Late:
    """One overdue title: principal, ageing bucket, days late, and whether a pausing hold covers it."""

    principal_centavos: int
    bucket: int
    days_late: int
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one debtor on the day."""

    titles: tuple[Late, ...]
    idc: int = NO_IDC
    change_e4: int = 0
    promise: Promise = Promise.NONE
    call_back_today: bool = False
    contacted: bool = False
    reachable: bool = True
    left_alone: bool = False
    concentrated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What decides the place: expected and priority in centavos, the reasons, the next action, last or not."""

    expected_centavos: int
    priority_centavos: int
    why: Why
    action: Action
    last: bool


def recovery_bps(idc: int) -> int:
    """Return the part of a fresh debt expected back from a debtor with this IDC."""
    return next(bps for lowest, bps in RECOVERY_BY_IDC if idc >= lowest)


def place(case: Case) -> Place:
    """Return where a debtor with overdue titles belongs in the queue."""
    overdue = sum(t.principal_centavos for t in case.titles)
    free = [t for t in case.titles if not t.paused]
    weighted = sum(divide_half_up(t.principal_centavos * RECOVERY_BY_BUCKET[t.bucket], 100) for t in free)
    expected = divide_half_up(weighted * recovery_bps(case.idc), 10_000)
    oldest = max(t.days_late for t in case.titles)
    disputed = not free
    why = _why(case, expected, overdue, oldest)
    action = _action(case, oldest, disputed)
    bonus = sum(percent for reason, percent in BONUS.items() if reason in why)
    return Place(
        expected,
        divide_half_up(expected * (100 + bonus), 100),
        why,
        action,
        action in (Action.LEAVE_ALONE, Action.SETTLE_DISPUTE, Action.WAIT_PROMISE),
    )


def _why(case: Case, expected: int, overdue: int, oldest: int) -> Why:
    told = {
        Why.PROMISE_BROKEN: case.promise == Promise.BROKEN,
        Why.PROMISE_TODAY: case.promise == Promise.TODAY,
        Why.PROMISED: case.promise == Promise.PENDING,
        Why.CALL_BACK: case.call_back_today,
        Why.CONCENTRATED: case.concentrated,
        Why.LIKELY: expected * 10_000 >= overdue * LIKELY_BPS,
        Why.ABOUT_TO_AGE: any(edge - AGES_WITHIN < oldest <= edge for edge in AGES_AT),
        Why.NEVER_CONTACTED: not case.contacted and oldest > FRESH_DAYS,
        Why.GOT_WORSE: case.change_e4 <= WORSE_E4,
        Why.OLD: oldest > OLD_DAYS,
        Why.UNREACHABLE: not case.reachable,
        Why.DISPUTED: any(t.paused for t in case.titles),
        Why.HELD: case.left_alone,
    }
    return Why(sum(int(reason) for reason, holds in told.items() if holds))


def _action(case: Case, oldest: int, disputed: bool) -> Action:
    if case.left_alone:
        return Action.LEAVE_ALONE
    if disputed:
        return Action.SETTLE_DISPUTE
    by_promise = {
        Promise.BROKEN: Action.CHARGE_PROMISE,
        Promise.TODAY: Action.CHECK_PAYMENT,
        Promise.PENDING: Action.WAIT_PROMISE,
    }
    if case.promise in by_promise:
        return by_promise[case.promise]
    if case.call_back_today:
        return Action.CALL_BACK
    if not case.reachable:
        return Action.FIND_CONTACT
    if oldest > OLD_DAYS:
        return Action.NEGOTIATE
    return Action.CALL if oldest > FRESH_DAYS else Action.REMIND
