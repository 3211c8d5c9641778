"""From approved decisions to messages that are ready to leave, or silent for a reason."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.template import TemplateSyntaxError
from django.utils import timezone
from psycopg.types.json import Jsonb

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Scope
from receba.engine.postgres import write_rows
from receba.outreach.channels.email.envelope import message_id
from receba.outreach.core.decide import Case, Go, Silent, Wait, decide
from receba.outreach.core.figures import Key, TitleFigure, total_of
from receba.outreach.core.gate import Reason, Verdict
from receba.outreach.core.policy import Channel, Policy
from receba.outreach.facts import BUSINESS_ZONE, Known, creditor_of, gather, is_person, policy_of
from receba.outreach.models import WITHDRAWN, Message, MessageEvent, MessageTemplate
from receba.outreach.rendering import Creditor, Rendered, Source, Speech, library, render
from receba.outreach.services.events import log, receipt_of
from receba.parties.models import Contact

_CHUNK = 2000
_NOON = time(12)
_State = Message.State


@dataclass(frozen=True, slots=True)
class Draft:
    """One decision to speak: what about, to whom, by which way. `decision_id` and channel are the key."""

    decision_id: int
    debtor_id: int
    channel: Channel
    key: Key
    title_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of the drafts: ready to leave, waiting for the hour, silent (by reason), known from before."""

    ready: int = 0
    waiting: int = 0
    silent: int = 0
    repeated: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a chunk of drafts is worked with."""

    scope: Scope
    on: date
    at: datetime
    policy: Policy
    creditor: Creditor
    templates: dict[tuple[str, str], MessageTemplate]
    known: Known


def prepare(scope: Scope, on: date, drafts: Iterable[Draft], *, at: datetime | None = None) -> Prepared:
    """Write a message for each draft, with the figures of `on`, after asking the gate; return the counts.

    A draft whose decision and channel are known from before changes nothing, unless that message was withdrawn: then it
    is written anew. A refusal is written too, with its reason. `at` is when the gate is asked (noon of `on` by default; it is asked again when the message leaves).
    """
    scope.require(Permission.RUN_DAY)
    moment = at or datetime.combine(on, _NOON, BUSINESS_ZONE)
    policy = policy_of(scope, on)
    company = Company.objects.get(pk=scope.company_id)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    given = iter(drafts)
    while chunk := list(itertools.islice(given, _CHUNK)):
        with scope.active(), transaction.atomic():
            fresh, withdrawn = _unwritten(chunk)
            counts["repeated"] += len(chunk) - len(fresh) - len(withdrawn)
            for drafts_, clause in ((fresh, _IF_NEW), (withdrawn, _OVER_WITHDRAWN)):
                for channel in {draft.channel for draft in drafts_}:
                    some = [draft for draft in drafts_ if draft.channel == channel]
                    bench = _bench(scope, on, moment, policy, company, channel, some)
                    written = _write(bench, some, clause)
                    counts["repeated"] += len(some) - len(written)
                    counts.update(kind for kind, _reason in written)
                    reasons.update(reason for kind, reason in written if kind == "silent")
    return Prepared(counts["ready"], counts["waiting"], counts["silent"], counts["repeated"], dict(reasons))


def _unwritten(drafts: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Return the drafts that have no message yet, and those whose message was withdrawn; each decision and channel once."""
    ids = [draft.decision_id for draft in drafts]
    rows = Message.objects.filter(decision_id__in=ids).values_list("decision_id", "channel", "reason")
    known = {(decision, channel): why for decision, channel, why in rows}
    unique = {(draft.decision_id, str(draft.channel)): draft for draft in drafts}
    return (
        [draft for place, draft in unique.items() if place not in known],
        [draft for place, draft in unique.items() if known.get(place) == WITHDRAWN],
    )


def _bench(
    scope: Scope, on: date, at: datetime, policy: Policy, company: Company, channel: Channel, drafts: Sequence[Draft]
) -> _Bench:
    titles = [title for draft in drafts for title in draft.title_ids]
    known = gather(scope, [d.debtor_id for d in drafts], titles, (channel,), at, not company.sends_for_real)
    return _Bench(scope, on, at, policy, creditor_of(company), published_templates(channel), known)


def published_templates(channel: Channel) -> dict[tuple[str, str], MessageTemplate]:
    """Return the company's own published texts, the newest version of each; inside an active scope."""
    rows = MessageTemplate.objects.filter(channel=channel, published_at__isnull=False).order_by("version")
    return {(row.key, row.channel): row for row in rows}


def source_of(template: MessageTemplate | None, key: Key) -> Source:
    """Return the words of a company's own text, or of the one that comes with the program."""
    return Source(template.subject, template.text, template.html) if template else library()[key]


def speech_of(
    case: Case, figures: Sequence[TitleFigure], creditor: Creditor, known: Known, debtor_id: int, on: date
) -> Speech:
    """Return what a message says, on the day whose figures it shows."""
    debtor = known.debtors[debtor_id]
    return Speech(case.key, creditor, debtor.name, is_person(debtor), on, figures)


