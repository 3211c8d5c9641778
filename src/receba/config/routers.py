"""Migrations run as the owner of the tables, never as the role that the program works under."""

from __future__ import annotations

from typing import Any


class OwnerMigrates:
    """Refuses migrations on the working connection; reads and writes go nowhere else."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "default"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
