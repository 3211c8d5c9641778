"""The decision about one debtor on one day, plainly: send a step, or stay silent for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from receba.kernel.tables import HoldKind
from receba.ruler.core.document import NO_LIMIT, PERSONS, Document, risk_mask


class Outcome(IntEnum):
    """What is done about a debtor today."""

    SEND = 1
    SKIP = 2


class Reason(IntEnum):
    """Why; holds keep their own numbers (HOLD_BASE + HoldKind). The list is closed."""

    STEP_DUE = 0
    NOT_YET_DUE = 1
    NO_STEP_TODAY = 2
    RESTING = 3
    NO_CHANNEL = 4
    BELOW_MINIMUM = 5
    NO_RULER = 6
    EXCLUDED = 7


class Look(IntEnum):
    """What a title was found to be when its debtor was decided about. The list is closed."""

    DUE = 0
    HELD = 1
    NO_RULER = 2
    NO_STEP = 3
    """No step reached for it, or none whose sentence is still true."""
    TAKEN = 4
    TOO_LATE = 5
    """Its step passed longer ago than the ruler catches up."""


KEPT = (Look.DUE, Look.HELD, Look.TAKEN, Look.TOO_LATE)
"""The titles that a decision keeps: those that decided it, or might have. The others are their sum (`with_the_rest`)."""
HOLD_BASE = 100


def hold_of(reason: int) -> HoldKind | None:
    """Return the hold that a reason stands for, if it does."""
    return HoldKind(reason - HOLD_BASE) if reason > HOLD_BASE else None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of one version, as numbers: what columns join."""

    version_id: int
    step: int
    offset_days: int
    email: bool
    min_centavos: int = 0
    max_centavos: int = NO_LIMIT
    person_kind: int = 0
    risk_mask: int = 63
    worsened: bool = False
    catch_up_days: int = 3
    rest_days: int = 2
    minimum_centavos: int = 0

    @property
    def moment(self) -> int:
        """Return -1 for a step before the due date, 0 on it, 1 after it."""
        return (self.offset_days > 0) - (self.offset_days < 0)

    def true_at(self, offset: int) -> bool:
        """Return whether what the step says is still so: nobody is reminded of a day that has passed."""
        return self.moment == 1 or self.moment == (offset > 0) - (offset < 0)


