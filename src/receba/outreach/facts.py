"""Reading what the gate and the templates must know, for many debtors at once. Nothing here writes."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from receba.access.models import Company
from receba.access.scope import Scope
from receba.kernel.days import day_number, from_day_number
from receba.kernel.tables import EntryKind, HoldKind, PersonKind
from receba.ledger import queries as ledger
from receba.ledger.core import rules
from receba.ledger.models import Hold, Title
from receba.outreach.core.decide import Case, Held
from receba.outreach.core.figures import Key, TitleFigure
from receba.outreach.core.gate import Past
from receba.outreach.core.policy import Channel, Policy, policy_on
from receba.outreach.models import ContactPolicyChange, Message, Touch
from receba.outreach.rendering import DATA, Creditor
from receba.parties.models import Contact, Debtor

BUSINESS_ZONE = ZoneInfo("America/Sao_Paulo")
"""The zone in which the ledger tells one day from the next."""
_LOOK_BACK = timedelta(days=9)
_KINDS: Mapping[Channel, tuple[int, ...]] = {
    Channel.EMAIL: (Contact.Kind.EMAIL,),
    Channel.PHONE: (Contact.Kind.MOBILE, Contact.Kind.PHONE),
    Channel.SMS: (Contact.Kind.MOBILE,),
    Channel.WHATSAPP: (Contact.Kind.MOBILE,),
}


@lru_cache(maxsize=1)
def _published() -> dict[str, Any]:
    return tomllib.loads((DATA / "contact_policy.toml").read_text("utf-8"))


@lru_cache(maxsize=64)
def _policy(on: date, changes: tuple[tuple[str, Any], ...]) -> Policy:
    return policy_on(_published(), on, dict(changes))


def policy_of(scope: Scope, on: date) -> Policy:
    """Return the contact policy of the company on a day, its own changes included."""
    with scope.active():
        row = ContactPolicyChange.objects.filter(since__lte=on).order_by("-since", "-id").first()
    return _policy(on, tuple(sorted(row.changes.items())) if row else ())


def published_policy(on: date) -> Policy:
    """Return the policy as published, without any company's changes."""
    return _policy(on, ())


def creditor_of(company: Company) -> Creditor:
    """Return the company as its messages name it."""
    return Creditor(
        company.name,
        company.trade_name,
        company.document,
        company.address,
        company.phone,
        company.email,
        company.website,
    )


