"""The day over a portfolio in Parquet files, beside the floor: a bare scan of the same files that sums every column.

    python scripts/bench_files.py [--millions 1 10] [--engines duckdb polars] [--parts 0] [--folder DIR] [--chart FILE] [--compare]

Makes each base once in the folder (a temporary one unless told), then measures every day in a process of its own: wall
and CPU seconds of each step, rows a second, peak memory. Up to 20 million titles a second base is that of the next day
(1 % of the open titles paid, 0.1 % more sold), and its day goes on from what the first one learned. Prints tables for docs/explanation/scale.md and draws the curve.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ON = date(2026, 11, 23)
NEXT = ON + timedelta(days=1)
FOLLOWED = 20
"""Millions of titles up to which the day after is measured."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--millions", type=float, nargs="+", default=[1, 10])
    options.add_argument("--engines", nargs="+", default=["duckdb", "polars"])
    options.add_argument("--parts", type=int, default=0)
    options.add_argument("--folder", type=Path)
    options.add_argument("--chart", type=Path)
    options.add_argument("--compare", action="store_true", help="count the rows in which the engines' days differ")
    options.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(one(*chosen.one, chosen.parts)))
        return
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="receba-files-"))
    try:
        runs = [run for millions in chosen.millions for run in measure(millions, chosen, folder)]
    finally:
        if not chosen.folder:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    table(runs)
    if chosen.chart:
        chosen.chart.write_text(chart(runs), encoding="utf-8")


def measure(millions: float, chosen: argparse.Namespace, folder: Path) -> list[dict[str, object]]:
    """Return the floor and the day of each engine over one size, each from a fresh process."""
    base, titles = folder / f"base-{millions:g}", int(millions * 1_000_000)
    if not base.exists():
        say(f"{millions:g} million titles: making the base")
        days = "2" if millions <= FOLLOWED else "1"
        make = ["tables", "make", "--titles", str(titles), "--on", ON.isoformat(), "--days", days, "--out", str(base)]
        code = "from receba.cli import main; main()"
        subprocess.run([sys.executable, "-c", code, *make], check=True, stdout=subprocess.DEVNULL)
    runs = []
    for what in ("floor", *chosen.engines):
        days = [ON, NEXT] if what != "floor" and next(base.glob(f"company=*/date={NEXT}"), None) else [ON]
        for on in days:
            name = what if on == ON else f"{what}, the day after"
            say(f"{millions:g} million titles: {name}")
            told = ["--one", what, str(base), str(folder / f"out-{what}"), on.isoformat()]
            command = [sys.executable, __file__, "--parts", str(chosen.parts), *told]
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            took = json.loads(answer.splitlines()[-1])
            runs.append({"millions": millions, "what": name, "titles": titles, **took})
        if not chosen.compare:
            shutil.rmtree(folder / f"out-{what}", ignore_errors=True)
    if chosen.compare:
        first, *others = chosen.engines
        for other in others:
            say(f"{other} against {first}: {differing(folder / f'out-{first}', folder / f'out-{other}')}")
        for what in chosen.engines:
            shutil.rmtree(folder / f"out-{what}", ignore_errors=True)
    return runs


def differing(one: Path, other: Path) -> str:
    """Return how many rows of each table of each day are on one side only, and how many there are."""
    import duckdb

    told = []
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        for home in sorted(path for path in one.glob("company=*/date=*/*") if path.is_dir()):
            tables = [home] if home.name != "state" else sorted(path for path in home.iterdir() if path.is_dir())
            for table in tables:
                sides = [f"read_parquet('{side / table.relative_to(one)}/**/*.parquet')" for side in (one, other)]
                ordered = ", ".join(f'"{name}"' for name in sorted(connection.sql(f"FROM {sides[0]}").columns))
                (apart,) = connection.sql(
                    f"SELECT (SELECT count(*) FROM (SELECT {ordered} FROM {sides[0]} EXCEPT ALL SELECT {ordered} FROM {sides[1]}))"
                    f" + (SELECT count(*) FROM (SELECT {ordered} FROM {sides[1]} EXCEPT ALL SELECT {ordered} FROM {sides[0]}))"
                ).fetchall()[0]
                (rows,) = connection.sql(f"SELECT count(*) FROM {sides[0]}").fetchall()[0]
                told.append(f"{home.parent.name[-2:]} {table.name} {apart} of {rows:,}")
    return "; ".join(told)


