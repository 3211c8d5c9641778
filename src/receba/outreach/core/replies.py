"""What a mail server's answer, or its silence, means for the message.

The one question that matters: could the server have taken the message? Once the body began to travel and no answer
came, nobody knows, and nothing but a person may send it again (RFC 5321, 4.5.3.2.6 and 6.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far the conversation with the server had come when it ended."""

    CONNECT = "connect"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"


class Result(StrEnum):
    """What became of the message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


class Failure(StrEnum):
    """Why a message did not arrive."""

    NONE = ""
    ADDRESS = "address"
    CONTENT = "content"
    TEMPORARY = "temporary"
    CONNECTION = "connection"
    OURS = "ours"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. `stops` says that the next message would fare no better."""

    result: Result
    failure: Failure = Failure.NONE
    response: str = ""
    stops: bool = False


_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_LONGEST = 500


def accepted(response: str = "") -> Outcome:
    """Return the outcome of a message that the server took responsibility for."""
    return Outcome(Result.ACCEPTED, response=response[:_LONGEST])


def judge_reply(stage: Stage, code: int, text: str) -> Outcome:
    """Return what a definite answer other than success means; an unreadable one after the body means nothing."""
    response = f"{code} {text}".strip()[:_LONGEST]
    if not 400 <= code <= 599:
        return judge_silence(stage, response)
    if stage in (Stage.CONNECT, Stage.SENDER):
        return Outcome(Result.LATER, Failure.OURS, response, stops=True)
    if code < 500 or _passes_with_time(code, text):
        return Outcome(Result.LATER, Failure.TEMPORARY, response, stops=code == 421)
    if stage == Stage.RECIPIENT and _address_is_bad(code, text):
        return Outcome(Result.REFUSED, Failure.ADDRESS, response)
    return Outcome(Result.REFUSED, Failure.CONTENT, response)


def judge_silence(stage: Stage, what: str) -> Outcome:
    """Return what a connection that died, or timed out, means at a stage."""
    if stage == Stage.BODY:
        return Outcome(Result.UNKNOWN, Failure.CONNECTION, what[:_LONGEST])
    return Outcome(Result.LATER, Failure.CONNECTION, what[:_LONGEST], stops=stage == Stage.CONNECT)


def _enhanced(text: str) -> tuple[int, int] | None:
    found = _ENHANCED.search(text)
    return (int(found[2]), int(found[3])) if found else None


def _passes_with_time(code: int, text: str) -> bool:
    """A full mailbox may empty, whatever the first digit says (RFC 3463 X.2.2; RFC 5321 4.5.3.1.10 on 552)."""
    return _enhanced(text) == (2, 2) or (code == 552 and _enhanced(text) is None)


def _address_is_bad(code: int, text: str) -> bool:
    """Whether the refusal is about the address, not about us: RFC 3463 X.1.x and X.2.1, or a bare 550, 551 or 553."""
    enhanced = _enhanced(text)
    if enhanced is None:
        return code in (550, 551, 553)
    return (enhanced[0] == 1 and enhanced[1] in (0, 1, 2, 3, 6, 10)) or enhanced == (2, 1)
