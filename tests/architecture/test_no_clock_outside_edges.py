"""Today is an argument. The clock is read at the edges only, and never without a time zone."""

from __future__ import annotations

import ast

import pytest

from architecture.house import SOURCE, Module, modules

CLOCKS = (
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
    "django.utils.timezone.localtime",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
)
NAIVE = ("datetime.datetime.today", "datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp")


def clocks(module: Module) -> list[str]:
    """Return where a module reads the clock."""
    return [f"{module.at(call)} calls {name}" for call, name in module.calls() if name in CLOCKS]


def naive(module: Module) -> list[str]:
    """Return where a module makes a moment without a time zone, or a day by the machine's own."""
    found = []
    for call, name in module.calls():
        zone = any(keyword.arg in ("tz", "tzinfo", None) for keyword in call.keywords)
        without = (
            (name == "datetime.datetime" and not zone and len(call.args) < 8)
            or (name == "datetime.datetime.now" and not zone and not call.args)
            or (name == "datetime.datetime.fromtimestamp" and not zone and len(call.args) < 2)
            or name in NAIVE
            or name == "datetime.date.today"
        )
        if without:
            found.append(f"{module.at(call)} calls {name} without a time zone")
    return found


def test_cores_kernel_and_engine_never_ask_what_time_it_is():
    inner = [module for module in modules() if module.is_core or module.room in ("kernel", "engine")]
    wrong = [place for module in inner for place in clocks(module)]
    assert not wrong, "\n".join(wrong)


def test_no_moment_is_without_a_time_zone():
    wrong = [place for module in modules() for place in naive(module)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source, reads, without_zone",
    [
        ("from datetime import datetime\ndatetime.now()", 1, 1),
        ("import datetime\ndatetime.datetime.now()", 1, 1),
        ("from datetime import UTC, datetime\ndatetime.now(UTC)", 1, 0),
        ("from datetime import date\ndate.today()", 1, 1),
        ("from django.utils import timezone\ntimezone.localdate()", 1, 0),
        ("from datetime import datetime\ndatetime(2026, 1, 1)", 0, 1),
        ("from datetime import UTC, datetime\ndatetime(2026, 1, 1, tzinfo=UTC)", 0, 0),
        ("from datetime import date\ndate(2026, 1, 1)", 0, 0),
    ],
)
def test_the_rule_itself(source, reads, without_zone):
    module = Module(SOURCE / "ledger" / "x.py", "ledger", ast.parse(source))
    assert (len(clocks(module)), len(naive(module))) == (reads, without_zone)
