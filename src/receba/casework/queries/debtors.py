"""Finding a debtor, and who it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.kernel.documents import clean_document
from receba.ledger.models import Hold, Title
from receba.ledger.queries import TitleReading, titles_of, unsettled_ids
from receba.parties.core.phones import possible_numbers
from receba.parties.models import Contact, Debtor
from receba.parties.queries import by_name, starts
from receba.scoring import queries as scoring
from receba.scoring.models import Score

PAGE = 50
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A debtor that answers a search, and by which of its names or titles."""

    debtor: Debtor
    by: str
    title_id: int | None = None


def _addresses(text: str) -> list[str]:
    """Return the text as the register may hold it, if it is an e-mail or a telephone."""
    return [text, text.lower()] if "@" in text else possible_numbers(text)


def _documents(scope: Scope, text: str) -> Q | None:
    """Return the condition on CPF or CNPJ, whole or from its eighth character on; None for what is none.

    A part is looked for only by who sees whole documents: others could find out the rest digit by digit.
    """
    document = clean_document(text)
    if re.fullmatch(r"\d{11}|[0-9A-Z]{12}\d{2}", document):
        return Q(document=document)
    part = re.fullmatch(r"[0-9A-Z]{8,13}", document) and sum(map(str.isdigit, document)) >= 6
    return starts("document", document) if part and scope.allows(Permission.PERSONAL_DATA) else None


def search(scope: Scope, text: str, *, limit: int = 20) -> list[Found]:
    """Return debtors by CPF/CNPJ, creditor's code, title, phone, e-mail or words of the name, exact ones first."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return []
    found: dict[int, Found] = {}

    def add(hits: Iterable[Found]) -> None:
        for hit in hits:
            if len(found) < limit:
                found.setdefault(hit.debtor.pk, hit)

    with scope.active():
        if documents := _documents(scope, text):
            add(Found(d, "document") for d in Debtor.objects.filter(documents)[:limit])
        add(Found(d, "code") for d in Debtor.objects.filter(code=text)[:limit])
        titles = Title.objects.filter(starts("code", text)).select_related("debtor").order_by("code")[:limit]
        add(Found(t.debtor, "title", t.pk) for t in titles)
        addresses = _addresses(text)
        if addresses:
            contacts = Contact.objects.filter(value__in=addresses).select_related("debtor")[:limit]
            add(Found(c.debtor, "contact") for c in contacts)
        if len(found) < limit:
            add(Found(d, "name") for d in by_name(scope, text, limit=limit))
    return list(found.values())


def titles_like(scope: Scope, text: str, *, limit: int = 20) -> list[Title]:
    """Return the titles whose code begins with the text, by code, each with its debtor and what is open of it."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return []
    with scope.active():
        found = Title.objects.filter(starts("code", text)).select_related("debtor", "open")
        return list(found.order_by("code")[:limit])


def debtors_page(scope: Scope, *, after: tuple[str, int] = ("", 0), limit: int = PAGE) -> list[Debtor]:
    """Return debtors by name, after a (name, id)."""
    name, pk = after
    with scope.active():
        following = Debtor.objects.filter(name__gte=name).filter(Q(name__gt=name) | Q(id__gt=pk))
        return list(following.order_by("name", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one debtor on a day, but the timeline."""

    debtor: Debtor
    contacts: list[Contact]
    holds: list[Hold]
    past_holds: list[Hold]
    score: Score | None
    reasons: list[scoring.Reason]
    open_titles: list[TitleReading]
    settled: list[Title]
    totals: dict[str, int]


def profile(scope: Scope, debtor_id: int, *, on: date, known_on: date | None = None) -> Profile:
    """Return one debtor on a day; raises Debtor.DoesNotExist for one that the scope does not see."""
    with scope.active():
        debtor = Debtor.objects.get(pk=debtor_id)
        contacts = list(debtor.contacts.order_by("invalid_since", "kind", "id"))
        holds = list(debtor.holds.select_related("title").order_by("-from_on", "-id"))
        score = scoring.score_of(scope, debtor_id, on=on)
        # Today's facts alone tell what is settled; on another day only the reading of each title does.
        owing = unsettled_ids(scope, debtor_id) if known_on is None and on >= timezone.localdate() else None
        readings = titles_of(scope, debtor_id, on=on, known_on=known_on, among=owing)
        opened = [r for r in readings if r.position.principal_centavos or r.position.total_centavos]
        others = Title.objects.filter(debtor_id=debtor_id, issued_on__lte=on).order_by("-due_on", "-pk")
        settled = list(others.exclude(pk__in=[reading.title.pk for reading in opened]))
    active = [h for h in holds if h.from_on <= on and (h.until_on is None or h.until_on >= on)]
    return Profile(
        debtor,
        contacts,
        active,
        [h for h in holds if h not in active],
        score,
        scoring.reasons(score) if score else [],
        opened,
        settled,
        _totals(opened),
    )


def _totals(readings: list[TitleReading]) -> dict[str, int]:
    """Return what the debtor owes, by component."""
    parts = ("principal", "charges", "fee", "fine", "interest", "correction", "total")
    totals = {part: sum(getattr(r.position, f"{part}_centavos") for r in readings) for part in parts}
    totals["discount"] = sum(r.position.early_discount_centavos for r in readings)
    totals["overdue"] = sum(r.position.principal_centavos for r in readings if r.bucket)
    totals["oldest"] = max((r.position.days_late for r in readings), default=0)
    return totals
