"""What a day's plan looks like from here: the message that each decision sends or would send, and how far sending is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.template import TemplateSyntaxError

from receba.access.models import Company
from receba.access.scope import Scope
from receba.kernel.names import initials
from receba.outreach.core.decide import Silent, decide
from receba.outreach.core.figures import Key, to_speak_of, total_of
from receba.outreach.core.gate import Facts, Verdict, next_moment
from receba.outreach.core.policy import Channel
from receba.outreach.facts import BUSINESS_ZONE, business_day, creditor_of, gather, is_person, policy_of
from receba.outreach.models import WITHDRAWN, Message
from receba.outreach.rendering import Rendered, Source, Speech, render
from receba.outreach.services.preparing import published_templates, source_of
from receba.parties.models import Debtor
from receba.ruler import queries as ruler
from receba.ruler.models import Decision


@dataclass(frozen=True, slots=True)
class Sample:
    """What a decision says, or would say: the message as it left or waits, or the one that an approval would write.

    `verdict` is what the gate says of it now (None once it is a message); `words` None where nothing would be said.
    """

    decision_id: int
    debtor: Debtor
    to_address: str
    total_centavos: int
    titles: int
    words: Rendered | None
    message: Message | None = None
    verdict: Verdict | None = None


def samples(
    scope: Scope, decision_ids: Collection[int], *, on: date, at: datetime, masked: bool = False
) -> dict[int, Sample]:
    """Return the e-mail of each of these decisions of a day, by decision, in as many queries for one as for all.

    `masked` writes a natural person's name with initials. Decisions that send no e-mail are left out.
    """
    with scope.active():
        rows = Message.objects.filter(decision_id__in=list(decision_ids), channel=Channel.EMAIL, body_text__gt="")
        written = {row.decision_id: row for row in rows.select_related("debtor").order_by("pk")}
        contacts = [c for c in ruler.contacts_of(scope, decision_ids) if c.template]
        missing = [c for c in contacts if c.decision_id not in written or masked]
        fresh = _unwritten(scope, missing, on, at, masked) if missing else {}
    found = {}
    for contact in contacts:
        message = written.get(contact.decision_id)
        sample = fresh.get(contact.decision_id)
        if message is not None:
            words = sample.words if sample else Rendered(message.subject, message.body_text, message.body_html)
            told = (message.to_address, message.total_centavos, len(message.titles))
            found[contact.decision_id] = Sample(contact.decision_id, message.debtor, *told, words, message)
        elif sample is not None:
            found[contact.decision_id] = sample
    return found


def day_of(scope: Scope, decision_id: int) -> date | None:
    """Return the day of a decision; None when the scope has no such one."""
    with scope.active():
        return Decision.objects.filter(pk=decision_id).values_list("on", flat=True).first()


def _unwritten(
    scope: Scope, contacts: Sequence[ruler.Contact], on: date, at: datetime, masked: bool
) -> dict[int, Sample]:
    """Return what contacts would say if they were approved now; on another day than theirs, as at its noon."""
    moment = at if business_day(at) == on else datetime(on.year, on.month, on.day, 12, tzinfo=BUSINESS_ZONE)
    company = Company.objects.get(pk=scope.company_id)
    creditor, policy, own = creditor_of(company), policy_of(scope, on), published_templates(Channel.EMAIL)
    titles = [title for contact in contacts for title in contact.title_ids]
    known = gather(scope, [c.debtor_id for c in contacts], titles, (Channel.EMAIL,), moment, not company.sends_for_real)
    found = {}
    for contact in contacts:
        debtor = known.debtors.get(contact.debtor_id)
        if debtor is None:
            continue
        key = Key(contact.template)
        case = known.case(key, Channel.EMAIL, on, debtor.pk, contact.title_ids, creditor.identified)
        plan = decide(case, moment, policy)
        figures = to_speak_of(key, case.figures, on) if isinstance(plan, Silent) else plan.figures
        name = initials(debtor.name) if masked and is_person(debtor) else debtor.name
        speech = Speech(key, creditor, name, is_person(debtor), on, figures)
        address = known.contacts[Channel.EMAIL].get(debtor.pk)
        found[contact.decision_id] = Sample(
            contact.decision_id,
            debtor,
            address.value if address else "",
            total_of(figures),
            len(figures),
            _or_nothing(source_of(own.get((key, Channel.EMAIL)), key), speech),
            verdict=plan.verdict,
        )
    return found


def _or_nothing(source: Source, speech: Speech) -> Rendered | None:
    try:
        return render(source, speech) if speech.figures else None
    except TemplateSyntaxError:
        return None


@dataclass(frozen=True, slots=True)
class Sending:
    """How far the messages of a plan are: those written, those of them that left, wait, stay silent, or are unclear."""

    written: int = 0
    sent: int = 0
    open: int = 0
    silent: int = 0
    unclear: int = 0

    @property
    def to_send(self) -> int:
        """Return how many leave or left."""
        return self.written - self.silent

    @property
    def untouched(self) -> bool:
        """Whether nothing was handed over yet."""
        return self.written == self.silent + self.open and not self.unclear


def sending_of(scope: Scope, on: date) -> dict[tuple[int, int], Sending]:
    """Return how far the messages of a day's plan are, by step (version, place). Withdrawn ones count for nothing."""
    found: dict[tuple[int, int], dict[str, int]] = {}
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.version_id, d.step, m.state, count(*) FROM outreach_message m
              JOIN ruler_decision d ON d.id = m.decision_id
             WHERE m.company_id = %s AND m."on" = %s AND m.reason <> %s GROUP BY 1, 2, 3
            """,
            [scope.company_id, on, WITHDRAWN],
        )
        for version, place, state, many in cursor.fetchall():
            told = found.setdefault((version, place), dict.fromkeys(Sending.__slots__, 0))
            told["written"] += many
            if (kind := _PROGRESS[Message.State(state)]) is not None:
                told[kind] += many
    return {place: Sending(**told) for place, told in found.items()}


def sending_in_all(scope: Scope, on: date) -> Sending:
    """Return how far the messages of a day's plan are, all steps together."""
    rows = sending_of(scope, on).values()
    return Sending(*(sum(getattr(row, name) for row in rows) for name in Sending.__slots__))


_PROGRESS = {
    Message.State.READY: "open",
    Message.State.RETRY: "open",
    Message.State.SENDING: None,
    Message.State.SENT: "sent",
    Message.State.REFUSED: None,
    Message.State.UNKNOWN: "unclear",
    Message.State.CANCELLED: "silent",
}


def begins(scope: Scope, at: datetime) -> datetime | None:
    """Return when e-mails approved now begin to leave, by the hours of most states; None when they never would."""
    policy = policy_of(scope, business_day(at))
    return next_moment(Facts(Channel.EMAIL, collects=False), at, policy)
