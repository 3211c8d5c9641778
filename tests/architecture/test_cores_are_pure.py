"""A core takes values and gives values: no Django, no files, no clock, no chance, no network."""

from __future__ import annotations

import ast

import pytest

from architecture.house import ORDER, SOURCE, Module, modules

FORBIDDEN_MODULES = (
    "asyncio",
    "connectorx",
    "django",
    "fastexcel",
    "ftplib",
    "glob",
    "httpx",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "procrastinate",
    "psycopg",
    "requests",
    "secrets",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "structlog",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
    "uuid",
)
FORBIDDEN_CALLS = ("io.open", "io.FileIO", "open", "print", "input", "exec", "eval")
FORBIDDEN_METHODS = (
    "now",
    "today",
    "utcnow",
    "localdate",
    "localtime",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "scan_csv",
    "read_csv",
    "write_csv",
    "sink_csv",
    "scan_parquet",
    "read_parquet",
    "write_parquet",
    "sink_parquet",
    "read_excel",
    "write_excel",
    "read_json",
    "write_json",
    "read_database",
    "write_database",
)
ALLOWED: dict[tuple[str, str], str] = {}
"""(file, name) → why this core may."""


def cores() -> list[Module]:
    return [module for module in modules() if module.is_core or module.room == "kernel"]


def impurities(module: Module) -> list[str]:
    """Return what a module does besides computing, each with its place."""
    typing_only = {
        id(inner)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = [
        (module.at(node), name)
        for node, name in module.imports()
        if id(node) not in typing_only and any(name == m or name.startswith(f"{m}.") for m in FORBIDDEN_MODULES)
    ]
    for call, name in module.calls():
        short = name.rsplit(".", 1)[-1]
        if (
            name in FORBIDDEN_CALLS
            or ("." in name and short in FORBIDDEN_METHODS)
            or (
                name.startswith(("numpy.random.", "random.")) and not (short in ("default_rng", "Random") and call.args)
            )
        ):
            found.append((module.at(call), name))
    return [f"{place} uses {name}" for place, name in found if (module.place, name) not in ALLOWED]


def test_there_are_cores_to_look_at():
    assert len(cores()) > 20


def test_cores_only_compute():
    wrong = [fault for module in cores() for fault in impurities(module)]
    assert not wrong, "\n".join(wrong)


def test_cores_ask_no_one_but_other_cores():
    """A core that imports its room's services would do by way of them what it may not do itself."""
    wrong = [
        f"{module.at(node)} imports {name}"
        for module in cores()
        for node, name in module.imports()
        if name.startswith("receba.")
        and name.split(".")[1] in ORDER
        and name.split(".")[1] not in ("kernel", "engine")
        and "core" not in name.split(".")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source, faults",
    [
        ("import os", 1),
        ("from pathlib import Path", 1),
        ("from datetime import datetime as dt\ndt.now()", 1),
        ("import numpy as np\nnp.random.rand(3)", 1),
        ("import numpy as np\nnp.random.default_rng(7)", 0),
        ("import random\nrandom.Random(7)", 0),
        ("import random\nrandom.Random()", 1),
        ("import polars as pl\npl.read_csv('x')", 1),
        ("open('x')", 1),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pathlib import Path", 0),
        ("from datetime import date\ndate(2026, 1, 1)", 0),
    ],
)
def test_the_rule_itself(source, faults):
    assert len(impurities(Module(SOURCE / "ledger" / "core" / "x.py", "ledger", ast.parse(source)))) == faults
