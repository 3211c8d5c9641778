"""Courses: values in time, the Pareto curve, and a line so small that it stands in a table's cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from receba.console.charts.scale import Unit, short, tell
from receba.console.charts.svg import WIDE, Plot, Sheet, below, frame, hover, svg, text

Points = Sequence[tuple[str | date, float | None]]
Named = Sequence[tuple[str, Points]]
Place = TypeVar("Place", bound=tuple[float, ...])


def named(data: Points | Named, title: str) -> list[tuple[str, Points]]:
    """Return the lines by name; a single one without a name takes the title."""
    if data and isinstance(data[0][1], (list, tuple)):
        return list(data)  # type: ignore[arg-type]  # the test above tells the two shapes apart
    return [(title, data)] if data else []  # type: ignore[list-item]


def reading(label: str | date) -> str:
    """Return a label as people read it: a date as dd/mm/aaaa."""
    return f"{label:%d/%m/%Y}" if isinstance(label, date) else label


def _parts(labels: Sequence[str | date]) -> list[float]:
    """Return where each label stands from 0 to 1: dates by time, words evenly."""
    days = [label.toordinal() for label in labels if isinstance(label, date)]
    if len(days) == len(labels) and days and days[-1] > days[0]:
        return [(day - days[0]) / (days[-1] - days[0]) for day in days]
    return [n / max(1, len(labels) - 1) if len(labels) > 1 else 0.5 for n in range(len(labels))]


def _runs(places: Sequence[Place | None]) -> list[list[Place]]:
    """Return the stretches without a gap."""
    runs: list[list[Place]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def between(low: float | None, high: float | None, unit: Unit) -> str:
    """Return an interval in words."""
    return "" if low is None or high is None else f"{tell(low, unit)} – {tell(high, unit)}"


def _course(
    name: str, number: int, points: Points, plot: Plot, unit: Unit, intervals: Sequence[tuple[Any, ...]] = ()
) -> str:
    parts = _parts([label for label, _value in points])
    places = [
        None if value is None else (plot.x(part), plot.y(value))
        for part, (_label, value) in zip(parts, points, strict=True)
    ]
    body = ""
    for run in _runs(places):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
        body += f'<polyline points="{path}" class="line series-{number}"/>'
    for n, (place, (label, value)) in enumerate(zip(places, points, strict=True)):
        if place is not None:
            around = between(intervals[n][2], intervals[n][3], unit) if intervals else ""
            told = hover(f"{name} · {reading(label)}: {tell(value, unit)}{f' ({around})' if around else ''}")
            radius = 3 if len(points) <= 40 else 1.5
            body += f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius}" class="point series-{number}">{told}</circle>'
    return body


def line(data: Points | Named, title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = "") -> str:
    """Return lines over the same labels; a lone line says its last value."""
    series = named(data, title)
    values = [value for _name, points in series for _label, value in points if value is not None]
    if not values:
        return svg(text(sheet.width / 2, sheet.height / 2, "—"), sheet, title, desc)
    plot, body = frame(sheet, min(values), max(values), unit)
    for number, (name, points) in enumerate(series, start=1):
        body += _course(name, (number - 1) % 6 + 1, points, plot, unit)
    points = series[0][1]
    labels = [f"{label:%d/%m/%y}" if isinstance(label, date) else label for label, _value in points]
    parts = _parts([label for label, _value in points])
    if len(series) == 1 and points[-1][1] is not None:
        last = points[-1][1]
        y = plot.y(last)
        body += text(plot.right, y - 8 if y - 20 > plot.top else y + 18, short(last, unit), "end", "value")
    return svg(body + below(plot, sheet, labels, [plot.x(part) for part in parts]), sheet, title, desc)


def band(
    data: Sequence[tuple[str | date, float | None, float | None, float | None]],
    title: str = "",
    unit: Unit = "count",
    sheet: Sheet = WIDE,
    desc: str = "",
) -> str:
    """Return a line of (label, value, low, high) with the interval around it, and its last value; None leaves a gap."""
    known = [number for _label, *numbers in data for number in numbers if number is not None]
    if not known:
        return svg(text(sheet.width / 2, sheet.height / 2, "—"), sheet, title, desc)
    plot, body = frame(sheet, min(known), max(known), unit)
    parts = _parts([label for label, *_numbers in data])
    edges = [
        None if low is None or high is None else (plot.x(part), plot.y(low), plot.y(high))
        for part, (_label, _value, low, high) in zip(parts, data, strict=True)
    ]
    for run in _runs(edges):
        path = [f"{x:.1f},{high:.1f}" for x, _low, high in run] + [f"{x:.1f},{low:.1f}" for x, low, _high in run[::-1]]
        body += f'<polygon points="{" ".join(path)}" class="interval"/>'
    body += _course(title, 1, [(label, value) for label, value, _low, _high in data], plot, unit, intervals=data)
    last = next(((part, row[1]) for part, row in zip(parts[::-1], data[::-1], strict=True) if row[1] is not None), None)
    if last is not None and last[1] is not None:
        y = plot.y(last[1])
        body += text(plot.x(last[0]), y - 8 if y - 20 > plot.top else y + 18, short(last[1], unit), "end", "value")
    labels = [f"{label:%d/%m/%y}" if isinstance(label, date) else label for label, *_numbers in data]
    return svg(body + below(plot, sheet, labels, [plot.x(part) for part in parts]), sheet, title, desc)


def pareto(
    data: Sequence[tuple[int, float]], title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = ""
) -> str:
    """Return the curve of (debtors so far, cumulative share 0..1), and how many debtors make 80 %."""
    if not data:
        return svg(text(sheet.width / 2, sheet.height / 2, "—"), sheet, title, desc)
    plot = Plot(44, sheet.width - 14, 14, sheet.height - 26, 0, 1)
    last = data[-1][0] or 1
    body = ""
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = plot.y(share)
        css = "mark" if share == 0.8 else "grid"
        body += f'<line x1="{plot.left}" x2="{plot.right}" y1="{y:.1f}" y2="{y:.1f}" class="{css}"/>'
        body += text(plot.left - 6, y + 4, f"{share:.0%}", "end")
    path = " ".join(f"{plot.x(n / last):.1f},{plot.y(share):.1f}" for n, share in [(0, 0.0), *data])
    body += f'<polyline points="{path}" class="line series-1"/>'
    enough = next((n for n, share in data if share >= 0.8), None)
    if enough is not None:
        x = plot.x(enough / last)
        body += f'<circle cx="{x:.1f}" cy="{plot.y(0.8):.1f}" r="4" class="point series-1"/>'
        side, anchor = (x + 8, "start") if x < sheet.width / 2 else (x - 8, "end")
        body += text(side, plot.y(0.8) + 18, f"80% em {tell(enough, unit)}", anchor, "value")
    labels, places = ["0", tell(last, unit)], [plot.left, plot.right]
    return svg(body + below(plot, sheet, labels, places), sheet, title, desc)


def sparkline(values: Sequence[float | None], title: str = "", unit: Unit = "count") -> str:
    """Return a line of 120 × 28 without axes, for a cell or a tile; its name says the first and the last value."""
    known = [value for value in values if value is not None]
    sheet = Sheet(120, 28, "spark")
    if not known:
        return svg("", sheet, title)
    low, high = min(known), max(known)
    plot = Plot(3, 117, 4, 24, low, high if high > low else low + 1)
    step = 1 / max(1, len(values) - 1)
    places = [None if v is None else (plot.x(n * step), plot.y(v)) for n, v in enumerate(values)]
    runs = _runs(places)
    body = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}" class="line series-1"/>' for run in runs
    )
    x, y = runs[-1][-1]
    body += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" class="point series-1"/>'
    return svg(body, sheet, f"{title}: {tell(known[0], unit)} → {tell(known[-1], unit)}".removeprefix(": "))
