"""Commands for a portfolio that lives in files: make a base, run its day. Only the export needs the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from receba.cli.files import Files, MapOption, read_ledger
from receba.cli.frame import CompanyOption, DayOption, Json, company_scope, engine_of, fail, set_up, show

if TYPE_CHECKING:
    import pyarrow as pa

    from receba.kernel.tables import Table

app = typer.Typer(no_args_is_help=True, help="Uma carteira em arquivos Parquet, em vez do banco de dados.")

PIECE = 20_000_000
"""Titles that are made up at once: about 8 GB."""

OutOption = Annotated[Path, typer.Option("--out", help="pasta das carteiras", file_okay=False)]
BucketsOption = Annotated[int, typer.Option("--buckets", min=1, max=4096, help="em quantas partes gravar os devedores")]


class Shipped(StrEnum):
    """A ruler that comes with the program."""

    CONSUMER = "consumidor"
    BUSINESS = "empresas"
    PREVENTIVE = "preventiva"


RulerOption = Annotated[Shipped, typer.Option("--ruler", help="régua de todos os títulos")]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="tables")


@app.command("export")
def export(
    out: OutOption, on: DayOption, company: CompanyOption = "", buckets: BucketsOption = 16, as_json: Json = False
) -> None:
    """Grava a carteira de uma empresa do banco como arquivos, com o que se sabia no fim do dia."""
    set_up()
    from receba.daily.export import export as write

    base = write(company_scope(company, "tables export"), on=on, folder=out, buckets=buckets)
    show({"folder": str(base.folder), **base.about}, as_json)


@app.command("make")
def make(
    out: OutOption,
    on: DayOption,
    titles: Annotated[int, typer.Option(min=1000, help="quantos títulos ao todo; 11,5 % ficam em aberto")],
    seed: Annotated[int, typer.Option(help="a mesma semente dá a mesma carteira")] = 7,
    days: Annotated[int, typer.Option(min=1, help="quantos dias seguidos gravar, cada um com vendas e pagamentos")] = 1,
    ruler: RulerOption = Shipped.BUSINESS,
    buckets: BucketsOption = 16,
    as_json: Json = False,
) -> None:
    """Inventa uma carteira grande, para medir: um devedor para cada dez títulos, três anos de história."""
    from receba.daily import files
    from receba.demo.core.scale import generate_portfolio, next_day, pieces

    def write(day: date, made: dict[Table, pa.Table], more: Iterator[dict[Table, pa.Table]], cut: int) -> None:
        tables = {**made, **_ruled(ruler, (1, 2, 3))}
        base = files.write_base(engine_of(), out, "1", day, tables, buckets=cut, more=more)
        show({"folder": str(base.folder), **base.about}, as_json)

    count = -(-titles // PIECE)
    if count > 1:
        if days > 1:
            fail(f"--days: até {PIECE} títulos.")
        every = pieces(titles, seed, on, count)
        write(on, next(every), every, buckets * count)
        return
    made = generate_portfolio(titles, seed, on)
    for later in range(days):
        day = on + timedelta(days=later)
        made = next_day(made, seed, day) if later else made
        write(day, made, iter(()), buckets)


@app.command("import")
def import_files(
    paths: Files,
    out: OutOption,
    on: DayOption,
    mapping: MapOption = "",
    name: Annotated[str, typer.Option("--name", help="nome da empresa na pasta")] = "1",
    fine_bps: Annotated[int, typer.Option("--fine-bps", min=0, help="multa, em centésimos de %")] = 200,
    interest_bps: Annotated[int, typer.Option("--interest-bps", min=0, help="juros ao mês, em centésimos de %")] = 100,
    person: Annotated[str, typer.Option("--person", help="PF ou PJ: quem são os devedores")] = "PJ",
    ruler: RulerOption = Shipped.BUSINESS,
    buckets: BucketsOption = 16,
    as_json: Json = False,
) -> None:
    """Lê carteiras em CSV, XLSX ou Parquet e as grava como arquivos prontos para o dia."""
    from receba.daily import files
    from receba.daily.core.flat import PORTFOLIO, tables_of
    from receba.kernel.tables import PersonKind

    if person not in PersonKind.__members__:
        fail(f"--person {person}: escreva PF ou PJ.")
    if not name.replace("-", "").replace("_", "").isalnum():
        fail(f"--name {name}: só letras, algarismos, - e _.")
    ledger, counts = read_ledger(paths, mapping)
    made = tables_of(ledger, fine_bps=fine_bps, interest_bps_month=interest_bps, person=PersonKind[person])
    tables: dict[Table, pa.Table] = {**made, **_ruled(ruler, (PORTFOLIO,))}
    base = files.write_base(engine_of(), out, name, on, tables, buckets=buckets)
    (base.folder / "customers.csv").write_text(ledger.customers.write_csv(), encoding="utf-8")
    show({"folder": str(base.folder), **counts, **base.about}, as_json)


def _ruled(ruler: Shipped, portfolios: tuple[int, ...]) -> dict[Table, pa.Table]:
    """Return LADDER and ASSIGNED: one shipped ruler for every portfolio."""
    import pyarrow as pa

    from receba.engine.contract import arrow_schema
    from receba.ruler.core.rules import rungs
    from receba.ruler.core.tables import ASSIGNED, LADDER, ladder_table
    from receba.ruler.shipped import shipped

    rows = [{"level": 1, "target_id": portfolio, "version_id": 1} for portfolio in portfolios]
    return {
        LADDER: ladder_table(rungs(1, shipped(ruler))),
        ASSIGNED: pa.Table.from_pylist(rows, schema=arrow_schema(ASSIGNED)),
    }
