"""Commands of the working day: run it, explain it, prove the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from receba.cli.frame import (
    CompanyOption,
    DayOption,
    Exit,
    Json,
    company_scope,
    console,
    engine_of,
    errors,
    fail,
    parse_day,
    set_up,
    show,
)

if TYPE_CHECKING:
    from receba.daily.models import DailyRun, DailyStep
    from receba.ruler.explaining import TitleLooked

KnownOption = Annotated[
    Any, typer.Option("--known-on", parser=parse_day, help="com o que se sabia neste dia", metavar="DATA")
]


SEND_ROUND = 100
PROBLEMS_SHOWN = 20
"""Problems of refused rows that fit a screen; `--rejected` writes them all."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("run-day")(run_day)
    app.command("send")(send)
    app.command("replay")(replay)
    app.command("import")(import_file)
    app.command("explain")(explain)
    app.command("check")(check)


def run_day(
    on: DayOption,
    company: CompanyOption = "",
    known_on: KnownOption = None,
    force: Annotated[bool, typer.Option("--force", help="refaz o dia mesmo sem novidades")] = False,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="carteiras em arquivos, sem banco de dados", file_okay=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="com --tables: onde gravar o dia", file_okay=False)] = None,
    parts: Annotated[int, typer.Option("--parts", min=0, help="com --tables: em quantas partes ler (0: decide)")] = 0,
    engine: Annotated[str, typer.Option("--engine", help="com --tables: duckdb, polars ou spark")] = "",
    as_json: Json = False,
) -> None:
    """Roda o dia da empresa: saldos, índices, segmentos, plano, mensagens, fila e painel. Repetir não muda nada.

    Com --tables, roda sobre arquivos Parquet (veja `receba tables`) e grava o resultado em --out.
    """
    if tables is not None:
        if out is None:
            fail("Diga com --out onde gravar o dia.", Exit.USAGE)
        _run_files(tables, out, on, company, parts, engine, as_json=as_json)
        return
    set_up()
    from receba.daily import services
    from receba.daily.labels import LABELS
    from receba.daily.models import State
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
                description=f"{step.run.on:%d/%m/%Y} {LABELS.get(step.name, step.name)}",
                completed=step.position + (step.state == State.DONE),
            )

        try:
            runs = services.run_day(scope, on=on, known_on=known_on, force=force, progress=tell)
        except services.DayIsRunning:
            fail("O dia desta empresa já está rodando em outro processo.", Exit.BUSY)
    with scope.active():
        done = [(run, list(run.steps.all())) for run in runs]
    if as_json:
        show([_as_values(run, steps) for run, steps in done], as_json=True)
    else:
        show([row for run, steps in done for row in _as_rows(run, steps)], as_json=False)
    if any(run.state == State.FAILED for run in runs):
        raise typer.Exit(Exit.REFUSED)


def _run_files(tables: Path, out: Path, on: date, company: str, parts: int, engine: str, *, as_json: bool) -> None:
    """Run the day of every company (or one) of a folder of bases."""
    from receba.daily import files

    try:
        chosen = [base for base in files.bases(tables, on) if company in ("", base.company)]
    except files.NoBase as nothing:
        fail(str(nothing))
    if not chosen:
        fail(f"{tables}: nenhuma carteira company={company}.", Exit.USAGE)
    with_engine = engine_of(engine)
    told = []
    for base in chosen:
        with console.status(base.company) as status:
            report = files.run(with_engine, base, on, out, parts=parts, tell=status.update)
        told.append(asdict(report))
        if not as_json:
            show({"empresa": base.company, "dia": f"{on:%d/%m/%Y}", **report.counts}, as_json=False)
            show([{"passo": name, **took} for name, took in report.steps.items()], as_json=False)
            if report.refusal:
                errors.print(report.refusal, style="yellow", markup=False, highlight=False)
    if as_json:
        show(told, as_json=True)


