"""One title, plainly: its position on a day, and what each of its payments settled.

Everything that accrues is linear in the entries: an entry of `a` centavos that counts from day `s` on adds
`a x (on - s)` to the principal-days, so partial payments, late news and reversals need no cases of their own, and the
sum is rounded once. Entries that count up to the effective due date count from the due date itself (Lei 7.089/1983:
paying on the next business day is paying on time; late days run from the original due date).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from receba.kernel.money import divide_half_up
from receba.kernel.tables import CHARGE_KINDS, EntryKind

Component = Literal["fee", "fine", "interest", "correction", "principal"]
DEFAULT_IMPUTATION: tuple[Component, ...] = ("fee", "fine", "interest", "correction", "principal")
"""Costs, then interest, then capital: Código Civil art. 354; the ladder inside it is market practice."""

BUCKET_LIMITS = (0, 15, 30, 60, 90, 180, 360)
"""Upper days late of each ageing bucket; bucket 0 is not overdue, the last one has no upper limit."""

KIND_OF: Mapping[str, EntryKind] = {
    "fee": EntryKind.FEE,
    "fine": EntryKind.FINE,
    "interest": EntryKind.INTEREST,
    "correction": EntryKind.CORRECTION,
}

Rise = Callable[[int, int], int]
"""(start day, day of the reading) → how much the index rose in between, in 1e-8 parts."""


def no_index(start_day: int, on_day: int) -> int:
    """Return 0: the terms name no index."""
    return 0


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """The terms of one title as numbers; `early_discounts` are (days before due, bps of face), dearest first."""

    fine_bps: int = 0
    interest_bps_month: int = 0
    grace_days: int = 0
    rise: Rise = no_index
    early_discounts: tuple[tuple[int, int], ...] = ()
    imputation: tuple[Component, ...] = DEFAULT_IMPUTATION
    waive_unpaid: bool = True


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """One title: its days and its face value in centavos."""

    due_day: int
    effective_due_day: int
    face_centavos: int


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One entry. `component` is the kind that a discount waives or a reversal undoes (0: none)."""

    key: str
    kind: EntryKind
    amount_centavos: int
    effective_day: int
    recorded_day: int = 0
    component: int = 0
    payment: str = ""
    reverses: str = ""
    declared: Mapping[EntryKind, int] | None = field(default=None, hash=False)

    @property
    def derived(self) -> bool:
        """Whether the entry follows from a payment (what it settled) and is no news of its own."""
        return bool(self.payment)


@dataclass(frozen=True, slots=True)
class Position:
    """What a title owes at the end of a day, in centavos. A negative principal is money of the debtor's."""

    principal_centavos: int
    fee_centavos: int
    fine_centavos: int
    interest_centavos: int
    correction_centavos: int
    days_late: int
    early_discount_centavos: int = 0

    @property
    def charges_centavos(self) -> int:
        return self.fee_centavos + self.fine_centavos + self.interest_centavos + self.correction_centavos

    @property
    def total_centavos(self) -> int:
        return self.principal_centavos + self.charges_centavos

    def accrued(self) -> dict[EntryKind, int]:
        """Return the charges that accrued and were neither paid nor waived yet."""
        return {
            EntryKind.FEE: self.fee_centavos,
            EntryKind.FINE: self.fine_centavos,
            EntryKind.INTEREST: self.interest_centavos,
            EntryKind.CORRECTION: self.correction_centavos,
        }


def bucket_of(days_late: int, limits: Sequence[int] = BUCKET_LIMITS) -> int:
    """Return the ageing bucket: 0 not overdue, 1 the first, len(limits) beyond the last limit."""
    return sum(days_late > limit for limit in limits)


def position(
    title: TitleFacts, terms: TermsFacts, entries: Iterable[EntryFacts], on_day: int, known_day: int | None = None
) -> Position:
    """Return what the title owes at the end of `on_day`, by what was known at the end of `known_day` (None: all)."""
    known = [
        entry
        for entry in entries
        if entry.effective_day <= on_day and (known_day is None or entry.recorded_day <= known_day)
    ]
    principal = sum(entry.amount_centavos for entry in known)
    late = on_day > title.effective_due_day
    days_late = on_day - title.due_day if late else 0
    if on_day <= title.effective_due_day + terms.grace_days:
        return Position(principal, 0, 0, 0, 0, days_late, _early_discount(title, terms, on_day))
    correction, interest, fine = _charges_in_full(title, terms, known, on_day)
    settled = _settled(known)
    return Position(
        principal,
        0,
        max(0, fine - settled[EntryKind.FINE]),
        max(0, interest - settled[EntryKind.INTEREST]),
        max(0, correction - settled[EntryKind.CORRECTION]),
        days_late,
    )


