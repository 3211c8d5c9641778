"""The queue of the day: who is next, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from receba.access.scope import Scope
from receba.casework.core.outcomes import REACHED, Outcome
from receba.casework.core.tables import CASES, REACHABLE, Action
from receba.casework.models import Interaction, QueueDay, QueueItem
from receba.kernel.tables import EntryKind, Table

PAGE = 50
_PROMISE_DAYS = 120
"""A promise older than this is history: it no longer moves anybody in the queue."""


def selects(*, on: date) -> dict[Table, str]:
    """Return the queries that give CASES and REACHABLE as of `on`.

    A promise is kept when at least 90 % of it came in between the day it was made and `on`.
    """
    local = "(i.at AT TIME ZONE 'America/Sao_Paulo')::date"
    return {
        CASES: f"""
            WITH told AS (SELECT i.*, {local} AS made_on FROM casework_interaction i WHERE {local} <= DATE '{on}'),
            promise AS (
                SELECT DISTINCT ON (debtor_id) debtor_id, made_on, promised_on, promised_centavos FROM told
                 WHERE outcome = {int(Outcome.PROMISED)} AND made_on > DATE '{on}' - {_PROMISE_DAYS}
                 ORDER BY debtor_id, at DESC, id DESC),
            paid AS (
                SELECT p.debtor_id, -sum(e.amount_centavos) AS amount
                  FROM promise p JOIN ledger_title t ON t.debtor_id = p.debtor_id
                  JOIN ledger_entry e ON e.title_id = t.id
                 WHERE e.effective_on BETWEEN p.made_on AND DATE '{on}'
                   AND (e.kind = {int(EntryKind.PAYMENT)}
                        OR (e.kind = {int(EntryKind.REVERSAL)} AND e.component = {int(EntryKind.PAYMENT)}))
                 GROUP BY p.debtor_id),
            back AS (
                SELECT DISTINCT ON (debtor_id) debtor_id, outcome, promised_on FROM told
                 WHERE outcome <> {int(Outcome.NOTE)} ORDER BY debtor_id, at DESC, id DESC)
            SELECT t.debtor_id,
                   coalesce((extract(epoch FROM max(t.at) FILTER (WHERE t.outcome <> {int(Outcome.NOTE)})) * 1000000),
                            0)::bigint AS last_contact_micros,
                   (CASE WHEN p.debtor_id IS NULL THEN 0
                         WHEN coalesce(a.amount, 0) * 10 >= p.promised_centavos * 9 THEN 4
                         WHEN p.promised_on < DATE '{on}' THEN 3
                         WHEN p.promised_on = DATE '{on}' THEN 2 ELSE 1 END)::integer AS promise,
                   (CASE WHEN b.outcome = {int(Outcome.CALL_BACK)} THEN b.promised_on - DATE '1970-01-01'
                         ELSE 0 END)::integer AS call_back_day
              FROM told t LEFT JOIN promise p ON p.debtor_id = t.debtor_id LEFT JOIN paid a ON a.debtor_id = t.debtor_id
              LEFT JOIN back b ON b.debtor_id = t.debtor_id
             GROUP BY t.debtor_id, p.debtor_id, a.amount, p.promised_centavos, p.promised_on, b.outcome, b.promised_on
            """,
        REACHABLE: "SELECT DISTINCT debtor_id FROM parties_contact WHERE invalid_since IS NULL",
    }


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue; `worked_at` is when somebody last recorded something about the debtor that day."""

    item: QueueItem
    last_contact_at: datetime | None
    worked_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a day's queue; `built_at` None: no queue was built yet."""

    on: date | None
    built_at: datetime | None
    rows: list[QueueRow] = field(default_factory=list)
    following: int | None = None


def queue_day(scope: Scope) -> QueueDay | None:
    """Return the last day whose queue was built."""
    with scope.active():
        return QueueDay.objects.order_by("-on").first()


def _items(scope: Scope, on: date, portfolio_id: int | None = None) -> QuerySet[QueueItem]:
    """Return the rows that the scope works: whole debtors, or those of its portfolios."""
    items = QueueItem.objects.filter(on=on).order_by("rank")
    if portfolio_id is not None:
        return items.filter(portfolio_id=portfolio_id)
    if scope.portfolios is None:
        return items.filter(portfolio__isnull=True)
    return items.filter(portfolio_id__in=scope.portfolios).order_by("rank", "portfolio_id")


