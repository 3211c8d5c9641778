"""What is committed runs anywhere: no path of one machine, no private registry, no lock file that names one."""

from __future__ import annotations

import re
import subprocess

import pytest

from architecture.house import REPO

SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".sh",
    ".json",
    ".yml",
    ".yaml",
    ".cfg",
    ".po",
    ".sql",
    "",
}
FORBIDDEN = {
    "a folder of one machine": re.compile(r"(?<![\w.>/-])(?:/work(?=[/\s\"'`).,;:]|$)|/root/|/home/\w+|/Users/\w+)"),
    "somebody's scratch folder": re.compile(r"/tmp/(?:helpers|bash_jobs)"),
    "a package index": re.compile(
        r"https?://[^\s\"']*(?:pypi|pythonhosted|artifactory|nexus)[^\s\"']*|--(?:extra-)?index-url|PIP_INDEX", re.I
    ),
    "credentials in an address": re.compile(r"https?://[^\s/:@\"']+:[^\s/:@\"']+@"),
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git working tree")
    return [name for name in listed.stdout.split("\0") if name]


def faults(text: str) -> list[tuple[int, str, str]]:
    """Return (line, what, found) for everything that ties a text to one machine."""
    return [
        (number, what, found.group())
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if (found := pattern.search(line))
    ]


def test_no_file_names_one_machine():
    wrong = []
    for name in tracked():
        path = REPO / name
        if not path.is_file() or path.suffix not in SUFFIXES or path.name == "test_no_machine_paths.py":
            continue
        wrong += [f"{name}:{line} {what}: {found}" for line, what, found in faults(path.read_text(encoding="utf-8"))]
    assert not wrong, "\n".join(wrong)


def test_no_lock_file_is_kept():
    kept = [name for name in tracked() if name.rsplit("/", 1)[-1] in ("uv.lock", "poetry.lock", "Pipfile.lock")]
    assert not kept, "lock files name the index they were made from; constraints.txt does not"


@pytest.mark.parametrize(
    "line, wrong",
    [
        ("cd /" + "work/main", True),
        ("see /" + "work", True),
        ("/" + "root/.cache", True),
        ("/" + "home/ana/receba", True),
        ("<a href='/7/casework/'>", False),
        ("https://example.com/work/1", False),
        ("under /" + "root), the cluster", False),
        ("pip install --index" + "-url x", True),
        ("/var/lib/receba", False),
    ],
)
def test_the_rule_itself(line, wrong):
    assert bool(faults(line)) is wrong
