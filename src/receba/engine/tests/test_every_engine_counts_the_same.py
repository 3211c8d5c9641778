"""What the shared expressions promise, on each engine, with numbers that a float cannot hold; and the five verbs."""

from __future__ import annotations

import sys

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest

from receba.engine.backends import ENGINES, UnknownEngine, connect
from receba.engine.expr.money import divide_down, divide_half_up, product_e8, sum_int64
from receba.engine.expr.stats import nearest, ratio_down, ratio_half_up
from receba.kernel import money

EVERY = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=[pytest.mark.spark] * (name == "spark")) for name in ENGINES]
)
LARGE = [2**53 + 1, 2**58 + 3, 10**17 + 3 * 10**5 - 1, 4_611_686_018_000_000_000, 3 * 10**5 * (2**40) - 1]
SMALL = [0, 1, 149_999, 150_000, 150_001, 299_999, 300_000, 450_000]
NUMBERS = [*SMALL, *LARGE]


@EVERY
def test_divisions_are_exact_beyond_what_a_float_holds(engine):
    opened = connect(engine)
    frame = opened.open("numbers", pa.table({"id": range(2 * len(NUMBERS)), "n": NUMBERS + [-n for n in NUMBERS]}))
    # The divisor as a column too: an engine may fold a constant.
    n, d = nw.col("n"), nw.col("d")
    made = opened.collect(
        frame.with_columns(d=nw.lit(300_000).cast(nw.Int64))
        .select(
            "n",
            half_up=divide_half_up(n, 300_000),
            down=ratio_down(n, 300_000),
            of_column=divide_down(n.abs(), d),
            ratio=ratio_half_up(n.abs(), d),
        )
        .sort("n")
    )
    assert [pa.types.is_int64(made.schema.field(name).type) for name in made.column_names] == [True] * 5
    for row in made.to_pylist():
        value = row["n"]
        assert row["half_up"] == money.divide_half_up(value, 300_000), value
        assert row["down"] == value // 300_000, value
        assert row["of_column"] == abs(value) // 300_000, value
        assert row["ratio"] == money.divide_half_up(abs(value), 300_000), value


@EVERY
def test_a_correction_of_any_admitted_amount_is_exact(engine):
    opened = connect(engine)
    amounts = [0, 1, 99, 150_000, 6_000_000_000, 123_456_789_012, 999_999_999_999, 10**12]
    rates = [0, 1, 49_999_999, 50_000_000, 123_456_789, 800_000_000, 9_999_999_999, 10**10]
    pairs = [(s * a, t * r) for a in amounts for r in rates for s in (1, -1) for t in (1, -1)]
    data = pa.table({"id": range(len(pairs)), "a": [a for a, _r in pairs], "r": [r for _a, r in pairs]})
    made = opened.collect(
        opened.open("amounts", data).select("id", rise=product_e8(nw.col("a"), nw.col("r"))).sort("id")
    )
    assert made["rise"].to_pylist() == [money.divide_half_up(a * r, 10**8) for a, r in pairs]


@EVERY
def test_a_sum_of_narrow_numbers_is_wide(engine):
    opened = connect(engine)
    data = pa.table({"key": [1, 1, 2], "n": pa.array([2**31 - 1, 2**31 - 1, -(2**31)], pa.int32())})
    made = opened.collect(opened.open("narrow", data).group_by("key").agg(total=sum_int64(nw.col("n"))).sort("key"))
    assert made["total"].to_pylist() == [2**32 - 2, -(2**31)]
    assert pa.types.is_int64(made.schema.field("total").type)


@EVERY
def test_halves_go_upwards(engine):
    opened = connect(engine)
    frame = opened.open("halves", pa.table({"x": [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999]}))
    made = opened.collect(frame.with_columns(y=nearest(nw.col("x"))).sort("x"))
    assert made["y"].to_pylist() == [-2, -1, 0, 1, 2, 2, 3]


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def test_an_overflow_is_an_error(engine):
    """Polars wraps instead: there only the magnitudes of the contract keep sums right."""
    opened = connect(engine)
    frame = opened.open("large", pa.table({"n": [2**62, 2**62]}))
    with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
        opened.collect(frame.select(total=sum_int64(nw.col("n"))))


@EVERY
def test_rows_and_their_widths_survive_the_five_verbs(engine, tmp_path):
    opened = connect(engine)
    data = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "day": pa.array([-5, 0, 7], pa.int32())})
    first = opened.materialise("stage", opened.open("rows", data))
    kept = opened.collect(first.sort("id"))
    assert (kept.to_pydict(), kept.schema.types) == (data.to_pydict(), data.schema.types)
    opened.sink(first.filter(nw.col("id") < 3), tmp_path / "some" / "bucket=01")
    opened.sink(first.filter(nw.col("id") > 2), tmp_path / "rest" / "bucket=02")
    opened.sink(first.filter(nw.col("id") > 9), tmp_path / "none")
    again = opened.scan("again", [tmp_path / "some" / "bucket=01", tmp_path / "rest" / "bucket=02", tmp_path / "none"])
    back = opened.collect(again.select("id", "day").sort("id"))
    assert (back.to_pydict(), back.schema.types) == (data.to_pydict(), data.schema.types)
    assert opened.collect(opened.scan("none", [tmp_path / "none"])).num_rows == 0


def test_a_name_that_is_not_on_the_list_is_refused():
    with pytest.raises(UnknownEngine, match="known: duckdb, polars, spark"):
        connect("abacus")


def test_without_pyspark_the_refusal_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "receba.engine.backends.spark", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(UnknownEngine, match=r'pip install "receba\[spark\]"'):
        connect("spark")


@pytest.mark.spark
def test_a_stage_of_the_same_name_takes_the_place_of_the_one_before_and_none_is_left():
    opened = connect("spark")
    for number in range(3):
        opened.materialise("stage", opened.open("rows", pa.table({"n": [number]})))
    folder = opened._folder
    assert [path.name for path in folder.iterdir()] == ["stage-2"]
    del opened
    assert not folder.exists()
