"""Walk forward: what would the scores of each month's first day have said about the titles issued in that month?

Only what was known on that day enters a score; the outcome is read at the end of the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from receba.engine.contract import Engine
from receba.kernel.days import day_number, from_day_number, from_month_number, month_number
from receba.kernel.tables import NOT_SETTLED
from receba.scoring.core.columns import DEFAULTS, Scored, open_portfolio, score_opened
from receba.scoring.core.measures import auc, auc_intervals, brier, expected_calibration_error, ks
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import InsufficientHistory

DRAWS = 200


class NothingToEvaluate(Exception):
    """No month has both enough history before it and titles with a known outcome in it; the message is pt-BR."""


@dataclass(frozen=True, slots=True)
class MonthResult:
    """One month: titles issued with a knowable outcome, those of scored customers (n), the bad among them, AUCs."""

    month: str
    issued: int
    n: int
    bad: int
    customers_scored: int
    scaling: str
    auc_idc: float | None
    auc_late_rate: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of a walk. `idc` is judged by rank as 1000 - IDC and by calibration as IDI / 1000 (the PD)."""

    n: int
    bad: int
    issued: int
    bad_after_days: int
    auc: dict[str, float | None]
    auc_interval: dict[str, tuple[float, float]]
    ks: dict[str, float | None]
    ece: dict[str, float | None]
    brier: dict[str, float | None]
    months: tuple[MonthResult, ...]
    months_skipped: dict[str, str]
    parameters_version: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, with the coverage: the share of titles whose customer had a score."""
        return asdict(self) | {"coverage": self.n / self.issued if self.issued else None}


def evaluate(
    engine: Engine, history: pa.Table, payments: pa.Table, parameters: ScoringParameters = DEFAULTS,
    *, end_day: int | None = None, draws: int = DRAWS, progress: Callable[[int, int], None] | None = None,
) -> Evaluation:  # fmt: skip
    """Return how the IDC and the plain late rate did, month by month, over a ledger (kernel HISTORY and PAYMENTS).

    `end_day` is the last day that the data know of; by default the last payment or settlement in them. A title whose
    delay could not yet have been seen by then is left out, paid or not. `progress` is told (months done, months).
    Raises NothingToEvaluate.
    """
    opened = open_portfolio(engine, history, payments)
    end = last_known_day(history, payments) if end_day is None else end_day
    outcomes = _outcomes(history, end, parameters)
    months: list[MonthResult] = []
    skipped: dict[str, str] = {}
    judged: list[pl.DataFrame] = []
    every_month = sorted(outcomes["month"].unique().to_list())
    for done, month in enumerate(every_month):
        if progress:
            progress(done, len(every_month))
        first = from_month_number(month)
        try:
            scored = score_opened(engine, *opened, day_number(first), parameters)
        except InsufficientHistory as refusal:
            skipped[f"{first:%Y-%m}"] = str(refusal)
            continue
        of_month = outcomes.filter(pl.col("month") == month)
        rows = _judge(of_month, scored)
        judged.append(rows)
        months.append(_month_result(f"{first:%Y-%m}", len(of_month), rows, scored))
    rows = pl.concat(judged) if judged else pl.DataFrame()
    if rows.is_empty():
        raise NothingToEvaluate(_why_nothing(skipped))
    return _sum_up(rows, months, skipped, parameters, draws)


def last_known_day(history: pa.Table, payments: pa.Table) -> int:
    """Return the last day with a payment or a settlement; without any, the last due date."""
    settled = pl.Series(history["settled_day"])
    days = pl.concat([pl.Series(payments["paid_day"]), settled.filter(settled != NOT_SETTLED)])
    if days.is_empty():
        days = pl.Series(history["due_day"])
    return int(days.max() or 0)  # type: ignore[arg-type]


def _outcomes(history: pa.Table, end_day: int, parameters: ScoringParameters) -> pl.DataFrame:
    """Return the titles whose delay had the time to show by the end, with their month of issue and outcome."""
    titles: pl.DataFrame = pl.from_arrow(history)  # type: ignore[assignment]
    late = pl.min_horizontal("settled_day", pl.lit(end_day)) - pl.col("effective_due_day")
    knowable = titles.filter(pl.col("effective_due_day") + parameters.bad_after_days <= end_day)
    issued = knowable["issued_day"].unique()
    months = pl.DataFrame(
        {"issued_day": issued, "month": [month_number(from_day_number(day)) for day in issued.to_list()]},
        schema={"issued_day": pl.Int32, "month": pl.Int64},
    )
    return knowable.select("debtor_id", "issued_day", bad=late >= parameters.bad_after_days).join(
        months, on="issued_day", how="inner"
    )


def _judge(titles: pl.DataFrame, scored: Scored) -> pl.DataFrame:
    """Return the titles of scored customers with both risks (rising) and both probabilities."""
    scores: pl.DataFrame = pl.from_arrow(scored.scores)  # type: ignore[assignment]
    return titles.join(scores, on="debtor_id", how="inner").select(
        "debtor_id", "bad",
        idc=(1000 - pl.col("idc")).cast(pl.Float64),
        idi=pl.col("pd_e4") / 10_000,
        late_rate=pl.col("titles_late") / pl.col("titles_known"),
    )  # fmt: skip


def _month_result(month: str, issued: int, rows: pl.DataFrame, scored: Scored) -> MonthResult:
    return MonthResult(
        month, issued, len(rows), int(rows["bad"].sum()), scored.scores.num_rows, scored.scaling,
        auc(rows["idc"], rows["bad"]), auc(rows["late_rate"], rows["bad"]),
    )  # fmt: skip


def _sum_up(
    rows: pl.DataFrame, months: list[MonthResult], skipped: dict[str, str], parameters: ScoringParameters, draws: int
) -> Evaluation:
    bad = rows["bad"]
    return Evaluation(
        n=len(rows), bad=int(bad.sum()), issued=sum(m.issued for m in months), bad_after_days=parameters.bad_after_days,
        auc={name: auc(rows[name], bad) for name in ("idc", "late_rate")},
        auc_interval=auc_intervals(rows, ("idc", "late_rate"), draws),
        ks={name: ks(rows[name], bad) for name in ("idc", "late_rate")},
        ece={"idc": expected_calibration_error(rows["idi"], bad),
             "late_rate": expected_calibration_error(rows["late_rate"], bad)},
        brier={"idc": brier(rows["idi"], bad), "late_rate": brier(rows["late_rate"], bad)},
        months=tuple(months), months_skipped=skipped, parameters_version=parameters.version,
    )  # fmt: skip


def _why_nothing(skipped: dict[str, str]) -> str:
    if not skipped:
        return "Não há o que avaliar: nenhum título teve tempo de mostrar se atrasaria, ou nenhum cliente tinha nota."
    month, reason = max(skipped.items())
    return f"Não há o que avaliar: nenhum mês tem histórico suficiente antes dele. Em {month}: {reason}"
