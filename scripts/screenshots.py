"""Pictures of every screen, at a desk, on a tablet and on a telephone, in light and in dark, with a sheet of contacts.

    python scripts/screenshots.py [--out .data/screenshots] [--only fila painel] [--widths 1440] [--themes dark]

Seeds a demonstration of its own the first time (a minute or two): the realistic company, the one with the worst data,
and the one that was founded a minute ago. Needs nothing but what `make setup` installs and a Chromium.
"""

from __future__ import annotations

import argparse
import html
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
WIDTHS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
COMPANIES = {"real": "Serra Azul", "worst": "Companhia Nordestina", "empty": "Recém-Aberta"}
"""Folder → which company's screens it holds."""
CAPTION = {"real": "dados realistas", "worst": "os piores dados", "empty": "nada ainda"}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--data", type=Path, default=REPO / ".data" / "screens", help="where the demonstration is kept"
    )
    options.add_argument("--out", type=Path, default=REPO / ".data" / "screenshots")
    options.add_argument("--only", nargs="*", default=[], help="screens whose name or path contains one of these")
    options.add_argument("--companies", nargs="*", choices=COMPANIES, default=list(COMPANIES))
    options.add_argument("--widths", type=int, nargs="*", default=list(WIDTHS))
    options.add_argument("--themes", nargs="*", choices=THEMES, default=list(THEMES))
    chosen = options.parse_args()
    os.environ |= {"RECEBA_DATA": str(chosen.data.resolve()), "RECEBA_DEMO": "1"}
    program("demo", "--only-seed", "--worst")
    walks = {name: walk(which, chosen.only) for name, which in COMPANIES.items() if name in chosen.companies}
    with serving() as base:
        shot = [
            path
            for company, screens in walks.items()
            for path in shoot(base, screens, chosen.out / company, chosen.widths, chosen.themes)
        ]
    print(f"{len(shot)} pictures: {contact_sheet(chosen.out)}")
    return 0


def program(*arguments: str) -> None:
    """Run the program's own command, as somebody at a terminal would."""
    code = "from receba.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the demonstration on a free port until the block ends; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://localhost:{port}"
    code = "from receba.cli import main; main()"
    server = subprocess.Popen([sys.executable, "-c", code, "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        for _second in range(120):
            try:
                urllib.request.urlopen(base).read()
                break
            except urllib.error.URLError:
                time.sleep(1)
        yield base
    finally:
        server.terminate()
        server.wait(60)


def walk(which: str, only: list[str]) -> list[tuple[str, str, bool]]:
    """Return (name, path, is a visitor's) of every screen of a company; those that are nobody's come with the first."""
    from receba.cli.frame import company_scope, set_up

    set_up()
    import screens

    found = screens.inside(company_scope(which, "screenshots"), more=True)
    if which == COMPANIES["real"]:
        found = [*screens.outside(), *found]
    wanted = [s for s in found if not only or any(part in s.name or part in s.path for part in only)]
    return [(screen.name, screen.path, screen.visitor) for screen in wanted]


def shoot(
    base: str, walked: list[tuple[str, str, bool]], out: Path, widths: list[int], themes: list[str]
) -> Iterator[Path]:
    """Write a picture of every screen, width and theme to `out`: the whole page."""
    from screens import PAGE, what_it_is
    from screenshot import browser, sign_in

    from receba.demo.services import PASSWORD, PEOPLE

    out.mkdir(parents=True, exist_ok=True)
    with browser() as opened:
        options = {"locale": "pt-BR", "timezone_id": "America/Sao_Paulo", "reduced_motion": "reduce"}
        visitor, person = opened.new_context(**options).new_page(), opened.new_context(**options).new_page()
        sign_in(person, base, PEOPLE[0][0], PASSWORD)
        for name, path, is_visitors in walked:
            page = visitor if is_visitors else person
            answer = page.request.get(base + path)
            kind, disposition = answer.headers.get("content-type", ""), answer.headers.get("content-disposition", "")
            if what_it_is(answer.status, kind, disposition, answer.text() if "text/html" in kind else "") != PAGE:
                continue
            page.goto(base + path, wait_until="networkidle")
            for width in widths:
                page.set_viewport_size({"width": width, "height": WIDTHS.get(width, 900)})
                for theme in themes:
                    page.emulate_media(color_scheme=theme)
                    target = out / f"{name.replace(':', '.').replace(' ', '-')}-{width}-{theme}.png"
                    page.screenshot(path=target, full_page=True)
                    yield target


def contact_sheet(out: Path) -> Path:
    """Write an index of every picture under `out`, small, each a link to itself; return it."""
    rows = []
    for company in (folder for folder in COMPANIES if (out / folder).is_dir()):
        rows.append(f"<h2>{html.escape(COMPANIES[company])}: {CAPTION[company]}</h2>")
        for screen in sorted({path.name.rsplit("-", 2)[0] for path in (out / company).glob("*.png")}):
            shots = sorted((out / company).glob(f"{screen}-[0-9]*-*.png"), key=_order)
            links = "".join(
                f'<a href="{company}/{shot.name}"><img loading="lazy" src="{company}/{shot.name}" alt="{shot.stem}"></a>'
                for shot in shots
            )
            rows.append(f"<h3>{html.escape(screen)}</h3><p>{links}</p>")
    style = "body{font:14px system-ui;margin:2em}p{display:flex;gap:8px;align-items:start;overflow:auto}img{height:260px;border:1px solid #999}"  # fmt: skip
    sheet = out / "index.html"
    sheet.write_text(f"<!doctype html><meta charset=utf-8><title>Receba</title><style>{style}</style>{''.join(rows)}")
    return sheet


def _order(path: Path) -> tuple[int, str]:
    _screen, width, theme = path.stem.rsplit("-", 2)
    return -int(width), theme


if __name__ == "__main__":
    sys.exit(main())
