"""Pictures for paper: the same SVG with the stylesheet's light colours inside it, so that it can leave the page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).parents[1] / "static" / "console" / "receba.css"
FONT = "Lato"


@cache
def light_colours() -> dict[str, str]:
    """Return the tokens of the stylesheet's light theme that are colours, by name."""
    root = re.search(r":root \{(.*?)\}", STYLESHEET.read_text(encoding="utf-8"), re.S)
    assert root is not None, "the stylesheet begins with its tokens"
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", root[1]))


@cache
def _style() -> str:
    """Return the stylesheet's rules for pictures, in the light theme, as a program without a page understands them."""
    css = STYLESHEET.read_text(encoding="utf-8")
    colours = light_colours()
    rules = [f".chart text {{ font-family: {FONT}, sans-serif; }}"]
    section = css.partition("/* --- Pictures")[2].partition("*/")[2].partition("/* ---")[0]
    for heads, body in re.findall(r"([^{}]+)\{([^{}]*)\}", section):
        named = [head.strip() for head in heads.split(",")]
        if any(":" in head or not re.match(r"\.(chart |(on-)?(part|heat)-\d)", head) for head in named):
            continue  # states of a pointer, and what belongs to the page around the picture
        kept = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], re.sub(r"background:[^;]*;", "", body))
        rules.append(f"{', '.join(named)} {{{kept}}}")
    return "\n".join(rules)


def on_paper(svg: str) -> str:
    """Return a picture of this package as a document of its own: its namespace, and its colours within."""
    head, body = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{_style()}</style>{body}'
