"""Why the ruler must stay silent about some customers and titles."""

from __future__ import annotations

from datetime import date

import polars as pl

from receba.demo.core.calendar import as_date
from receba.demo.core.chance import Chance
from receba.kernel.days import day_number
from receba.kernel.tables import HoldKind

_SCHEMA = pl.Schema(
    {
        "customer": pl.String,
        "title": pl.String,
        "kind": pl.String,
        "from_on": pl.Date,
        "until_on": pl.Date,
        "note": pl.String,
    }
)
# kind, person type it needs ("" any), per mille of the customers, at least, note
_CUSTOMER_HOLDS = (
    (HoldKind.OPT_OUT, "", 12, 2, "Pediu para não receber mensagens."),
    (HoldKind.LAWYER, "", 5, 1, "Representado por advogado: falar apenas com o escritório."),
    (HoldKind.DECEASED, "PF", 3, 1, "Familiar informou o falecimento; aguardando certidão de óbito."),
    (HoldKind.BANKRUPTCY, "PJ", 3, 1, "Recuperação judicial deferida: crédito sujeito ao plano."),
    (HoldKind.WRONG_PERSON, "", 4, 1, "Quem atendeu disse que não conhece o cliente."),
    (HoldKind.LEGAL, "", 3, 1, "Ação de cobrança distribuída."),
)


def draw_holds(customers: pl.DataFrame, titles: pl.DataFrame, chance: Chance, on: date) -> pl.DataFrame:
    """Return customer, title (null: the whole customer), kind (HoldKind in lower case), from_on, until_on, note."""
    return pl.concat([*_of_customers(customers, chance, on), *_of_titles(titles, chance, on)]).sort(
        "kind", "customer", "title", nulls_last=False
    )


def _of_customers(customers: pl.DataFrame, chance: Chance, on: date) -> list[pl.DataFrame]:
    """Each customer gets at most one of these."""
    frame = customers.filter(pl.col("size") == "usual").with_columns(lot=chance.draw("hold", pl.col("c"))).sort("lot")
    chosen: list[pl.DataFrame] = []
    for kind, person_type, per_mille, least, note in _CUSTOMER_HOLDS:
        candidates = frame.filter(pl.col("person_type") == person_type) if person_type else frame
        rows = candidates.head(max(least, customers.height * per_mille // 1000))
        frame = frame.join(rows, on="c", how="anti", maintain_order="left")
        start = as_date(day_number(on) - 3 - chance.below(90, "hold from", pl.col("c")))
        chosen.append(_rows(rows.with_columns(title=pl.lit(None, dtype=pl.String)), kind, start, None, note))
    return chosen


def _of_titles(titles: pl.DataFrame, chance: Chance, on: date) -> list[pl.DataFrame]:
    t, case, today = pl.col("t"), pl.col("case"), day_number(on)
    start = pl.min_horizontal("effective_due_day", pl.lit(today))
    kept = as_date(today + chance.between(1, 9, "promise", t))
    broken = as_date(today - chance.between(2, 9, "promise", t))
    promised = "Prometeu pagar até a data."
    return [
        _rows(titles.filter(case == "disputed"), HoldKind.DISPUTE, as_date(start), None,
              "Contesta a cobrança: diz que a mercadoria ou o serviço não foi entregue."),
        _rows(titles.filter(case == "promise"), HoldKind.PROMISE, as_date(pl.lit(today - 2)), kept, promised),
        _rows(titles.filter(case == "broken_promise"), HoldKind.PROMISE, as_date(pl.lit(today - 15)), broken, promised),
    ]  # fmt: skip


def _rows(frame: pl.DataFrame, kind: HoldKind, start: pl.Expr, until: pl.Expr | None, note: str) -> pl.DataFrame:
    return frame.select(
        "customer", "title", kind=pl.lit(kind.name.lower()), from_on=start,
        until_on=pl.lit(None) if until is None else until, note=pl.lit(note),
    ).cast(_SCHEMA)  # fmt: skip
