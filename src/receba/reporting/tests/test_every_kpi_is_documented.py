"""The reference page names every KPI with its unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from receba.reporting.core.kpis import KPIS

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "kpis.md"


@pytest.mark.req("S0.5")
@pytest.mark.parametrize("kpi", KPIS.values(), ids=list(KPIS))
def test_every_kpi_is_in_the_reference_with_its_unit(kpi):
    assert f"| `{kpi.id}` | {kpi.unit} |" in PAGE.read_text(encoding="utf-8")
