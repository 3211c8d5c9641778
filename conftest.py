"""What every test may ask for. Database tests work as the program does: under a role that is not superuser.

`db` (pytest-django): one transaction, rolled back. `committed`: a database of its own, cloned from the migrated one,
for whatever commits, opens a second connection (columns are read through one) or starts a process.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as of_hypothesis

of_hypothesis.register_profile("house", deadline=None)  # no test is timed: a busy machine is not a fault
of_hypothesis.load_profile("house")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real ledgers, or skip, loudly: they are not part of the project."""
    folder = Path(os.environ.get("RECEBA_SHARED_DATA", Path(__file__).parent.parent / "shared" / "data"))
    if not folder.is_dir():
        warnings.warn(f"the real ledgers are not here ({folder}): their tests are SKIPPED", stacklevel=1)
        pytest.skip("the real ledgers are not on this machine")
    return folder


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Start the throw-away server and migrate its database as the owner of the tables."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    with django_db_blocker.unblock():
        settings.EMBEDDED.start()
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        settings.EMBEDDED.release()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Give the test a database of its own, in which commits are real; return its name."""
    import psycopg
    from django.conf import settings
    from django.db import connections

    from receba.config import embedded

    template, name = embedded.DATABASE, f"test_{next(_numbers)}"
    with django_db_blocker.unblock():
        connections.close_all()
        with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} OWNER {embedded.OWNER}')
            admin.execute(embedded.PER_DATABASE.format(name=name).splitlines()[-1])
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            for alias in ("default", "owner"):
                connections[alias].settings_dict["NAME"] = template
            with psycopg.connect(settings.EMBEDDED.dsn("postgres", "postgres"), autocommit=True) as admin:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Any:
    """Return the cast of characters: two companies under one operator, their people, their debtors."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    from cast import Cast

    return Cast.make()
