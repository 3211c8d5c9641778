"""Five customers with ten titles each: exactly that runs, one title less is refused with what is missing."""

from __future__ import annotations

import pytest

from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import InsufficientHistory, refuse_if_insufficient
from receba.scoring.tests.making import ON, Book, monthly

PUBLISHED = ScoringParameters()


def load(*titles: int) -> Book:
    book = Book(parameters=PUBLISHED)
    for debtor, count in enumerate(titles, start=1):
        book.sell(debtor, monthly(40, count), late=debtor % 3)
    return book


@pytest.mark.req("S3.27")
def test_exactly_five_by_ten_runs():
    scored = load(10, 10, 10, 10, 10).score()
    assert scored.scores.num_rows == 5
    assert scored.scaling == "rank"
    assert scored.sufficiency.customers_ready == 5


@pytest.mark.req("S3.27")
def test_one_title_less_is_refused_and_the_message_says_which():
    with pytest.raises(InsufficientHistory) as refused:
        load(10, 10, 10, 10, 9).score()
    assert str(refused.value) == (
        "Histórico insuficiente em 01/06/2026: o IDC precisa de pelo menos 5 clientes com 10 títulos de desfecho "
        "conhecido cada um (vencidos até a véspera e pagos, ou em aberto com atraso confirmado). "
        "Há 4 clientes assim; falta 1. O mais próximo tem 9 títulos: falta 1."
    )
    assert (refused.value.ready, refused.value.needed, refused.value.missing_titles) == (4, 5, (1,))


@pytest.mark.req("S3.27")
def test_several_short_customers_and_missing_ones_are_counted():
    with pytest.raises(InsufficientHistory) as refused:
        load(12, 7, 3).score()
    assert str(refused.value).endswith(
        "Há 1 cliente assim; faltam 4. Os mais próximos têm 7 e 3 títulos: faltam 3 e 7. "
        "Além disso, faltam 2 clientes novos na carga."
    )
    assert refused.value.missing_titles == (3, 7)


@pytest.mark.req("S3.27")
def test_an_empty_portfolio_is_refused_too():
    with pytest.raises(InsufficientHistory) as refused:
        load().score()
    assert "Não há nenhum cliente assim; faltam 5." in str(refused.value)
    assert str(refused.value).endswith("faltam 5 clientes novos na carga.")


def test_titles_not_yet_due_do_not_count_for_the_load():
    book = load(10, 10, 10, 10, 9).sell(5, [10], late=None)
    with pytest.raises(InsufficientHistory):
        book.score()


def test_the_closest_are_named_from_the_top():
    with pytest.raises(InsufficientHistory) as refused:
        refuse_if_insufficient({2: 100, 8: 1, 10: 3}, ON, PUBLISHED)
    assert refused.value.missing_titles == (2, 8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bad_after_days": 0}, {"half_life_days": 0}, {"margin_bps": -1}, {"severity_any": 0, "severity_bad": 0,
         "severity_days": 0}, {"term_grid_days": (10, 7)}, {"term_grid_days": ()}, {"tolerance_e6": 1_000_000},
        {"window_months": 200},
    ],
)  # fmt: skip
def test_numbers_without_meaning_are_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        ScoringParameters(**wrong)
