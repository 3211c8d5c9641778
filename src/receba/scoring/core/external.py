"""External data beside the IDC: the raw index is never changed, an adjusted one is shown next to it (S3.24, S3.35)."""

from __future__ import annotations

from dataclasses import dataclass

from receba.scoring.core.normal import ratio_half_up
from receba.scoring.core.parameters import WEIGHT_ONE, memory_weight


@dataclass(frozen=True, slots=True)
class ExternalSource:
    """How much a source may weigh on the day of the query, and how fast its word ages."""

    name: str
    weight_bps: int
    half_life_days: int = 90

    def __post_init__(self) -> None:
        """Refuse a weight outside 0..1. Raises ValueError."""
        if not 0 <= self.weight_bps <= 10_000 or self.half_life_days < 1:
            raise ValueError("weight_bps lies between 0 and 10000, half_life_days is at least 1")


@dataclass(frozen=True, slots=True)
class AdjustedIdc:
    """Both indices, 0..1000, and the weight that the external score had."""

    raw: int
    adjusted: int
    weight_bps: int


def adjust_idc(idc: int, external: int, age_days: int, source: ExternalSource) -> AdjustedIdc:
    """Return (1 - w) * IDC + w * external, where w halves every half-life of the query's age.

    `external` is on the same scale, 0..1000 and good when high. Raises ValueError outside it or for a future query.
    """
    if not (0 <= idc <= 1000 and 0 <= external <= 1000) or age_days < 0:
        raise ValueError("indices lie between 0 and 1000 and a query is not younger than the day")
    weight = ratio_half_up(source.weight_bps * memory_weight(age_days, source.half_life_days), WEIGHT_ONE)
    adjusted = ratio_half_up((10_000 - weight) * idc + weight * external, 10_000)
    return AdjustedIdc(idc, adjusted, weight)
