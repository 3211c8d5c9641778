"""Commands that set the program up, serve it and keep its base safe."""

from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from receba.cli.frame import Exit, Json, console, fail, parse_day, set_up, show


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("backup")(backup)
    app.command("restore")(restore)


def migrate() -> None:
    """Bring the base to this version of the program, as the owner of the tables."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()


def collect_static() -> None:
    """Put the files that browsers fetch where the web server looks for them, compressed; what is there stays."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def init(
    operator: Annotated[str, typer.Option(prompt="Operador (quem administra)")],
    company: Annotated[str, typer.Option(prompt="Razão social da empresa credora")],
    document: Annotated[str, typer.Option(prompt="CNPJ da empresa credora")],
    address: Annotated[str, typer.Option(prompt="Endereço (vai em toda mensagem, CDC art. 42-A)")],
    email: Annotated[str, typer.Option(prompt="E-mail do primeiro usuário (dono)")],
    name: Annotated[str, typer.Option(help="nome do primeiro usuário")] = "",
    fine_bps: Annotated[int, typer.Option(min=0, help="multa do contrato, em centésimos de %")] = 0,
    interest_bps: Annotated[int, typer.Option(min=0, help="juros de mora ao mês, em centésimos de %")] = 0,
    business: Annotated[
        bool, typer.Option("--business", help="declaro: relações só entre empresas, com estes encargos no contrato")
    ] = False,
) -> None:
    """Prepara a base, a empresa credora e o primeiro usuário."""
    from receba.kernel.documents import clean_document, person_type_of

    number = clean_document(document)
    if person_type_of(number) is None:
        fail(f"CNPJ ou CPF inválido: {document}. Confira os dígitos.", Exit.USAGE)
    set_up(migrated=False)
    migrate()
    from django.db import transaction

    from receba.access import services
    from receba.access.core.roles import Role
    from receba.access.scope import Actor, Scope
    from receba.ledger import services as ledger
    from receba.ledger.core.ceilings import Relation
    from receba.ruler.services import install_shipped

    actor, password = Actor("command", "init"), secrets.token_urlsafe(12)
    with transaction.atomic():  # all of it or nothing: a refusal leaves no company behind
        made = services.found_company(actor, operator_name=operator, name=company, document=number, address=address)
        # Nothing is charged until somebody says what the contract charges (docs/reference/late-charges.md).
        try:
            ledger.add_terms(
                Scope(made.pk, actor),
                code="padrao",
                since=date(1990, 1, 1),
                fine_bps=fine_bps,
                interest_bps_month=interest_bps,
                relation=Relation.BUSINESS if business else Relation.CONSUMER,
                declared=business,
                source="informado em `receba init`",
            )
        except ledger.AboveCeiling as above:
            most = above.ceilings[0]
            fail(f"Acima do teto: {most.most_bps} centésimos de % ({most.source}). Veja --business.", Exit.USAGE)
        owner = services.found_person(
            actor, company=made, email=email, name=name or email, password=password, role=Role.OWNER
        )
        install_shipped(Scope(made.pk, actor))
    told = f"senha {password} (troque na primeira entrada)" if owner.check_password(password) else "a senha que já tem"
    console.print(f"Pronto. Entre com {owner.email} e {told}. Rode `receba serve`.", highlight=False)
    console.print(
        "A carteira segue a régua “Empresas (B2B)”: nada sai sem aprovação; troque em Régua.", highlight=False
    )


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    workers: Annotated[int, typer.Option(help="processos do servidor web")] = 2,
) -> None:
    """Serve o sistema: páginas, tarefas e agenda, até Ctrl+C."""
    set_up(migrated=False)
    from receba.config.serving import is_free, serve_all

    if not is_free(host, port):
        fail(f"A porta {port} já está em uso: pare quem a usa, ou escolha outra com --port.", Exit.BUSY)
    migrate()
    collect_static()

    console.print(f"Receba em http://localhost:{port}", highlight=False)
    raise typer.Exit(serve_all(host, port, workers))


def demo(
    port: Annotated[int, typer.Option()] = 8000,
    customers: Annotated[int, typer.Option(min=60, help="clientes de cada empresa")] = 120,
    on: Annotated[
        Any, typer.Option("--on", parser=parse_day, help="data da demonstração (hoje)", metavar="DATA")
    ] = None,
    only_seed: Annotated[bool, typer.Option("--only-seed", help="prepara e não serve")] = False,
    worst: Annotated[
        bool, typer.Option("--worst", help="mais duas: a dos piores dados e a que acaba de nascer")
    ] = False,
) -> None:
    """Prepara três empresas de mentira, com 18 meses de história, e as serve; a segunda vez só serve."""
    os.environ["RECEBA_DEMO"] = "1"
    set_up(migrated=False)
    from receba.config.serving import is_free

    if not only_seed and not is_free("127.0.0.1", port):
        fail(f"A porta {port} já está em uso: pare quem a usa, ou escolha outra com --port.", Exit.BUSY)
    migrate()
    from django.conf import settings
    from django.utils import timezone

    from receba.demo.services import PASSWORD, PEOPLE, Size, seed
    from receba.demo.worst import seed_worst

    with console.status("preparando…") as status:
        seed(on=on or timezone.localdate(), folder=settings.DATA / "arquivos", size=Size(customers), tell=status.update)
        if worst:
            seed_worst(on=on or timezone.localdate(), people=PEOPLE[:2], password=PASSWORD, tell=status.update)
    for email, name, role in PEOPLE:
        console.print(f"{email:26} {role:10} {name}", highlight=False)
    console.print(f"senha de todos: {PASSWORD}", highlight=False)
    if not only_seed:
        serve(port=port)


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
