"""Commands that need no database: any ledger file in, indices or their measure out."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from receba.cli.frame import DayOption, Exit, Json, errors, fail, show

if TYPE_CHECKING:
    from receba.scoring.core.external import ExternalSource
    from receba.scoring.core.flat import FlatLedger
    from receba.scoring.core.parameters import ScoringParameters

Files = Annotated[list[Path], typer.Argument(help="CSV (também .gz), XLSX ou Parquet", exists=True, dir_okay=False)]
MapOption = Annotated[str, typer.Option("--map", help="campo=COLUNA,campo=COLUNA…; sem isto o cabeçalho é adivinhado")]
BadAfter = Annotated[int, typer.Option("--bad-after", min=1, help="dias de atraso a partir dos quais um título é mau")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("score")(score)
    app.command("evaluate")(evaluate)


def read_ledger(files: list[Path], mapping_text: str) -> tuple[FlatLedger, dict[str, int]]:
    """Return the ledger of the files' accepted rows, and how many rows were read, accepted and rejected."""
    import polars as pl

    from receba.intake.core.errors import IntakeError
    from receba.intake.core.mapping import Mapping
    from receba.intake.readers import read_file
    from receba.scoring.core.flat import history_from_flat

    readings = []
    for path in files:
        try:
            mapping = Mapping.from_line(mapping_text) if mapping_text else None
            readings.append(read_file(path, "ledger", mapping))
        except IntakeError as wrong:
            fail(f"{path}: {wrong}")
    counts = {
        "rows": sum(reading.totals.rows for reading in readings),
        "accepted": sum(reading.totals.accepted_rows for reading in readings),
        "rejected": sum(reading.totals.rejected_rows for reading in readings),
    }
    for path, reading in zip(files, readings, strict=True):
        for reason, count in sorted(reading.rejected_by_reason().items()):
            errors.print(f"{path.name}: {count} linhas recusadas: {reason}", highlight=False)
    accepted = pl.concat([reading.accepted for reading in readings])
    if accepted.is_empty():
        fail("Nenhuma linha aceita: confira o mapeamento com --map.")
    return history_from_flat(accepted), counts


def _parameters(bad_after: int) -> ScoringParameters:
    from receba.scoring.core.parameters import ScoringParameters

    return ScoringParameters(bad_after_days=bad_after)


def score(
    files: Files,
    on: DayOption,
    out: Annotated[Path, typer.Option("--out", help="pasta para os resultados", file_okay=False)],
    mapping: MapOption = "",
    bad_after: BadAfter = 5,
    external: Annotated[
        Path | None,
        typer.Option(
            "--external", help="notas de birô: CSV com customer,score,queried_on", exists=True, dir_okay=False
        ),
    ] = None,
    external_weight: Annotated[
        int,
        typer.Option(
            "--external-weight", min=0, max=10_000, help="peso da nota no dia da consulta, em centésimos de %"
        ),
    ] = 3_000,
    external_half_life: Annotated[
        int, typer.Option("--external-half-life", min=1, help="dias em que o peso cai à metade")
    ] = 90,
    as_json: Json = False,
) -> None:
    """Calcula IDC, IDI, limite e prazo de cada cliente de um arquivo, sem banco de dados.

    Com --external, mostra ao lado do IDC o IDC ajustado pela nota de um birô (0 a 1000, maior é melhor).
    """
    from receba.engine.backends import connect
    from receba.kernel.days import day_number
    from receba.scoring.core.columns import score as score_columns
    from receba.scoring.core.external import ExternalSource
    from receba.scoring.core.sufficiency import InsufficientHistory

    ledger, counts = read_ledger(files, mapping)
    try:
        scored = score_columns(connect(), ledger.history, ledger.payments, day_number(on), _parameters(bad_after))
    except InsufficientHistory as refusal:
        fail(str(refusal))
    names = dict(ledger.customers.select("debtor_id", "customer").iter_rows())
    out.mkdir(parents=True, exist_ok=True)
    rows = scored.scores.to_pylist()
    named = [{"customer": names[row.pop("debtor_id")], **row} for row in rows]
    if external is not None:
        source = ExternalSource("external", external_weight, external_half_life)
        _adjust(named, _external(external, on), on, source)
    _write_csv(out / "scores.csv", named)
    means = scored.global_indices
    summary: dict[str, Any] = {
        "on": on.isoformat(),
        **counts,
        "customers_scored": means.customers,
        "idc": means.idc,
        "idi": means.idi,
        "idc_weighted": means.idc_weighted,
        "idi_weighted": means.idi_weighted,
        "scaling": scored.scaling,
        "parameters_version": scored.parameters_version,
        "sufficiency": scored.sufficiency.level,
        "missing_kinds": list(scored.sufficiency.missing_kinds),
    }
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    show(summary, as_json)


