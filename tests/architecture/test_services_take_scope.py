"""Every verb and every question about a company's data says in whose name: `scope: Scope` comes first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from architecture.house import ORDER, SOURCE, Module, modules

ALLOWED: dict[tuple[str, str], str] = {
    ("access.services", "found_company"): "the company does not exist yet: an actor, not a scope",
    ("access.services", "found_person"): "nobody can sign in yet: an actor, not a scope",
    ("access.services", "choose_password"): "a person's own password belongs to no company",
    ("access.queries", "scopes_of"): "makes the scopes",
    ("access.queries", "companies_of"): "asks where a person may enter, before any company is entered",
    ("access.queries", "scope_for"): "makes the scope",
    ("access.queries", "broken_links"): "a chain is a company or 0, what belongs to none; row-level security guards it",
    ("ledger.queries", "index_months"): "published indices belong to no company",
}
"""(module, function) → why it touches the database without a scope of its own."""

DATABASE = ("objects", "connection", "connections", "read_tables", "write_rows", "write_table", "cursor")


def doors() -> list[Module]:
    """Return services.py and queries.py (or the folders of that name) of every room that owns company data."""
    owning = ORDER.index("access")
    return [
        module
        for module in modules()
        if {module.path.stem, module.path.parent.name} & {"services", "queries"} and ORDER.index(module.room) >= owning
    ]


def public_functions(module: Module) -> Iterator[ast.FunctionDef]:
    """Give what other rooms may call: public functions; of a folder, those that its `__init__` hands out."""
    handed_out = None
    if module.path.parent.name in ("services", "queries"):
        door = ast.parse((module.path.parent / "__init__.py").read_text(encoding="utf-8"))
        handed_out = {alias.name for node in door.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if handed_out is None or module.path.stem == "__init__" or node.name in handed_out:
            yield node


def takes_scope(function: ast.FunctionDef) -> bool:
    positional = [*function.args.posonlyargs, *function.args.args]
    if not positional or positional[0].arg != "scope":
        return False
    return isinstance(positional[0].annotation, ast.Name) and positional[0].annotation.id == "Scope"


def names_in(function: ast.FunctionDef) -> set[str]:
    """Return every name and attribute that the body uses."""
    used = set()
    for node in ast.walk(ast.Module(function.body, [])):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
    return used


def heeds_scope(function: ast.FunctionDef) -> bool:
    """Return whether a function that takes a scope works in it: activates it, hands it on, or selects by it."""
    for node in ast.walk(ast.Module(function.body, [])):
        if isinstance(node, ast.Call):
            handed = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(value, ast.Name) and value.id == "scope" for value in handed):
                return True
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "scope"
            and node.attr in ("active", "company_id")
        ):
            return True
    return False


def name_of(module: Module) -> str:
    return ".".join(module.path.relative_to(SOURCE).with_suffix("").parts)


def test_there_are_doors_to_look_at():
    assert {"access", "parties", "ledger"} <= {module.room for module in doors()}


def test_who_touches_the_database_takes_a_scope_first():
    """Helpers that only compute, or only give the text of a query, need none."""
    wrong = [
        f"{module.at(function)} {function.name} touches the database and does not take `scope: Scope` first"
        for module in doors()
        for function in public_functions(module)
        if not takes_scope(function)
        and names_in(function) & set(DATABASE)
        and (name_of(module), function.name) not in ALLOWED
    ]
    assert not wrong, "\n".join(wrong)


def test_who_takes_a_scope_works_in_it():
    wrong = [
        f"{module.at(function)} {function.name} takes a scope and works in whatever scope happens to be active"
        for module in doors()
        for function in public_functions(module)
        if takes_scope(function) and names_in(function) & set(DATABASE) and not heeds_scope(function)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_list_of_exceptions_holds_nothing_that_is_gone():
    known = {(name_of(module), function.name) for module in doors() for function in public_functions(module)}
    assert not set(ALLOWED) - known


@pytest.mark.parametrize(
    "source, takes, heeds",
    [
        ("def f(scope: Scope):\n    with scope.active():\n        pass", True, True),
        ("def f(scope: Scope):\n    return g(scope)", True, True),
        ("def f(scope: Scope):\n    return Title.objects.all()", True, False),
        ("def f(title_id: int, scope: Scope):\n    return g(scope)", False, True),
        ("def f(*, scope: Scope):\n    return g(scope=scope)", False, True),
    ],
)
def test_the_rule_itself(source, takes, heeds):
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert (takes_scope(function), heeds_scope(function)) == (takes, heeds)
