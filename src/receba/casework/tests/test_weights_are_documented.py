"""The page that explains the queue shows the weights that the code uses, and every reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from receba.casework.core import rules
from receba.casework.models import OUTCOME_LABELS, WHY_LABELS

PAGE = (Path(__file__).parents[4] / "docs" / "how-to" / "work-the-queue.md").read_text(encoding="utf-8")


def test_the_recovery_tables_are_the_codes():
    assert "| what is left | " + " | ".join(f"{p} %" for p in rules.RECOVERY_BY_BUCKET[1:]) + " |" in PAGE
    by_idc = [f"{bps // 100} %" for _lowest, bps in rules.RECOVERY_BY_IDC]
    assert "| part expected | " + " | ".join(by_idc) + " |" in PAGE


@pytest.mark.parametrize("reason", WHY_LABELS, ids=lambda reason: reason.name)
def test_every_reason_is_there_with_what_it_adds(reason):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {WHY_LABELS[reason]} |"))
    assert row.endswith(f"| {rules.BONUS[reason]} % |" if reason in rules.BONUS else "| |")


@pytest.mark.parametrize(
    "outcome", ["PROMISED", "CALL_BACK", "DISPUTED", "SAYS_PAID", "WRONG_PERSON", "STOP", "DECEASED"]
)
def test_every_outcome_that_brings_something_about_is_there(outcome):
    label = next(label for o, label in OUTCOME_LABELS.items() if o.name == outcome)
    assert f"| {label} |" in PAGE
