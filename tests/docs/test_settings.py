"""Every setting that the environment may give is in the reference, and the reference invents none."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
REFERENCE = (REPO / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE": "set by the program itself, for its own processes"}


def read_from_environment() -> dict[str, str]:
    """Return name → file:line of every variable that the program reads."""
    found = {}
    for path in sorted((REPO / "src" / "receba").rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name: ast.expr | None = None
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
                name = node.args[0]
            elif (
                isinstance(node, ast.Subscript)
                and isinstance(node.ctx, ast.Load)
                and ast.unparse(node.value) == "os.environ"
            ):
                name = node.slice
            if isinstance(name, ast.Constant):
                found[str(name.value)] = f"{path.relative_to(REPO)}:{node.lineno}"
    return {name: place for name, place in found.items() if name not in NOT_SETTINGS}


@pytest.mark.parametrize("name, place", sorted(read_from_environment().items()))
def test_every_setting_is_in_the_reference(name, place):
    assert f"| `{name}` |" in REFERENCE, f"{name}, read in {place}, has no row in docs/reference/settings.md"


def test_the_reference_names_no_setting_that_nobody_reads():
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", REFERENCE, re.M))
    assert listed == set(read_from_environment())
