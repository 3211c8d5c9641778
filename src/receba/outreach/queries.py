"""The questions of outreach. They never write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from receba.access.models import Company
from receba.access.scope import Scope
from receba.kernel.documents import clean_document
from receba.ledger.models import OpenTitle, Title
from receba.outreach import mailbox as box
from receba.outreach.core.decide import facts_of
from receba.outreach.core.figures import Key, to_speak_of
from receba.outreach.core.gate import Reason, Verdict, review, zone_of
from receba.outreach.core.policy import Channel, Policy
from receba.outreach.core.wording import Problem
from receba.outreach.facts import (
    BUSINESS_ZONE,
    business_day,
    creditor_of,
    gather,
    is_person,
    policy_of,
    published_policy,
)
from receba.outreach.models import WHY_LABELS, ContactPolicyChange, Message, MessageTemplate, SendRun
from receba.outreach.rendering import Rendered, Source, Speech, library, problems, render
from receba.outreach.services.preparing import published_templates, source_of
from receba.parties.models import Contact, Debtor
from receba.parties.queries import by_name
from receba.ruler import queries as ruler


def may_contact(
    scope: Scope, debtor_id: int, channels: Collection[Channel], at: datetime
) -> dict[Channel, list[Verdict]]:
    """Return what the contact policy says about contacting a debtor now about all that is open, by channel.

    One ALLOWED verdict when nothing objects; else every rule that refuses or warns, gravest first, each with its
    sentence in `text`. Contact is allowed when all verdicts are.
    """
    with scope.active():
        company = Company.objects.get(pk=scope.company_id)
        titles = list(OpenTitle.objects.filter(debtor_id=debtor_id).values_list("title_id", flat=True))
        known = gather(scope, [debtor_id], titles, channels, at, not company.sends_for_real)
        policy = policy_of(scope, business_day(at))
        identified = creditor_of(company).identified
        told = {}
        for channel in channels:
            case = known.case(Key.LATE_SOFT, channel, business_day(at), debtor_id, titles, identified)
            facts = facts_of(case, at, policy)
            zone = zone_of(facts, policy)
            told[channel] = [replace(v, text=sentence(v, zone)) for v in review(facts, at, policy)]
        return told


def sentence(verdict: Verdict, zone: tzinfo) -> str:
    """Return a verdict as people read it, with the moment from which contact is allowed in the debtor's local time."""
    if verdict.reason == Reason.ALLOWED:
        return _("Pode contatar agora.")
    why = str(WHY_LABELS[verdict.reason])
    if verdict.allowed:
        return _("Pode contatar, com ressalva: %(why)s.") % {"why": why}
    if verdict.next_allowed_at is None:
        return _("Não contate: %(why)s.") % {"why": why}
    when = f"{verdict.next_allowed_at.astimezone(zone):%d/%m/%Y %H:%M}"
    return _("Não contate agora: %(why)s. Pode a partir de %(when)s.") % {"why": why, "when": when}


# --------------------------------------------------------------------------------------------- outbox


def outbox(scope: Scope, *, state: str = "", debtor_id: int | None = None) -> QuerySet[Message]:
    """Return the company's messages, newest first, of one state and debtor if given; for use inside the scope."""
    rows = Message.objects.filter(company_id=scope.company_id).select_related("debtor")
    rows = rows.defer("body_text", "body_html")
    if state:
        rows = rows.filter(state=state)
    if debtor_id:
        rows = rows.filter(debtor_id=debtor_id)
    return rows.order_by("-pk")


def counts_by_state(scope: Scope) -> dict[str, int]:
    """Return how many messages are in each state."""
    with scope.active():
        rows = Message.objects.order_by().values_list("state").annotate(n=Count("pk"))
        return dict(rows)


def last_problem(scope: Scope) -> SendRun | None:
    """Return the last round of the sender if something stopped it."""
    with scope.active():
        run = SendRun.objects.order_by("-pk").first()
        return run if run and run.problem else None


def in_test_mode(scope: Scope) -> bool:
    """Return whether what this company sends stays in the local mailbox."""
    return settings.DEMO or not Company.objects.get(pk=scope.company_id).sends_for_real


# --------------------------------------------------------------------------------------------- contact policy


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """The rules of contact on a day: as they stand, as published, and every change of the company's, newest first."""

    current: Policy
    standard: Policy
    changes: list[ContactPolicyChange]


def contact_policy(scope: Scope, on: date) -> PolicyReading:
    """Return the company's contact policy on a day."""
    with scope.active():
        changes = list(ContactPolicyChange.objects.order_by("-since", "-id"))
    return PolicyReading(policy_of(scope, on), published_policy(on), changes)


# --------------------------------------------------------------------------------------------- templates


@dataclass(frozen=True, slots=True)
class Shelf:
    """One text of a company: what is in use, the draft if there is one, and earlier versions."""

    key: Key
    channel: Channel
    in_use: Source
    version: int
    draft: MessageTemplate | None


def shelf(scope: Scope, channel: Channel = Channel.EMAIL) -> list[Shelf]:
    """Return the company's texts, in the order of the dunning; version 0 is the program's own."""
    with scope.active():
        own = published_templates(channel)
        drafts = {row.key: row for row in MessageTemplate.objects.filter(channel=channel, published_at=None)}
        found = []
        for key in Key:
            row = own.get((key, channel))
            found.append(Shelf(key, channel, source_of(row, key), row.version if row else 0, drafts.get(key)))
        return found


