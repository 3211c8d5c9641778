"""Server time of the pages, asked for by this process from `receba serve` in another one, over a base that bench.py kept.

    python scripts/bench.py --titles 1700000 --keep --folder DIR      # about 5 million titles in all
    python scripts/bench_pages.py --folder DIR [--requests 200] [--clients 1 4]

Every request asks for another debtor, page of the queue or search; times are this process's, so that they hold the way
through the sockets too. Prints a table for docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode, urlsplit

EMAIL, PASSWORD = "dono@medida.example", "x" * 12  # who bench.py made
WARM_UP = 10


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--clients", type=int, nargs="+", default=[1, 4])
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    with serving(chosen.folder, chosen.workers) as base:
        print("| page | clients | median ms | p95 ms | worst ms | KB |\n|---|---|---|---|---|---|")
        for clients in chosen.clients:
            for name, addresses in asked(base, chosen.requests).items():
                times, size = load(base, addresses, clients)
                middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
                print(
                    f"| {name} | {clients} | {middle:.0f} | {high:.0f} | {times[-1]:.0f} | {size // 1024} |", flush=True
                )


@contextmanager
def serving(folder: Path, workers: int) -> Iterator[str]:
    """Serve the base in another process; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from receba.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), "--workers", str(workers)]
    base = f"http://localhost:{port}"
    server = subprocess.Popen(command, env={**os.environ, "RECEBA_DATA": str(folder)}, stdout=sys.stderr)
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


class Client:
    """A person who signed in by the form. Raises HTTPError for every answer but 200."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        told = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/conta/login/")[1])
        data = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": told[1] if told else ""}
        headers = {"Referer": f"{base}/conta/login/"}
        self._open(urllib.request.Request(f"{base}/conta/login/", urlencode(data).encode(), headers)).read()

    def get(self, address: str) -> tuple[str, str]:
        """Return the path that answered in the end, and its text."""
        with self._open(self.base + address, timeout=120) as answer:
            return urlsplit(answer.url).path, answer.read().decode()


def asked(base: str, requests: int) -> dict[str, list[str]]:
    """Return the addresses to ask for, by page: other rows every time, the same ones in every run."""
    some = random.Random(11)
    client = Client(base)
    home = client.get("/")[0]
    company = home.split("/")[1]
    listed = client.get(f"/{company}/fila/")[1]
    known = [int(number) for number in re.findall(rf'href="/{company}/clientes/(\d+)/', listed)]
    top = max(max(known, default=1) // 10 * 10, 1000)
    debtors = [f"/{company}/clientes/{some.randint(1, top)}/" for _n in range(requests)]
    words = [f"Cliente {some.randint(1, top)}" for _n in range(requests)]
    return {
        "queue": [f"/{company}/fila/?depois={some.randrange(0, 5000, 50)}" for _n in range(requests)],
        "debtor": debtors,
        "titles": list(
            chain.from_iterable(
                [f"/{company}/titulos/", f"/{company}/titulos/?faixa={n % 8}"] for n in range(requests // 2)
            )
        ),
        "panel": [home] * requests,
        "search": [f"/{company}/clientes/?q={word.replace(' ', '+')}" for word in words],
    }


def load(base: str, addresses: list[str], clients: int) -> tuple[list[float], int]:
    """Ask for every address, `clients` at a time; return the milliseconds in order, and the mean size in bytes."""

    def work(share: list[str]) -> list[tuple[float, int]]:
        took = []
        client = Client(base)
        for number, address in enumerate(chain(share[:WARM_UP], share)):
            began = time.perf_counter()
            text = client.get(address)[1]
            if number >= min(WARM_UP, len(share)):
                took.append(((time.perf_counter() - began) * 1000, len(text)))
        return took

    with ThreadPoolExecutor(clients) as pool:
        shares = [addresses[n::clients] for n in range(clients)]
        took = list(chain.from_iterable(pool.map(work, shares)))
    return sorted(ms for ms, _size in took), sum(size for _ms, size in took) // len(took)


if __name__ == "__main__":
    main()
