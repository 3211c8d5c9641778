"""Numbers on a picture: round steps for an axis, and how a value reads in Portuguese."""

from __future__ import annotations

import math
from typing import Literal

from receba.kernel.money import format_brl

Unit = Literal["count", "brl", "bps", "days"]
THIN = "\N{NO-BREAK SPACE}"


def _comma(text: str) -> str:
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def tell(value: float | None, unit: Unit = "count") -> str:
    """Return a value whole: `R$ 1.234,56`, `12,34%`, `1.234 dias`; a dash for None."""
    if value is None:
        return "—"
    if unit == "brl":
        return format_brl(round(value)).replace(" ", THIN)
    if unit == "bps":
        return _comma(f"{value / 100:.2f}") + "%"
    text = _comma(f"{value:,.2f}").removesuffix(",00")
    return f"{text}{THIN}{'dia' if text == '1' else 'dias'}" if unit == "days" else text


def short(value: float, unit: Unit = "count", *, bare: bool = False) -> str:
    """Return a value in few letters: `R$ 1,2 mi`, `34 mil`, `12,5%`; `bare` leaves `R$` and `dias` out."""
    if unit == "bps":
        return _trimmed(value / 100) + "%"
    size = value / 100 if unit == "brl" else value
    text = _scaled(abs(size))
    sign = "-" if size < 0 and text != "0" else ""
    if bare or unit == "count":
        return sign + text
    return f"{sign}R${THIN}{text}" if unit == "brl" else f"{sign}{text}{THIN}d"


def _scaled(size: float) -> str:
    for power, name in ((1e9, "bi"), (1e6, "mi"), (1e3, "mil")):
        if round(size / power, 1) >= 1:
            return f"{_trimmed(size / power)}{THIN}{name}"
    return _trimmed(size)


def _trimmed(value: float) -> str:
    """Return one decimal, or two below one, without zeros at the end."""
    text = f"{value:.{1 if abs(value) >= 1 or value == 0 else 2}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else _comma(text)


def ticks(low: float, high: float, steps: int = 4) -> list[float]:
    """Return round values from `low` or below to `high` or above, at most `steps` + 1 apart by 1, 2, 2.5 or 5 × 10ⁿ.

    `low` above zero counts as zero: an axis of amounts starts at nothing.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        return [0.0, 1.0]
    raw = (high - low) / steps
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = factor * power
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first <= steps + 1:
            break
    return [n * step for n in range(first, last + 1)]
