"""The cell of one debtor, plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Risk(IntEnum):
    """Band of the IDC: A pays best, E worst; NONE has no score (S3.32)."""

    NONE = 0
    A = 1
    B = 2
    C = 3
    D = 4
    E = 5


class Behaviour(IntEnum):
    """How the debtor paid what fell due in the window."""

    NEW = 0
    PUNCTUAL = 1
    OCCASIONAL = 2
    HABITUAL = 3
    LOST = 4


class Value(IntEnum):
    """ABC class of what was bought in the window: A makes the first 80 %, B the next 15 %, C the rest."""

    NONE = 0
    A = 1
    B = 2
    C = 3


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where one cell ends and the next begins; a version of the segmentation."""

    version: str = "1"
    idc: tuple[int, int, int, int] = (800, 600, 400, 200)
    window_days: int = 365
    late_from_days: int = 5
    occasional_above_e3: int = 50
    habitual_above_e3: int = 250
    lost_above_days: int = 90
    value_a_e3: int = 800
    value_b_e3: int = 950


@dataclass(frozen=True, slots=True)
class Seen:
    """What the window shows of one debtor."""

    idc: int | None
    due_titles: int
    late_titles: int
    oldest_open_days: int
    bought_centavos: int


def risk_of(idc: int | None, cuts: Cuts) -> Risk:
    """Return the band of an IDC."""
    if idc is None:
        return Risk.NONE
    return Risk(1 + sum(idc < limit for limit in cuts.idc))


def behaviour_of(seen: Seen, cuts: Cuts) -> Behaviour:
    """Return how a debtor pays: lost before habitual, habitual before occasional."""
    if seen.oldest_open_days > cuts.lost_above_days:
        return Behaviour.LOST
    if seen.due_titles == 0:
        return Behaviour.NEW
    if seen.late_titles * 1000 > cuts.habitual_above_e3 * seen.due_titles:
        return Behaviour.HABITUAL
    if seen.late_titles * 1000 > cuts.occasional_above_e3 * seen.due_titles:
        return Behaviour.OCCASIONAL
    return Behaviour.PUNCTUAL


def values_of(bought: Sequence[tuple[int, int]], cuts: Cuts) -> dict[int, Value]:
    """Return the ABC class of each (debtor, centavos): a debtor belongs where the sum before it has not yet reached."""
    total = sum(centavos for _debtor, centavos in bought)
    before, result = 0, {}
    for debtor, centavos in sorted(bought, key=lambda row: (-row[1], row[0])):
        if not centavos:
            result[debtor] = Value.NONE
        elif before * 1000 < cuts.value_a_e3 * total:
            result[debtor] = Value.A
        elif before * 1000 < cuts.value_b_e3 * total:
            result[debtor] = Value.B
        else:
            result[debtor] = Value.C
        before += centavos
    return result