def _external(path: Path, on: date) -> dict[str, tuple[int, date]]:
    """Return each customer's last external score until a day, with the day of the query."""
    found: dict[str, tuple[int, date]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := {"customer", "score", "queried_on"} - set(rows.fieldnames or ()):
            fail(f"{path}: falta a coluna {', '.join(sorted(missing))}.")
        for row in rows:
            try:
                score, day = int(row["score"]), date.fromisoformat(row["queried_on"])
            except (TypeError, ValueError):
                fail(f"{path}, linha {rows.line_num}: nota inteira e data aaaa-mm-dd são precisas: {row}")
            if not 0 <= score <= 1000:
                fail(f"{path}, linha {rows.line_num}: a nota {score} não está entre 0 e 1000.")
            if day <= on and day >= found.get(row["customer"], (0, day))[1]:
                found[row["customer"]] = (score, day)
    return found


def _adjust(
    rows: list[dict[str, Any]], external: dict[str, tuple[int, date]], on: date, source: ExternalSource
) -> None:
    """Add to each row the external score, its weight on the day, and the IDC adjusted by it; the IDC stays."""
    from receba.scoring.core.external import adjust_idc

    for row in rows:
        score, day = external.get(row["customer"], (None, on))
        told: dict[str, Any] = {"external_score": "", "external_weight_bps": "", "idc_adjusted": ""}
        if score is not None and row["idc"] is not None:
            adjusted = adjust_idc(row["idc"], score, (on - day).days, source)
            told = {
                "external_score": score,
                "external_weight_bps": adjusted.weight_bps,
                "idc_adjusted": adjusted.adjusted,
            }
        row |= told


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["customer"])
        writer.writeheader()
        writer.writerows(rows)


def evaluate(
    files: Files,
    mapping: MapOption = "",
    bad_after: BadAfter = 5,
    until: Annotated[
        date | None,
        typer.Option("--until", parser=lambda t: date.fromisoformat(t), help="último dia que os dados conhecem"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Mede o IDC mês a mês, só com o que se sabia em cada dia 1º: AUC, KS e calibração, ao lado da taxa de atraso."""
    from receba.engine.backends import connect
    from receba.kernel.days import day_number
    from receba.scoring.core.evaluation import NothingToEvaluate
    from receba.scoring.core.evaluation import evaluate as walk

    ledger, counts = read_ledger(files, mapping)
    try:
        with Progress(console=errors, disable=as_json, transient=True) as bar:
            task = bar.add_task("meses medidos", total=None)
            result = walk(
                connect(),
                ledger.history,
                ledger.payments,
                _parameters(bad_after),
                end_day=day_number(until) if until else None,
                progress=lambda done, months: bar.update(task, completed=done, total=months),
            )
    except NothingToEvaluate as refusal:
        fail(str(refusal), Exit.REFUSED)
    report = result.as_dict() | {"rows": counts}
    if as_json:
        show(report, as_json=True)
        return
    months = report.pop("months")
    show(report, as_json=False)
    show([month if isinstance(month, dict) else vars(month) for month in months], as_json=False)
