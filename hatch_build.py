"""Compiles the catalogues before Receba is packed or installed: the .mo files are made, never committed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))
import messages


class Catalogues(BuildHookInterface):
    """The build hook of pyproject.toml's `[tool.hatch.build.hooks.custom]`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        messages.compile_all()