def business_day(at: datetime) -> date:
    """Return the day of the ledger at a moment."""
    return at.astimezone(BUSINESS_ZONE).date()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at one moment about some debtors and titles."""

    debtors: Mapping[int, Debtor]
    contacts: Mapping[Channel, Mapping[int, Contact]]
    holds: Mapping[int, list[Held]]
    past: Mapping[int, list[Past]]
    figures: Mapping[int, TitleFigure]
    owners: Mapping[int, int]
    letters_to: frozenset[int] = field(default_factory=frozenset)

    def case(
        self, key: Key, channel: Channel, on: date, debtor_id: int, title_ids: Sequence[int], identified: bool
    ) -> Case:
        """Return one intended message as `decide` asks for it; titles of somebody else are left out."""
        debtor = self.debtors[debtor_id]
        mine = [t for t in dict.fromkeys(title_ids) if self.owners.get(t) == debtor_id]
        return Case(
            key=key,
            channel=channel,
            on=on,
            state=debtor.state,
            city=debtor.city,
            has_contact=debtor_id in (self.letters_to if channel == Channel.LETTER else self.contacts[channel]),
            identified=identified,
            holds=self.holds.get(debtor_id, []),
            figures=[self.figures[t] for t in mine],
            past=self.past.get(debtor_id, []),
        )


def gather(
    scope: Scope,
    debtor_ids: Collection[int],
    title_ids: Collection[int],
    channels: Collection[Channel],
    at: datetime,
    test_mode: bool,
    terms: dict[int, rules.TermsFacts] | None = None,
) -> Known:
    """Return what is known at `at` about these debtors and titles; figures are those of that business day.

    `terms` are those of `ledger.all_terms`, from who asks for one message after the other.
    """
    ids, titles = list(set(debtor_ids)), list(set(title_ids))
    with scope.active():
        debtors = Debtor.objects.in_bulk(ids)
        letters = frozenset(pk for pk, d in debtors.items() if d.street and d.city)
        named = _titles(titles)
        return Known(
            debtors=debtors,
            contacts={channel: _contacts(ids, channel) for channel in channels},
            holds=_holds(ids),
            past=_past(ids, at, test_mode),
            figures=_figures(scope, named, business_day(at), terms),
            owners={pk: debtor_id for pk, debtor_id, _code, _text in named},
            letters_to=letters,
        )


def _contacts(debtor_ids: list[int], channel: Channel) -> dict[int, Contact]:
    """Return the first valid address of each debtor on a channel."""
    rows = Contact.objects.filter(debtor_id__in=debtor_ids, kind__in=_KINDS.get(channel, ()), invalid_since=None)
    found: dict[int, Contact] = {}
    for row in rows.order_by("-kind", "pk"):
        found.setdefault(row.debtor_id, row)
    return found


def _holds(debtor_ids: list[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    for row in Hold.objects.filter(debtor_id__in=debtor_ids):
        found[row.debtor_id].append(Held(HoldKind(row.kind), row.title_id or 0, row.from_on, row.until_on))
    return found


def _past(debtor_ids: list[int], at: datetime, test_mode: bool) -> dict[int, list[Past]]:
    """Return the contacts of the last days. A test's messages count in a test, and only there."""
    since = at - _LOOK_BACK
    found: dict[int, list[Past]] = defaultdict(list)
    handed = Message.objects.filter(debtor_id__in=debtor_ids, handed_at__gt=since, test_mode=test_mode).exclude(
        state=Message.State.REFUSED
    )
    for debtor_id, handed_at, channel in handed.values_list("debtor_id", "handed_at", "channel"):
        if handed_at:
            found[debtor_id].append(Past(handed_at, Channel(channel)))
    touches = Touch.objects.filter(debtor_id__in=debtor_ids, at__gt=since)
    for debtor_id, touched_at, channel, spoke in touches.values_list("debtor_id", "at", "channel", "conversation"):
        found[debtor_id].append(Past(touched_at, Channel(channel), spoke))
    return found


_Named = tuple[int, int, str, str]


def _figures(
    scope: Scope, named: Collection[_Named], on: date, terms: dict[int, rules.TermsFacts] | None
) -> dict[int, TitleFigure]:
    """Return what each title owes at the end of a day, by all that is known now."""
    with scope.active():
        names = {pk: (code, text) for pk, _debtor_id, code, text in named}
        found = {}
        for title_id, (title, charged, facts) in ledger.title_facts(scope, names, terms).items():
            entries = [fact for _id, fact in facts]
            owed = rules.position(title, charged, entries, day_number(on))
            code, description = names[title_id]
            found[title_id] = TitleFigure(
                title_id=title_id,
                code=code,
                description=description,
                due_on=from_day_number(title.due_day),
                effective_due_on=from_day_number(title.effective_due_day),
                face_centavos=sum(e.amount_centavos for e in entries if e.kind == EntryKind.FACE),
                principal_centavos=owed.principal_centavos,
                charges_centavos=owed.charges_centavos,
                days_late=owed.days_late,
            )
    return found


def _titles(title_ids: Collection[int]) -> list[_Named]:
    """Return (title, its debtor, code, description) of those that the scope sees."""
    return list(Title.objects.filter(pk__in=list(title_ids)).values_list("pk", "debtor_id", "code", "description"))


def is_person(debtor: Debtor) -> bool:
    """Return whether the debtor is somebody with a first name."""
    return debtor.person_kind == PersonKind.PF
