"""The rulers that come with the program."""

from __future__ import annotations

import tomllib
from pathlib import Path

from receba.ruler.core.document import Document

SHIPPED = ("consumidor", "empresas", "preventiva")


def shipped(code: str) -> Document:
    """Return a ruler that comes with the program."""
    with (Path(__file__).parent / "data" / f"{code}.toml").open("rb") as file:
        return Document.from_json(tomllib.load(file))
