"""Every field, header, reason and warning is in the reference."""

from pathlib import Path

import pytest

from receba.intake.core.fields import SPECS
from receba.intake.core.reasons import Reason, Warn

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "intake-fields.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_every_field_is_in_the_reference_with_its_header(spec):
    section = PAGE.split(f"(`{spec.name}`)")[1].split("\n## ")[0]
    for field in spec.fields:
        star = " *" if field.required else ""
        assert f"| `{field.key}`{star} | `{field.header}` |" in section


@pytest.mark.parametrize("code", [*Reason, *Warn])
def test_every_code_is_in_the_reference(code):
    assert f"`{code.value}`" in PAGE
