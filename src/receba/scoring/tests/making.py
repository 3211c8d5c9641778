"""Small portfolios for the tests of scoring: titles in a list, handed over as kernel tables or as plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow as pa
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number, effective_due, from_day_number
from receba.kernel.tables import HISTORY, NOT_SETTLED, PAYMENTS
from receba.scoring.core.columns import Scored, score
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.rules import Payment, Title

ON = day_number(date(2026, 6, 1))
ANY_LOAD = ScoringParameters(minimum_customers=1, minimum_titles=1)
"""The published recipe without the minimum load, for portfolios of a few titles."""


@dataclass(frozen=True)
class Sale:
    """One title: bought `age` days before ON, due after `term`, paid `late` days after the effective due date."""

    debtor: int
    age: int
    term: int
    late: int | None
    centavos: int = 1_000_00
    paid_share: int = 100

    @property
    def due(self) -> int:
        return ON - self.age + self.term

    @property
    def effective(self) -> int:
        return day_number(effective_due(from_day_number(self.due)))

    @property
    def settled(self) -> int:
        return NOT_SETTLED if self.late is None else self.effective + self.late


@dataclass
class Book:
    """A portfolio under construction."""

    sales: list[Sale] = field(default_factory=list)
    parameters: ScoringParameters = ANY_LOAD

    def sell(self, debtor: int, ages: list[int], *, late: int | None = 0, term: int = 28, centavos: int = 1_000_00):
        """Add one title per age to the debtor; return the book."""
        self.sales += [Sale(debtor, age, term, late, centavos) for age in ages]
        return self

    def tables(self) -> tuple[pa.Table, pa.Table]:
        return history_table(self.sales), payments_table(self.sales)

    def score(self, parameters: ScoringParameters | None = None, on: int = ON, **options: int) -> Scored:
        history, payments = self.tables()
        return score(connect(), history, payments, on, parameters or self.parameters, **options)

    def rows(self, parameters: ScoringParameters | None = None, **options: int) -> dict[int, dict[str, int]]:
        """Return the scores by debtor."""
        return {row["debtor_id"]: row for row in self.score(parameters, **options).scores.to_pylist()}

    def plain(self) -> tuple[list[Title], list[Payment]]:
        history, payments = self.tables()
        titles = history.select(
            ["debtor_id", "issued_day", "due_day", "effective_due_day", "settled_day", "face_centavos"]
        )
        paid = payments.select(["debtor_id", "paid_day", "paid_centavos"])
        return [Title(**row) for row in titles.to_pylist()], [Payment(**row) for row in paid.to_pylist()]


def history_table(sales: list[Sale]) -> pa.Table:
    """Return HISTORY of the sales."""
    return pa.table(
        {
            "title_id": list(range(len(sales))),
            "debtor_id": [sale.debtor for sale in sales],
            "issued_day": [ON - sale.age for sale in sales],
            "due_day": [sale.due for sale in sales],
            "effective_due_day": [sale.effective for sale in sales],
            "settled_day": [sale.settled for sale in sales],
            "face_centavos": [sale.centavos for sale in sales],
        },
        schema=arrow_schema(HISTORY),
    )


def payments_table(sales: list[Sale]) -> pa.Table:
    """Return PAYMENTS of the sales that were paid."""
    paid = [(n, sale) for n, sale in enumerate(sales) if sale.late is not None]
    return pa.table(
        {
            "title_id": [n for n, _ in paid],
            "debtor_id": [sale.debtor for _, sale in paid],
            "paid_day": [sale.settled for _, sale in paid],
            "paid_centavos": [sale.centavos * sale.paid_share // 100 for _, sale in paid],
        },
        schema=arrow_schema(PAYMENTS),
    )


def monthly(first_age: int, months: int) -> list[int]:
    """Return the ages of one sale every 30 days, `months` of them, the first `first_age` days ago."""
    return [first_age + 30 * n for n in range(months)]


def town(customers: int, *, months: int = 12) -> Book:
    """Return a portfolio of that many customers; debtor n is late with n * 7 % 10 of every ten titles (few are bad)."""
    book = Book()
    for debtor in range(1, customers + 1):
        slow = max((debtor * 7) % 10 - 6, 0)
        for n, age in enumerate(monthly(40 + debtor % 11, months)):
            late = 12 + debtor % 9 if n % 10 < slow else -(debtor % 3)
            book.sell(debtor, [age], late=late, centavos=(500 + 37 * debtor) * 100)
    return book


@st.composite
def portfolios(draw: st.DrawFn, max_customers: int = 6, max_titles: int = 12) -> Book:
    """Draw a portfolio of a few customers: early, late, open, unknown, out of the window, on weekends, together."""
    sale = st.builds(
        Sale,
        debtor=st.integers(1, max_customers),
        age=st.integers(-20, 1_250),
        term=st.sampled_from([0, 1, 7, 28, 29, 30, 60, 90, 400]),
        late=st.one_of(st.none(), st.integers(-40, 70)),
        centavos=st.sampled_from([0, 1, 99, 150_00, 1_000_00, 98_765_43, 10**11]),
        paid_share=st.sampled_from([0, 50, 100, 130]),
    )
    sales = draw(st.lists(sale, min_size=1, max_size=max_customers * max_titles))
    busy = draw(st.integers(1, max_customers))
    return Book([*sales, *(replace(sales[0], debtor=busy, age=40 + n, late=n) for n in range(4))])
