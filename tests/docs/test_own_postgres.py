"""The SQL that a server of one's own needs grants what the embedded one grants itself."""

from __future__ import annotations

import re
from pathlib import Path

from receba.config import embedded

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "own-postgres.md").read_text(encoding="utf-8")


def statements(text: str) -> set[str]:
    """Return the statements of an SQL text, one line each, without passwords."""
    return {" ".join(s.split()) for s in re.sub(r"PASSWORD '[^']*' ", "", text).split(";") if s.strip()}


def test_the_page_grants_what_the_embedded_server_grants():
    block = re.search(r"```sql\n(.*?)```", PAGE, re.S)
    assert block
    written = statements(block[1].replace("\\connect receba", ""))
    own = statements(embedded._BOOTSTRAP + embedded.PER_DATABASE.format(name="receba").replace('"', ""))
    # Only the tests' throw-away server clones databases.
    assert {s.replace(" CREATEDB", "") for s in own} <= written
