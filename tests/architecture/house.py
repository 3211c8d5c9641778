"""How the tests of the house read its source: files by room, and what each file does, without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
SOURCE = REPO / "src" / "receba"

ORDER = (
    "kernel",
    "engine",
    "access",
    "parties",
    "ledger",
    "intake",
    "scoring",
    "segments",
    "ruler",
    "outreach",
    "casework",
    "reporting",
    "console",
    "daily",
    "demo",
    "config",
    "cli",
)
"""The rooms, first to last; a room may import those before it. A room of this list need not exist yet."""


@dataclass(frozen=True)
class Module:
    """One source file of a room."""

    path: Path
    room: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return str(self.path.relative_to(REPO))

    def at(self, node: ast.AST) -> str:
        """Return file:line of a node."""
        return f"{self.place}:{getattr(node, 'lineno', 0)}"

    @property
    def is_core(self) -> bool:
        return "core" in self.path.relative_to(SOURCE).parts

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Give (node, dotted name) of everything that the file imports, inside functions too."""
        package = ("receba", *self.path.relative_to(SOURCE).parts[:-1])
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                near = package[: len(package) - node.level + 1] if node.level else ()
                base = ".".join((*near, node.module) if node.module else near)
                yield from ((node, f"{base}.{alias.name}") for alias in node.names)

    def imported_names(self) -> dict[str, str]:
        """Return local name → dotted name of what the file imports."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {
                    alias.asname or alias.name.split(".")[0]: (alias.asname and alias.name) or alias.name.split(".")[0]
                    for alias in node.names
                }
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Give (call, dotted name of what is called), the name as imported: `dt.now()` → datetime.datetime.now."""
        names = self.imported_names()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                dotted = _dotted(node.func)
                first, _, rest = dotted.partition(".")
                yield node, ".".join(filter(None, (names.get(first, first), rest)))


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` of an attribute chain; a chain that starts at a call or subscript starts at `?`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Return every module of every room, without migrations and tests."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).parts
        if len(parts) > 1 and not {"tests", "migrations"} & set(parts):
            found.append(Module(path, parts[0], ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return tuple(found)


def rooms() -> list[str]:
    """Return the rooms that exist."""
    return sorted({module.room for module in modules()})
