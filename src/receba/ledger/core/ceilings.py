"""The legal ceilings of late charges: which of them a version of the terms goes beyond.

The ceilings are data (ledger/data/ceilings.toml). A version of the terms has no end of its own, so every ceiling that
is in force on its first day or later holds for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

Charge = Literal["fine", "interest"]


class Relation(StrEnum):
    """Between whom the terms hold: also with consumers, between businesses only, or of a condominium's owners."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    CONDOMINIUM = "condominium"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a charge may be, hundredths of a percent (interest: a month), from a day to a day (None: still).

    `rule`: "refuse" terms above it, or let them stand by an express statement ("declare").
    """

    relation: Relation
    charge: Charge
    most_bps: int
    since: date
    rule: Literal["refuse", "declare"]
    source: str
    until: date | None = None


def ceilings_from(data: Mapping[str, Any]) -> tuple[Ceiling, ...]:
    """Return the ceilings of the parsed file. Raises TypeError or ValueError for what is not one."""
    found = tuple(Ceiling(**{**row, "relation": Relation(row["relation"])}) for row in data["ceiling"])
    for ceiling in found:
        if ceiling.charge not in ("fine", "interest") or ceiling.rule not in ("refuse", "declare"):
            raise ValueError(f"not a ceiling: {ceiling}")
    return found


def exceeded(
    ceilings: Iterable[Ceiling],
    *,
    relation: Relation,
    since: date,
    fine_bps: int,
    interest_bps_month: int,
    declared: bool,
) -> list[Ceiling]:
    """Return the ceilings that stop terms in force from `since` on, the lowest of each charge first.

    An express statement (`declared`) lifts those that a statement can lift.
    """
    asked = {"fine": fine_bps, "interest": interest_bps_month}
    stopped = [
        ceiling
        for ceiling in ceilings
        if ceiling.relation == relation
        and (ceiling.until is None or ceiling.until >= since)
        and asked[ceiling.charge] > ceiling.most_bps
        and not (declared and ceiling.rule == "declare")
    ]
    return sorted(stopped, key=lambda ceiling: (ceiling.charge, ceiling.most_bps))
