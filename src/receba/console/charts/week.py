"""The hours of a week as bars: one row a day, from midnight to midnight."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from receba.console.charts.svg import hover, text

_LEFT, _RIGHT, _TOP, _ROW = 40.0, 330.0, 4.0, 22.0


def week(days: Sequence[tuple[str, tuple[int, int] | None]], title: str) -> str:
    """Return the picture of (name of the day, (opens, closes) in minutes after midnight, or None) for seven days."""
    parts = []
    bottom = _TOP + _ROW * len(days)
    for hour in (0, 6, 12, 18, 24):
        x = _x(hour * 60)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom:.1f}" class="grid"/>')
        parts.append(text(x, bottom + 16, f"{hour}h", "end" if hour == 24 else "middle"))
    for n, (name, hours) in enumerate(days):
        y = _TOP + n * _ROW
        parts.append(text(_LEFT - 6, y + 15, name, "end"))
        parts.append(_bar(0, 1440, y, "shut"))
        if hours is not None:
            told = f"{name}: {_clock(hours[0])}–{_clock(hours[1])}"
            parts.append(_bar(*hours, y, "open", told))
    return (
        f'<svg class="drawing week" viewBox="0 0 340 186" width="340" height="186" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _bar(start: int, end: int, y: float, css: str, told: str = "") -> str:
    inside = hover(told) if told else ""
    return (
        f'<rect x="{_x(start):.1f}" y="{y + 4:.1f}" width="{_x(end) - _x(start):.1f}" height="{_ROW - 8}" rx="3" '
        f'class="{css}">{inside}</rect>'
    )


def _x(minutes: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * minutes / 1440


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
