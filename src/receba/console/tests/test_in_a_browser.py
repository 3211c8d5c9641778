"""The sample page in a real browser, under the real content policy, at a desk and on a telephone."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from receba.console.tests.sample import page as sample

sys.path.insert(0, str(Path(__file__).parents[4] / "scripts"))
from screenshot import browser, chromium

pytestmark = pytest.mark.browser
ADDRESS = "http://amostra.test/3/clientes/"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def policy() -> str:
    """Return the content policy of the settings as the header says it."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def answer(route):
    """Serve the sample page and the static files, from memory."""
    path = route.request.url.removeprefix("http://amostra.test")
    if path.startswith("/static/"):
        file = Path(str(finders.find(path.removeprefix("/static/").partition("?")[0])))
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    elif path.startswith("/3/busca/"):
        route.fulfill(body="", content_type="text/html")
    else:
        headers = {"content-security-policy": policy(), "content-type": "text/html; charset=utf-8"}
        route.fulfill(body=answer.html, headers=headers)


@pytest.fixture(scope="module")
def chrome():
    if chromium() is None:
        warnings.warn("there is no Chromium: THE BROWSER TESTS ARE SKIPPED", stacklevel=1)
        pytest.skip("no Chromium")
    answer.html = sample()
    with browser() as opened:
        yield opened


@pytest.fixture
def tab(chrome):
    opened = chrome.new_page(viewport={"width": 1440, "height": 900})
    opened.route("**/*", answer)
    opened.complaints = []
    opened.on("console", lambda m: opened.complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hangs_over_the_edge_and_the_policy_holds(tab, width, scheme):
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": 844})
    tab.goto(ADDRESS, wait_until="networkidle")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    wide = tab.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, svg, .unseen') && e.checkVisibility()"
        " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []
    assert tab.complaints == []


def test_the_policy_is_in_force(tab):
    """Without this the test above could not fail on an inline script."""
    answer.html, kept = answer.html.replace("</body>", "<script>document.title = 'x'</script></body>"), answer.html
    try:
        tab.goto(ADDRESS, wait_until="networkidle")
    finally:
        answer.html = kept
    assert tab.title() != "x"
    assert any("Content Security Policy" in text for text in tab.complaints)


def test_charts_keep_their_letters_on_a_telephone(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(ADDRESS, wait_until="networkidle")
    sizes = tab.evaluate(
        "[...document.querySelectorAll('svg.chart:not(.spark)')].filter(e => e.checkVisibility())"
        ".map(e => [e.classList.contains('slim'), 12 * e.getBoundingClientRect().width / e.viewBox.baseVal.width])"
    )
    assert len(sizes) >= 7
    assert all(slim and letters >= 11 for slim, letters in sizes)


def test_a_telephone_has_the_work_of_the_day_at_the_thumb(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(ADDRESS, wait_until="networkidle")
    shown = [a.inner_text() for a in tab.locator(".ways .main a").all() if a.is_visible()]
    assert len(shown) == 4
    box = tab.locator(".ways").bounding_box()
    assert box["y"] + box["height"] == 844


def test_the_ways_fold_behind_a_menu_on_a_telephone(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(ADDRESS, wait_until="networkidle")
    way = tab.locator(".ways a", has_text="Importar")
    assert not way.is_visible()
    tab.click(".menu summary")
    assert way.is_visible()


def test_j_and_k_walk_and_enter_opens(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    for key in "jjjk":
        tab.keyboard.press(key)
    assert tab.locator("tr.current").count() == 1
    tab.keyboard.press("Enter")
    tab.wait_for_url("**#2", timeout=5_000)


def test_letters_typed_into_a_field_are_letters(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.keyboard.press("/")
    tab.keyboard.type("j?gf")
    assert tab.input_value("#search") == "j?gf" and tab.url == ADDRESS
    assert tab.locator("tr.current").count() == 0 and not tab.locator("#keys").is_visible()


def test_a_good_notice_leaves_a_bad_one_stays_and_undo_is_a_form(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    assert tab.locator("#toasts .toast").count() == 2
    assert tab.locator("#toasts form[action='/3/clientes/7/liberar/9/'] input[name=motivo]").count() == 1
    tab.click("#toasts .error .shut")
    assert tab.locator("#toasts .toast").count() == 1


def test_the_side_panel_shows_a_page_beside_this_one(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.click("a[data-side]")
    tab.wait_for_selector("#side[open]")
    assert tab.inner_text("#side-title") == "Peças do console" and tab.url == ADDRESS
    tab.keyboard.press("Escape")
    assert not tab.locator("#side").is_visible()


def test_a_failed_request_says_its_reference(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.route("**/quebra", lambda r: r.fulfill(status=500, headers={"Receba-Reference": "7F3A91C2"}, body="x"))
    tab.evaluate("htmx.ajax('GET', '/quebra', {target: '#main', swap: 'none'}).catch(() => {})")
    tab.wait_for_selector("#toasts .toast.error:has-text('7F3A91C2')")


def test_the_palette_lists_pages_and_companies_and_enter_goes(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.keyboard.press("Control+k")
    field = tab.locator("#palette-text")
    assert field.is_visible() and field.get_attribute("role") == "combobox"
    field.fill("horiz")
    chosen = tab.locator("#palette-list [aria-selected=true]")
    assert "Colégio Horizonte" in chosen.inner_text()
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/?empresa=4&pagina=casework%3Aqueue")


def test_the_question_mark_shows_the_keys(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.keyboard.press("?")
    assert tab.locator("#keys").is_visible()
    told = tab.inner_text("#keys .keymap")
    assert all(word in told for word in ("Fila", "Ctrl+K", "linha de baixo", "Buscar cliente"))
    tab.keyboard.press("Escape")
    assert not tab.locator("#keys").is_visible()


@pytest.mark.parametrize("answered, sent", [("no", 0), ("yes", 1)])
def test_a_form_that_asks_is_sent_only_when_confirmed(tab, answered, sent):
    tab.goto(ADDRESS, wait_until="networkidle")
    posts = []
    tab.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    tab.locator("table form button").first.click()
    assert "Pausar a cobrança de Maria" in tab.inner_text("#ask")
    assert tab.inner_text("#ask button[value=yes]") == "Pausar"
    tab.click(f"#ask button[value={answered}]")
    tab.wait_for_load_state("networkidle")
    assert len(posts) == sent


def test_every_field_has_a_name_and_every_button_words(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    nameless = tab.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(e => !e.labels.length && !e.getAttribute('aria-label')).map(e => e.outerHTML)"
    )
    assert nameless == []
    assert (
        tab.evaluate(
            "[...document.querySelectorAll('button, a')].filter(e => !e.textContent.trim() && !e.ariaLabel).length"
        )
        == 0
    )


def test_the_first_tab_leads_to_the_content(tab):
    tab.goto(ADDRESS, wait_until="networkidle")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
