"""Claim, ask again, hand over, record: each message leaves once, and what nobody knows is shown to a person.

Three short transactions a message. The claim belongs to one worker. Handing over re-reads debt, holds and past
contacts under a lock on the debtor, so that two workers cannot break a cap together. Only then does the message
travel; what came of it is recorded under the same claim. A worker that dies before handing over left nothing behind;
one that dies after it leaves a message of which nobody knows whether it arrived.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Scope
from receba.ledger import queries as ledger
from receba.ledger.core import rules
from receba.outreach.channels.email.envelope import envelope
from receba.outreach.channels.email.transport import Mailer, mailer_for
from receba.outreach.core.decide import Case, Go, Silent, Wait, decide
from receba.outreach.core.figures import Key, total_of
from receba.outreach.core.gate import Reason
from receba.outreach.core.policy import Channel, Policy
from receba.outreach.core.replies import Failure, Outcome, Result
from receba.outreach.facts import Known, business_day, creditor_of, gather, policy_of
from receba.outreach.models import Message, MessageEvent, SendRun
from receba.outreach.rendering import render
from receba.outreach.services.events import log, receipt_of
from receba.outreach.services.preparing import source_of, speech_of
from receba.parties import services as parties
from receba.parties.models import Debtor

logger = structlog.get_logger()
_State, _Kind = Message.State, MessageEvent.Kind
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round did, by what became of each message; `problem` is what stopped it, or ""."""

    counts: dict[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Rescued:
    """Messages that a dead worker left: back in the queue, or to be decided by a person."""

    requeued: int
    unknown: int


@dataclass(slots=True)
class _Round:
    """One round of one worker."""

    scope: Scope
    company: Company
    mailer: Mailer
    policy: Policy
    began: datetime
    terms: dict[int, rules.TermsFacts]
    started: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the moment: the one given, moved on by the time that the round took."""
        return self.began + timedelta(seconds=time.monotonic() - self.started)


def due(at: datetime) -> Q:
    """Return the condition of messages that may leave at a moment."""
    return Q(state__in=[_State.READY, _State.RETRY]) & (Q(not_before_at=None) | Q(not_before_at__lte=at))


def claim(scope: Scope, message_pk: int, token: uuid.UUID, at: datetime) -> int:
    """Return the number of this attempt for the one worker that may send the message now, 0 for all others."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outreach_message SET state = 'sending', claim = %s, claimed_at = %s, attempts = attempts + 1
             WHERE id = %s AND state IN ('ready', 'retry') AND (not_before_at IS NULL OR not_before_at <= %s)
            RETURNING attempts
            """,
            [token, at, message_pk, at],
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def send_ready(scope: Scope, *, at: datetime, limit: int = 1000, mailer: Mailer | None = None) -> Sent:
    """Send up to `limit` messages that are ready at `at`, over one connection; return what became of them.

    Must not run inside a transaction: each step is committed before the next.
    """
    scope.require(Permission.RUN_DAY)
    with scope.active():
        if not Message.objects.filter(due(at), channel=Channel.EMAIL).exists():
            return Sent()
        company = Company.objects.get(pk=scope.company_id)
        way = mailer or mailer_for(company)
        work = _Round(scope, company, way, policy_of(scope, business_day(at)), at, ledger.all_terms(scope))
        with transaction.atomic(durable=True):  # refuses to begin inside somebody's transaction
            run = SendRun.objects.create(company_id=scope.company_id, started_at=at)
        counts: Counter[str] = Counter()
        problem = way.open()
        try:
            problem = problem or _send_pages(work, limit, counts)
        finally:
            way.close()
            run.counts, run.problem, run.finished_at = dict(counts), problem[:500], work.now()
            run.save()
    return Sent(dict(counts), problem)


def _send_pages(work: _Round, limit: int, counts: Counter[str]) -> str:
    """Send page by page; return what stopped the round, or ""."""
    last, left = 0, limit
    while left > 0:
        page = Message.objects.filter(due(work.now()), channel=Channel.EMAIL, pk__gt=last).order_by("pk")
        ids = list(page.values_list("pk", flat=True)[: min(_PAGE, left)])
        if not ids:
            break
        for pk in ids:
            last, left = pk, left - 1
            what, problem = _send_one(work, pk)
            counts[what] += 1
            if problem:
                return problem
    return ""


def _send_one(work: _Round, pk: int) -> tuple[str, str]:
    """Take one message through; return what became of it and what should stop the round."""
    token = uuid.uuid4()
    attempt = claim(work.scope, pk, token, work.now())
    if not attempt:
        return "taken", ""
    try:
        message = _hand_over(work, pk, token)
    except Exception as surprise:  # one message's trouble must not take the others'; nothing has left
        logger.exception("handing over failed", company=work.scope.company_id, message=pk)
        outcome = Outcome(Result.LATER, Failure.OURS, type(surprise).__name__)
        return _record(work, pk, token, attempt, outcome), ""
    if isinstance(message, str):
        return message, ""
    outcome = work.mailer.deliver(envelope(work.company, message))
    return _record(work, pk, token, attempt, outcome), outcome.response if outcome.stops else ""


# --------------------------------------------------------------------------------------------- hand over


def _hand_over(work: _Round, pk: int, token: uuid.UUID) -> Message | str:
    """Ask the gate with the facts of this moment; return the message as it leaves, or what became of it instead."""
    at = work.now()
    with transaction.atomic(durable=True):
        message = Message.objects.select_related("template").get(pk=pk)
        Debtor.objects.select_for_update(no_key=True).get(pk=message.debtor_id)
        channel, test_mode = Channel(message.channel), work.mailer.test_mode
        known = gather(work.scope, [message.debtor_id], message.title_ids, (channel,), at, test_mode, work.terms)
        case = _case(work, message, known)
        plan = decide(case, at, work.policy)
        mine = Message.objects.filter(pk=pk, state=_State.SENDING, claim=token, handed_at=None)
        receipt = {"receipt": receipt_of(plan.verdict, at, work.policy)}
        if isinstance(plan, Silent):
            reason = "paid" if plan.reason == Reason.SETTLED else plan.reason
            if mine.update(state=_State.CANCELLED, reason=reason, **receipt):
                log(work.scope, [pk], _Kind.CANCELLED, at, detail=reason, attempt=message.attempts)
            return "cancelled"
        if isinstance(plan, Wait):
            if mine.update(state=_State.READY, not_before_at=plan.until, attempts=message.attempts - 1, **receipt):
                log(work.scope, [pk], _Kind.WAITING, at, detail=str(plan.verdict.reason))
            return "waiting"
        changes = _brought_up_to_date(work, message, case, plan, known, at)
        if not mine.update(handed_at=at, test_mode=work.mailer.test_mode, **receipt, **changes):
            return "taken"
        for name, value in changes.items():
            setattr(message, name, value)
        if "body_text" in changes:
            log(work.scope, [pk], _Kind.RENDERED, at, attempt=message.attempts)
        log(work.scope, [pk], _Kind.HANDED, at, attempt=message.attempts, detail=message.to_address)
        return message


def _case(work: _Round, message: Message, known: Known) -> Case:
    return known.case(
        Key(message.key),
        Channel(message.channel),
        message.on,
        message.debtor_id,
        message.title_ids,
        creditor_of(work.company).identified,
    )


def _brought_up_to_date(
    work: _Round, message: Message, case: Case, plan: Go, known: Known, at: datetime
) -> dict[str, Any]:
    """Return what must change before the message leaves: its address, and its words when the figures moved."""
    changes: dict[str, Any] = {}
    contact = known.contacts[case.channel][message.debtor_id]
    if message.contact_id != contact.pk:
        changes |= {"contact": contact, "to_address": contact.value}
    today, figures = business_day(at), [figure.as_json() for figure in plan.figures]
    if figures == message.titles and message.figures_on == today:
        return changes
    speech = speech_of(case, plan.figures, creditor_of(work.company), known, message.debtor_id, today)
    words = render(source_of(message.template, Key(message.key)), speech)
    return changes | {
        "subject": words.subject,
        "body_text": words.text,
        "body_html": words.html,
        "titles": figures,
        "total_centavos": total_of(plan.figures),
        "figures_on": today,
    }


# --------------------------------------------------------------------------------------------- record


def _record(work: _Round, pk: int, token: uuid.UUID, attempt: int, outcome: Outcome) -> str:
    """Write down what came of an attempt; return it in one word.

    What the server accepted is recorded even when the message was meanwhile taken for lost: it is the truth.
    """
    at = work.now()
    held = [_State.SENDING, _State.UNKNOWN]
    if outcome.result == Result.ACCEPTED:
        held += [_State.READY, _State.RETRY]
    facts, kind = _after(work, attempt, outcome, at)
    with transaction.atomic(durable=True):
        mine = Message.objects.filter(pk=pk, claim=token, state__in=held)
        if mine.update(provider_response=outcome.response, failure=facts.pop("failure", outcome.failure), **facts):
            log(work.scope, [pk], kind, at, detail=outcome.response, attempt=attempt)
        else:
            log(work.scope, [pk], kind, at, detail=f"tarde demais: {outcome.response}", attempt=attempt)
        if outcome.failure == Failure.ADDRESS and not work.mailer.test_mode:
            contact_id = Message.objects.values_list("contact_id", flat=True).get(pk=pk)
            if contact_id is not None:
                parties.invalidate_contact(work.scope, contact_id=contact_id, reason=outcome.response[:200])
    return str(kind)


def _after(work: _Round, attempt: int, outcome: Outcome, at: datetime) -> tuple[dict[str, Any], MessageEvent.Kind]:
    """Return the columns that an outcome changes, and the event that tells of it."""
    if outcome.result == Result.ACCEPTED:
        return {"state": _State.SENT, "sent_at": at}, _Kind.SENT
    if outcome.result == Result.UNKNOWN:
        return {"state": _State.UNKNOWN}, _Kind.UNKNOWN
    if outcome.result == Result.REFUSED:
        return {"state": _State.REFUSED}, _Kind.REFUSED
    wait = work.policy.sending.retry_after(attempt)
    if wait is None:
        return {"state": _State.REFUSED, "failure": Failure.GAVE_UP, "handed_at": None}, _Kind.REFUSED
    return {"state": _State.RETRY, "not_before_at": at + wait, "handed_at": None}, _Kind.LATER


def rescue(scope: Scope, *, at: datetime) -> Rescued:
    """Take up what silent workers left: back to the queue what never left, to a person what may have left."""
    scope.require(Permission.RUN_DAY)
    with scope.active():
        long_ago = at - policy_of(scope, business_day(at)).sending.rescue_after
        stuck = Message.objects.filter(state=_State.SENDING, claimed_at__lt=long_ago)
        requeued = unknown = 0
        for pk, handed_at in stuck.values_list("pk", "handed_at"):
            with transaction.atomic():
                mine = Message.objects.filter(pk=pk, state=_State.SENDING, claimed_at__lt=long_ago)
                if handed_at is None and mine.filter(handed_at=None).update(state=_State.RETRY, not_before_at=at):
                    log(scope, [pk], _Kind.RESCUED, at)
                    requeued += 1
                elif mine.filter(handed_at__isnull=False).update(state=_State.UNKNOWN, failure=Failure.CONNECTION):
                    log(scope, [pk], _Kind.UNKNOWN, at, detail="o processo de envio parou no meio")
                    unknown += 1
    return Rescued(requeued, unknown)
