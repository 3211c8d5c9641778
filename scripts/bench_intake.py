"""Importing a hundred thousand rows through the service that the page and `receba import` call.

    python scripts/bench_intake.py [--rows 100000] [--profile PART] [--also FILE=MAPPING …]

Makes a throw-away base and files up, imports them, and prints the seconds and counts of every part, as a table for
docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import random
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ON = date(2026, 11, 23)
CUSTOMERS_EACH = 5
LEDGER = "codigo_cliente;nome;titulo;emissao;vencimento;valor;data_pagamento;valor_pago\n"
TITLES = "codigo_cliente;titulo;emissao;vencimento;valor\n"
SETTLEMENTS = "baixa;titulo;data_pagamento;valor_pago;meio\n"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--profile", default="", help="write a profile of the parts whose name contains this")
    options.add_argument("--also", action="append", default=[], metavar="FILE=MAPPING")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="receba-bench-"))
    folder.chmod(0o755)
    os.environ |= {"RECEBA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "receba.config.settings"}
    try:
        measure(chosen.rows, chosen.profile, chosen.also)
    finally:
        from django.conf import settings

        settings.EMBEDDED.release()
        shutil.rmtree(folder, ignore_errors=True)


def measure(rows: int, profile: str, also: list[str]) -> None:
    """Import every file and print what it took."""
    load = loader(profile)
    half = rows // 2
    flat, changed = ledger(rows, changed=False), ledger(rows, changed=True)
    load("a. ledger: titles and payments in the same rows", flat, "ledger")
    load("d. the same file again", flat, "ledger")
    load("e. corrected: 10% of due dates, 5% of amounts", changed, "ledger")
    load("titles for the settlements", titles(rows), "titles")
    load("c. settlements of existing titles", settlements(0, rows, "B"), "settlements")
    load("the same settlements again", settlements(0, rows, "B"), "settlements")
    load("settlements before their titles", settlements(rows, rows + half, "W"), "settlements")
    load("titles that settlements wait for", titles(rows + half, rows), "titles")
    for told in also:
        path, mapping = told.split("=", 1)
        load(Path(path).name, Path(path).read_bytes(), "ledger", mapping)


def loader(profile: str) -> Callable[..., None]:
    """Return a function that imports one file into the bench's company and prints a row of the table."""
    from receba.cli.frame import set_up
    from receba.cli.keep import migrate

    set_up(migrated=False)
    migrate()
    from django.db import connection

    from receba.access import services as access
    from receba.access.scope import Actor, Scope
    from receba.intake import services
    from receba.intake.core.mapping import Mapping
    from receba.ledger import services as ledger_services

    actor = Actor("command", "bench")
    company = access.found_company(
        actor, operator_name="Medida", name="Medida Ltda", document="11222333000181", address="Rua Um, 1"
    )
    scope = Scope(company.pk, actor)
    ledger_services.add_terms(
        scope, code="padrao", since=date(2000, 1, 1), source="made up", fine_bps=200, interest_bps_month=100
    )

    def load(name: str, content: str | bytes, table: str, mapping: str = "") -> None:
        data = content.encode() if isinstance(content, str) else content
        start = time.perf_counter()
        file = services.upload(scope, name=name, content=data, table=table)
        if mapping:
            services.map_columns(scope, file.pk, Mapping.from_line(mapping), save=False)
        sent = time.perf_counter() - start
        with cProfile.Profile() if profile and profile in name else NoProfile() as watch:
            start, spent = time.perf_counter(), Statements()
            with connection.execute_wrapper(spent):
                file = services.import_file(scope, file.pk, on=ON)
            took = time.perf_counter() - start
        if isinstance(watch, cProfile.Profile):
            watch.dump_stats(f"{name[:1]}.profile")
        told = {key: count for key, count in file.counts.items() if count}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        if profile and profile in name:
            print(*(f"{seconds:8.2f} s {told}" for told, seconds in spent.seconds.most_common(12)), sep="\n")
        print(f"| {name} | {sent:.1f} | {took:.1f} | {peak} | {told} |", flush=True)

    return load


class Statements:
    """Seconds of each statement, for finding the slow ones."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], told: Any, *rest: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(told, *rest)
        finally:
            self.seconds[str(told)[:110]] += time.perf_counter() - start


class NoProfile:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def reais(centavos: int) -> str:
    return f"{centavos // 100},{centavos % 100:02d}"


def ledger(rows: int, *, changed: bool) -> str:
    """Return a ledger of which seven titles in ten are paid, half of those late; `changed`: corrected later."""
    draw = random.Random(7)
    lines = [LEDGER]
    for n in range(rows):
        customer, issued = n % (rows // CUSTOMERS_EACH), ON - timedelta(draw.randrange(120, 720))
        due, amount = issued + timedelta(draw.randrange(7, 61)), draw.randrange(5_000, 2_000_000)
        paid = due + timedelta(draw.choice([-3, 0, 0, 2, 12, 40])) if draw.random() < 0.7 else None
        moves, corrected = draw.random() < 0.1, draw.random() < 0.05
        day = f"{paid:%d/%m/%Y};{reais(amount)}" if paid else ";"
        if changed:
            due, amount = due + timedelta(9 * moves), amount + 1_000 * corrected
        lines.append(f"C{customer};Cliente {customer};L{n};{issued:%d/%m/%Y};{due:%d/%m/%Y};{reais(amount)};{day}\n")
    return "".join(lines)


def titles(end: int, start: int = 0) -> str:
    issued, due = ON - timedelta(200), ON - timedelta(160)
    return TITLES + "".join(
        f"C{n % 20_000};T{n};{issued:%d/%m/%Y};{due:%d/%m/%Y};{reais(10_000 + n)}\n" for n in range(start, end)
    )


def settlements(start: int, end: int, prefix: str) -> str:
    return SETTLEMENTS + "".join(
        f"{prefix}{n};T{n};{ON - timedelta(170 - n % 60):%d/%m/%Y};{reais(10_000 + n)};boleto\n"
        for n in range(start, end)
    )


if __name__ == "__main__":
    main()
