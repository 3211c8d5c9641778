"""The coverage page is honest: each row names a place that exists and a test that carries the requirement's mark."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PAGE = (REPO / "docs" / "reference" / "requirements.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (S\d\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.M)
COUNTS = {source: int(count) for source, count in re.findall(r"^\| (S\d) \| [^|]+ \| (\d+) \|", PAGE, re.M)}
MARKED: dict[str, list[str]] = runpy.run_path(str(REPO / "scripts" / "docs.py"))["marked"]()


def is_known(requirement: str) -> bool:
    source, _, number = requirement.partition(".")
    return source in COUNTS and number.isdigit() and 1 <= int(number) <= COUNTS[source]


def test_there_are_rows_and_marks():
    assert ROWS
    assert MARKED


@pytest.mark.parametrize("requirement", sorted(MARKED))
def test_every_mark_names_a_requirement(requirement):
    assert is_known(requirement), f"{requirement} is no requirement: {MARKED[requirement]}"


def test_no_requirement_has_two_rows():
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert all(map(is_known, ids))


@pytest.mark.parametrize("requirement, what, place, tests", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_is_true(requirement, what, place, tests):
    assert what.strip()
    places = re.findall(r"`([^`]+)`", place)
    assert places
    assert all((REPO / name).exists() for name in places), f"not there: {places}"
    named = re.findall(r"`([^`]+::test_\w+)`", tests)
    assert named, "a row names at least one test, as `path::test_name`"
    without = [name for name in named if name not in MARKED.get(requirement, [])]
    assert not without, f"these tests do not exist or do not carry req({requirement!r}): {without}"