def template_problems(scope: Scope, key: Key, source: Source) -> list[Problem]:
    """Return what keeps a text from being published, and warnings."""
    with scope.active():
        return problems(key, source, creditor_of(Company.objects.get(pk=scope.company_id)).homes)


def preview(scope: Scope, key: Key, debtor_id: int, *, on: date, source: Source | None = None) -> Rendered | None:
    """Return a text with the real figures of a debtor on a day; None when the text has nothing to say of them."""
    with scope.active():
        company = Company.objects.get(pk=scope.company_id)
        titles = list(_titles_for(key, debtor_id))
        at = datetime(on.year, on.month, on.day, 12, tzinfo=BUSINESS_ZONE)
        known = gather(scope, [debtor_id], titles, (Channel.EMAIL,), at, True)
        figures = to_speak_of(key, [known.figures[t] for t in titles if t in known.figures], on)
        if not figures or debtor_id not in known.debtors:
            return None
        debtor = known.debtors[debtor_id]
        speech = Speech(key, creditor_of(company), debtor.name, is_person(debtor), on, figures)
        return render(source or in_use(scope, key), speech)


def address_of(scope: Scope, debtor_id: int) -> str:
    """Return the e-mail address that a message to a debtor goes to; "" when there is none."""
    with scope.active():
        rows = Contact.objects.filter(debtor_id=debtor_id, kind=Contact.Kind.EMAIL, invalid_since=None).order_by("pk")
        return rows.values_list("value", flat=True).first() or ""


def _titles_for(key: Key, debtor_id: int) -> list[int]:
    if key.collects:
        return list(OpenTitle.objects.filter(debtor_id=debtor_id).values_list("title_id", flat=True))
    return list(Title.objects.filter(debtor_id=debtor_id).order_by("-due_on").values_list("pk", flat=True)[:10])


def sample_debtors(scope: Scope, key: Key, *, on: date, limit: int = 20) -> list[Debtor]:
    """Return some debtors of whom a text has something to say on a day, to preview it with."""
    with scope.active():
        if not key.collects:
            rows = Debtor.objects.filter(titles__isnull=False).exclude(titles__open__isnull=False).distinct()
            return list(rows.order_by("pk")[:limit])
        late = key in (Key.LATE_SOFT, Key.LATE_FIRM, Key.LATE_LAST)
        lateness = {"effective_due_on__lt": on} if late else {"due_on__gt": on}
        if key is Key.DUE_TODAY:
            lateness = {"effective_due_on": on}
        ids = OpenTitle.objects.filter(principal_centavos__gt=0, **lateness).order_by("effective_due_on", "title_id")
        few = list(dict.fromkeys(ids.values_list("debtor_id", flat=True)[: limit * 5]))[:limit]
        found = Debtor.objects.in_bulk(few)
        return [found[pk] for pk in few if pk in found]


def find_debtors(scope: Scope, text: str, *, limit: int = 8) -> list[Debtor]:
    """Return debtors by the creditor's code, CPF, CNPJ or words of the name, exact ones first."""
    text = " ".join(text.split())[:100]
    if len(text) < 2:
        return []
    with scope.active():
        document = clean_document(text)
        exact = Q(code=text) | Q(document=document) if document else Q(code=text)
        found = {d.pk: d for d in Debtor.objects.filter(exact).order_by("pk")[:limit]}
        found |= {d.pk: d for d in by_name(scope, text, limit=limit) if d.pk not in found}
    return list(found.values())[:limit]


@dataclass(frozen=True, slots=True)
class Use:
    """A ruler that says a text, and on which days after the due date (`D+5`)."""

    pk: int
    ruler: str
    days: tuple[str, ...]


def uses_of_texts(scope: Scope) -> dict[str, list[Use]]:
    """Return, by key of the text, the rulers in force that say it."""
    found: dict[str, list[Use]] = {}
    for version in ruler.current_versions(scope):
        days: dict[str, list[int]] = {}
        for step in version.document.steps:
            if step.template:
                days.setdefault(step.template, []).append(step.offset_days)
        for key, offsets in days.items():
            told = tuple(f"D{day:+d}" if day else "D" for day in sorted(offsets))
            found.setdefault(key, []).append(Use(version.ruler_id, version.ruler.name, told))
    return found


def in_use(scope: Scope, key: Key, channel: Channel = Channel.EMAIL) -> Source:
    """Return the text that messages say now."""
    with scope.active():
        return source_of(published_templates(channel).get((key, channel)), key)


def own_text(key: Key) -> Source:
    """Return the text that comes with the program."""
    return library()[key]


# --------------------------------------------------------------------------------------------- mailbox


def mailbox(scope: Scope) -> list[box.Letter]:
    """Return the e-mails that stayed in the local mailbox, newest first: those of messages that the scope may see."""
    letters = box.letters(settings.MAILBOX, scope.company_id)
    with scope.active():
        ids = [letter.message_id for letter in letters]
        seen = set(Message.objects.filter(message_id__in=ids).values_list("message_id", flat=True))
    return [letter for letter in letters if letter.message_id in seen]


def letter(scope: Scope, name: str) -> box.OpenLetter | None:
    """Return one e-mail of the local mailbox, or None when there is no such one or the scope may not see it."""
    found = box.open_letter(settings.MAILBOX, scope.company_id, name)
    if found is None:
        return None
    with scope.active():
        visible = Message.objects.filter(message_id=found.letter.message_id).exists()
    return found if visible else None
