"""Commands that set the program up, serve it and keep its base safe."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from receba.cli.frame import Exit, Json, console, fail, set_up, show


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("backup")(backup)
    app.command("restore")(restore)


def migrate() -> None:
    """Bring the base to this version of the program, as the owner of the tables."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()


def init(
    operator: Annotated[str, typer.Option(prompt="Operador (quem administra)")],
    company: Annotated[str, typer.Option(prompt="Razão social da empresa credora")],
    document: Annotated[str, typer.Option(prompt="CNPJ da empresa credora")],
    address: Annotated[str, typer.Option(prompt="Endereço (vai em toda mensagem, CDC art. 42-A)")],
    email: Annotated[str, typer.Option(prompt="E-mail do primeiro usuário (dono)")],
    name: Annotated[str, typer.Option(help="nome do primeiro usuário")] = "",
) -> None:
    """Prepara a base, a empresa credora e o primeiro usuário."""
    from receba.kernel.documents import clean_document, person_type_of

    number = clean_document(document)
    if person_type_of(number) is None:
        fail(f"CNPJ ou CPF inválido: {document}. Confira os dígitos.", Exit.USAGE)
    set_up(migrated=False)
    migrate()
    from receba.access import services
    from receba.access.scope import Actor

    actor, password = Actor("command", "init"), secrets.token_urlsafe(12)
    made = services.found_company(actor, operator_name=operator, name=company, document=number, address=address)
    owner = services.found_owner(actor, company=made, email=email, name=name or email, password=password)
    told = f"senha {password}" if owner.check_password(password) else "a senha que já tem"
    console.print(f"Pronto. Entre com {owner.email} e {told}. Rode `receba serve`.", highlight=False)


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    workers: Annotated[int, typer.Option(help="processos do servidor web")] = 2,
) -> None:
    """Serve o sistema: páginas, tarefas e agenda, até Ctrl+C."""
    set_up(migrated=False)
    migrate()
    from receba.config.serving import serve_all

    console.print(f"Receba em http://localhost:{port}", highlight=False)
    raise typer.Exit(serve_all(host, port, workers))


def backup(
    target: Annotated[Path, typer.Argument(help="arquivo a criar", dir_okay=False)], as_json: Json = False
) -> None:
    """Guarda a base inteira em um arquivo."""
    set_up()
    from django.conf import settings

    from receba.config import keeping

    try:
        marks = keeping.backup(
            keeping.admin_address(settings.EMBEDDED, settings.DATABASES["default"]["NAME"]), target.resolve()
        )
    except keeping.NotWhole as wrong:
        fail(str(wrong))
    show({"file": str(target), "tables": len(marks), "rows": sum(m.rows for m in marks.values())}, as_json)


def restore(
    source: Annotated[Path, typer.Argument(help="arquivo feito por `receba backup`", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="troca a base atual sem perguntar")] = False,
    as_json: Json = False,
) -> None:
    """Traz de volta a base guardada, e confere tabela por tabela antes de trocar."""
    set_up(migrated=False)
    from django.conf import settings
    from django.db import connections

    from receba.config import keeping

    if not yes and not typer.confirm("Isto troca a base atual pela guardada. Continuar?"):
        raise typer.Exit(Exit.REFUSED)
    connections.close_all()
    try:
        marks = keeping.restore(settings.EMBEDDED, source, settings.DATABASES["default"]["NAME"])
    except keeping.NotWhole as wrong:
        fail(str(wrong))
    show({"file": str(source), "tables": len(marks), "rows": sum(m.rows for m in marks.values())}, as_json)
