"""The large ledger for benchmarks keeps the contract of the kernel tables and is the same every time."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl
import pytest

from receba.demo.core.chance import Chance
from receba.demo.core.scale import Scale, debtor_pd, generate_scale
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number, effective_due, from_day_number
from receba.kernel.tables import DEBTORS, ENTRIES, TERMS, TITLES, EntryKind, PersonKind

ON = date(2026, 11, 23)
OPEN = 20_000


@cache
def ledger() -> Scale:
    return generate_scale(OPEN, 13, ON)


def frames() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    made = ledger()
    return pl.from_arrow(made.titles), pl.from_arrow(made.entries), pl.from_arrow(made.debtors)


def balances() -> pl.DataFrame:
    titles, entries, _ = frames()
    known = entries.group_by("title_id").agg(pl.col("amount_centavos").sum().alias("balance"))
    return titles.join(known, on="title_id", validate="1:1")


def test_the_tables_have_the_schema_of_the_kernel():
    made = ledger()
    for table, data in ((TITLES, made.titles), (ENTRIES, made.entries), (TERMS, made.terms), (DEBTORS, made.debtors)):
        assert data.schema.equals(arrow_schema(table))
        assert pl.from_arrow(data).select(list(table.key)).is_duplicated().sum() == 0


def test_exactly_the_wanted_number_of_titles_is_open():
    frame = balances()
    assert frame.filter(pl.col("balance") != 0).height == OPEN
    assert frame["balance"].min() == 0
    assert frame.height == 3 * OPEN
    assert frame.filter(pl.col("balance") > pl.col("face_centavos")).height == 0


def test_every_reference_leads_somewhere():
    titles, entries, debtors = frames()
    assert titles.join(debtors, on="debtor_id", how="anti").height == 0
    assert entries.join(titles, on="title_id", how="anti").height == 0
    assert set(titles["terms_id"]) == set(ledger().terms["terms_id"].to_pylist())


def test_days_are_in_order_and_known_on_the_day():
    titles, entries, _ = frames()
    assert (titles["due_day"] > titles["issued_day"]).all()
    assert entries["recorded_day"].max() <= day_number(ON)
    moved = entries.join(titles, on="title_id")
    assert (moved["effective_day"] >= moved["issued_day"]).all()


def test_effective_due_days_are_those_of_the_calendar():
    titles, _, _ = frames()
    days = titles.select("due_day", "effective_due_day").unique()
    assert all(effective_due(from_day_number(due)) == from_day_number(day) for due, day in days.iter_rows())


def test_signs_follow_the_kinds():
    _, entries, _ = frames()
    face = entries["kind"] == EntryKind.FACE
    assert entries.filter(face)["amount_centavos"].min() > 0
    assert entries.filter(~face)["amount_centavos"].max() < 0
    assert set(entries["kind"]) == {EntryKind.FACE, EntryKind.PAYMENT, EntryKind.WRITE_OFF}


def test_shares_are_those_promised():
    titles, entries, debtors = frames()
    assert debtors.height == OPEN // 10
    firms = (debtors["person_kind"] == PersonKind.PJ).sum() / debtors.height
    assert 0.12 < firms < 0.18
    parts = entries.filter(pl.col("kind") != EntryKind.FACE).group_by("title_id").len()
    in_parts = parts.join(titles.filter(pl.col("title_id") <= 2 * OPEN), on="title_id").filter(pl.col("len") == 2)
    assert 0.07 < in_parts.height / (2 * OPEN) < 0.09
    assert titles.group_by("debtor_id").len()["len"].max() > 200


def test_settled_titles_are_late_as_often_as_their_debtor_is_said_to_be():
    titles, entries, _ = frames()
    last = entries.filter(pl.col("kind") != EntryKind.FACE).group_by("title_id").agg(pl.col("effective_day").max())
    known = titles.filter((pl.col("title_id") <= 2 * OPEN) & (pl.col("effective_due_day") < day_number(ON) - 5))
    frame = known.join(last, on="title_id").with_columns(
        late=pl.col("effective_day") - pl.col("effective_due_day") >= 5,
        p=debtor_pd(pl.col("debtor_id"), Chance(13, "scale")) / 10_000,
    )
    seen, wanted, variance = frame.select(
        pl.col("late").sum(), pl.col("p").sum(), (pl.col("p") * (1 - pl.col("p"))).sum().alias("v")
    ).row(0)
    assert abs(seen - wanted) < 4 * variance**0.5


def test_the_same_seed_gives_the_same_tables_and_another_seed_others():
    again, other = generate_scale(OPEN, 13, ON), generate_scale(OPEN, 14, ON)
    for name in ("titles", "entries", "terms", "debtors"):
        assert getattr(again, name).equals(getattr(ledger(), name))
    assert not other.titles.equals(ledger().titles)


@pytest.mark.parametrize("titles, history", [(9, 2), (100, -1)])
def test_impossible_ledgers_are_refused(titles, history):
    with pytest.raises(ValueError, match="at least 10 open titles"):
        generate_scale(titles, 1, paid_per_open=history)


def test_a_ledger_without_history_is_possible():
    made = generate_scale(100, 1, paid_per_open=0)
    assert made.titles.num_rows == 100
