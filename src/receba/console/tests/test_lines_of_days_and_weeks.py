"""The line of days of a ruler and the week of allowed hours, as drawn."""

from __future__ import annotations

import re

import pytest

from receba.console.charts.track import Stop, track
from receba.console.charts.week import week


def places(picture):
    return [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', picture)]


@pytest.mark.parametrize("days", [[-5, 0, 3, 10, 60], [1], [0], [-60, 1825], list(range(-10, 90)), []])
def test_days_keep_their_order_and_stay_on_the_line(days):
    found = places(track([Stop(day, f"D{day:+d}") for day in days], "Régua"))
    assert found == sorted(found) and len(set(found)) == len(days)
    assert all(34 <= x <= 1006 for x in found)


def test_two_steps_of_one_day_stand_one_above_the_other_and_titles_are_escaped():
    picture = track([Stop(3, "<b>um</b>"), Stop(3, "dois")], "R & B")
    assert len(set(re.findall(r'cy="([\d.]+)"', picture))) == 2
    assert "&lt;b&gt;um" in picture and "<title>R &amp; B</title>" in picture


def test_a_week_shows_open_hours_and_no_bar_where_nobody_is_contacted():
    picture = week([("seg", (480, 1200)), ("dom", None)], "SP")
    assert picture.count('class="open"') == 1 and picture.count('class="shut"') == 2
    assert "seg: 08:00–20:00" in picture
