"""The pen: elements as text, every word escaped, colours by class alone."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise

from receba.console.charts.scale import Unit, short, ticks

LETTER = 7.4
"""Width of a letter of an axis (12 px), in a broad font: what fits is reckoned with it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper: its width and height, and the class by which the stylesheet shows it."""

    width: int
    height: int
    css: str

    @property
    def slim(self) -> bool:
        return self.css == "slim"


WIDE = Sheet(560, 220, "wide")
SLIM = Sheet(340, 220, "slim")


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values go on a sheet: the frame inside the axes, and the values at its bottom and top."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)

    def x(self, part: float) -> float:
        return self.left + (self.right - self.left) * part


def svg(body: str, sheet: Sheet, title: str, desc: str = "") -> str:
    """Return the picture with its accessible name and description."""
    told = f"<desc>{escape(desc)}</desc>" if desc else ""
    role = "group" if "<a " in body else "img"  # an image hides what can be followed inside it
    return (
        f'<svg class="chart {sheet.css}" viewBox="0 0 {sheet.width} {sheet.height}" '
        f'width="{sheet.width}" height="{sheet.height}" role="{role}" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{told}{body}</svg>"
    )


def text(x: float, y: float, words: str, anchor: str = "middle", css: str = "axis") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(words)}</text>'


def hover(words: str) -> str:
    """Return what a pointer resting on the element shows."""
    return f"<title>{escape(words)}</title>"


def linked(body: str, address: str | None) -> str:
    """Return the body, leading to `address` if there is one."""
    return f'<a href="{escape(address)}">{body}</a>' if address else body


def fit(words: str, width: float) -> str:
    """Return the words, cut with an ellipsis where they do not fit."""
    room = max(1, int(width / LETTER))
    return words if len(words) <= room else words[: room - 1].rstrip() + "…"


def frame(sheet: Sheet, low: float, high: float, unit: Unit) -> tuple[Plot, str]:
    """Return the plot for values from `low` to `high`, and its grid with the labels of the axis."""
    steps = ticks(low, high)
    labels = [short(step, unit, bare=True) for step in steps]
    left = max(map(len, labels)) * LETTER + 10
    plot = Plot(left, sheet.width - 14, 26 if unit == "brl" else 14, sheet.height - 26, steps[0], steps[-1])
    lines = [text(left - 6, 12, "R$", "end")] if unit == "brl" else []
    for step, label in zip(steps, labels, strict=True):
        y = plot.y(step)
        css = "grid zero" if step == 0 else "grid"
        lines.append(f'<line x1="{left:.1f}" x2="{plot.right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="{css}"/>')
        lines.append(text(left - 6, y + 4, label, "end"))
    return plot, "".join(lines)


def below(plot: Plot, sheet: Sheet, labels: list[str], places: list[float]) -> str:
    """Return the labels under the plot: all, or every second, third … counted from the last, so that they keep apart."""
    halves = [len(label) * LETTER / 2 for label in labels]
    middles = [
        min(max(x, half + 1), sheet.width - half - 1) for x, half in zip(places, halves, strict=True)
    ]  # none hangs over the edge
    for step in range(1, len(labels) + 1):
        shown = range(len(labels) - 1, -1, -step)
        if all(middles[a] - halves[a] >= middles[b] + halves[b] + LETTER for a, b in pairwise(shown)):
            break
    return "".join(text(middles[n], sheet.height - 8, labels[n]) for n in reversed(shown)) if labels else ""
