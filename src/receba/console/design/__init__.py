"""The living page of the console's pieces: each specimen is a module here with a template of the same name.

A module says TITLE, and `context()` gives its template long names, large amounts, and every state of the piece.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


@dataclass(frozen=True, slots=True)
class Specimen:
    """One piece in all its states."""

    name: str
    title: str
    context: Mapping[str, Any]

    @property
    def template(self) -> str:
        """Return the template that shows it."""
        return f"console/design/{self.name}.html"


def specimens() -> list[Specimen]:
    """Return all specimens, by name."""
    names = sorted(found.name for found in iter_modules(__path__))
    modules = [(name, import_module(f"{__name__}.{name}")) for name in names]
    return [Specimen(name, module.TITLE, module.context()) for name, module in modules]
