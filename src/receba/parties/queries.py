"""The questions about debtors. They never write."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from receba.access.scope import Scope
from receba.kernel.tables import DEBTORS, Table
from receba.parties.core.names import asked_words
from receba.parties.models import Contact, Debtor, NameWord

_AFTER_ANY = "\U0010ffff"


def selects(*, known_at: datetime | None = None) -> dict[Table, str]:
    """Return the query that gives the kernel table of debtors; addresses as known at a moment (None: now)."""
    valid = "c.invalid_since IS NULL"
    if known_at:
        at = f"TIMESTAMPTZ '{known_at.isoformat()}'"
        valid = f"c.recorded_at <= {at} AND (c.invalid_since IS NULL OR c.invalid_since > {at})"
    return {
        DEBTORS: f"""
            SELECT d.id AS debtor_id, d.person_kind::integer AS person_kind,
                   (EXISTS (SELECT 1 FROM parties_contact c WHERE c.debtor_id = d.id AND c.kind = {Contact.Kind.EMAIL}
                              AND {valid}))::integer AS has_email
              FROM parties_debtor d"""
    }


def starts(field: str, prefix: str) -> Q:
    """Return 'starts with' as a range: an index answers it, also under row-level security (LIKE is not leakproof)."""
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + _AFTER_ANY})


def by_name(scope: Scope, text: str, *, limit: int) -> list[Debtor]:
    """Return debtors whose names have words that begin as those of the text, in any order, accents and case apart.

    The closest first: by the word found, then by name.
    """
    words = asked_words(text)
    if not words:
        return []
    with scope.active():
        hits = NameWord.objects.filter(starts("word", words[0]))
        for word in words[1:]:
            hits = hits.filter(debtor_id__in=NameWord.objects.filter(starts("word", word)).values("debtor_id"))
        found: dict[int, str] = {}
        for debtor_id, word in hits.order_by("company_id", "word", "debtor_id").values_list("debtor_id", "word")[
            : 3 * limit
        ]:
            found.setdefault(debtor_id, word)
        debtors = Debtor.objects.filter(pk__in=list(found)[:limit])
        return sorted(debtors, key=lambda debtor: (found[debtor.pk], debtor.name, debtor.pk))