def _as_values(run: DailyRun, steps: list[DailyStep]) -> dict[str, Any]:
    """Return a run for programs."""
    told = {
        s.name: {
            "state": s.state,
            "milliseconds": s.milliseconds,
            **s.counts,
            **({"error": s.error} if s.error else {}),
        }
        for s in steps
    }
    return {"on": run.on, "state": run.state, "inputs": run.inputs, "caught_up": run.caught_up, "steps": told}


def _as_rows(run: DailyRun, steps: list[DailyStep]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a run for people."""
    from receba.daily.labels import LABELS, count, counted

    for step in steps:
        told = [f"{counted(name)}: {count(name, value)}" for name, value in step.counts.items()]
        yield {
            "dia": f"{run.on:%d/%m/%Y}",
            "passo": LABELS.get(step.name, step.name),
            "situação": step.get_state_display(),
            "segundos": f"{(step.milliseconds or 0) / 1000:.1f}".replace(".", ","),
            "contagens": "\n".join([*told, *([step.error] if step.error else [])]),
        }


def replay(
    on: Annotated[date, typer.Argument(parser=parse_day, help="o dia a refazer", metavar="DATA")],
    company: CompanyOption = "",
    rows: Annotated[int, typer.Option("--rows", min=0, help="quantos fatos tardios listar")] = 20,
    as_json: Json = False,
) -> None:
    """Refaz um dia passado sem gravar nada: com o que se sabia então (tem de dar igual) e com o que se sabe hoje."""
    set_up()
    from receba.daily.labels import replayed
    from receba.daily.replay import NotReplayable
    from receba.daily.replay import replay as again

    scope = company_scope(company, "replay")
    try:
        with console.status(f"{on:%d/%m/%Y}"):
            found = again(scope, on=on, rows=rows)
    except NotReplayable as nothing:
        fail(str(nothing))
    if as_json:
        show(asdict(found) | {"identical": found.identical}, as_json=True)
    else:
        for line in replayed(found):
            console.print(line, highlight=False, markup=False)
    if not found.identical:
        raise typer.Exit(Exit.REFUSED)


def send(company: CompanyOption = "", as_json: Json = False) -> None:
    """Envia as mensagens prontas da empresa até não restar nenhuma. `receba serve` faz o mesmo a cada minuto."""
    set_up()
    from django.utils import timezone

    from receba.daily.labels import count, counted
    from receba.outreach import services

    scope = company_scope(company, "send")
    services.rescue(scope, at=timezone.now())
    told: Counter[str] = Counter()
    with Progress(console=console, disable=as_json, transient=True) as bar:
        task = bar.add_task("mensagens", total=None)
        while True:
            done = services.send_ready(scope, at=timezone.now(), limit=SEND_ROUND)
            told.update(done.counts)
            bar.update(task, completed=told.total())
            if done.problem or sum(done.counts.values()) < SEND_ROUND:
                break
    if as_json:
        show({"counts": dict(told), "problem": done.problem}, as_json=True)
    else:
        show({counted(name): count(name, value) for name, value in told.items()} or {"mensagens": 0}, as_json=False)
    if done.problem:
        fail(f"O envio parou: {done.problem}")


def import_file(
    path: Annotated[Path, typer.Argument(help="CSV (também .gz), XLSX ou Parquet", exists=True, dir_okay=False)],
    company: CompanyOption = "",
    table: Annotated[str, typer.Option(help="customers, titles, settlements ou ledger; sem isto é adivinhado")] = "",
    mapping: Annotated[str, typer.Option("--map", help="campo=COLUNA,…; sem isto vale o salvo, ou o adivinhado")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="só mostra o que aconteceria")] = False,
    rejected_to: Annotated[Path | None, typer.Option("--rejected", help="grava aqui as linhas recusadas")] = None,
    as_json: Json = False,
) -> None:
    """Importa um arquivo de clientes, títulos ou baixas. Repetir o mesmo arquivo não muda nada."""
    set_up()
    from receba.intake import queries, services
    from receba.intake.core.errors import IntakeError
    from receba.intake.core.mapping import Mapping

    scope = company_scope(company, "import")
    try:
        file = services.upload(scope, name=path.name, content=path.read_bytes(), table=table or None)
        if mapping:
            file = services.map_columns(scope, file.pk, Mapping.from_line(mapping), save=not dry_run)
        if dry_run:
            seen = queries.preview(scope, file.pk)
            _tell_import(seen.as_dict(), seen.refused.iter_rows(named=True), as_json=as_json)
            return
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, disable=as_json
        ) as bar:
            task = bar.add_task(path.name, total=None)
            file = services.import_file(
                scope,
                file.pk,
                progress=lambda step, done, total: bar.update(
                    task, description=step, completed=done, total=total or None
                ),
            )
    except IntakeError as wrong:
        fail(f"{path}: {wrong}")
    except services.ImportIsRunning:
        fail("Outra importação desta empresa está em andamento.", Exit.BUSY)
    with scope.active():
        refused = list(queries.rejected_rows(scope, file_id=file.pk, state="open"))
    problems = [{**reason, "line": row.line} for row in refused for reason in row.reasons]
    reasons = dict(sorted(Counter(problem["reason"] for problem in problems).items()))
    report = {"file": file.pk, "table": file.table, "state": file.state, **file.counts, "reasons": reasons}
    _tell_import(report, problems, as_json=as_json)
    if refused and rejected_to:
        rejected_to.write_bytes(queries.rejected_csv(scope, file.pk))
    if file.counts["rejected"]:
        raise typer.Exit(Exit.ROWS_REJECTED)


def _tell_import(report: dict[str, Any], problems: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print what an import did or would do: all of it as JSON, or counts and the first problems in words."""
    from receba.intake.models import named

    if as_json:
        show(report, as_json=True)
        return
    show(dict(named(report)), as_json=False)
    for problem in islice(problems, PROBLEMS_SHOWN):
        text = f"linha {problem['line']}: {problem['message']} {problem['remedy']}"
        console.print(text, style="yellow", markup=False, highlight=False)


def explain(
    decision: Annotated[int, typer.Argument(help="número da decisão (no plano, na ficha ou na mensagem)")],
    company: CompanyOption = "",
    as_json: Json = False,
) -> None:
    """Diz por que um cliente foi ou não foi contatado: fatos, régua, passo e alternativas da decisão."""
    set_up()
    from receba.ruler.explaining import explain as explained

    scope = company_scope(company, "explain")
    found = explained(scope, decision)
    if found is None:
        fail(f"Não há decisão {decision} nesta empresa.")
    if as_json:
        show(found.as_dict(), as_json=True)
        return
    console.print(
        f"{found.debtor}: {found.outcome}, {found.reason} ({found.on:%d/%m/%Y}, decisão {decision})", markup=False
    )
    for sentence in found.sentences:
        console.print(f"- {sentence}", highlight=False, markup=False)
    for asked in found.checks:
        console.print(
            f"  {'passa' if asked.passed else 'impede'}: {asked.name}: {asked.found}", highlight=False, markup=False
        )
    for row in found.titles:
        console.print(f"  {_in_words(row)}", highlight=False, markup=False)


def _in_words(row: TitleLooked) -> str:
    """Return what the ruler saw in one title, for people."""
    from receba.kernel.money import format_brl

    told = [
        f"título {row.code}",
        f"vencimento {row.effective_due_on:%d/%m/%Y}",
        f"atraso {row.days_late}",
        format_brl(row.total_centavos),
        f"{row.found} ({row.step})" if row.step else row.found,
        *([f"próximo passo {row.next_step} em {row.next_on:%d/%m/%Y}"] if row.next_on else []),
    ]
    return "; ".join(told)


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
