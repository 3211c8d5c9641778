"""The decision about one debtor on one day, plainly: send a step, or stay silent for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

    `taken` are the steps already taken for it since its present due date.
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
class Decision:
    """What was decided, and the title that decided it (0 for silence)."""

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


def due_rung(title: TitleSeen, debtor: DebtorSeen, ladder: Iterable[Rung], on_day: int) -> Rung | None:
    """Return the step that is due for a title today: the last one passed, not taken yet, not too long ago.

    Conditions choose among steps before lateness does; of two on the same day the document's first one counts.
    A step passed over by a later one is superseded, never sent afterwards.
    """
    offset = on_day - title.effective_due_day
    passed = [
        rung for rung in ladder
        if rung.version_id == title.version_id
        and rung.offset_days <= offset
        and rung.min_centavos <= title.total_centavos <= rung.max_centavos
        and rung.person_kind in (0, debtor.person_kind)
        and rung.risk_mask >> debtor.risk & 1
        and (not rung.worsened or (debtor.worsened and offset < 0))
    ]  # fmt: skip
    if not passed:
        return None
    last = max(passed, key=lambda rung: (rung.worsened, rung.offset_days, -rung.step))
    in_time = last.worsened or offset - last.offset_days <= last.catch_up_days
    return last if in_time and last.step not in title.taken else None


def decide(debtor: DebtorSeen, ladder: Iterable[Rung], on_day: int) -> Decision:
    """Return the day's decision about a debtor who has open titles. Every debtor gets one: silence has a reason."""
    rungs_ = list(ladder)
    totals = _totals(debtor)
    free = [title for title in debtor.titles if not title.hold]
    due = [(title, rung) for title in free if (rung := due_rung(title, debtor, rungs_, on_day)) is not None]
    if not due:
        return Decision(debtor.debtor_id, Outcome.SKIP, _why_silent(debtor, free), **totals)
    title, rung = max(
        due, key=lambda pair: (pair[1].worsened, pair[1].offset_days, pair[0].total_centavos, -pair[0].title_id)
    )
    owed = sum(t.total_centavos for t in free)
    reason = int(Reason.STEP_DUE)
    if debtor.hold:
        reason = HOLD_BASE + debtor.hold
    elif owed < rung.minimum_centavos:
        reason = Reason.BELOW_MINIMUM
    elif rung.email and not debtor.has_email:
        reason = Reason.NO_CHANNEL
    elif debtor.last_contact_day is not None and on_day - debtor.last_contact_day < rung.rest_days:
        reason = Reason.RESTING
    if reason:
        return Decision(debtor.debtor_id, Outcome.SKIP, reason, **totals)
    return Decision(
        debtor.debtor_id, Outcome.SEND, reason, rung.version_id, rung.step, title.title_id, len(due), **totals
    )


def _why_silent(debtor: DebtorSeen, free: list[TitleSeen]) -> int:
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
