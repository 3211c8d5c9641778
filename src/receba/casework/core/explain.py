"""Each charge of one title, line by line: base, rate, time, what accrued, what was settled, what is owed.

Gives the same centavos as ledger.core.rules.position; a test on random titles keeps it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from receba.kernel.money import divide_half_up
from receba.kernel.tables import EntryKind
from receba.ledger.core.rules import EntryFacts, TermsFacts, TitleFacts


@dataclass(frozen=True, slots=True)
class Span:
    """Days during which the same balance bore interest."""

    from_day: int
    until_day: int
    balance_centavos: int

    @property
    def days(self) -> int:
        return self.until_day - self.from_day


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge: `base_centavos` times `rate_bps` (a month, for interest) gave `full_centavos`."""

    kind: EntryKind
    base_centavos: int
    rate_bps: int
    full_centavos: int
    settled_centavos: int
    spans: tuple[Span, ...] = ()

    @property
    def owed_centavos(self) -> int:
        return max(0, self.full_centavos - self.settled_centavos)


def charges(title: TitleFacts, terms: TermsFacts, entries: Iterable[EntryFacts], on_day: int) -> list[Charge]:
    """Return fine, interest and correction at the end of `on_day`; nothing before the grace days are over."""
    if on_day <= title.effective_due_day + terms.grace_days:
        return []
    known = [e for e in entries if e.effective_day <= on_day]
    starts = [title.due_day if e.effective_day <= title.effective_due_day else e.effective_day for e in known]
    rises = [
        divide_half_up(e.amount_centavos * terms.rise(start, on_day), 10**8)
        for e, start in zip(known, starts, strict=True)
    ]
    if sum(rises) < 0:  # deflation never lowers the debt (STJ Tema 678)
        rises = [0] * len(rises)
    corrected = [e.amount_centavos + rise for e, rise in zip(known, rises, strict=True)]
    fine_base = sum(
        value for value, e in zip(corrected, known, strict=True) if e.effective_day <= title.effective_due_day
    )
    spans = _spans(starts, corrected, on_day)
    centavo_days = sum(span.balance_centavos * span.days for span in spans)
    interest = divide_half_up(centavo_days * terms.interest_bps_month, 300_000)
    fine = divide_half_up(fine_base * terms.fine_bps, 10_000)
    return [
        Charge(EntryKind.FINE, fine_base, terms.fine_bps, fine, _settled(known, EntryKind.FINE)),
        Charge(
            EntryKind.INTEREST,
            sum(corrected),
            terms.interest_bps_month,
            interest,
            _settled(known, EntryKind.INTEREST),
            spans,
        ),
        Charge(
            EntryKind.CORRECTION,
            sum(e.amount_centavos for e in known),
            0,
            sum(rises),
            _settled(known, EntryKind.CORRECTION),
        ),
    ]


def _spans(starts: Sequence[int], amounts: Sequence[int], on_day: int) -> tuple[Span, ...]:
    """Return the balances between the days on which it changed, up to `on_day`."""
    changes: dict[int, int] = {}
    for start, amount in zip(starts, amounts, strict=True):
        changes[start] = changes.get(start, 0) + amount
    spans, balance = [], 0
    days = sorted(changes)
    for day, following in zip(days, [*days[1:], on_day], strict=True):
        balance += changes[day]
        if balance and following > day:
            spans.append(Span(day, following, balance))
    return tuple(spans)


def _settled(known: Iterable[EntryFacts], kind: EntryKind) -> int:
    """Return what was posted of a charge, paid or waived, less what was reversed."""
    return sum(
        e.amount_centavos
        for e in known
        if e.kind == kind or (e.kind == EntryKind.REVERSAL and e.component == int(kind))
    )