_COLUMNS = (
    "company_id",
    "decision_id",
    "debtor_id",
    "channel",
    "key",
    "template_id",
    "on",
    "title_ids",
    "contact_id",
    "to_address",
    "subject",
    "body_text",
    "body_html",
    "titles",
    "total_centavos",
    "figures_on",
    "state",
    "reason",
    "failure",
    "provider_response",
    "receipt",
    "message_id",
    "test_mode",
    "attempts",
    "claim",
    "created_at",
    "not_before_at",
    "claimed_at",
    "handed_at",
    "sent_at",
    "bounced_at",
)


_IF_NEW = "ON CONFLICT DO NOTHING"  # whichever of its two keys another worker wrote first
_OVER_WITHDRAWN = (
    "ON CONFLICT ON CONSTRAINT message_once_a_decision DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in _COLUMNS if name not in ("company_id", "decision_id"))
    + f" WHERE outreach_message.state = 'cancelled' AND outreach_message.reason = '{WITHDRAWN}'"
)


def _write(bench: _Bench, drafts: Sequence[Draft], on_conflict: str) -> list[tuple[str, str]]:
    """Write the messages of a chunk; return (ready | waiting | silent, reason) of those that were written."""
    kinds: dict[int, tuple[str, str]] = {}
    rows = [row for draft in drafts for row in _row(bench, draft, kinds)]
    with connection.cursor() as cursor:
        made = write_rows(
            cursor,
            "outreach_message",
            _COLUMNS,
            rows,
            on_conflict=on_conflict,
            returning=("id", "decision_id"),
        )
    new = {decision: pk for pk, decision in made}
    spoken = [pk for decision, pk in new.items() if kinds[decision][0] != "silent"]
    log(bench.scope, spoken, MessageEvent.Kind.PREPARED, bench.at)
    for reason in sorted({kinds[decision][1] for decision in new if kinds[decision][0] == "silent"}):
        pks = [pk for decision, pk in new.items() if kinds[decision] == ("silent", reason)]
        log(bench.scope, pks, MessageEvent.Kind.CANCELLED, bench.at, detail=reason)
    return [kinds[decision] for decision in new]


def _row(bench: _Bench, draft: Draft, kinds: dict[int, tuple[str, str]]) -> Iterator[tuple[Any, ...]]:
    """Yield the row of a draft; nothing for a debtor whom the scope does not see."""
    if draft.debtor_id not in bench.known.debtors:
        return
    identified = bench.creditor.identified
    case = bench.known.case(draft.key, draft.channel, bench.on, draft.debtor_id, draft.title_ids, identified)
    plan = decide(case, bench.at, bench.policy)
    template = bench.templates.get((draft.key, draft.channel))
    words, plan = _words(bench, draft, case, template, plan)
    contact = bench.known.contacts[draft.channel].get(draft.debtor_id)
    figures = [] if isinstance(plan, Silent) else plan.figures
    kinds[draft.decision_id] = _kind(plan)
    yield (
        bench.scope.company_id,
        draft.decision_id,
        draft.debtor_id,
        str(draft.channel),
        str(draft.key),
        template.pk if template and words else None,
        bench.on,
        list(draft.title_ids),
        contact.pk if contact else None,
        contact.value if contact else "",
        words.subject if words else "",
        words.text if words else "",
        words.html if words else "",
        Jsonb([figure.as_json() for figure in figures]),
        total_of(figures),
        bench.on,
        str(_State.CANCELLED if isinstance(plan, Silent) else _State.READY),
        plan.reason if isinstance(plan, Silent) else "",
        "",
        "",
        Jsonb(receipt_of(plan.verdict, bench.at, bench.policy)),
        message_id(bench.scope.company_id, draft.decision_id, draft.channel),
        False,
        0,
        None,
        timezone.now(),
        plan.until if isinstance(plan, Wait) else None,
        None,
        None,
        None,
        None,
    )


def _kind(plan: Go | Wait | Silent) -> tuple[str, str]:
    if isinstance(plan, Silent):
        return "silent", plan.reason
    return ("waiting" if isinstance(plan, Wait) else "ready"), ""


def _words(
    bench: _Bench, draft: Draft, case: Case, template: MessageTemplate | None, plan: Go | Wait | Silent
) -> tuple[Rendered | None, Go | Wait | Silent]:
    """Return the words of a message that may leave; one that cannot be written becomes silent."""
    if isinstance(plan, Silent):
        return None, plan
    if not writable(draft.channel, bench.known.contacts[draft.channel].get(draft.debtor_id)):
        return None, Silent(str(Reason.NO_CONTACT), Verdict(False, Reason.NO_CONTACT))
    speech = speech_of(case, plan.figures, bench.creditor, bench.known, draft.debtor_id, bench.on)
    try:
        return render(source_of(template, draft.key), speech), plan
    except TemplateSyntaxError:
        return None, Silent("bad_template", plan.verdict)


def writable(channel: Channel, contact: Contact | None) -> bool:
    """Return whether an address can be written on an envelope at all."""
    if channel != Channel.EMAIL:
        return True
    try:
        validate_email(contact.value if contact else "")
    except ValidationError:
        return False
    return True
