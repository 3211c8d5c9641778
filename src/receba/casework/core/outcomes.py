"""What a collector may record about a debtor, and what each outcome brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from receba.kernel.tables import HoldKind


class Channel(IntEnum):
    """How the debtor was reached, or tried."""

    CALL = 1
    VISIT = 2
    WHATSAPP = 3
    EMAIL = 4
    NOTE = 5


class Outcome(IntEnum):
    """How it ended. NOTE is no contact: something worth writing down."""

    NOTE = 0
    RIGHT_PERSON = 1
    NO_ANSWER = 2
    MESSAGE_LEFT = 3
    WRONG_PERSON = 4
    PROMISED = 5
    DISPUTED = 6
    SAYS_PAID = 7
    REFUSED = 8
    CALL_BACK = 9
    STOP = 10
    DECEASED = 11


REACHED = frozenset(
    {
        Outcome.RIGHT_PERSON,
        Outcome.PROMISED,
        Outcome.DISPUTED,
        Outcome.SAYS_PAID,
        Outcome.REFUSED,
        Outcome.CALL_BACK,
        Outcome.STOP,
    }
)
"""Outcomes in which the right person was spoken to (CPC)."""

SAYS_PAID_DAYS = 5
"""Days of silence while a payment that the debtor reports is looked for."""
CALL_BACK_DAYS = 60
"""A promise or a call back further away than this is refused: it needs an agreement."""


class BadOutcome(ValueError):
    """The outcome lacks what it needs: a promise its day and amount, a call back its day."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A hold that follows from an outcome; `by_title` puts it on the titles named, if any."""

    kind: HoldKind
    until_on: date | None = None
    by_title: bool = False


def check(outcome: Outcome, *, on: date, promised_on: date | None, promised_centavos: int | None) -> None:
    """Raise BadOutcome unless a promise has a day and an amount, a call back a day, and nothing else has them."""
    dated = outcome in (Outcome.PROMISED, Outcome.CALL_BACK)
    if dated != (promised_on is not None) or (outcome == Outcome.PROMISED) != (promised_centavos is not None):
        raise BadOutcome("a promise names its day and amount, a call back its day, other outcomes neither")
    if promised_on is not None and not on <= promised_on <= on + timedelta(CALL_BACK_DAYS):
        raise BadOutcome(f"the day must be within {CALL_BACK_DAYS} days")
    if promised_centavos is not None and promised_centavos <= 0:
        raise BadOutcome("a promise is of a positive amount")


def stop_for(outcome: Outcome, *, on: date, promised_on: date | None, contact_known: bool) -> Stop | None:
    """Return the hold that follows from an outcome, if any.

    A promise silences the ruler until the day after it. A wrong person at a known address only ends that address;
    without an address nobody knows whom we reach, so everything stops. (Outcome.STOP is outreach's own verb.)
    """
    if outcome == Outcome.PROMISED and promised_on:
        return Stop(HoldKind.PROMISE, promised_on + timedelta(1))
    if outcome == Outcome.DISPUTED:
        return Stop(HoldKind.DISPUTE, by_title=True)
    if outcome == Outcome.SAYS_PAID:
        return Stop(HoldKind.REVIEW, on + timedelta(SAYS_PAID_DAYS), by_title=True)
    if outcome == Outcome.DECEASED:
        return Stop(HoldKind.DECEASED)
    if outcome == Outcome.WRONG_PERSON and not contact_known:
        return Stop(HoldKind.WRONG_PERSON)
    return None
