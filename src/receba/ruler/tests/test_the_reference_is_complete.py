"""docs/reference/ruler.md lists what the code has, no more and no less."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

from receba.kernel.tables import HoldKind
from receba.ruler.core import document as core
from receba.ruler.core.document import CHANNELS, TEMPLATES, Document, Step
from receba.ruler.core.rules import HOLD_BASE, Look, Reason
from receba.ruler.models import LOOK_LABELS, REASON_LABELS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "reference" / "ruler.md").read_text(encoding="utf-8")


def listed(heading):
    """Return the rows of a section's table, cell by cell, names without their backticks."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line[:3]]
    return [[row[0].strip("`"), *row[1:]] for row in rows]


def test_the_reference_lists_fields_channels_templates_reasons_and_faults():
    for heading, kind in (("The document", Document), ("A step", Step)):
        assert {row[0] for row in listed(heading)} == {field.name for field in fields(kind)}
    assert tuple(row[0] for row in listed("Channels")) == CHANNELS
    assert tuple(row[0] for row in listed("Templates")) == TEMPLATES
    reasons = {(r.name, str(int(r))) for r in Reason} | {(k.name, str(HOLD_BASE + k)) for k in HoldKind}
    assert {(row[0], row[1]) for row in listed("Reasons")} == reasons
    assert {int(row[1]): row[2] for row in listed("Reasons")} == {int(k): str(v) for k, v in REASON_LABELS.items()}
    looks = {(int(row[1]), row[0], row[2]) for row in listed("What is kept of a decision")}
    assert looks == {(int(look), look.name, str(LOOK_LABELS[look])) for look in Look}
    source = Path(core.__file__).read_text(encoding="utf-8")
    given = {
        node.elts[1].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[1], ast.Constant)
    } | {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Fault"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {row[0] for row in listed("Faults")} == given
