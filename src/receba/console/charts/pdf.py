"""Documents as PDF: a Typst template of the house, filled with data; no network, no font but the one installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from receba.console.charts.paper import FONT, light_colours


def _fonts() -> list[str]:
    """Return where the font lies: the same letters on every machine."""
    found = find_spec("font_lato")
    assert found is not None and found.origin is not None, "font-lato is a dependency"
    return [str(Path(found.origin).parent / "files")]


def document(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template; it finds `data`, the light `colours` and the `font` in its input `data`, as JSON."""
    given = {**data, "colours": light_colours(), "font": FONT}
    made = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(given, ensure_ascii=False, default=str)},
    )
    assert isinstance(made, bytes), "one document is one file"
    return made
