"""DuckDB, Polars and Spark: every integer of every table that a day writes is the same."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import ABOUT, ON, portfolio
from receba.daily import files
from receba.engine.backends import connect

spark = pytest.mark.spark
DECIDED = ("decisions", "seen", "queue")
MEASURED = ("positions", "scores", "segments", "kpis")


def day(name, folder, out, *, on=ON, parts=1):
    """Run a day on an engine; return its tables as sorted rows, and what it counted."""
    engine = connect(name, threads=2 if name == "duckdb" else 0)
    (base,) = files.bases(folder, on)
    report = files.run(engine, base, on, out, parts=parts)
    engine.close()
    (home,) = out.glob(f"company=*/date={on}")
    tables = MEASURED + (DECIDED if on == base.on else ())
    return {table: rows(home / table) for table in tables}, report


def rows(folder):
    data = pq.read_table(folder, partitioning=None)
    names = sorted(data.column_names)
    return sorted(zip(*(data[name].to_pylist() for name in names), strict=True), key=repr)


def base_of(folder, **given):
    files.write_base(connect(), folder, "1", ON, portfolio(**given), buckets=4, about=ABOUT)
    return folder


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    base_of(folder / "base")
    return folder / "base", day("duckdb", folder / "base", folder / "duckdb")


def test_the_golden_portfolio_is_awkward_enough(golden):
    _folder, (tables, report) = golden
    assert report.counts["send"] > 3 and report.counts["silent"] > 20 and report.counts["scored"] > 40
    assert len({row[1:3] for row in tables["decisions"]}) > 10
    assert all(tables.values())


@pytest.mark.parametrize(
    ("engine", "parts"), [("duckdb", 4), ("polars", 1), ("polars", 3), pytest.param("spark", 2, marks=spark)]
)
def test_the_golden_day_is_the_same_on_every_engine(golden, tmp_path, engine, parts):
    folder, (expected, told) = golden
    tables, report = day(engine, folder, tmp_path, parts=parts)
    assert report.counts == told.counts
    for name, right in expected.items():
        assert tables[name] == right, name


@pytest.mark.parametrize("engine", ["polars", pytest.param("spark", marks=spark)])
def test_an_earlier_day_is_the_same_on_every_engine(golden, tmp_path, engine):
    folder, _golden = golden
    on = ON - timedelta(45)
    expected, _told = day("duckdb", folder, tmp_path / "a", on=on)
    assert day(engine, folder, tmp_path / "b", on=on)[0] == expected


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_random_portfolios_are_the_same_on_polars(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("random")
    base = base_of(folder / "base", seed=seed, debtors=40)
    assert day("polars", base, folder / "p", parts=2)[0] == day("duckdb", base, folder / "d")[0]


@pytest.mark.parametrize("seed", [pytest.param(20_261_123, marks=spark)])
def test_a_random_portfolio_is_the_same_on_spark(tmp_path, seed):
    base = base_of(tmp_path / "base", seed=seed, debtors=40)
    assert day("spark", base, tmp_path / "s")[0] == day("duckdb", base, tmp_path / "d")[0]


REAL = {
    "datarisk_case/base_pagamentos_desenvolvimento.csv.gz": (
        "customer=ID_CLIENTE,issued=DATA_EMISSAO_DOCUMENTO,due=DATA_VENCIMENTO,paid=DATA_PAGAMENTO,amount=VALOR_A_PAGAR",
        date(2021, 6, 30),
    ),
    "ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable.csv": (
        "customer=customerID,title=invoiceNumber,issued=InvoiceDate,due=DueDate,paid=SettledDate,amount=InvoiceAmount",
        date(2013, 11, 1),
    ),
}


@pytest.mark.real_data
@pytest.mark.parametrize("engine", ["polars", pytest.param("spark", marks=spark)])
@pytest.mark.parametrize("name", REAL)
def test_real_ledgers_are_the_same_on_every_engine(shared_data, tmp_path, name, engine):
    from receba.daily.core.flat import tables_of
    from receba.intake.core.mapping import Mapping
    from receba.intake.readers import read_file
    from receba.kernel.tables import PersonKind
    from receba.scoring.core.flat import history_from_flat

    mapping, on = REAL[name]
    ledger = history_from_flat(read_file(shared_data / name, "ledger", Mapping.from_line(mapping)).accepted)
    tables = tables_of(ledger, fine_bps=200, interest_bps_month=100, person=PersonKind.PJ)
    files.write_base(connect(), tmp_path / "base", "1", on, tables, buckets=4)
    expected, told = day("duckdb", tmp_path / "base", tmp_path / "d", on=on)
    assert told.counts["scored"] > 80
    assert day(engine, tmp_path / "base", tmp_path / "e", on=on, parts=2)[0] == expected
