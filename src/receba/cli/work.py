"""Commands of the working day: run it, explain it, prove the base."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from receba.cli.frame import CompanyOption, DayOption, Exit, Json, company_scope, console, fail, parse_day, set_up, show

KnownOption = Annotated[
    Any, typer.Option("--known-on", parser=parse_day, help="com o que se sabia neste dia", metavar="DATA")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("run-day")(run_day)
    app.command("check")(check)


def run_day(
    on: DayOption,
    company: CompanyOption = "",
    known_on: KnownOption = None,
    force: Annotated[bool, typer.Option("--force", help="refaz o dia mesmo sem novidades")] = False,
    as_json: Json = False,
) -> None:
    """Roda o dia da empresa: saldos, índices, segmentos, plano, mensagens, fila e painel. Repetir não muda nada."""
    set_up()
    from receba.daily import services
    from receba.daily.models import DailyStep, State
    from receba.daily.order import ORDER

    scope = company_scope(company, "run-day")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=as_json) as bar:
        task = bar.add_task(f"{on:%d/%m/%Y}", total=len(ORDER))

        def tell(step: DailyStep) -> None:
            bar.update(
                task,
                description=f"{step.run.on:%d/%m/%Y} {step.name}",
                completed=step.position + (step.state == State.DONE),
            )

        try:
            runs = services.run_day(scope, on=on, known_on=known_on, force=force, progress=tell)
        except services.DayIsRunning:
            fail("O dia desta empresa já está rodando em outro processo.", Exit.BUSY)
    with scope.active():
        report: list[dict[str, Any]] = [
            {
                "on": run.on,
                "state": run.state,
                "inputs": run.inputs,
                "caught_up": run.caught_up,
                "steps": {
                    s.name: {
                        "state": s.state,
                        "milliseconds": s.milliseconds,
                        **s.counts,
                        **({"error": s.error} if s.error else {}),
                    }
                    for s in run.steps.all()
                },
            }
            for run in runs
        ]
    if as_json:
        show(report, as_json=True)
    else:
        for run in report:
            show(
                [
                    {
                        "dia": f"{run['on']:%d/%m/%Y}",
                        "passo": name,
                        **{k: v for k, v in step.items() if k in ("state", "milliseconds")},
                        "contagens": ", ".join(
                            f"{k}={v}" for k, v in step.items() if k not in ("state", "milliseconds")
                        ),
                    }
                    for name, step in run["steps"].items()
                ],
                as_json=False,
            )
    if any(run["state"] == State.FAILED for run in report):
        raise typer.Exit(Exit.REFUSED)


def check(company: CompanyOption = "", as_json: Json = False) -> None:
    """Prova a base inteira: saldos, baixas, trilha de auditoria. Sai com 1 se algo não fecha."""
    set_up()
    from receba.access.models import Company
    from receba.access.queries import broken_links
    from receba.access.scope import Actor, Scope
    from receba.ledger.checks import faults

    scopes = (
        [company_scope(company, "check")]
        if company
        else [Scope(pk, Actor("command", "check")) for pk in Company.objects.values_list("pk", flat=True)]
    )
    found: list[dict[str, Any]] = [
        {"company": 0, "check": "audit", "place": f"event {event}", "found": what} for event, what in broken_links(0)
    ]
    for scope in scopes:
        found += [
            {"company": scope.company_id, "check": f.check, "place": f.place, "found": f.found} for f in faults(scope)
        ]
        with scope.active():
            found += [
                {"company": scope.company_id, "check": "audit", "place": f"event {event}", "found": what}
                for event, what in broken_links(scope.company_id)
            ]
    if as_json:
        show({"companies": len(scopes), "faults": found}, as_json=True)
    elif found:
        show(found, as_json=False)
    else:
        console.print(f"Tudo fecha em {len(scopes)} empresa(s): saldos, baixas e trilha de auditoria.")
    if found:
        raise typer.Exit(Exit.REFUSED)
