"""Grids: columns cut into their parts, and a heat map whose cells carry their values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from receba.console.charts.courses import reading
from receba.console.charts.lengths import Part
from receba.console.charts.scale import Unit, short, tell
from receba.console.charts.svg import LETTER, WIDE, Sheet, below, fit, frame, hover, linked, svg, text

Cell = tuple[str, float | None] | tuple[str, float | None, str | None]
LEVELS = 6
"""Colours of a heat map, `heat-0` to `heat-5`; each has its own letters, `on-heat-0` to `on-heat-5`."""
_CELL_DIGIT, _CELL_PERCENT = 7.0, 10.5
"""Width of a digit and of % in a cell (11 px), in a broad font."""


def stacked(
    data: Sequence[tuple[str, Sequence[Part]]],
    title: str = "",
    unit: Unit = "count",
    sheet: Sheet = WIDE,
    desc: str = "",
) -> str:
    """Return standing bars, each cut into one part a series, the first at the foot. Below zero draws nothing."""
    labels = [reading(part[0]) for part in data[0][1]] if data else []
    sums = [sum(max(parts[n][1] or 0, 0) for _name, parts in data) for n in range(len(labels))]
    plot, body = frame(sheet, 0, max(sums, default=0), unit)
    step = (plot.right - plot.left) / max(1, len(labels))
    for n, label in enumerate(labels):
        x, foot = plot.left + (n + 0.15) * step, 0.0
        for series, (name, parts) in enumerate(data):
            part, value = parts[n], max(parts[n][1] or 0, 0)
            if not value:
                continue
            top, low = plot.y(foot + value), plot.y(foot)
            told = hover(f"{name} · {label}: {tell(value, unit)}")
            shape = (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(step * 0.7, 0.5):.1f}" height="{low - top:.1f}" '
                f'class="part part-{series % 8}">{told}</rect>'
            )
            body += linked(shape, part[2] if len(part) == 3 else None)
            foot += value
        if foot and len(short(foot, unit, bare=True)) * LETTER < step:
            body += text(x + step * 0.35, plot.y(foot) - 4, short(foot, unit, bare=True), "middle", "value")
    places = [plot.left + (n + 0.5) * step for n in range(len(labels))]
    return svg(body + below(plot, sheet, labels, places), sheet, title, desc)


def heat(
    data: Sequence[tuple[str, Sequence[Cell]]],
    title: str = "",
    unit: Unit = "count",
    sheet: Sheet = WIDE,
    desc: str = "",
) -> str:
    """Return rows × columns, a cell the darker the more others it exceeds, its value inside; None leaves the cell out (a triangle)."""
    heads = [reading(cell[0]) for cell in max((cells for _name, cells in data), key=len, default=[])]
    if not heads:
        return svg(text(sheet.width / 2, sheet.height / 2, "—"), sheet, title, desc)
    known = sorted(cell[1] for _name, cells in data for cell in cells if cell[1] is not None)
    left = min(max(len(name) for name, _cells in data) * LETTER + 8, sheet.width * (0.3 if sheet.slim else 0.4))
    tall, top = 26, 20
    step = (sheet.width - left) / len(heads)
    sheet = Sheet(sheet.width, top + tall * len(data) + 2, sheet.css)
    body = "".join(text(left + (n + 0.5) * step, 13, fit(head, step + LETTER)) for n, head in enumerate(heads))
    for row, (name, cells) in enumerate(data):
        y = top + row * tall
        body += text(left - 6, y + 17, fit(name, left - 6), "end", "label")
        for column, cell in enumerate(cells):
            value = cell[1]
            if value is None:
                continue
            x, shade = left + column * step, LEVELS * bisect_left(known, value) // len(known)
            shape = f'<rect x="{x:.1f}" y="{y}" width="{step:.1f}" height="{tall}" class="cell heat-{shade}"/>'
            inside = _inside(value, unit, step)
            words = text(x + step / 2, y + 17, inside, "middle", f"in-cell on-heat-{shade}") if inside else ""
            told = hover(f"{name} · {reading(cell[0])}: {tell(value, unit)}")
            body += linked(f"<g>{told}{shape}{words}</g>", cell[2] if len(cell) == 3 else None)
    return svg(body, sheet, title, desc)


def _inside(value: float, unit: Unit, room: float) -> str:
    """Return the value as it fits into a cell: with its unit, bare, or not at all."""
    whole = f"{round(value / 100)}%" if unit == "bps" else short(value, unit)
    for words in (whole, whole.rstrip("%") if unit == "bps" else short(value, unit, bare=True)):
        if sum(_CELL_PERCENT if letter == "%" else _CELL_DIGIT for letter in words) <= room - 1:
            return words
    return ""
