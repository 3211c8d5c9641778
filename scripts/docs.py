"""Rebuild the generated parts of the docs and check every link. `--check` writes nothing and fails where they differ.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| (S\d\.\d+) \|", re.M)


def roles() -> str:
    """Return the table of what each role may do, from access/core/roles.py."""
    from receba.access.core.roles import PERMISSIONS, Permission, Role

    head = ["| permission | " + " | ".join(f"`{role}`" for role in Role) + " |", "|---|" + "---|" * len(Role)]
    rows = [
        f"| `{permission}` | " + " | ".join("yes" if permission in PERMISSIONS[role] else "" for role in Role) + " |"
        for permission in Permission
    ]
    return "\n".join([*head, *rows])


def marked() -> dict[str, list[str]]:
    """Return requirement → `path::test` of every test that carries its mark."""
    found: dict[str, list[str]] = {}
    for path in sorted([*REPO.glob("src/**/tests/test_*.py"), *REPO.glob("tests/**/test_*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.req":
                        for value in decorator.args:
                            if isinstance(value, ast.Constant):
                                place = f"{path.relative_to(REPO)}::{node.name}"
                                found.setdefault(str(value.value), []).append(place)
    return found


def coverage() -> str:
    """Return how many requirements have a row, source by source."""
    page = (REPO / "docs/reference/requirements.md").read_text(encoding="utf-8")
    rows = ROW.findall(page)
    sources = re.findall(r"^\| (S\d) \| [^|]+ \| (\d+) \|", page, re.M)
    total = sum(int(count) for _source, count in sources)
    parts = ", ".join(f"{s} {sum(row.startswith(f'{s}.') for row in rows)} of {count}" for s, count in sources)
    return f"{len(rows)} of {total} requirements are shown by a test: {parts}."


def contents() -> str:
    """Return the list of all pages, folder by folder, under their own titles."""
    lines = []
    for folder, heading in FOLDERS.items():
        lines += ["", f"## {heading}", ""] if lines else [f"## {heading}", ""]
        for page in sorted((REPO / "docs" / folder).glob("*.md")):
            title = page.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ").strip()
            lines.append(f"* [{title}]({folder}/{page.name})")
    return "\n".join(lines)


FOLDERS = {
    "tutorials": "Learn",
    "how-to": "Do",
    "reference": "Look up",
    "explanation": "Understand",
    "decisions": "Decisions",
}
PARTS: dict[str, Callable[[], str]] = {"roles": roles, "coverage": coverage, "contents": contents}


def pages() -> list[Path]:
    """Return every page that people read."""
    return [*sorted(REPO.glob("*.md")), *sorted((REPO / "docs").rglob("*.md"))]


def rebuilt(text: str) -> str:
    """Return the page with its generated parts as they should be."""
    for name, make in PARTS.items():
        before, after = f"<!-- generated: {name} -->\n", f"\n<!-- end: {name} -->"
        head, found, rest = text.partition(before)
        if found:
            text = head + before + make() + after + rest.partition(after)[2]
    return text


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    made = set()
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            made.add(words.replace(" ", "-"))
    return made


def broken_links() -> Iterator[str]:
    """Give every relative link that leads nowhere."""
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        for target in LINK.findall(text):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            name, _, anchor = target.partition("#")
            leads_to = (page.parent / name).resolve() if name else page
            if not leads_to.exists():
                yield f"{page.relative_to(REPO)}: {target} does not exist"
            elif anchor and leads_to.suffix == ".md" and anchor not in anchors(leads_to):
                yield f"{page.relative_to(REPO)}: {target} has no such heading"


def main(check: bool) -> int:
    """Rebuild or check; return the exit code."""
    faults = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        wanted = rebuilt(text)
        if wanted != text:
            if check:
                faults.append(f"{page.relative_to(REPO)}: a generated part is out of date: run `make docs`")
            else:
                page.write_text(wanted, encoding="utf-8")
                print(f"rebuilt {page.relative_to(REPO)}")
    faults += broken_links()
    listed = set(ROW.findall((REPO / "docs/reference/requirements.md").read_text(encoding="utf-8")))
    without = sorted(set(marked()) - listed)
    if without and not check:
        print(f"marked by tests, without a row in requirements.md: {', '.join(without)}")
    print("\n".join(faults) or "docs: every link leads somewhere, every generated part is up to date")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