def _charges_in_full(
    title: TitleFacts, terms: TermsFacts, known: Sequence[EntryFacts], on_day: int
) -> tuple[int, int, int]:
    """Return correction, interest and fine since the due date, before what was already settled.

    Deflation never lowers the debt below its nominal value (STJ Tema 678).
    """
    starts = [title.due_day if e.effective_day <= title.effective_due_day else e.effective_day for e in known]
    rises = [
        divide_half_up(entry.amount_centavos * terms.rise(start, on_day), 10**8)
        for entry, start in zip(known, starts, strict=True)
    ]
    correction = sum(rises)
    if correction < 0:
        correction, rises = 0, [0] * len(rises)
    corrected = [entry.amount_centavos + rise for entry, rise in zip(known, rises, strict=True)]
    principal_days = sum(value * (on_day - start) for value, start in zip(corrected, starts, strict=True))
    interest = divide_half_up(principal_days * terms.interest_bps_month, 10_000 * 30)
    fine_base = sum(
        value for value, entry in zip(corrected, known, strict=True) if entry.effective_day <= title.effective_due_day
    )
    return correction, interest, divide_half_up(fine_base * terms.fine_bps, 10_000)


def _settled(known: Iterable[EntryFacts]) -> dict[EntryKind, int]:
    """Return, for each kind of charge, what was posted (paid or waived) less what was reversed."""
    posted = dict.fromkeys(CHARGE_KINDS, 0)
    for entry in known:
        kind = EntryKind(entry.component) if entry.kind == EntryKind.REVERSAL and entry.component else entry.kind
        if kind in posted:
            posted[kind] += entry.amount_centavos
    return posted


def _early_discount(title: TitleFacts, terms: TermsFacts, on_day: int) -> int:
    """Return the discount for paying the whole title on `on_day`: the largest whose days in advance are met."""
    met = [bps for days, bps in terms.early_discounts if title.effective_due_day - on_day >= days]
    return divide_half_up(title.face_centavos * max(met, default=0), 10_000)


@dataclass(frozen=True, slots=True)
class Imputation:
    """Where a payment went: charges settled, charges waived, discount granted, the rest to principal."""

    settled: Mapping[EntryKind, int]
    waived: Mapping[EntryKind, int]
    discount_centavos: int = 0


def impute(amount_centavos: int, owed: Position, terms: TermsFacts) -> Imputation:
    """Return how a payment is spread over charges and principal.

    In the order of the terms, except that where the terms waive what is left once the principal is paid, a payment
    that covers the principal but not all charges goes to the principal first. What exceeds the debt stays on the
    principal, as money of the debtor's.
    """
    if owed.principal_centavos <= 0 and not owed.charges_centavos:
        return Imputation({}, {})
    discount = owed.early_discount_centavos
    if discount and owed.principal_centavos - discount <= amount_centavos < owed.principal_centavos:
        return Imputation({}, {}, owed.principal_centavos - amount_centavos)
    accrued = owed.accrued()
    principal = max(0, owed.principal_centavos)
    waives = terms.waive_unpaid and principal <= amount_centavos < principal + owed.charges_centavos
    order: Sequence[Component] = ("principal", *terms.imputation) if waives else terms.imputation
    settled: dict[EntryKind, int] = {}
    left, principal_left = amount_centavos, principal
    for component in order:
        if component == "principal":
            part = min(left, principal_left)
            principal_left -= part
        else:
            kind = KIND_OF[component]
            part = min(left, accrued[kind] - settled.get(kind, 0))
            if part:
                settled[kind] = part
        left -= part
    waived = {k: v - settled.get(k, 0) for k, v in accrued.items() if v > settled.get(k, 0)} if waives else {}
    return Imputation(settled, waived)


Derived = dict[tuple[str, EntryKind, int, int], int]
"""(payment key, kind, component, effective day) → amount: what the payments of a title settle and waive."""


