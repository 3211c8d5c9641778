"""The tables of this room: what is known of each debtor's case, and the queue of the day."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from receba.kernel.tables import Table


class Promise(IntEnum):
    """How the debtor's last promise stands."""

    NONE = 0
    PENDING = 1
    TODAY = 2
    BROKEN = 3
    KEPT = 4


class Why(IntFlag):
    """Why a debtor is where it is in the queue; one bit each."""

    PROMISE_BROKEN = 1
    PROMISE_TODAY = 2
    CALL_BACK = 4
    CONCENTRATED = 8
    LIKELY = 16
    ABOUT_TO_AGE = 32
    NEVER_CONTACTED = 64
    GOT_WORSE = 128
    OLD = 256
    UNREACHABLE = 512
    DISPUTED = 1024
    PROMISED = 2048
    HELD = 4096


class Action(IntEnum):
    """What to do next."""

    CALL = 1
    NEGOTIATE = 2
    CHARGE_PROMISE = 3
    CHECK_PAYMENT = 4
    REMIND = 5
    FIND_CONTACT = 6
    SETTLE_DISPUTE = 7
    WAIT_PROMISE = 8
    LEAVE_ALONE = 9
    CALL_BACK = 10


CASES = Table(
    "cases",
    "one debtor about whom something was recorded; micros since 1970 UTC, 0 where nothing",
    {"debtor_id": "int64", "last_contact_micros": "int64", "promise": "int32", "call_back_day": "int32"},
    ("debtor_id",),
)
REACHABLE = Table("reachable", "one debtor with at least one valid address", {"debtor_id": "int64"}, ("debtor_id",))
QUEUE = Table(
    "queue",
    "one debtor with overdue principal; portfolio_id -1 is all of the debtor's portfolios together",
    {
        "portfolio_id": "int64",
        "debtor_id": "int64",
        "rank": "int32",
        "open_centavos": "int64",
        "overdue_centavos": "int64",
        "oldest_days_late": "int32",
        "titles_overdue": "int32",
        "expected_centavos": "int64",
        "priority_centavos": "int64",
        "why": "int32",
        "next_action": "int32",
        "idc": "int32",
        "last_contact_micros": "int64",
    },
    ("portfolio_id", "debtor_id"),
)
NO_IDC = -1
"""idc of a debtor without a score."""