def one(what: str, base: str, out: str, on: str, parts: int) -> dict[str, object]:
    """Run the floor or one day in this process, start and imports included; return what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    steps: dict[str, dict[str, float]] = {}
    if what == "floor":
        floor(Path(base))
    else:
        from receba.daily import files
        from receba.engine.backends import connect

        day = date.fromisoformat(on)
        (found,) = files.bases(Path(base), day)
        engine = connect(what, memory_limit=os.environ.get("RECEBA_ENGINE_MEMORY", "1GB"))
        steps = files.run(engine, found, day, Path(out), parts=parts).steps
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "steps": steps,
    }


def floor(base: Path) -> None:
    """Read every column that the day reads, and sum it."""
    import duckdb

    home = next(base.glob(f"company=*/date={ON}"))
    with duckdb.connect() as connection:
        for name in ("standings", "payments", "open_titles", "open_entries", "debtors"):
            rows = connection.read_parquet(str(home / name / "*" / "*.parquet"))
            sums = ", ".join(f'sum("{column}")' for column in rows.columns if column != "bucket")
            rows.aggregate(sums).fetchall()


def table(runs: list[dict[str, object]]) -> None:
    """Print the days, and the steps of each."""
    print("| titles | what | seconds | CPU seconds | titles a second | peak MB |\n|---|---|---|---|---|---|")
    for run in runs:
        rate = f"{int(run['titles'] / run['seconds']):,}"
        print(
            f"| {run['millions']:g} M | {run['what']} | {run['seconds']:.1f} | {run['cpu_seconds']:.1f} | {rate} "
            f"| {run['peak_mb']:,} |"
        )
    for run in runs:
        if run["steps"]:
            print(f"\n{run['millions']:g} M, {run['what']}: seconds (CPU seconds) of each step")
            print("; ".join(f"{n} {s['seconds']:.1f} ({s['cpu_seconds']:.1f})" for n, s in run["steps"].items()))


def chart(runs: list[dict[str, object]]) -> str:
    """Return a drawing of seconds by titles, both on a logarithmic scale, one line for each engine and the floor."""
    wide, high, left, foot = 640, 360, 60, 40
    sizes = sorted({float(run["millions"]) for run in runs})
    times = [float(run["seconds"]) for run in runs]
    low, top = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    across = (math.log10(sizes[-1]) - math.log10(sizes[0])) or 1

    def x(size: float) -> float:
        return left + (math.log10(size) - math.log10(sizes[0])) / across * (wide - left - 110)

    def y(seconds: float) -> float:
        return high - foot - (math.log10(seconds) - low) / (top - low) * (high - foot - 20)

    colours = {"floor": "#777777", "duckdb": "#b45309", "polars": "#1d4ed8", "spark": "#15803d"}
    dashed = ' stroke-dasharray="4 3"'
    told = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">',
        '<title>Seconds of a day by titles</title><rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for power in range(low, top + 1):
        at = y(10**power)
        told.append(f'<line x1="{left}" x2="{wide - 100}" y1="{at:.1f}" y2="{at:.1f}" stroke="#dddddd"/>')
        told.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g} s</text>')
    told += [f'<text x="{x(s):.1f}" y="{high - 14}" text-anchor="middle">{s:g} M</text>' for s in sizes]
    for what in dict.fromkeys(str(run["what"]) for run in runs):
        mine = [(x(float(r["millions"])), y(float(r["seconds"]))) for r in runs if r["what"] == what]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in mine)
        colour, dash = colours.get(what.split(",")[0], "#000000"), dashed if "," in what else ""
        told.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        told += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in mine]
        told.append(f'<text x="{mine[-1][0] + 8:.1f}" y="{mine[-1][1] + 4:.1f}" fill="{colour}">{what}</text>')
    return "\n".join([*told, "</svg>\n"])


def say(text: str) -> None:
    print(f"{text} …", file=sys.stderr)


if __name__ == "__main__":
    main()
