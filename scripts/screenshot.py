"""Take pictures of pages at a desk's and a telephone's width, signed in.

    RECEBA_PASSWORD=… python scripts/screenshot.py --email dono@exemplo.example --out pictures / /1/painel/ /1/fila/

Tests use `browser()`; both run the Chromium that is installed, without letting it call home.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = {1440: 900, 390: 844}
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-first-run",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Open the installed Chromium without a window; raises FileNotFoundError where there is none."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise FileNotFoundError("no Chromium is installed: see scripts/chromium.sh")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=list(QUIET), env={**os.environ, "LANGUAGE": "pt_BR"}
        )
        try:
            yield opened
        finally:
            opened.close()


def sign_in(page: Page, base: str, email: str, password: str) -> None:
    """Sign a person in by the form, as people do; raises ValueError when the form refuses."""
    page.goto(urljoin(base, "/conta/login/"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    if page.locator("input[name=password]").count():
        raise ValueError(f"the sign-in of {email} was refused")


def name_of(address: str) -> str:
    """Return an address as a part of a file name: `/1/fila/?acao=2` as `1-fila-acao-2`."""
    return re.sub(r"[^A-Za-z0-9]+", "-", address).strip("-") or "home"


def shoot(
    base: str,
    addresses: Iterable[str],
    out: Path,
    *,
    email: str = "",
    password: str = "",
    widths: Iterable[int] = WIDTHS,
    dark: bool = False,
    whole: bool = True,
) -> list[Path]:
    """Write one PNG an address and width to `out`, the whole page unless told otherwise; return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    with browser() as opened:
        context = opened.new_context(locale="pt-BR", timezone_id="America/Sao_Paulo")
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        if email:
            sign_in(page, base, email, password)
        for width in widths:
            page.set_viewport_size({"width": width, "height": WIDTHS.get(width, 900)})
            for address in addresses:
                page.goto(urljoin(base, address), wait_until="networkidle")
                made.append(out / f"{name_of(address)}-{width}{'-dark' if dark else ''}.png")
                page.screenshot(path=made[-1], full_page=whole)
    return made


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("addresses", nargs="+", help="paths such as /1/fila/")
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    parser.add_argument("--email", default="", help="who signs in; the password comes from RECEBA_PASSWORD")
    parser.add_argument("--widths", type=int, nargs="*", default=list(WIDTHS))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--fold", action="store_true", help="only what is seen without scrolling")
    given = parser.parse_args()
    for path in shoot(
        given.base,
        given.addresses,
        given.out,
        email=given.email,
        password=os.environ.get("RECEBA_PASSWORD", ""),
        widths=given.widths,
        dark=given.dark,
        whole=not given.fold,
    ):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
