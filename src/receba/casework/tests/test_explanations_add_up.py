"""The lines that explain a title's charges give the centavos that the ledger demands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from receba.casework.core import explain
from receba.kernel.tables import EntryKind
from receba.ledger.core import rules

DUE = 20_000


def rise(start_day: int, on_day: int) -> int:
    return (on_day - start_day) * 11_111 - 1_500_000


TERMS = [rules.TermsFacts(200, 100), rules.TermsFacts(1000, 333, grace_days=3), rules.TermsFacts(200, 100, rise=rise)]


@given(
    st.sampled_from(TERMS),
    st.integers(1, 3_000_000),
    st.lists(st.tuples(st.integers(1, 900_000), st.integers(-20, 120), st.booleans()), max_size=4),
    st.integers(-10, 200),
)
def test_the_lines_equal_the_position(terms, face, payments, after):
    title = rules.TitleFacts(DUE, DUE + 2, face)
    news = [rules.EntryFacts("face", EntryKind.FACE, face, DUE - 30)]
    for n, (amount, day, reversed_) in enumerate(payments):
        news.append(rules.EntryFacts(f"p{n}", EntryKind.PAYMENT, -amount, DUE + day))
        if reversed_:
            news.append(
                rules.EntryFacts(
                    f"r{n}",
                    EntryKind.REVERSAL,
                    amount,
                    DUE + day + 1,
                    component=int(EntryKind.PAYMENT),
                    reverses=f"p{n}",
                )
            )
    derived = rules.derive(title, terms, news)
    entries = news + [
        rules.EntryFacts(f"d{n}", kind, amount, day, component=part, payment=key)
        for n, ((key, kind, part, day), amount) in enumerate(derived.items())
    ]
    owed = rules.position(title, terms, entries, DUE + after)
    lines = {line.kind: line.owed_centavos for line in explain.charges(title, terms, entries, DUE + after)}
    assert lines.get(EntryKind.FINE, 0) == owed.fine_centavos
    assert lines.get(EntryKind.INTEREST, 0) == owed.interest_centavos
    assert lines.get(EntryKind.CORRECTION, 0) == owed.correction_centavos


def test_1500_reais_75_days_late_are_explained_as_published():
    title = rules.TitleFacts(DUE, DUE, 1_500_00)
    entries = [rules.EntryFacts("face", EntryKind.FACE, 1_500_00, DUE - 30)]
    fine, interest, correction = explain.charges(title, rules.TermsFacts(200, 100), entries, DUE + 75)
    assert (fine.base_centavos, fine.rate_bps, fine.owed_centavos) == (1_500_00, 200, 30_00)
    assert [(s.days, s.balance_centavos) for s in interest.spans] == [(75, 1_500_00)]
    assert (interest.owed_centavos, correction.owed_centavos) == (37_50, 0)
