"""The stylesheet's colours, reckoned: WCAG 2 AA in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "static" / "console" / "receba.css").read_text(encoding="utf-8")
LETTERS = [
    *((ink, ground) for ink in ("ink", "quiet", "link") for ground in ("ground", "sheet", "hover")),
    ("on-bar", "bar"),
    ("on-brand", "brand"),
    ("on-danger", "danger"),
    ("good", "good-ground"),
    ("warn", "warn-ground"),
    ("bad", "bad-ground"),
    ("info", "info-ground"),
    ("bad", "sheet"),
    ("bad", "ground"),
    ("good", "sheet"),
    ("on-company", "company"),
    *((("on-part-dark" if n in (1, 2, 3) else "on-part-light"), f"part-{n}") for n in range(8)),
    *((f"on-heat-{n}", f"heat-{n}") for n in range(6)),
]
MARKS = [
    *((mark, ground) for mark in ("edge", "focus", "company-line") for ground in ("ground", "sheet")),
    *((f"series-{n}", "sheet") for n in range(1, 7)),
]


def tokens(dark: bool) -> dict[str, str]:
    """Return the colours of :root, the dark ones over the light ones if asked."""
    found: dict[str, str] = {}
    for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[: 2 if dark else 1]:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    return found


def brightness(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2)."""
    low, high = sorted(map(brightness, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_the_reckoning_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("ink, ground", LETTERS)
def test_letters_stand_out_from_their_ground(ink, ground, dark):
    colours = tokens(dark)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("mark, ground", MARKS)
def test_marks_and_lines_stand_out_from_their_ground(mark, ground, dark):
    colours = tokens(dark)
    assert contrast(colours[mark], colours[ground]) >= 3


def test_every_company_s_colour_carries_white_letters_and_shows_on_both_sheets():
    dark_at = CSS.index("@media (prefers-color-scheme: dark) {\n  .company-2")
    for number in range(2, 9):
        light, dark = (
            re.search(rf"\.company-{number} \{{([^}}]*)\}}", part)[1]  # type: ignore[index]
            for part in (CSS[:dark_at], CSS[dark_at:])
        )
        ground = re.search(r"--company: (#\w{6})", light)[1]  # type: ignore[index]
        assert contrast("#ffffff", ground) >= 4.5, number
        for block, theme in ((light, False), (dark, True)):
            line = re.search(r"--company-line: (#\w{6})", block)[1]  # type: ignore[index]
            assert contrast(line, tokens(theme)["sheet"]) >= 3, (number, theme)
