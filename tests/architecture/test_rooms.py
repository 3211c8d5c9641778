"""Imports point up the list of rooms, never down."""

from __future__ import annotations

import pytest

from architecture.house import ORDER, modules, rooms

ALLOWED: dict[tuple[str, str], str] = {}
"""(file, imported room) → why this one import may point down."""


def down(room: str, imported: str) -> bool:
    """Return whether a dotted import leads from `room` to a later one."""
    parts = imported.split(".")
    if parts[0] != "receba" or len(parts) < 2 or parts[1] not in ORDER:
        return False
    return ORDER.index(parts[1]) > ORDER.index(room)


def test_every_room_has_its_place_in_the_order():
    assert set(rooms()) <= set(ORDER), f"rooms without a place: {sorted(set(rooms()) - set(ORDER))}"


def test_no_room_imports_a_later_one():
    wrong = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        for node, name in module.imports()
        if down(module.room, name) and (module.place, name.split(".")[1]) not in ALLOWED
    ]
    assert not wrong, "\n".join(wrong)


def test_settings_are_imported_by_the_terminal_alone():
    """Rooms read `django.conf.settings`; only who starts Django knows the module."""
    wrong = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        for node, name in module.imports()
        if name.startswith("receba.config.settings") and module.room not in ("cli", "config")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "room, imported, leads_down",
    [
        ("ledger", "receba.ruler.services", True),
        ("ledger", "receba.ruler", True),
        ("ruler", "receba.ledger.models.Title", False),
        ("ledger", "receba.ledger.core", False),
        ("kernel", "decimal", False),
        ("access", "receba.__version__", False),
    ],
)
def test_the_rule_itself(room, imported, leads_down):
    assert down(room, imported) is leads_down
