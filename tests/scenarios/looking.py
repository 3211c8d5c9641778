"""What a browser finds out about one screen: how it can be read, what it weighs, what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from screens import PAGE, Screen, what_it_is

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What a dark page can do wrong that the light one did right."""
SHIFTS = """() => new Promise(done => {
  let moved = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(moved), 50);
})"""
TRANSFERRED = """
[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .map(entry => [entry.name, entry.transferSize])
"""
SAID = """(() => {
  const said = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const place = walk.currentNode.parentElement;
    if (!place.closest('script, style, noscript, textarea, pre, code, kbd')) said.push(walk.currentNode.data);
  }
  for (const name of ['title', 'alt', 'placeholder', 'aria-label', 'data-label', 'data-confirm'])
    for (const place of document.querySelectorAll(`[${name}]`)) said.push(place.getAttribute(name));
  for (const place of document.querySelectorAll('input[type=submit], input[type=button]')) said.push(place.value);
  return said.map(text => text.trim()).filter(Boolean);
})()"""
CODE = re.compile(
    r"""
      \b[a-zà-ú]+(?:_[a-z0-9à-ú]+)+\b           # snake_case
    | \b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b         # LATE_SOFT
    | \b(?:[a-z]+\.)+[a-z]+_[a-z_]+\b           # dotted.path_like
    | \b(?:[A-Z][a-z]+){2,}\.[A-Za-z_]+\b       # ClassName.member
    | \b(?:None|True|False|null|undefined|NaN|Infinity)\b
    | \bdatetime\.|<\w+\ object\b|\bDecimal\(|__\w+|\{\{|\{%|%\(\w+\)s|\[object\ Object\]
    """,
    re.X,
)
"""What a programmer wrote and nobody else says."""


@dataclass
class Look:
    """What was found out about a screen. Bytes are as transferred, heads included."""

    screen: Screen
    what: str = PAGE
    status: int = 0
    first_bytes: int = 0
    later_bytes: int = 0
    moved: float = 0.0
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    violations: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_page(self) -> bool:
        """Return whether it is a page that people look at."""
        return self.what == PAGE


@contextmanager
def tab(chrome: Any, base: str, cookies: dict[str, str], **settings: Any) -> Iterator[Any]:
    """Open a tab with a cache of its own."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, locale="pt-BR", reduced_motion="reduce", **settings)  # fmt: skip
    context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
    try:
        yield context.new_page()
    finally:
        context.close()


def look(chrome: Any, base: str, screen: Screen, cookies: dict[str, str]) -> Look:
    """Open a screen twice, as the first page of a day and again; then read it by the rules in both colours and widths."""
    found = Look(screen)
    with tab(chrome, base, {} if screen.visitor else cookies) as page:
        page.on("console", lambda m: found.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", lambda r: found.strangers.append(r.url) if not _own(r.url, base) else None)
        answer = page.request.get(base + screen.path)
        kind, disposition = answer.headers.get("content-type", ""), answer.headers.get("content-disposition", "")
        found.status = answer.status
        found.what = what_it_is(answer.status, kind, disposition, answer.text() if "text/html" in kind else "")
        if not found.is_page:
            return found
        page.goto(base + screen.path, wait_until="networkidle")
        found.moved = page.evaluate(SHIFTS)
        found.first_bytes = sum(size for _name, size in page.evaluate(TRANSFERRED))
        page.goto(base + screen.path)
        found.later_bytes = sum(size for _name, size in page.evaluate(TRANSFERRED))
        found.said = page.evaluate(SAID)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found.violations[f"{width} {scheme}"] = list(axe(page, scheme))
        page.set_viewport_size({"width": 320, "height": 640})
        found.wide = page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]"
            ".filter(e => !e.closest('.scroll, .unseen') && e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 120)).slice(-3)"
        )
    return found


def codes(said: Iterable[str], allowed: re.Pattern[str]) -> list[str]:
    """Return what only a programmer would say, each with the text it stands in."""
    return [
        f"{match.group()!r} in {text[:90]!r}"
        for text in said
        for match in CODE.finditer(text)
        if not allowed.fullmatch(match.group())
    ]


def _own(url: str, base: str) -> bool:
    return url.startswith((base + "/", "data:", "blob:", "about:"))


def axe(page: Any, scheme: str) -> Iterator[str]:
    """Give every place that breaks a rule of axe: all rules in light, those of colour in dark.

    The browser's debugger reads axe in: the page's content policy, which would refuse it, stays as it is.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    only = {"type": "tag", "values": RULES} if scheme == "light" else {"type": "rule", "values": COLOURS}
    told = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations'], iframes: false})", only)
    for broken in told["violations"]:
        for node in broken["nodes"]:
            why = " ".join((node["failureSummary"] or "").split("\n")[1:2]).strip()
            yield f"{broken['id']} ({broken['impact']}): {node['html'][:140]} — {why[:200]}"
