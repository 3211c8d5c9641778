"""The walk judges each month by what was known on its first day, and only where the outcome can be known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from receba.engine.backends import connect
from receba.kernel.days import day_number
from receba.kernel.tables import NOT_SETTLED
from receba.scoring.core.columns import score
from receba.scoring.core.evaluation import NothingToEvaluate, evaluate, last_known_day
from receba.scoring.core.flat import FlatLedger, history_from_flat
from receba.scoring.core.parameters import ScoringParameters


def ledger(months: int = 8, customers: int = 9, *, cut: date | None = None) -> FlatLedger:
    """Return a ledger from January 2025: customer n is late in n of ten titles; nothing known from `cut` on."""
    rows = []
    for month in range(months):
        for customer in range(customers):
            for n in range(4):
                issued = date(2025 + month // 12, month % 12 + 1, 1 + 6 * n + customer % 5)
                due = date.fromordinal(issued.toordinal() + 10)
                late = 15 if (month * 4 + n) * 7 % 10 < customer - 1 else 0
                paid = date.fromordinal(due.toordinal() + late + 3)
                rows.append((f"C{customer}", issued, due, 100_00 + n, paid if cut is None or paid < cut else None))
    return history_from_flat(pl.DataFrame(rows, orient="row", schema=["customer", "issued", "due", "amount", "paid"]))


def test_a_month_is_judged_by_the_scores_of_its_first_day():
    made = ledger()
    result = evaluate(connect(), made.history, made.payments, draws=20)
    assert set(result.months_skipped) == {"2025-01", "2025-02", "2025-03"}
    may = next(month for month in result.months if month.month == "2025-05")
    scores = pl.from_arrow(score(connect(), made.history, made.payments, day_number(date(2025, 5, 1))).scores)
    first, last = day_number(date(2025, 5, 1)), day_number(date(2025, 5, 31))
    titles = (
        pl.from_arrow(made.history).filter(pl.col("issued_day").is_between(first, last)).join(scores, on="debtor_id")
    )
    bad = (titles["settled_day"] - titles["effective_due_day"] >= 5).to_list()
    assert may.n == len(titles) == 36
    assert may.bad == sum(bad)
    assert may.auc_idc == pytest.approx(roc_auc_score(bad, (1000 - titles["idc"]).to_list()))
    rate = (titles["titles_late"] / titles["titles_known"]).to_list()
    assert may.auc_late_rate == pytest.approx(roc_auc_score(bad, rate))
    assert result.n == sum(month.n for month in result.months)
    low, high = result.auc_interval["idc"]
    assert low <= result.auc["idc"] <= high
    assert result.as_dict()["coverage"] == 1.0
    assert set(result.ks) == set(result.ece) == {"idc", "late_rate"}


def test_outcomes_that_the_end_of_the_data_cannot_know_are_left_out_paid_or_not():
    """Known until 20 June: a title due on 16 June could be at most four days late by then."""
    made, end = ledger(), day_number(date(2025, 6, 20))
    result = evaluate(connect(), made.history, made.payments, end_day=end, draws=0)
    june = next(month for month in result.months if month.month == "2025-06")
    titles = pl.from_arrow(made.history).filter(pl.col("issued_day") >= day_number(date(2025, 6, 1)))
    assert june.n == len(titles.filter(pl.col("effective_due_day") + 5 <= end))
    assert max(month.month for month in result.months) == "2025-06"


def test_an_open_title_past_the_limit_counts_as_bad():
    made = ledger(cut=date(2025, 7, 1))
    assert NOT_SETTLED in made.history["settled_day"].to_pylist()
    assert last_known_day(made.history, made.payments) < day_number(date(2025, 7, 1))
    known = evaluate(connect(), made.history, made.payments, end_day=day_number(date(2025, 7, 1)), draws=0)
    june = next(month for month in known.months if month.month == "2025-06")
    assert june.bad > 0


def test_the_walk_tells_its_progress():
    told: list[tuple[int, int]] = []
    made = ledger(months=5)
    evaluate(connect(), made.history, made.payments, draws=0, progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]


@pytest.mark.req("S3.27")
def test_without_enough_history_the_refusal_says_what_is_missing():
    made = ledger(months=2)
    with pytest.raises(NothingToEvaluate, match=r"nenhum mês tem histórico suficiente.*faltam 5"):
        evaluate(connect(), made.history, made.payments, draws=0)


def brazilian_b2b(folder: Path) -> FlatLedger:
    frame = pl.read_csv(
        folder / "datarisk_case" / "base_pagamentos_desenvolvimento.csv.gz",
        separator=";", schema_overrides={"ID_CLIENTE": pl.String, "VALOR_A_PAGAR": pl.String},
    )  # fmt: skip
    amounts = frame.filter(pl.col("VALOR_A_PAGAR").is_not_null())
    return history_from_flat(
        amounts.select(
            customer="ID_CLIENTE",
            issued=pl.col("DATA_EMISSAO_DOCUMENTO").str.to_date(),
            due=pl.col("DATA_VENCIMENTO").str.to_date(),
            paid=pl.col("DATA_PAGAMENTO").str.to_date(),
            amount=(pl.col("VALOR_A_PAGAR").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64),
        )
    )


def ibm(folder: Path, name: str, dates: str) -> FlatLedger:
    frame = pl.read_csv(folder / "ibm_late_payments" / name, schema_overrides={"InvoiceAmount": pl.String})
    return history_from_flat(
        frame.select(
            customer="customerID",
            issued=pl.col("InvoiceDate").str.to_date(dates),
            due=pl.col("DueDate").str.to_date(dates),
            paid=pl.col("SettledDate").str.to_date(dates),
            amount=(pl.col("InvoiceAmount").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64),
        )
    )


@pytest.mark.real_data
@pytest.mark.req("S3.11", "S3.29")
def test_on_a_real_brazilian_ledger_the_idc_beats_the_plain_late_rate_by_two_points(shared_data: Path):
    made = brazilian_b2b(shared_data)
    result = evaluate(connect(), made.history, made.payments, draws=100)
    assert result.n > 17_000
    assert result.auc["idc"] >= 0.85
    assert result.auc["idc"] >= result.auc["late_rate"] + 0.02
    assert result.auc_interval["gain"][0] > 0
    assert result.ks["idc"] > result.ks["late_rate"]
    assert result.ece["idc"] < result.ece["late_rate"]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "dates"),
    [
        ("WA_Fn-UseC_-Accounts-Receivable.csv", "%d/%m/%Y"),
        ("WA_Fn-UseC_-Accounts-Receivable_with_missing.csv", "%m/%d/%Y"),
    ],
)
def test_on_the_ibm_ledgers_the_idc_is_not_behind_the_plain_late_rate(shared_data: Path, name: str, dates: str):
    made = ibm(shared_data, name, dates)
    result = evaluate(connect(), made.history, made.payments, ScoringParameters(), draws=0)
    assert result.auc["idc"] >= result.auc["late_rate"] + 0.005
    assert result.ece["idc"] < result.ece["late_rate"]
    assert result.brier["idc"] < result.brier["late_rate"]
