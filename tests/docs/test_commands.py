"""Every command, argument and option of `receba` is in the reference, and the reference invents none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from receba.cli import app
from receba.cli.frame import Exit

REFERENCE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## receba ([\w-]+)\n(.*?)(?=^## |\Z)", REFERENCE, re.M | re.S))
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_each_of_its_options_is_in_the_reference(name):
    assert name in SECTIONS, f"docs/reference/commands.md has no section `## receba {name}`"
    commands = [COMMANDS[name], *getattr(COMMANDS[name], "commands", {}).values()]  # a group has commands of its own
    given = [option for command in commands for parameter in command.params for option in parameter.opts]
    options = {option for option in given if option.startswith("--")}
    written = set(re.findall(r"--[a-z][a-z-]*", SECTIONS[name]))
    assert written == options | (written & {"--help"})


def test_the_reference_names_no_command_that_does_not_exist():
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_in_the_reference(code):
    assert re.search(rf"^\| {int(code)} \|", REFERENCE, re.M)
