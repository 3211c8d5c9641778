"""Server time and questions to the database of every page, over the demonstration: a table for docs/explanation/console.md.

    python scripts/bench_console.py [--data .data/screens] [--requests 30] [--only painel] [--profile]

Asked through the whole stack of middleware in this process, without a socket. `--profile` says where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import logging
import os
import pstats
import sys
import time
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
TARGET_MS = 100
WARM_UP = 3


def main() -> int:
    """Run the command line; return how many pages are above the target."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--data", type=Path, default=REPO / ".data" / "screens", help="a demonstration that was seeded"
    )
    options.add_argument("--company", default="Serra Azul")
    options.add_argument("--requests", type=int, default=30)
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    os.environ |= {"RECEBA_DATA": str(chosen.data.resolve()), "RECEBA_DEMO": "1"}
    logging.disable(logging.WARNING)
    pages, browser = opened(chosen.company)
    slow = 0
    print("| page | median ms | p95 ms | queries | KB | KB sent |\n|---|---|---|---|---|---|")
    for name, path in pages:
        if chosen.only and not any(part in name or part in path for part in chosen.only):
            continue
        row = measured(browser, path, chosen.requests)
        slow += row[1] > TARGET_MS
        print(f"| {name} | {row[0]:.0f} | {row[1]:.0f} | {row[2]} | {row[3]:.0f} | {row[4]:.0f} |", flush=True)
        if chosen.profile:
            profiled(browser, path)
    return min(slow, 1)


def opened(company: str) -> tuple[list[tuple[str, str]], Any]:
    """Return (name, path) of the pages of a company, and a browser in which its owner is signed in."""
    from receba.cli.frame import company_scope, set_up
    from receba.cli.keep import collect_static

    set_up()
    collect_static()
    import screens

    from receba.access.models import Person
    from receba.demo.services import PEOPLE
    from scenarios.signing import signed_in

    browser = signed_in(Person.objects.get(email=PEOPLE[0][0]))
    browser.defaults |= {"SERVER_NAME": "localhost", "HTTP_ACCEPT_ENCODING": "gzip"}
    found = [*screens.outside(), *screens.inside(company_scope(company, "bench_console"))]
    return [(screen.name, screen.path) for screen in found if not screen.visitor], browser


def measured(browser: Any, path: str, requests: int) -> tuple[float, float, int, float, float]:
    """Return median and 95th percentile in ms, questions to the database, and the size in KB: plain, and as sent."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for number in range(-WARM_UP, requests):
        began = time.perf_counter()
        answer = browser.get(path)
        if number >= 0:
            times.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as asked:
        plain = browser.get(path, headers={"accept-encoding": "identity"})
    times.sort()
    kept = len(answer.content) / 1024, len(plain.content) / 1024
    return times[len(times) // 2], times[int(len(times) * 0.95)], len(asked), kept[1], kept[0]


def profiled(browser: Any, path: str) -> None:
    """Print the twenty calls in which most of five requests is spent."""
    with cProfile.Profile() as profile:
        for _n in range(5):
            browser.get(path)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(r"receba|django/template|psycopg", 25)


if __name__ == "__main__":
    sys.exit(main())
