"""Lengths: bars that lie, columns that stand, a histogram, and one bar cut into its parts."""

from __future__ import annotations

from collections.abc import Sequence

from receba.console.charts.scale import Unit, short, tell
from receba.console.charts.svg import LETTER, WIDE, Sheet, below, fit, frame, hover, linked, svg, text

Part = tuple[str, float] | tuple[str, float, str | None]


def _address(part: Part) -> str | None:
    return part[2] if len(part) == 3 else None


def bars(data: Sequence[Part], title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = "") -> str:
    """Return lying bars, one a label: the label before its bar, or above it on a slim sheet. Below zero draws nothing."""
    row, head = (44, 16) if sheet.slim else (28, 0)
    sheet = Sheet(sheet.width, max(1, len(data)) * row + 4, sheet.css)
    top = max([part[1] for part in data] + [0]) or 1
    room = max([len(short(part[1], unit)) for part in data] + [1]) * LETTER + 14
    left = 0.0 if sheet.slim else min(max([len(part[0]) for part in data] + [1]) * LETTER + 10, sheet.width * 0.36)
    wide = sheet.width - left - room
    body = ""
    for n, part in enumerate(data):
        label, value, y = part[0], part[1], n * row + 4.0
        length = wide * max(value, 0) / top
        if sheet.slim:
            words = text(0, y + 12, fit(label, sheet.width), "start", "label")
        else:
            words = text(left - 8, y + 15, fit(label, left - 10), "end", "label")
        shape = f'<rect x="{left:.1f}" y="{y + head + 2:.1f}" width="{length:.1f}" height="18" rx="2" class="bar"/>'
        amount = text(left + length + 6, y + head + 15, short(value, unit), "start", "value")
        body += linked(f"<g>{hover(f'{label}: {tell(value, unit)}')}{words}{shape}{amount}</g>", _address(part))
    return svg(body, sheet, title, desc)


def _standing(data: Sequence[Part], title: str, unit: Unit, sheet: Sheet, desc: str, gap: float) -> str:
    values = [part[1] for part in data]
    plot, body = frame(sheet, min(values, default=0), max(values, default=0), unit)
    step = (plot.right - plot.left) / max(1, len(data))
    places = []
    for n, part in enumerate(data):
        label, value = part[0], part[1]
        x, top, foot = plot.left + (n + gap / 2) * step, plot.y(max(value, 0)), plot.y(min(value, 0))
        shape = (
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(step * (1 - gap), 0.5):.1f}" height="{foot - top:.1f}" '
            f'class="bar">{hover(f"{label}: {tell(value, unit)}")}</rect>'
        )
        body += linked(shape, _address(part))
        places.append(plot.left + (n + 0.5) * step)
    return svg(body + below(plot, sheet, [part[0] for part in data], places), sheet, title, desc)


def columns(data: Sequence[Part], title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = "") -> str:
    """Return standing bars, one a label, in the order given; values below zero hang."""
    return _standing(data, title, unit, sheet, desc, 0.3)


def histogram(data: Sequence[Part], title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = "") -> str:
    """Return standing bars that touch: how many fall in each class."""
    return _standing(data, title, unit, sheet, desc, 0.04)


def strip(data: Sequence[Part], title: str = "", unit: Unit = "count", sheet: Sheet = WIDE, desc: str = "") -> str:
    """Return one lying bar cut into its parts, such as the ageing buckets; the legend beside it names them."""
    sheet = Sheet(sheet.width, 40, sheet.css)
    total = sum(max(part[1], 0) for part in data)
    x, body = 0.0, ""
    for n, part in enumerate(data):
        label, value = part[0], part[1]
        width = sheet.width * max(value, 0) / total if total else 0
        if width == 0:
            continue
        share = f"{100 * value / total:.0f}%"
        shape = f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="40" class="part part-{n % 8}"/>'
        inside = text(x + width / 2, 25, share, "middle", f"on-part on-part-{n % 8}") if width > 40 else ""
        told = hover(f"{label}: {tell(value, unit)} ({share})")
        body += linked(f"<g>{told}{shape}{inside}</g>", _address(part))
        x += width
    if not total:
        body = f'<rect x="0" y="0" width="{sheet.width}" height="40" class="part none"/>'
    return svg(body, sheet, title, desc)
