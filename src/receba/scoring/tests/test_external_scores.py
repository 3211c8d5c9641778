"""An outside score beside the IDC: both shown, and its weight fades with the age of the query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.scoring.core.external import ExternalSource, adjust_idc

BUREAU = ExternalSource("bureau", weight_bps=4_000, half_life_days=90)


@pytest.mark.req("S3.24", "S3.35")
@pytest.mark.parametrize(
    ("age_days", "adjusted", "weight_bps"), [(0, 680, 4_000), (90, 740, 2_000), (180, 770, 1_000), (5_000, 800, 0)]
)
def test_an_800_with_a_bureau_score_of_500_comes_back_to_800(age_days, adjusted, weight_bps):
    result = adjust_idc(800, 500, age_days, BUREAU)
    assert (result.raw, result.adjusted, result.weight_bps) == (800, adjusted, weight_bps)


@pytest.mark.req("S3.24")
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 10_000))
def test_the_adjusted_index_lies_between_the_two(idc, external, age, weight):
    result = adjust_idc(idc, external, age, ExternalSource("any", weight))
    assert min(idc, external) <= result.adjusted <= max(idc, external)
    assert result.raw == idc


def test_what_is_off_the_scale_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1000"):
        adjust_idc(800, 1001, 0, BUREAU)
    with pytest.raises(ValueError, match="not younger"):
        adjust_idc(800, 500, -1, BUREAU)
    with pytest.raises(ValueError, match="weight_bps"):
        ExternalSource("greedy", 10_001)