def rungs(version_id: int, document: Document) -> list[Rung]:
    """Return the steps of a version as numbers, in the document's order."""
    return [
        Rung(version_id, number, step.offset_days, step.channel == "email", step.min_centavos, step.max_centavos,
             PERSONS[step.person], risk_mask(step.risks), step.worsened, document.catch_up_days, document.rest_days,
             document.minimum_centavos)
        for number, step in enumerate(document.steps)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TitleSeen:
    """One open title of the debtor: what it owes, since when, under which version, and what holds it (0: nothing).

    `taken` are the steps of that version's ruler already taken for it since its present due date.
    """

    title_id: int
    effective_due_day: int
    days_late: int
    total_centavos: int
    version_id: int
    hold: int = 0
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DebtorSeen:
    """One debtor of the day."""

    debtor_id: int
    person_kind: int
    risk: int
    worsened: bool
    has_email: bool
    hold: int
    last_contact_day: int | None
    titles: tuple[TitleSeen, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found about one title: the look, and the step that it is about (None where none was reached).

    `spoken` titles are those that the debtor's contact speaks of.
    """

    title: TitleSeen
    look: Look
    rung: Rung | None = None
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. Version, step and title are those of the step that was due, sent or stopped (0, -1, 0: none);
    `titles_due` counts the titles that it speaks of."""

    debtor_id: int
    outcome: Outcome
    reason: int
    version_id: int = 0
    step: int = -1
    title_id: int = 0
    titles_due: int = 0
    open_centavos: int = 0
    overdue_centavos: int = 0
    days_late: int = 0


def look_at(title: TitleSeen, debtor: DebtorSeen, ladder: Iterable[Rung], on_day: int) -> Seen:
    """Return what is due for a title today: the last step passed whose sentence is true, not taken, not too long ago.

    Conditions choose among steps before lateness does; of two on the same day the document's first one counts.
    A step passed over by a later one is superseded, never sent afterwards.
    """
    if title.hold:
        return Seen(title, Look.HELD)
    if not title.version_id:
        return Seen(title, Look.NO_RULER)
    offset = on_day - title.effective_due_day
    passed = [
        rung for rung in ladder
        if _is_for(rung, title, debtor)
        and rung.offset_days <= offset
        and rung.true_at(offset)
        and (debtor.worsened or not rung.worsened)
    ]  # fmt: skip
    if not passed:
        return Seen(title, Look.NO_STEP)
    last = max(passed, key=lambda rung: (rung.worsened, rung.offset_days, -rung.step))
    if last.step in title.taken:
        return Seen(title, Look.TAKEN, last)
    in_time = last.worsened or offset - last.offset_days <= last.catch_up_days
    return Seen(title, Look.DUE if in_time else Look.TOO_LATE, last)


def _is_for(rung: Rung, title: TitleSeen, debtor: DebtorSeen) -> bool:
    """Return whether the step's conditions choose this title of this debtor."""
    return (
        rung.version_id == title.version_id
        and rung.min_centavos <= title.total_centavos <= rung.max_centavos
        and rung.person_kind in (0, debtor.person_kind)
        and bool(rung.risk_mask >> debtor.risk & 1)
    )


def with_the_rest(
    kept: Iterable[TitleSeen], *, open_centavos: int, overdue_centavos: int, days_late: int
) -> tuple[TitleSeen, ...]:
    """Return the titles that a decision kept, and what its sums say of the others: at most two titles without number."""
    titles = tuple(kept)
    late = overdue_centavos - sum(t.total_centavos for t in titles if t.days_late > 0)
    other = open_centavos - late - sum(t.total_centavos for t in titles)
    rest = ((0, late, days_late), (0, other, 0))
    return titles + tuple(TitleSeen(pk, 0, days, total, 0) for pk, total, days in rest if total > 0)


def next_rung(title: TitleSeen, debtor: DebtorSeen, ladder: Iterable[Rung], on_day: int) -> Rung | None:
    """Return the first step that lies after today for a title, if nothing changes until then."""
    coming = [
        rung for rung in ladder
        if _is_for(rung, title, debtor) and not rung.worsened and rung.offset_days > on_day - title.effective_due_day
    ]  # fmt: skip
    return min(coming, key=lambda rung: (rung.offset_days, rung.step), default=None)


def decide(debtor: DebtorSeen, ladder: Iterable[Rung], on_day: int) -> tuple[Decision, list[Seen]]:
    """Return the day's decision about a debtor who has open titles, and what was found about each of them.

    Every debtor gets one decision: silence has a reason. One contact speaks of the titles whose steps go the same way
    at the same moment as the weightiest; the others keep their step for another day.
    """
    rungs_ = list(ladder)
    seen = [look_at(title, debtor, rungs_, on_day) for title in debtor.titles]
    due = [(found.title, found.rung) for found in seen if found.look == Look.DUE and found.rung]
    if not due:
        return Decision(debtor.debtor_id, Outcome.SKIP, _why_silent(debtor), **_totals(debtor)), seen
    title, rung = max(
        due, key=lambda pair: (pair[1].worsened, pair[1].offset_days, pair[0].total_centavos, -pair[0].title_id)
    )
    seen = [replace(found, spoken=_goes_with(found, rung)) for found in seen]
    reason = _what_stops(debtor, rung, on_day)
    return Decision(
        debtor.debtor_id, Outcome.SKIP if reason else Outcome.SEND, reason, rung.version_id, rung.step,
        title.title_id, sum(found.spoken for found in seen), **_totals(debtor),
    ), seen  # fmt: skip


def _goes_with(found: Seen, rung: Rung) -> bool:
    """Return whether one sentence speaks of this title too: a reminder does not fit into a notice of delay."""
    other = found.rung
    return found.look == Look.DUE and other is not None and (other.email, other.moment) == (rung.email, rung.moment)


def _what_stops(debtor: DebtorSeen, rung: Rung, on_day: int) -> int:
    """Return the reason not to take the step that is due, or STEP_DUE."""
    if debtor.hold:
        return HOLD_BASE + debtor.hold
    if sum(t.total_centavos for t in debtor.titles if not t.hold) < rung.minimum_centavos:
        return Reason.BELOW_MINIMUM
    if rung.email and not debtor.has_email:
        return Reason.NO_CHANNEL
    if debtor.last_contact_day is not None and on_day - debtor.last_contact_day < rung.rest_days:
        return Reason.RESTING
    return Reason.STEP_DUE


def _why_silent(debtor: DebtorSeen) -> int:
    free = [title for title in debtor.titles if not title.hold]
    if debtor.hold:
        return HOLD_BASE + debtor.hold
    if not free:
        return HOLD_BASE + min(title.hold for title in debtor.titles)
    if all(not title.version_id for title in free):
        return Reason.NO_RULER
    return Reason.NO_STEP_TODAY if any(title.days_late > 0 for title in free) else Reason.NOT_YET_DUE


def _totals(debtor: DebtorSeen) -> Mapping[str, int]:
    return {
        "open_centavos": sum(t.total_centavos for t in debtor.titles),
        "overdue_centavos": sum(t.total_centavos for t in debtor.titles if t.days_late > 0),
        "days_late": max(t.days_late for t in debtor.titles),
    }
