"""The numbers of the recipe. A company may change them; the version says which ones made a score."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from receba.kernel.days import day_number, from_day_number, month_number
from receba.scoring.core.normal import nearest

RECIPE = "2"
"""Changes when the formulas change; the fingerprint changes when the numbers do."""
WEIGHT_ONE = 1024
"""The weight of a fact of today; memory fades on this grid."""
HALVINGS_KEPT = 12
"""What has halved more often than this weighs nothing."""
MANTISSA = 4096
E4 = 10_000
E6 = 1_000_000
_POSITIVE = (
    "bad_after_days",
    "late_clip_days",
    "half_life_days",
    "prior_strength",
    "window_months",
    "change_share",
    "volume_share",
    "minimum_known_titles",
    "margin_bps",
    "lgd_bps",
    "slope_floor_e3",
    "prior_months",
    "limit_step_centavos",
    "limit_stretch_e4",
)


@dataclass(frozen=True, slots=True)
class ScoringParameters:
    """Every number of docs/explanation/indicators.md; the defaults were measured (docs/explanation/evaluation.md)."""

    bad_after_days: int = 5
    late_clip_days: int = 30
    severity_any: int = 300
    severity_bad: int = 600
    severity_days: int = 300
    half_life_days: int = 365
    prior_strength: int = 4
    window_months: int = 36
    recent_days: int = 90
    change_share: int = 4
    volume_share: int = 20
    minimum_customers: int = 5
    minimum_titles: int = 10
    minimum_known_titles: int = 3
    small_base: int = 100
    margin_bps: int = 1_500
    lgd_bps: int = 4_500
    tolerance_e6: int | None = None
    slope_floor_e3: int = 1_000
    slope_ceiling_e3: int = 4_000
    prior_months: int = 3
    limit_step_centavos: int = 1_00
    limit_stretch_e4: int = 12_000
    term_grid_days: tuple[int, ...] = (7, 10, 14, 21, 28, 30, 45, 60, 90)
    longest_term_days: int = 365

    def __post_init__(self) -> None:
        """Refuse numbers with which the recipe has no meaning. Raises ValueError."""
        for name, value in asdict(self).items():
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{name} must not be negative")
        for name in _POSITIVE:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.severity_one < 1:
            raise ValueError("a severity of zero learns nothing")
        if self.window_months > 120 or self.prior_strength > 1_000 or self.severity_one > 10_000:
            raise ValueError("beyond the magnitude budget: window 120 months, prior 1000 titles, severity 10000")
        if self.tolerance_e6 is not None and not 0 < self.tolerance_e6 < E6:
            raise ValueError("tolerance_e6 lies between 0 and 1000000")
        if list(self.term_grid_days) != sorted(set(self.term_grid_days)) or min(self.term_grid_days, default=0) < 1:
            raise ValueError("term_grid_days must rise and hold at least one positive number of days")

    @property
    def severity_one(self) -> int:
        """Return the severity of a title that was as late as can be."""
        return self.severity_any + self.severity_bad + self.severity_days

    @property
    def prior_weight(self) -> int:
        """Return the prior's strength on the grid of the weights."""
        return self.prior_strength * WEIGHT_ONE

    @property
    def break_even_e6(self) -> int:
        """Return the PD at which the expected result of one more real is zero: margin / (margin + LGD)."""
        return E6 * self.margin_bps // (self.margin_bps + self.lgd_bps)

    @property
    def version(self) -> str:
        """Return recipe and fingerprint: the same text for the same formulas and numbers."""
        text = json.dumps(asdict(self), sort_keys=True)
        return f"{RECIPE}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def window_start(on_day: int, parameters: ScoringParameters) -> int:
    """Return the first day of the window: the same day `window_months` earlier (or that month's first)."""
    day = from_day_number(on_day)
    index = month_number(day) - parameters.window_months
    year, month = index // 12, index % 12 + 1
    try:
        return day_number(day.replace(year=year, month=month))
    except ValueError:  # 31 does not exist in that month
        return day_number(date(year, month, 1))


def memory_weight(age_days: int, half_life_days: int) -> int:
    """Return how much a fact of that age counts, 0..1024: halved every half-life, straight lines in between."""
    halvings, rest = divmod(max(age_days, 0), half_life_days)
    top = WEIGHT_ONE >> min(halvings, 30)
    return top - top * rest // (2 * half_life_days)


def fact_weight(day: int, on_day: int, half_life_days: int) -> int:
    """Return how much a fact of `day` counts on `on_day`, in parts of fact_weight(on_day, on_day).

    It halves every half-life. Between two days on which `on_day // half_life_days` is the same a fact keeps its
    weight, to the unit, and the whole fades: what was summed of facts yesterday is their sum today.
    """
    halvings, rest = divmod(day, half_life_days)
    kept = HALVINGS_KEPT - (on_day // half_life_days - halvings)
    return nearest(MANTISSA * 2.0 ** (rest / half_life_days)) << kept if kept >= 0 else 0


def weight_unit(on_day: int, half_life_days: int) -> int:
    """Return how many parts of fact_weight are 1/WEIGHT_ONE of a fact of today."""
    return fact_weight(on_day, on_day, half_life_days) // WEIGHT_ONE


def stays_until(on_day: int, half_life_days: int) -> int:
    """Return the last day on which sums by month and by weight that were taken on `on_day` are still those."""
    month = month_number(from_day_number(on_day - 1))
    last = on_day
    while (last + 1) // half_life_days == on_day // half_life_days and month_number(from_day_number(last)) == month:
        last += 1
    return last
