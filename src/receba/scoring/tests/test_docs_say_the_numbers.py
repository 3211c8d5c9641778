"""The published recipe names every parameter with the value that the code has."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from receba.scoring.core.parameters import ScoringParameters

RECIPE = Path(__file__).resolve().parents[4] / "docs" / "explanation" / "indicators.md"


@pytest.mark.req("S3.26")
@pytest.mark.parametrize(("name", "value"), asdict(ScoringParameters()).items())
def test_every_parameter_is_in_the_recipe_with_its_default(name, value):
    assert f"| `{name}` | {value} |" in RECIPE.read_text(encoding="utf-8")