def queue_page(
    scope: Scope, *, after: int = 0, portfolio_id: int | None = None, action: Action | None = None, limit: int = PAGE
) -> QueuePage:
    """Return the rows of the last queue after rank `after`, each with what was recorded since it was built."""
    with scope.active():
        day = QueueDay.objects.order_by("-on").first()
        if day is None:
            return QueuePage(None, None)
        items = _items(scope, day.on, portfolio_id).filter(rank__gt=after).select_related("debtor")
        if action is not None:
            items = items.filter(next_action=action)
        found = list(items[: limit + 1])
        shown = found[:limit]
        if len(found) > limit:  # ranks tie across portfolios: a page ends where a rank ends
            shown = [item for item in shown if item.rank < found[limit].rank] or shown
        since = _told_since(day.on, [item.debtor_id for item in shown])
        rows = [
            QueueRow(item, since.get(item.debtor_id, (None, None))[0] or item.last_contact_at, worked)
            for item in shown
            for worked in [since.get(item.debtor_id, (None, None))[1]]
        ]
        return QueuePage(day.on, day.built_at, rows, shown[-1].rank if len(found) > limit else None)


def _told_since(on: date, debtor_ids: list[int]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Return (last contact, last word) of each debtor since the day began."""
    began = timezone.make_aware(datetime.combine(on, datetime.min.time()))
    told: dict[int, tuple[datetime | None, datetime | None]] = {}
    found = Interaction.objects.filter(debtor_id__in=debtor_ids, at__gte=began).order_by("at")
    for debtor_id, at, outcome in found.values_list("debtor_id", "at", "outcome"):
        contact = at if outcome != Outcome.NOTE else told.get(debtor_id, (None, None))[0]
        told[debtor_id] = (contact, at)
    return told


@dataclass(frozen=True, slots=True)
class Place:
    """Where a debtor stands in the last queue, and the debtors before and after (None at its ends)."""

    item: QueueItem
    before: int | None
    after: int | None


def place(scope: Scope, debtor_id: int) -> Place | None:
    """Return a debtor's place in the last queue; None for one outside it."""
    with scope.active():
        day = QueueDay.objects.order_by("-on").first()
        here = _items(scope, day.on).filter(debtor_id=debtor_id).first() if day else None
        if day is None or here is None:
            return None
        others = _items(scope, day.on).exclude(debtor_id=debtor_id).values_list("debtor_id", flat=True)
        before, after = others.filter(rank__lt=here.rank).last(), others.filter(rank__gt=here.rank).first()
        return Place(here, before, after)


def largest(scope: Scope, *, limit: int = 10) -> list[QueueItem]:
    """Return the debtors that owe most overdue in the last queue, largest first."""
    with scope.active():
        day = QueueDay.objects.order_by("-on").first()
        if day is None:
            return []
        items = _items(scope, day.on).order_by("-overdue_centavos", "debtor_id").select_related("debtor")
        return list(items[:limit])


@dataclass(frozen=True, slots=True)
class Counters:
    """What was done on a day: interactions, debtors worked, right persons, promises, what was promised."""

    interactions: int
    debtors: int
    reached: int
    promises: int
    promised_centavos: int


def counters(scope: Scope, *, on: date, by: str = "") -> Counters:
    """Return the day's work, of everybody or of one person (by their name in the record)."""
    began = timezone.make_aware(datetime.combine(on, datetime.min.time()))
    with scope.active():
        told = Interaction.objects.filter(at__gte=began, at__lt=began + timedelta(1))
        rows = list((told.filter(by=by) if by else told).values_list("debtor_id", "outcome", "promised_centavos"))
    promised = [amount or 0 for _debtor, outcome, amount in rows if outcome == Outcome.PROMISED]
    return Counters(
        len(rows),
        len({debtor for debtor, _outcome, _amount in rows}),
        sum(outcome in REACHED for _debtor, outcome, _amount in rows),
        len(promised),
        sum(promised),
    )


def promises_due(scope: Scope, *, on: date, days: int = 7) -> list[Interaction]:
    """Return the promises and call backs due from `on` back `days` days and ahead, soonest first."""
    with scope.active():
        return list(
            Interaction.objects.filter(
                outcome__in=(Outcome.PROMISED, Outcome.CALL_BACK),
                promised_on__gte=on - timedelta(days),
                promised_on__lte=on + timedelta(days),
            )
            .select_related("debtor")
            .order_by("promised_on", "id")[:200]
        )
