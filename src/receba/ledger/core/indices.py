"""Correction indices: from published monthly variations to how much a value rose between two days.

Full months: from the month of the start day up to the month before the reading. A month that is not published yet
counts as zero until it is (docs/reference/late-charges.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext

import pyarrow as pa

from receba.engine.contract import arrow_schema
from receba.kernel.days import from_day_number, month_number
from receba.kernel.tables import INDEX_RATIOS


class IndexSeries:
    """The monthly variations of one index, in percent, by month number."""

    def __init__(self, percent_by_month: Mapping[int, Decimal]) -> None:
        self._factors: dict[int, Decimal] = {}
        self._first = min(percent_by_month, default=0)
        self._last = max(percent_by_month, default=-1) + 1
        with localcontext() as context:
            context.prec = 40
            level = Decimal(1)
            for month in range(self._first, self._last + 1):
                self._factors[month] = level
                level *= 1 + percent_by_month.get(month, Decimal(0)) / 100

    def _level(self, month: int) -> Decimal:
        if not self._factors:
            return Decimal(1)
        return self._factors[min(max(month, self._first), self._last)]

    def rise(self, start_day: int, on_day: int) -> int:
        """Return the rise between two day numbers in 1e-8 parts, rounded half up; negative in deflation."""
        start, end = (month_number(from_day_number(day)) for day in (start_day, on_day))
        if end <= start:
            return 0
        with localcontext() as context:
            context.prec = 40
            ratio = (self._level(end) / self._level(start) - 1) * 10**8
            return int(ratio.to_integral_value(rounding="ROUND_HALF_UP"))

    def ratios(self, start_days: Iterable[int], on_day: int) -> list[tuple[int, int]]:
        """Return (start day, rise) for each day, the form that columns join."""
        by_month: dict[int, int] = {}
        result = []
        for day in start_days:
            month = month_number(from_day_number(day))
            if month not in by_month:
                by_month[month] = self.rise(day, on_day)
            result.append((day, by_month[month]))
        return result


def ratio_table(series: Mapping[int, IndexSeries], first_day: int, on_day: int) -> pa.Table:
    """Return INDEX_RATIOS of each index for every day from `first_day` to `on_day`, both inclusive."""
    rows = [
        {"index_id": index_id, "start_day": day, "rise_e8": rise}
        for index_id, one in series.items()
        for day, rise in one.ratios(range(first_day, on_day + 1), on_day)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(INDEX_RATIOS))
