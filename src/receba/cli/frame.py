"""What commands share: starting Django, choosing the company, printing, failing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from receba.access.scope import Scope
    from receba.engine.contract import Engine

console = Console()
errors = Console(stderr=True)


class Exit(IntEnum):
    """How a command ends; docs/reference/commands.md says when."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_SET_UP = 3
    ROWS_REJECTED = 4
    BUSY = 5


Json = Annotated[bool, typer.Option("--json", help="resultado em JSON")]
CompanyOption = Annotated[str, typer.Option("--company", "-c", help="CNPJ, código ou parte do nome da empresa credora")]


def parse_day(text: str) -> date:
    """Return a date written 2026-06-15 or 15/06/2026."""
    try:
        if "/" in text:
            day, month, year = (int(part) for part in text.split("/"))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"data inválida: {text!r}; escreva 2026-06-15 ou 15/06/2026") from wrong


DayOption = Annotated[date, typer.Option("--on", parser=parse_day, help="data de referência", metavar="DATA")]


def fail(message: str, code: Exit = Exit.REFUSED) -> NoReturn:
    """Print why and leave with the code."""
    errors.print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(code)


def set_up(*, migrated: bool = True) -> None:
    """Start Django and, where it is embedded, the database; refuse when `receba init` was not run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receba.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)
    if settings.EMBEDDED:
        settings.EMBEDDED.start()
    if migrated and "access_company" not in connection.introspection.table_names():
        fail("A base ainda não foi preparada: rode `receba init` (ou `receba demo`).", Exit.NOT_SET_UP)


def engine_of(name: str = "") -> Engine:
    """Return the engine that the option or the environment names, for work that needs no database."""
    from receba.engine.backends import UnknownEngine, connect

    chosen = name or os.environ.get("RECEBA_ENGINE", "duckdb")
    try:
        return connect(chosen, memory_limit=os.environ.get("RECEBA_ENGINE_MEMORY", ""))
    except UnknownEngine as wrong:
        fail(str(wrong), Exit.USAGE)


def company_scope(which: str, command: str) -> Scope:
    """Return the command's scope in the company that `which` names: its id, CNPJ, or a part of its name."""
    from django.db.models import Q

    from receba.access.models import Company
    from receba.access.scope import Actor, Scope
    from receba.kernel.documents import clean_document

    found = Company.objects.all()
    if which:
        named = Q(name__icontains=which) | Q(trade_name__icontains=which) | Q(document=clean_document(which))
        found = found.filter(named | Q(pk=int(which)) if which.isdigit() and len(which) < 9 else named)
    names = ", ".join(f"{c.pk} {c}" for c in Company.objects.all()) or "nenhuma"
    if len(found) != 1:
        fail(f"Diga qual empresa com --company: {names}.", Exit.USAGE)
    return Scope(found[0].pk, Actor("command", command), reason=f"receba {command}")


def show(value: Any, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print plain values: JSON for programs, a table for people."""
    if as_json:
        console.print_json(json.dumps(value, default=str, ensure_ascii=False))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            console.print(f"[bold]{name}[/bold]: {item}", highlight=False)
    else:
        rows = list(value)
        table = Table(*(columns or (rows[0].keys() if rows else ())))
        for row in rows:
            table.add_row(*(str(item) for item in row.values()))
        console.print(table)
