"""Lists of titles, now or on a past day, and one title explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from receba.access.scope import Scope
from receba.casework.core import explain
from receba.engine.backends import connect
from receba.engine.expr.money import sum_int64
from receba.kernel.days import day_number, from_day_number
from receba.kernel.tables import ENTRIES, INDEX_RATIOS, TERMS, TITLES
from receba.ledger import queries as ledger
from receba.ledger.core import columns, rules
from receba.ledger.models import Entry, Hold, OpenTitle, Title

PAGE = 100
MOST = 500
_SLACK = timedelta(10)
"""An effective due day is never further than this from the due day: Carnival and a long weekend are five days."""
col = nw.col


@dataclass(frozen=True, slots=True)
class TitleRow:
    """One title in a list, with what it owes on the day."""

    title: Title
    due_on: date
    days_late: int
    bucket: int
    principal_centavos: int
    total_centavos: int


@dataclass(frozen=True, slots=True)
class TitleList:
    """Some titles and the totals of all that match; `following` is where the next page begins."""

    rows: list[TitleRow]
    count: int
    principal_centavos: int
    total_centavos: int | None = None
    following: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which open titles: one ageing bucket, only overdue ones, one portfolio; None means any."""

    bucket: int | None = None
    overdue: bool = False
    portfolio_id: int | None = None

    def lowest(self) -> int:
        """Return the first bucket that matches."""
        return self.bucket if self.bucket is not None else int(self.overdue)

    def highest(self) -> int:
        """Return the last bucket that matches."""
        return self.bucket if self.bucket is not None else len(rules.BUCKET_LIMITS)


def open_titles(
    scope: Scope, which: Filter, *, on: date, after: tuple[date, int] | None = None, limit: int = PAGE
) -> TitleList:
    """Return the titles open at this moment, lateness as of `on`, oldest due first."""
    with scope.active():
        matching = _matching(which, on)
        sums = matching.aggregate(count=Count("title_id"), principal=Sum("principal_centavos"))
        page = matching.order_by("effective_due_on", "title_id")
        if after:
            day, pk = after
            page = page.filter(effective_due_on__gte=day).exclude(effective_due_on=day, title_id__lte=pk)
        found = list(page.values_list("title_id", "effective_due_on")[: limit + 1])
        rows = _rows(scope, [pk for pk, _day in found[:limit]], on)
    more = (found[limit - 1][1], found[limit - 1][0]) if len(found) > limit else None
    return TitleList(rows, sums["count"], sums["principal"] or 0, following=more)


def _matching(which: Filter, on: date) -> QuerySet[OpenTitle]:
    """Return the open titles of a filter. The effective due day, which is indexed, narrows what the due day decides."""
    titles = OpenTitle.objects.filter(principal_centavos__gt=0)
    if which.portfolio_id is not None:
        titles = titles.filter(portfolio_id=which.portfolio_id)
    low, high = which.lowest(), which.highest()
    if high == 0:
        return titles.filter(effective_due_on__gte=on)
    if low > 0:
        titles = titles.filter(effective_due_on__lt=on)
    if low > 1:
        latest = on - timedelta(rules.BUCKET_LIMITS[low - 1] + 1)
        titles = titles.filter(due_on__lte=latest, effective_due_on__lte=latest + _SLACK)
    if high < len(rules.BUCKET_LIMITS):
        earliest = on - timedelta(rules.BUCKET_LIMITS[high])
        titles = titles.filter(due_on__gte=earliest, effective_due_on__gte=earliest)
    return titles


def _rows(scope: Scope, title_ids: list[int], on: date, known_on: date | None = None) -> list[TitleRow]:
    """Return these titles as rows, in this order, charged up to `on`."""
    titles = Title.objects.select_related("debtor", "portfolio").in_bulk(title_ids)
    facts = ledger.title_facts(scope, title_ids)
    day, known = day_number(on), day_number(known_on) if known_on else None
    rows = []
    for pk in title_ids:
        title, terms, entries = facts[pk]
        owed = rules.position(title, terms, [fact for _id, fact in entries], day, known)
        rows.append(
            TitleRow(
                titles[pk],
                from_day_number(title.due_day),
                owed.days_late,
                rules.bucket_of(owed.days_late),
                owed.principal_centavos,
                owed.total_centavos,
            )
        )
    return rows


def titles_as_of(scope: Scope, which: Filter, *, on: date, known_on: date, limit: int = MOST) -> TitleList:
    """Return the titles that were open on a past day, as known on a day, dearest first, and the totals of all.

    Computed by columns from the ledger: the totals are those of the panel of that day.
    """
    tables = ledger.read(scope, on=on, known_on=known_on)
    engine = connect(settings.ENGINE, memory_limit=settings.ENGINE_MEMORY)
    frames = [engine.open(t.name, tables[t]) for t in (TITLES, ENTRIES, TERMS, INDEX_RATIOS)]
    made = columns.positions(*frames, on_day=day_number(on), known_day=day_number(known_on))
    within = (col("bucket") >= which.lowest()) & (col("bucket") <= which.highest())
    if which.portfolio_id is not None:
        within = within & (col("portfolio_id") == which.portfolio_id)
    rows = engine.materialise("listed", made.filter((col("principal_centavos") > 0) & within))
    sums = engine.collect(
        rows.select(
            count=nw.len(), principal=sum_int64(col("principal_centavos")), total=sum_int64(col("total_centavos"))
        )
    ).to_pylist()[0]
    first = engine.collect(rows.sort("total_centavos", "title_id", descending=[True, False]).head(limit)).to_pylist()
    with scope.active():
        titles = Title.objects.select_related("debtor", "portfolio").in_bulk([row["title_id"] for row in first])
    return TitleList(
        [_as_row(titles[row["title_id"]], row) for row in first],
        int(sums["count"]),
        sums["principal"] or 0,
        sums["total"] or 0,
    )


def _as_row(title: Title, row: dict[str, int]) -> TitleRow:
    return TitleRow(
        title,
        from_day_number(row["due_day"]),
        row["days_late"],
        row["bucket"],
        row["principal_centavos"],
        row["total_centavos"],
    )


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry and the principal after it."""

    entry: Entry
    balance_centavos: int


@dataclass(frozen=True, slots=True)
class TitlePage:
    """One title on a day: its entries with the running principal, and every charge explained."""

    title: Title
    due_on: date
    position: rules.Position
    lines: list[EntryLine]
    charges: list[explain.Charge]
    holds: list[Hold]


def title_page(scope: Scope, title_id: int, *, on: date) -> TitlePage:
    """Return one title explained; raises Title.DoesNotExist for one that the scope does not see."""
    with scope.active():
        title = Title.objects.select_related("debtor", "portfolio", "terms", "terms__index").get(pk=title_id)
        facts, terms, entries = ledger.title_facts(scope, [title_id])[title_id]
        known = [fact for _id, fact in entries]
        recorded = title.entries.filter(effective_on__lte=on).order_by("effective_on", "id")
        return TitlePage(
            title,
            from_day_number(facts.due_day),
            rules.position(facts, terms, known, day_number(on)),
            _running(recorded),
            explain.charges(facts, terms, known, day_number(on)),
            list(title.holds.order_by("-from_on", "-id")),
        )


def _running(entries: Iterable[Entry]) -> list[EntryLine]:
    lines, balance = [], 0
    for entry in entries:
        balance += entry.amount_centavos
        lines.append(EntryLine(entry, balance))
    return lines
