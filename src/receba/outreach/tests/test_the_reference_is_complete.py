"""docs/reference/contact-policy.md names every rule, every state with hours of its own, and everything changeable."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import receba.outreach
from receba.outreach.core.gate import Reason
from receba.outreach.core.policy import CHANGES
from receba.outreach.core.wording import Fault
from receba.outreach.labels import FAULT_LABELS
from receba.outreach.models import WHY_LABELS

FOLDER = Path(receba.outreach.__file__).parent
PAGE = (FOLDER.parents[2] / "docs" / "reference" / "contact-policy.md").read_text("utf-8")
DATA = tomllib.loads((FOLDER / "data" / "contact_policy.toml").read_text("utf-8"))


@pytest.mark.parametrize("rule", sorted({row["rule"] for rows in DATA.values() for row in rows if "rule" in row}))
def test_every_rule_is_in_the_reference(rule):
    assert f"| {rule} |" in PAGE


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_everything_that_a_company_may_change_is_in_the_reference(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("row", [row for row in DATA["hours"] if row["states"] != ["*"]], ids=lambda r: r["states"][0])
def test_the_hours_of_every_state_are_in_the_reference(row):
    weekdays = "–".join(row["weekdays"])
    saturday = "–".join(row["saturday"]) if "saturday" in row else "none"
    assert f"| {row['states'][0]} | {weekdays} | {saturday} |" in PAGE


def test_every_reason_and_every_fault_has_its_words():
    assert {str(reason) for reason in Reason if reason is not Reason.ALLOWED} <= set(map(str, WHY_LABELS))
    assert set(FAULT_LABELS) == set(Fault)
