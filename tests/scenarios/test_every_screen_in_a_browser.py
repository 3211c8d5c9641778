"""Every screen of a company at work, in a real browser, over a real socket: who may read it, what it weighs, what it says."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from architecture.house import REPO
from receba.access.core.roles import Role
from scenarios.signing import signed_in

sys.path.insert(0, str(REPO / "scripts"))
import screens
from screenshot import browser, chromium

from scenarios.looking import Look, axe, codes, look, tab
from scenarios.serving import served

pytestmark = pytest.mark.browser

FIRST_BYTES, LATER_BYTES = 150_000, 30_000
MOVED = 0.02
LIVING = "console:design"
"""Every piece in every state on one page, for developers: as heavy as many pages, and unfolding as it loads."""
SPOKEN = re.compile(r"codigo_cliente")
"""What looks like code and was written by the world's people: the head of a column in their file."""
SHOWS_CODE = {
    "console:design": "shows made-up files with the heads of their columns",
    "outreach:templates": "shows what people write, in the language in which they write it",
    "outreach:template": "explains that language",
    "access:audit": "shows rows as they were stored, for who must prove what happened",
}
"""Screens that may name fields, and why."""


@pytest.fixture(scope="module")
def walked(world: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the server's address, a browser, the owner's cookies and the screens."""
    if chromium() is None:
        warnings.warn("there is no Chromium: THE BROWSER TESTS ARE SKIPPED", stacklevel=1)
        pytest.skip("no Chromium")
    cookies = {name: cookie.value for name, cookie in signed_in(world.cast.people[Role.OWNER]).cookies.items()}
    found = [*screens.outside(), *screens.inside(world.cast.scope)]
    with served(tmp_path_factory.mktemp("static")) as base, browser() as chrome:
        yield base, chrome, cookies, found


@pytest.fixture(scope="module")
def looks(walked: Any) -> list[Look]:
    """Look at every screen once, for all the tests."""
    base, chrome, cookies, found = walked
    return [look(chrome, base, screen, cookies) for screen in found]


@pytest.fixture(scope="module")
def pages(looks: list[Look]) -> list[Look]:
    return [seen for seen in looks if seen.is_page]


def check(found: dict[str, Any]) -> None:
    assert not found, "\n".join(f"{name}: {said}" for name, said in found.items())


def test_every_address_is_a_screen_or_says_why_not(looks):
    assert [f"{seen.screen.name}: {seen.what}" for seen in looks if seen.what.startswith("an answer")] == []
    assert set(screens.NOT_SCREENS) <= {address.name for address in screens.every_address()}, "names what is gone"
    assert sum(seen.is_page for seen in looks) > 30


def test_the_accessibility_rules_hold_in_both_colours_at_a_desk_and_on_a_telephone(pages):
    broken = [f"{seen.screen.name} {how}: {said}" for seen in pages for how, found in seen.violations.items() for said in found]  # fmt: skip
    assert not broken, f"{len(broken)} violations\n" + "\n".join(broken)


def test_the_checker_finds_what_is_wrong(walked):
    """Without this the test above could pass because nothing was checked."""
    base, chrome, cookies, _found = walked
    with tab(chrome, base, cookies) as page:
        page.goto(base + "/")
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\"><input>')")
        assert {said.partition(" ")[0] for said in axe(page, "light")} >= {"image-alt", "label"}


def test_no_page_is_heavy_and_the_second_is_light(pages):
    heavy = {seen.screen.name: (seen.first_bytes, seen.later_bytes) for seen in pages
             if seen.first_bytes > FIRST_BYTES or seen.later_bytes > LATER_BYTES}  # fmt: skip
    heavy.pop(LIVING, None)
    check(heavy)
    assert all(seen.later_bytes < seen.first_bytes for seen in pages), "the browser keeps nothing"


def test_nothing_is_asked_of_another_host(pages):
    check({seen.screen.name: seen.strangers for seen in pages if seen.strangers})


def test_nothing_moves_while_a_page_loads(pages):
    check(
        {seen.screen.name: round(seen.moved, 4) for seen in pages if seen.moved >= MOVED and seen.screen.name != LIVING}
    )


def test_nothing_hangs_over_the_edge_of_the_narrowest_telephone(pages):
    check({seen.screen.name: seen.wide for seen in pages if seen.wide})


def test_the_browser_complains_of_nothing_under_the_content_policy(pages):
    expected = re.compile(r"Failed to load resource.*404")  # the page that says so
    check({seen.screen.name: left for seen in pages
           if (left := [said for said in seen.complaints if seen.status != 404 or not expected.search(said)])})  # fmt: skip


def test_no_screen_shows_the_names_of_the_code(pages):
    check({seen.screen.name: told for seen in pages
           if seen.screen.name not in SHOWS_CODE and (told := codes(seen.said, SPOKEN))})  # fmt: skip


@pytest.mark.parametrize(
    "text, found",
    [
        ("situação: LATE_SOFT", ["LATE_SOFT"]),
        ("campo valor_pago ausente", ["valor_pago"]),
        ("até None", ["None"]),
        ("<function f at 0x1>, <Debtor object (3)>", ["<Debtor object"]),
        ("R$ 1.234,56 em 05/06/2026 · maria@exemplo.example · T-900", []),
    ],
)
def test_the_finder_tells_code_from_words(text, found):
    assert [said.split("'")[1] for said in codes([text], SPOKEN)] == found


def test_every_page_can_be_read_without_javascript(walked, pages):
    base, chrome, cookies, _found = walked
    wrong = {}
    for visitor in (True, False):
        with tab(chrome, base, {} if visitor else cookies, java_script_enabled=False) as page:
            for seen in (seen for seen in pages if seen.screen.visitor == visitor):
                page.goto(base + seen.screen.path)
                if not page.locator("h1").first.is_visible() or len(page.locator("main").inner_text()) < 20:
                    wrong[seen.screen.name] = "no heading, or nothing under it"
    check(wrong)


def test_files_are_compressed_and_kept_for_a_year(walked):
    base, chrome, cookies, _found = walked
    with tab(chrome, base, cookies) as page:
        answers = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto(base + "/", wait_until="networkidle")
        files = [answer for answer in answers if "/static/" in answer.url and answer.url.endswith((".css", ".js"))]
        kept = {answer.url: answer.header_value("cache-control") for answer in files}
        packed = {answer.url: answer.header_value("content-encoding") for answer in files}
        page_itself = [answer for answer in answers if answer.request.is_navigation_request() and answer.status == 200]
        assert [answer.header_value("content-encoding") for answer in page_itself] == ["gzip"]
    assert len(files) >= 3
    assert set(kept.values()) == {"max-age=315360000, public, immutable"}, kept
    assert set(packed.values()) == {"gzip"}, packed
