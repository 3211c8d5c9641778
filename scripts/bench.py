"""`make bench`: the day over a large base, from the database and back, beside the bare reads of the same run.

    python scripts/bench.py [--titles 1000000] [--keep]

Makes a throw-away base, loads a generated ledger with that many open titles (and twice as many paid ones), runs the
day, and prints seconds, CPU seconds and peak memory of every part as JSON and as a table for docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

ON = date(2026, 11, 23)
OWNER = "dono@medida.example"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--titles", type=int, default=1_000_000)
    options.add_argument("--keep", action="store_true", help="leave the base there for other measurements")
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="receba-bench-"))
    folder.mkdir(exist_ok=True, parents=True)
    folder.chmod(0o755)
    os.environ |= {"RECEBA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "receba.config.settings"}
    try:
        report = measure(chosen.titles)
    finally:
        if not chosen.keep:
            from django.conf import settings

            settings.EMBEDDED.release()
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    print("| part | seconds | CPU seconds, program | CPU seconds, server | peak MB, program |\n|---|---|---|---|---|")
    for name, row in report["parts"].items():
        cpu = f"{row['cpu_seconds']:.2f} | {row['server_cpu_seconds']:.2f}"
        print(f"| {name} | {row['seconds']:.2f} | {cpu} | {row['peak_mb']} |")


def measure(titles: int) -> dict[str, object]:
    """Load, read bare, run the day, rerun it; return what each took."""
    from receba.cli.frame import set_up
    from receba.cli.keep import migrate

    set_up(migrated=False)
    migrate()
    parts: dict[str, dict[str, float]] = {}
    scope = base(titles, parts)
    from receba.daily import queries, services
    from receba.daily.order import Day
    from receba.engine.backends import connect

    with timed(parts, "bare reads of the same tables"):
        assert Day(scope, ON, ON, connect()).base
    clock = Clock()
    with timed(parts, "the whole day"):
        run = services.run_day(scope, on=ON, progress=clock.tick)[-1]
    with timed(parts, "the same day again (nothing new)"):
        services.run_day(scope, on=ON)
    steps = {
        step.name: {"ms": step.milliseconds, "state": step.state, **step.counts}
        for step in queries.runs(scope)[0].steps.all()
    }
    parts |= {f"of it: {name}": took for name, took in clock.steps.items()}
    pages(scope, parts)
    return {
        "on": ON.isoformat(),
        "open_titles": titles,
        "state": run.state,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "parts": parts,
        "steps": steps,
    }


def base(titles: int, parts: dict[str, dict[str, float]]):
    """Return the scope of a company that holds the generated ledger."""
    import pyarrow as pa
    from django.db import connection, transaction

    from receba.access import services as access
    from receba.access.core.roles import Role
    from receba.access.models import Portfolio
    from receba.access.scope import Actor, Scope
    from receba.demo.core.scale import generate_scale
    from receba.engine.postgres import write_table
    from receba.ledger import services as ledger

    actor = Actor("command", "bench")
    company = access.found_company(
        actor,
        operator_name="Medida",
        name="Medida Ltda",
        document="11222333000181",
        address="Rua Um, 1",
        approve_automatically=True,
    )
    access.found_person(
        actor, company=company, email=OWNER, name="Dono", password="x" * 12, role=Role.OWNER, keep_password=True
    )
    scope = Scope(company.pk, actor)
    portfolio = Portfolio.objects.get(company=company)
    with timed(parts, "make the ledger up"):
        scale = generate_scale(titles, 7)

    def texts(prefix: str, ids: pa.Array) -> pa.Array:
        return pa.compute.binary_join_element_wise(prefix, pa.compute.cast(ids, pa.string()), "")

    def same(value, like: pa.Table, kind: pa.DataType) -> pa.Array:
        return pa.array([value] * like.num_rows, kind)

    def day(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return pa.compute.cast(column, pa.int32()).cast(pa.date32())

    stamp = pa.timestamp("us", "UTC")
    moment = pa.scalar(0, pa.int64()).as_py()
    with timed(parts, "load it"), scope.active(), transaction.atomic(), connection.cursor() as cursor:
        terms = {
            row["terms_id"]: ledger.add_terms(
                scope,
                code=f"t{row['terms_id']}",
                since=date(2000, 1, 1),
                source="made up",
                fine_bps=row["fine_bps"],
                interest_bps_month=row["interest_bps_month"],
                grace_days=row["grace_days"],
            ).pk
            for row in scale.terms.to_pylist()
        }
        free = ledger.add_terms(scope, code="none", since=date(2000, 1, 1), source="made up").pk
        d, t, e = scale.debtors, scale.titles, scale.entries
        blank = {
            name: same("", d, pa.string()) for name in ("street", "district", "city", "zip_code", "group", "document")
        }
        write_table(
            cursor,
            "parties_debtor",
            pa.table(
                {
                    "id": d["debtor_id"],
                    "company_id": same(company.pk, d, pa.int64()),
                    "code": texts("C", d["debtor_id"]),
                    "name": texts("Cliente ", d["debtor_id"]),
                    "state": same("SP", d, pa.string()),
                    **blank,
                    "person_kind": d["person_kind"].cast(pa.int16()),
                    "recorded_at": same(moment, d, stamp),
                }
            ),
        )
        mailed = d.filter(pa.compute.equal(d["has_email"], 1))
        write_table(
            cursor,
            "parties_contact",
            pa.table(
                {
                    "company_id": same(company.pk, mailed, pa.int64()),
                    "debtor_id": mailed["debtor_id"],
                    "kind": same(1, mailed, pa.int16()),
                    "value": pa.compute.binary_join_element_wise(
                        texts("c", mailed["debtor_id"]), "@exemplo.example", ""
                    ),
                    "recorded_at": same(moment, mailed, stamp),
                    "invalid_reason": same("", mailed, pa.string()),
                }
            ),
        )
        # The generator's payments say nothing of charges: paid titles get terms that ask for none.
        paid = pa.compute.less_equal(t["title_id"], t.num_rows - titles)
        priced = pa.array([terms[i] for i in t["terms_id"].to_pylist()], pa.int64())
        mapped = pa.compute.if_else(paid, free, priced)
        write_table(
            cursor,
            "ledger_title",
            pa.table(
                {
                    "id": t["title_id"],
                    "company_id": same(company.pk, t, pa.int64()),
                    "portfolio_id": same(portfolio.pk, t, pa.int64()),
                    "debtor_id": t["debtor_id"],
                    "terms_id": mapped,
                    "code": texts("T", t["title_id"]),
                    "description": same("", t, pa.string()),
                    "kind": same("", t, pa.string()),
                    "issued_on": day(t["issued_day"]),
                    "due_on": day(t["due_day"]),
                    "effective_due_on": day(t["effective_due_day"]),
                    "face_centavos": t["face_centavos"],
                    "recorded_at": same(moment, t, stamp),
                }
            ),
        )
        write_table(
            cursor,
            "ledger_entry",
            pa.table(
                {
                    "id": e["entry_id"],
                    "company_id": same(company.pk, e, pa.int64()),
                    "title_id": e["title_id"],
                    "kind": e["kind"].cast(pa.int16()),
                    "component": e["component"].cast(pa.int16()),
                    "amount_centavos": e["amount_centavos"],
                    "effective_on": day(e["effective_day"]),
                    "recorded_at": same(moment, e, stamp),
                    "key": texts("E", e["entry_id"]),
                    "method": same("", e, pa.string()),
                    "note": same("", e, pa.string()),
                }
            ),
        )
        for table in ("parties_debtor", "ledger_title", "ledger_entry"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    connections["owner"].close()
    from receba.ruler import services as ruler

    ruler.install_shipped(scope)
    return scope


def pages(scope, parts: dict[str, dict[str, float]]) -> None:
    """Time the server's share of the queue and of a debtor's page: the median of 20, through the real handler."""
    from django.test import Client
    from django.urls import NoReverseMatch, reverse

    from receba.access.models import Company, Person
    from receba.access.scope import acting
    from receba.ledger.models import OpenTitle

    company = Company.objects.get(pk=scope.company_id)
    owner = Person.objects.get(email=OWNER)
    client = Client(HTTP_HOST="localhost")
    with acting(scope.actor, "bench"):
        client.force_login(owner)
    with scope.active():
        debtor = OpenTitle.objects.values_list("debtor_id", flat=True)[1000]
    for name, args in (
        ("casework:queue", [company.pk]),
        ("casework:debtor", [company.pk, debtor]),
        ("casework:titles", [company.pk]),
        ("reporting:panel", [company.pk]),
    ):
        try:
            address = reverse(name, args=args)
        except NoReverseMatch:
            continue
        took = []
        for _n in range(21):
            began = time.perf_counter()
            response = client.get(address)
            took.append(time.perf_counter() - began)
            assert response.status_code == 200, (name, response.status_code)
        took = sorted(took[1:])
        parts[f"page {name}: median of 20"] = page(took[10])
        parts[f"page {name}: p95 of 20"] = page(took[18])


def page(seconds: float) -> dict[str, float]:
    return {"seconds": seconds, "cpu_seconds": 0, "server_cpu_seconds": 0, "peak_mb": 0}


def server_cpu() -> float:
    """Return the CPU seconds of the embedded server so far: the postmaster, its living children and its dead ones."""
    from django.conf import settings

    tick = os.sysconf("SC_CLK_TCK")
    mother = int((settings.EMBEDDED.cluster / "postmaster.pid").read_text().splitlines()[0])
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            pid, fields = int(process.name), (process / "stat").read_text().rpartition(")")[2].split()
            if pid == mother:
                total += sum(int(fields[n]) for n in (11, 12, 13, 14))
            elif int(fields[1]) == mother:
                total += int(fields[11]) + int(fields[12])
    return total / tick


class Clock:
    """Seconds and CPU seconds of each step of a day, told as they begin and end."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, float]] = {}
        self._began = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), server_cpu()

    def tick(self, step) -> None:
        now = self._now()
        if step.finished_at:
            wall, cpu, server = (round(b - a, 3) for a, b in zip(self._began, now, strict=True))
            told = {"seconds": wall, "cpu_seconds": cpu, "server_cpu_seconds": server, "peak_mb": peak_mb()}
            self.steps[step.name] = told
        self._began = now


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def timed(parts: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    """Measure a part: wall, CPU of this process and of the server, and this process's peak memory so far."""
    print(f"{name} …", file=sys.stderr)
    wall, cpu, server = time.perf_counter(), time.process_time(), server_cpu()
    yield
    parts[name] = {
        "seconds": round(time.perf_counter() - wall, 3),
        "cpu_seconds": round(time.process_time() - cpu, 3),
        "server_cpu_seconds": round(server_cpu() - server, 3),
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    main()
