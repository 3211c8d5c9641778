"""The content policy forbids inline scripts and styles: no template of the house may rely on one."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from receba.console.tests.sample import page

HOUSE = Path(settings.BASE)
TEMPLATES = sorted(path for path in HOUSE.rglob("*.html") if "templates" in path.parts)
INLINE = re.compile(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on|<script(?![^>]*\bsrc=)", re.I)


class Reader(HTMLParser):
    """Collects elements that are not closed, and ids used twice."""

    VOID = {"meta", "link", "img", "input", "br", "hr", "path", "rect", "line", "circle", "polyline"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.relative_to(HOUSE).parts))
def test_a_template_has_no_inline_script_or_style(path):
    found = INLINE.search(path.read_text(encoding="utf-8"))
    assert not found, f"{path.name}: {found[0].strip()}"


@pytest.mark.parametrize(
    "text", ['<p style="x">', "<a onclick='x'>", "<script>x</script>", '<a href="javascript:x">', "<style>"]
)
def test_the_search_finds_what_it_looks_for(text):
    assert INLINE.search(text)


def test_the_sample_page_is_well_formed():
    reader = Reader()
    html = page()
    assert not INLINE.search(html)
    reader.feed(html)
    assert reader.wrong == [] and reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.headings[0] == "h1" and reader.headings.count("h1") == 1
