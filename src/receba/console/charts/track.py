"""A ruler as a line of days: the steps before and after the due date, on one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import copysign, sqrt

from receba.console.charts.svg import hover, text

_LEFT, _RIGHT, _LINE, _APART = 34.0, 1006.0, 40.0, 34.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One step: days after the due date (before it, when negative), what it is, and its shade."""

    day: int
    title: str
    shade: str = ""


def track(stops: Sequence[Stop], title: str) -> str:
    """Return the picture: days keep their order and roughly their distance, near ones are drawn further apart."""
    days = sorted({stop.day for stop in stops} | {0})
    places = dict(zip(days, _places(days), strict=True))
    due = places[0]
    parts = [
        f'<line x1="{_LEFT - 20}" x2="{due:.1f}" y1="{_LINE}" y2="{_LINE}" class="before"/>',
        f'<line x1="{due:.1f}" x2="{_RIGHT + 20}" y1="{_LINE}" y2="{_LINE}" class="after"/>',
        f'<line x1="{due:.1f}" x2="{due:.1f}" y1="12" y2="66" class="due"/>',
    ]
    counted: dict[int, int] = {}
    for stop in stops:
        beside = counted[stop.day] = counted.get(stop.day, -1) + 1
        x, y = places[stop.day], _LINE - beside * 11
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="9"'
        parts.append(f'<circle {place} class="stop {escape(stop.shade)}">{hover(stop.title)}</circle>')
    near = any(b - a < _APART for a, b in pairwise(places.values()))
    for n, day in enumerate(days):
        if not near or day == 0 or n % 2 == 0:
            parts.append(text(places[day], 84, f"D{day:+d}".replace("-", "−") if day else "D", css="axis"))
    return (
        f'<svg class="drawing track" viewBox="0 0 1040 92" width="1040" height="92" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _places(days: Sequence[int]) -> list[float]:
    """Return where each day stands: by the square root of its distance, never nearer than letters need."""
    roots = [copysign(sqrt(abs(day)), day) for day in days]
    room, gaps = _RIGHT - _LEFT, [b - a for a, b in pairwise(roots)]
    if not gaps:
        return [_LEFT + room / 2]
    least = min(_APART, room / len(gaps))
    spare = room - least * len(gaps)
    whole = sum(gaps)
    places = [_LEFT]
    for gap in gaps:
        places.append(places[-1] + least + spare * gap / whole)
    return places
