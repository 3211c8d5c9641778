"""One world for a whole module of stories that only look: made once, in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Return a company in full work (see world.py). A story that changes it asks for `committed` and makes its own."""
    import psycopg
    from django.conf import settings
    from django.db import connections

    from cast import Cast
    from receba.config import embedded
    from scenarios import world as worlds

    name = "test_world"
    with django_db_blocker.unblock():
        connections.close_all()
        with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {embedded.DATABASE} OWNER {embedded.OWNER}')
            admin.execute(embedded.PER_DATABASE.format(name=name).splitlines()[-1])
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name
        try:
            yield worlds.make(Cast.make())
        finally:
            connections.close_all()
            for alias in ("default", "owner"):
                connections[alias].settings_dict["NAME"] = embedded.DATABASE
            with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