def derive(title: TitleFacts, terms: TermsFacts, facts: Iterable[EntryFacts]) -> Derived:
    """Return every entry that follows from the payments of a title, from its news alone.

    News are taken in the order in which they count, whatever the order in which they came: so a payment learned late
    gives the same ledger as one learned in time.
    """
    news = sorted(
        (f for f in facts if not f.derived), key=lambda f: (f.effective_day, f.kind == EntryKind.REVERSAL, f.key)
    )
    reversed_on = {f.reverses: f.effective_day for f in news if f.kind == EntryKind.REVERSAL and f.reverses}
    void = {f.key for f in news if reversed_on.get(f.key, f.effective_day + 1) <= f.effective_day}
    told: list[EntryFacts] = []
    derived: Derived = {}
    for fact in news:
        if fact.key in void or fact.reverses in void:
            continue
        if fact.kind == EntryKind.PAYMENT:
            parts = _parts_of(fact, title, terms, told)
            told.extend(_as_facts(fact.key, parts, fact.effective_day))
            _add(derived, fact.key, parts, fact.effective_day)
        told.append(fact)
        if fact.kind == EntryKind.REVERSAL and fact.component == EntryKind.PAYMENT:
            undone = {
                (kind, part): -amount for (key, kind, part, _day), amount in derived.items() if key == fact.reverses
            }
            told.extend(_as_facts(fact.reverses, undone, fact.effective_day))
            _add(derived, fact.reverses, undone, fact.effective_day)
    return {place: amount for place, amount in derived.items() if amount}


def _parts_of(
    payment: EntryFacts, title: TitleFacts, terms: TermsFacts, told: Sequence[EntryFacts]
) -> dict[tuple[EntryKind, int], int]:
    """Return (kind, component) → amount of what one payment settles, waives and earns as a discount."""
    owed = position(title, terms, told, payment.effective_day)
    if payment.declared is not None:  # the file says what was fine, interest and discount: obey (CC art. 352)
        return _as_declared(payment, payment.declared, owed, terms)
    spread = impute(-payment.amount_centavos, owed, terms)
    parts: dict[tuple[EntryKind, int], int] = {}
    for kind in CHARGE_KINDS:
        settled, waived = spread.settled.get(kind, 0), spread.waived.get(kind, 0)
        if settled + waived:
            parts[kind, 0] = settled + waived
        if waived:
            parts[EntryKind.DISCOUNT, int(kind)] = -waived
    if spread.discount_centavos:
        parts[EntryKind.DISCOUNT, 0] = -spread.discount_centavos
    return parts


def _as_declared(
    payment: EntryFacts, declared: Mapping[EntryKind, int], owed: Position, terms: TermsFacts
) -> dict[tuple[EntryKind, int], int]:
    """Return the parts that a source declared; if they pay the principal, the terms may waive what accrued besides."""
    signs = {EntryKind.DISCOUNT: -1}
    parts = {(kind, 0): signs.get(kind, 1) * amount for kind, amount in declared.items() if amount}
    if terms.waive_unpaid and owed.principal_centavos + payment.amount_centavos + sum(parts.values()) <= 0:
        for kind, accrued in owed.accrued().items():
            left = accrued - declared.get(kind, 0)
            if left > 0:
                parts[kind, 0] = parts.get((kind, 0), 0) + left
                parts[EntryKind.DISCOUNT, int(kind)] = -left
    return parts


def _as_facts(payment: str, parts: Mapping[tuple[EntryKind, int], int], day: int) -> list[EntryFacts]:
    return [
        EntryFacts(f"{payment}:{kind}:{component}", kind, amount, day, component=component, payment=payment)
        for (kind, component), amount in parts.items()
    ]


def _add(derived: Derived, payment: str, parts: Mapping[tuple[EntryKind, int], int], day: int) -> None:
    for (kind, component), amount in parts.items():
        place = (payment, kind, component, day)
        derived[place] = derived.get(place, 0) + amount


def posted(facts: Iterable[EntryFacts]) -> Derived:
    """Return the derived entries that the ledger already holds, in the form of `derive`."""
    held: Derived = {}
    for fact in facts:
        if fact.derived:
            _add(held, fact.payment, {(fact.kind, fact.component): fact.amount_centavos}, fact.effective_day)
    return held


def missing(wanted: Derived, held: Derived) -> Derived:
    """Return what must still be posted so that the ledger holds what is wanted."""
    places = [*wanted, *(place for place in held if place not in wanted)]
    return {p: wanted.get(p, 0) - held.get(p, 0) for p in places if wanted.get(p, 0) != held.get(p, 0)}
