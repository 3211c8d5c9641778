"""The Pareto of arrears: debtors in order of what they owe overdue, and how much of it the first ones hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import narwhals.stable.v2 as nw

from receba.engine.contract import Engine
from receba.engine.expr.money import divide_down, sum_int64
from receba.kernel.money import divide_half_up

col, lit = nw.col, nw.lit

PERCENTS = tuple(range(5, 101, 5))
"""The points of the curve: the first 5 %, 10 %, … of the overdue debtors."""
_STEPS = len(PERCENTS)


@dataclass
class Curve:
    """The curve of one portfolio or of the company. `points` are (debtors taken, their overdue centavos)."""

    open_debtors: int = 0
    overdue_debtors: int = 0
    overdue_centavos: int = 0
    debtors_for_80: int = 0
    points: dict[int, int] = field(default_factory=dict)

    def share_bps(self, percent: int) -> int | None:
        """Return the share of overdue of the first `percent` % of the debtors (rounded up to whole debtors)."""
        if not self.overdue_centavos:
            return None
        taken = -(-self.overdue_debtors * percent // 100)
        return divide_half_up(self.points[taken] * 10_000, self.overdue_centavos)


EMPTY = Curve()


def curves(engine: Engine, positions: nw.LazyFrame) -> dict[int | None, Curve]:
    """Return the curve of each portfolio, and under None that of the whole company."""
    owed, late = col("principal_centavos"), col("bucket") > 0
    by_part = engine.materialise(
        "kpi_by_debtor",
        positions.filter(owed > 0)
        .with_columns(late=nw.when(late).then(owed).otherwise(lit(0)).cast(nw.Int64))
        .group_by("portfolio_id", "debtor_id")
        .agg(overdue=sum_int64(col("late"))),
    )
    whole = by_part.group_by("debtor_id").agg(overdue=sum_int64(col("overdue"))).with_columns(portfolio_id=lit(-1))
    result: dict[int | None, Curve] = {}
    for name, debtors in (("part", by_part), ("whole", whole)):
        _count(engine, debtors, result)
        _trace(engine, name, debtors.filter(col("overdue") > 0), result)
    return result


def _key(portfolio_id: int) -> int | None:
    return None if portfolio_id < 0 else portfolio_id


def _count(engine: Engine, debtors: nw.LazyFrame, into: dict[int | None, Curve]) -> None:
    late = nw.when(col("overdue") > 0).then(lit(1)).otherwise(lit(0))
    counted = debtors.group_by("portfolio_id").agg(
        debtors=nw.len().cast(nw.Int64), overdue_debtors=sum_int64(late), overdue=sum_int64(col("overdue"))
    )
    for row in engine.collect(counted).to_pylist():
        into[_key(row["portfolio_id"])] = Curve(row["debtors"], row["overdue_debtors"], row["overdue"])


def _trace(engine: Engine, name: str, debtors: nw.LazyFrame, into: dict[int | None, Curve]) -> None:
    """Fill in the points: only the debtors at which the curve passes one of PERCENTS leave the engine."""
    order = ("least", "debtor_id")
    ranked = engine.materialise(
        f"kpi_ranked_{name}",
        debtors.with_columns(least=-col("overdue"), one=lit(1).cast(nw.Int64)).with_columns(
            rank=col("one").cum_sum().over("portfolio_id", order_by=order).cast(nw.Int64),
            running=col("overdue").cum_sum().over("portfolio_id", order_by=order).cast(nw.Int64),
            count=col("one").sum().over("portfolio_id").cast(nw.Int64),
            total=col("overdue").sum().over("portfolio_id").cast(nw.Int64),
        ),
    )
    short = (col("running") - col("overdue")) * 5 < col("total") * 4
    for row in engine.collect(ranked.filter(short).group_by("portfolio_id").agg(n=nw.len())).to_pylist():
        into[_key(row["portfolio_id"])].debtors_for_80 = int(row["n"])
    now, before = (divide_down(place * _STEPS, col("count")) for place in (col("rank"), col("rank") - 1))
    for row in engine.collect(ranked.filter(now > before).select("portfolio_id", "rank", "running")).to_pylist():
        into[_key(row["portfolio_id"])].points[row["rank"]] = row["running"]
