"""Links lead somewhere, and what is generated is up to date."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def test_links_resolve_and_generated_parts_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_stands_in_a_folder_that_the_index_lists():
    folders = runpy.run_path(str(REPO / "scripts" / "docs.py"))["FOLDERS"]
    lost = [page for page in (REPO / "docs").rglob("*.md") if page.parent.name not in (*folders, "docs")]
    assert not lost, f"docs/index.md does not list these: {lost}"
