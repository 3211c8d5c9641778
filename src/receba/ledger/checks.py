"""Proofs over the whole base of a company: nothing lost, nothing twice, everything adds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from receba.access.scope import Scope
from receba.kernel.tables import EntryKind
from receba.ledger import queries
from receba.ledger.core import rules
from receba.ledger.models import Title

_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not add up: which check, where, and what was found."""

    check: str
    place: str
    found: str


def faults(scope: Scope) -> Iterator[Fault]:
    """Return every fault of the company's ledger; nothing when it is whole."""
    with scope.active():
        yield from _balances(scope)
        yield from _faces(scope)
        yield from _settlements(scope)


def _balances(scope: Scope) -> Iterator[Fault]:
    """Check `face + charges - discounts - payments - write-offs = balance` for every title (S0.2).

    A reversal counts with the kind that it reverses. The balance is the open title's principal, which the ledger's
    trigger keeps on its own; no open title means zero.
    """
    own = "CASE WHEN e.kind = %s AND e.component <> 0 THEN e.component ELSE e.kind END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH moved AS (SELECT e.title_id, {own} AS kind, e.amount_centavos AS amount FROM ledger_entry e),
            summed AS (
                SELECT title_id,
                       coalesce(sum(amount) FILTER (WHERE kind = %s), 0) AS face,
                       coalesce(sum(amount) FILTER (WHERE kind = ANY(%s)), 0) AS charges,
                       coalesce(-sum(amount) FILTER (WHERE kind = %s), 0) AS discounts,
                       coalesce(-sum(amount) FILTER (WHERE kind = %s), 0) AS payments,
                       coalesce(-sum(amount) FILTER (WHERE kind = ANY(%s)), 0) AS written_off
                  FROM moved GROUP BY title_id)
            SELECT t.code, s.face + s.charges - s.discounts - s.payments - s.written_off,
                   coalesce(o.principal_centavos, 0)
              FROM summed s JOIN ledger_title t ON t.id = s.title_id
              FULL JOIN ledger_opentitle o ON o.title_id = s.title_id
             WHERE coalesce(s.face + s.charges - s.discounts - s.payments - s.written_off, 0)
                   <> coalesce(o.principal_centavos, 0)
            """,
            [
                EntryKind.REVERSAL,
                EntryKind.FACE,
                [EntryKind.FEE, EntryKind.FINE, EntryKind.INTEREST, EntryKind.CORRECTION],
                EntryKind.DISCOUNT,
                EntryKind.PAYMENT,
                [EntryKind.WRITE_OFF, EntryKind.NOVATION],
            ],
        )
        for code, balance, kept in cursor.fetchall():
            yield Fault("balance", f"title {code}", f"entries give {balance} centavos, the open title has {kept}")


def _faces(scope: Scope) -> Iterator[Fault]:
    """Check that every title has the face entry that opened it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.code FROM ledger_title t
             WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e
                                WHERE e.title_id = t.id AND e.kind = %s AND e.amount_centavos = t.face_centavos)
            """,
            [EntryKind.FACE],
        )
        for (code,) in cursor.fetchall():
            yield Fault("face", f"title {code}", "no entry opens it with its face value")


def _settlements(scope: Scope) -> Iterator[Fault]:
    """Check that recomputing every title from its news gives the entries that the ledger holds."""
    ids = Title.objects.filter(entries__kind=EntryKind.PAYMENT).order_by("pk").values_list("pk", flat=True).distinct()
    last = 0
    while chunk := list(ids.filter(pk__gt=last)[:_CHUNK]):
        last = chunk[-1]
        for title_id, (title, terms, facts) in queries.title_facts(scope, chunk).items():
            entries = [fact for _id, fact in facts]
            wanted = {place: amount for place, amount in rules.derive(title, terms, entries).items() if amount}
            held = {place: amount for place, amount in rules.posted(entries).items() if amount}
            if wanted != held:
                yield Fault("settlement", f"title id {title_id}", f"{rules.missing(wanted, held)} is missing")
