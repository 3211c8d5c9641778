"""A real browser on the test's own database: what it asks for is answered by Django's test client, in this thread."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[4] / "scripts"))
from screenshot import browser, chromium

HOST = "http://localhost"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@contextmanager
def driven(client: Client, *, width: int = 1440, height: int = 900) -> Iterator[Any]:
    """Open a tab whose requests `client` answers; `complaints` collects what the browser's console says is wrong."""
    if chromium() is None:
        warnings.warn("there is no Chromium: THE BROWSER TESTS ARE SKIPPED", stacklevel=1)
        pytest.skip("no Chromium")
    with browser() as opened:
        tab = opened.new_page(viewport={"width": width, "height": height}, locale="pt-BR")
        tab.route("**/*", lambda route: _answer(route, client))
        tab.complaints = []
        tab.on("console", lambda m: tab.complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab


@contextmanager
def no_loop() -> Iterator[None]:
    """Hide the browser's loop, which runs in this thread, from Django: also where a test asks the database itself."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


def _answer(route: Any, client: Client) -> None:
    request = route.request
    path = request.url.removeprefix(HOST)
    if path.startswith("/static/"):
        file = Path(str(finders.find(path.removeprefix("/static/").partition("?")[0])))
        route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "application/octet-stream"))
        return
    headers = {name: value for name, value in request.headers.items() if name not in ("cookie", "content-type")}
    kind = request.headers.get("content-type", "application/octet-stream")
    body = request.post_data_buffer or b""
    with no_loop():
        answer = client.generic(request.method, path, body, kind, headers=headers)
        said = b"".join(answer) if answer.streaming else answer.content
    if answer.status_code in (301, 302, 303):  # the browser would follow it past the route
        hop = f'<meta http-equiv="refresh" content="0;url={answer["Location"]}">'
        route.fulfill(body=hop, content_type="text/html")
        return
    route.fulfill(status=answer.status_code, headers=dict(answer.items()), body=said)
