"""The plain rules, row by row, against every column core on every engine."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from plain import rules
from plain.day import everything
from plain.portfolio import ON_DAY, portfolio
from receba.engine.backends import connect
from receba.kernel.tables import DECISIONS, PAYMENTS, POSITIONS, SCORES, SEGMENTS, STANDINGS
from receba.ruler.core.tables import SEEN
from receba.scoring.core.parameters import ScoringParameters

ANY_LOAD = ScoringParameters(minimum_customers=1, minimum_titles=1)
TITLES = 150


def agree(engine: str, titles: int, seed: int) -> None:
    """Fail where one integer of a table that the day makes is not what the plain rules say."""
    small = portfolio(titles, seed)
    made = everything(connect(engine), small.tables, ON_DAY, ANY_LOAD)
    table = {name: data.to_pylist() for name, data in made.items()}

    assert chosen(table[POSITIONS.name], "title_id", told := rules.positions(small)) == told
    assert sorted(tuple(row.values()) for row in table[PAYMENTS.name]) == rules.payments(small)
    assert table[SCORES.name] == rules.scores(made, ANY_LOAD)
    cells = {r["debtor_id"]: (r["risk"], r["behaviour"], r["value"], r["worsened"]) for r in table[SEGMENTS.name]}
    assert cells == rules.cells(small, made)
    decisions, seen = rules.decisions(small, made)
    assert chosen(table[DECISIONS.name], "debtor_id", decisions) == decisions
    assert sorted((r["title_id"], r["look"], r["step"], r["spoken"]) for r in table[SEEN.name]) == seen
    for name, by_portfolio in (("queue", False), ("queue of portfolios", True)):
        places = rules.queue(small, made, by_portfolio)
        assert chosen(table[name], ("portfolio_id", "debtor_id"), places) == places
    for part in {row["portfolio_id"] for row in table["kpis"]}:
        values = {(r["kpi"], r["bucket"]): r["value"] for r in table["kpis"] if r["portfolio_id"] == part}
        assert values == rules.kpis(small, made, part)


def chosen(rows, key, told):
    """Return the rows by their key, with the columns of which the plain rules speak."""
    names = next(iter(told.values()), {}).keys()
    keys = (lambda row: row[key]) if isinstance(key, str) else (lambda row: tuple(row[name] for name in key))
    return {keys(row): {name: row[name] for name in names} for row in rows}


@pytest.mark.req("S0.2", "S0.4", "S0.18", "S3.1")
@pytest.mark.parametrize("engine", ["duckdb", "polars", pytest.param("spark", marks=pytest.mark.spark)])
def test_the_day_is_that_of_the_plain_rules(engine):
    agree(engine, TITLES, 7)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(st.integers(12, 200), st.integers(0, 10**6))
def test_on_polars_it_is_so_for_any_portfolio(titles, seed):
    agree("polars", titles, seed)


def test_the_portfolio_is_awkward_enough():
    made = everything(connect(), portfolio(TITLES, 7).tables, ON_DAY, ANY_LOAD)
    positions = made[POSITIONS.name]
    products = pc.multiply(positions["principal_centavos"], pc.multiply(positions["days_late"].cast("int64"), 333))

    def count(mask) -> int:
        return pc.sum(mask).as_py()

    assert count(pc.greater(products, 2**53)) > 0, "interest before its division is more than a float holds"
    assert count(pc.less(positions["principal_centavos"], 0)) > 3, "credits"
    assert count(pc.greater(positions["correction_centavos"], 0)) > 3
    assert count(pc.equal(made[STANDINGS.name]["face_centavos"], 0)) > 0, "cancelled"
    for name, column, kinds in (
        (DECISIONS.name, "reason", 8),
        (SEEN.name, "look", 4),
        ("queue", "next_action", 8),
        (POSITIONS.name, "bucket", 8),
    ):
        assert len(pc.unique(made[name][column])) >= kinds, (name, column)
