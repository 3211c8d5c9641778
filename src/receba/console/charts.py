"""Pictures as SVG text: few kinds, theme colours by class, a title for screen readers, no scripts and no styles inline.

Every function takes plain data and returns `<svg>`; the table of the same numbers stands beside it in the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 26


def _svg(body: str, title: str, height: int = HEIGHT) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" preserveAspectRatio="xMidYMid meet">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", css: str = "axis") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(text)}</text>'


def short(value: float) -> str:
    """Return a number as `1,2 mi`, `34 mil` or `560`."""
    for size, name in ((1e9, " bi"), (1e6, " mi"), (1e3, " mil")):
        if abs(value) >= size:
            return f"{value / size:.1f}".replace(".", ",").removesuffix(",0") + name
    return f"{value:.0f}"


def _nice(value: float) -> float:
    """Return the next round number from `value` up: 1, 2, 2.5 or 5 times a power of ten."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next((step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value), value) if value > 0 else 1.0


def _grid(top: float) -> str:
    lines = []
    for n in range(5):
        y = _TOP + (HEIGHT - _TOP - _BOTTOM) * n / 4
        lines.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        lines.append(_text(_LEFT - 6, y + 4, short(top * (4 - n) / 4), "end"))
    return "".join(lines)


def bars(data: Sequence[tuple[str, float]], title: str = "") -> str:
    """Return one bar a label."""
    if not data:
        return _svg("", title)
    top = _nice(max(value for _label, value in data))
    step = (WIDTH - _LEFT - _RIGHT) / len(data)
    body = _grid(top)
    for n, (label, value) in enumerate(data):
        height = (HEIGHT - _TOP - _BOTTOM) * max(value, 0) / top
        x, y = _LEFT + n * step + step * 0.15, HEIGHT - _BOTTOM - height
        body += (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{step * 0.7:.1f}" height="{height:.1f}" rx="2" class="bar">'
            f"<title>{escape(label)}: {short(value)}</title></rect>"
        )
        body += _text(x + step * 0.35, HEIGHT - 8, label)
    return _svg(body, title)


def line(data: Sequence[tuple[str, Sequence[tuple[str, float | None]]]], title: str = "") -> str:
    """Return lines by name over the same labels; a value that is None leaves a gap."""
    values = [value for _name, points in data for _label, value in points if value is not None]
    if not values:
        return _svg("", title)
    top = _nice(max(values))
    labels = [label for label, _value in data[0][1]]
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels) - 1)
    body = _grid(top)
    for number, (name, points) in enumerate(data, start=1):
        places = [
            (_LEFT + n * step, _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / top), label, value)
            for n, (label, value) in enumerate(points)
            if value is not None
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _label, _value in places)
        body += f'<polyline points="{path}" class="line series-{number}"/>'
        body += "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="point series-{number}">'
            f"<title>{escape(name)} {escape(label)}: {short(value)}</title></circle>"
            for x, y, label, value in places
        )
        if places:
            x, y, _label, value = places[-1]
            body += _text(min(x, WIDTH - 60), max(y - 8, 12), f"{name} {short(value)}", "middle", "label")
    shown = max(1, len(labels) // 6)
    body += "".join(
        _text(min(max(_LEFT + n * step, 30), WIDTH - 34), HEIGHT - 8, label)
        for n, label in enumerate(labels)
        if n % shown == 0
    )
    return _svg(body, title)


def strip(data: Sequence[tuple[str, float]], title: str = "") -> str:
    """Return one horizontal bar cut into its parts, such as the ageing buckets."""
    total = sum(max(value, 0) for _label, value in data)
    x, body = 0.0, ""
    for n, (label, value) in enumerate(data):
        width = WIDTH * max(value, 0) / total if total else 0
        body += (
            f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="34" class="part part-{n}">'
            f"<title>{escape(label)}: {short(value)}</title></rect>"
        )
        if width > 46:
            body += _text(x + width / 2, 22, f"{100 * value / total:.0f}%", "middle", f"on-part on-part-{n}")
        x += width
    return _svg(body, title, 34)


def pareto(data: Sequence[tuple[int, float]], title: str = "") -> str:
    """Return the curve of (debtors so far, cumulative share 0..1), with the line at 80 %."""
    if not data:
        return _svg("", title)
    last = data[-1][0]
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    points = " ".join(
        f"{_LEFT + wide * n / last:.1f},{_TOP + high * (1 - share):.1f}" for n, share in [(0, 0.0), *data]
    )
    y80 = _TOP + high * 0.2
    body = "".join(_text(_LEFT - 6, _TOP + high * (1 - share) + 4, f"{share:.0%}", "end") for share in (0, 0.5, 1))
    body += f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y80:.1f}" y2="{y80:.1f}" class="mark"/>'
    body += _text(_LEFT - 6, y80 + 4, "80%", "end")
    body += f'<polyline points="{points}" class="line series-1"/>'
    body += _text(_LEFT, HEIGHT - 8, "0", "start") + _text(WIDTH - _RIGHT, HEIGHT - 8, short(last), "end")
    return _svg(body, title)


CHARTS: dict[str, Callable[[Any, str], str]] = {"bars": bars, "line": line, "strip": strip, "pareto": pareto}
