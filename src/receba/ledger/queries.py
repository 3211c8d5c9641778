"""The questions that the ledger answers. They never write."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from receba.access.reading import read_tables
from receba.access.scope import Scope
from receba.kernel.days import day_number
from receba.kernel.tables import ENTRIES, HOLDS, INDEX_RATIOS, TERMS, TITLES, EntryKind, Table
from receba.ledger.core import rules
from receba.ledger.core.indices import IndexSeries, ratio_table
from receba.ledger.models import Entry, PriceIndexMonth, Terms, Title

Facts = tuple[rules.TitleFacts, rules.TermsFacts, list[tuple[int, rules.EntryFacts]]]
_LOCAL_DAY = "((e.recorded_at AT TIME ZONE 'America/Sao_Paulo')::date - DATE '1970-01-01')"
_DAY = "({} - DATE '1970-01-01')"
FOREVER = 65_535
"""The day number that stands for 'no end' (2149)."""


def index_series(known_on: date | None = None) -> dict[int, IndexSeries]:
    """Return each index as known on a day."""
    return {index_id: IndexSeries(values) for index_id, values in index_months(known_on).items()}


def index_months(known_on: date | None = None) -> dict[int, dict[int, Any]]:
    """Return the percent of each month of each index: of every month the last vintage published until a day."""
    months = PriceIndexMonth.objects.order_by("published_on")
    if known_on:
        months = months.filter(published_on__lte=known_on)
    by_index: dict[int, dict[int, Any]] = {}
    for row in months:
        by_index.setdefault(row.index_id, {})[row.month.year * 12 + row.month.month - 1] = row.percent
    return by_index


def terms_facts(terms: Terms, series: dict[int, IndexSeries]) -> rules.TermsFacts:
    """Return the numbers of one version of the terms."""
    of_index = series.get(terms.index_id) if terms.index_id else None
    return rules.TermsFacts(
        terms.fine_bps,
        terms.interest_bps_month,
        terms.grace_days,
        of_index.rise if of_index else rules.no_index,
        tuple((int(days), int(bps)) for days, bps in terms.early_discounts),
        tuple(terms.imputation.split(",")),  # type: ignore[arg-type]
        terms.unpaid_charges == Terms.Unpaid.WAIVE,
    )


def all_terms(scope: Scope) -> dict[int, rules.TermsFacts]:
    """Return every version of the company's terms, by all that is known of the indices now."""
    with scope.active():
        rows = list(Terms.objects.all())
        series = index_series() if any(row.index_id for row in rows) else {}
    return {row.pk: terms_facts(row, series) for row in rows}


def title_facts(
    scope: Scope, title_ids: Iterable[int], terms: dict[int, rules.TermsFacts] | None = None
) -> dict[int, Facts]:
    """Return, for each title, its facts, its terms and its entries with their ids.

    Who asks again and again hands in `terms` (of `all_terms`): versions never change, and new ones are rare.
    """
    wanted = list(title_ids)
    if not wanted:
        return {}
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (title_id) title_id, due_on, effective_due_on FROM ledger_duechange"
            " WHERE title_id = ANY(%s::bigint[]) ORDER BY title_id, recorded_at DESC, id DESC",
            [wanted],
        )
        changed = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT id, terms_id, due_on, effective_due_on, face_centavos FROM ledger_title WHERE id = ANY(%s::bigint[])",
            [wanted],
        )
        rows = cursor.fetchall()
        as_facts = terms if terms is not None and {row[1] for row in rows} <= terms.keys() else all_terms(scope)
        found: dict[int, Facts] = {}
        for title_id, terms_id, due_on, effective_due_on, face in rows:
            due, effective = changed.get(title_id, (due_on, effective_due_on))
            found[title_id] = (rules.TitleFacts(day_number(due), day_number(effective), face), as_facts[terms_id], [])
        cursor.execute(
            f"""
            SELECT e.id, e.title_id, e.key, e.kind, e.amount_centavos, {_DAY.format("e.effective_on")}, {_LOCAL_DAY},
                   e.component, e.payment_id, e.reverses_id, e.declared
              FROM ledger_entry e WHERE e.title_id = ANY(%s::bigint[])
            """,
            [wanted],
        )
        rows = sorted(cursor.fetchall())
        keys = {row[0]: row[2] for row in rows}  # a payment and a reversal belong to the title of their entry
        for row in rows:
            told = json.loads(row[10]) if isinstance(row[10], str) else row[10]
            declared = {EntryKind[name.upper()]: value for name, value in told.items()} if told else None
            found[row[1]][2].append(
                (
                    row[0],
                    rules.EntryFacts(
                        row[2],
                        EntryKind(row[3]),
                        row[4],
                        row[5],
                        row[6],
                        row[7],
                        keys.get(row[8], ""),
                        keys.get(row[9], ""),
                        declared,
                    ),
                )
            )
    return found


def faces(scope: Scope, title_ids: Iterable[int]) -> dict[int, tuple[int, date]]:
    """Return, for each title, its face value with its corrections, and the day from which it counts."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT title_id, sum(amount_centavos)::bigint, (array_agg(effective_on ORDER BY id))[1] FROM ledger_entry"
            " WHERE title_id = ANY(%s::bigint[]) AND kind = %s GROUP BY title_id",
            [list(title_ids), EntryKind.FACE],
        )
        return {title_id: (face, since) for title_id, face, since in cursor.fetchall()}


def open_titles(scope: Scope, codes: Iterable[str]) -> list[tuple[int, int]]:
    """Return (title, debtor) of the open titles among these codes."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, t.debtor_id FROM ledger_title t JOIN ledger_opentitle o ON o.title_id = t.id"
            " WHERE t.company_id = %s AND t.code = ANY(%s) ORDER BY t.id",
            [scope.company_id, list(codes)],
        )
        return [(title_id, debtor_id) for title_id, debtor_id in cursor.fetchall()]


def entries_by_key(scope: Scope, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the entries that carry these keys, as plain values."""
    with scope.active():
        rows = Entry.objects.filter(key__in=list(keys)).values(
            "id", "key", "title_id", "kind", "amount_centavos", "effective_on"
        )
        return {row["key"]: dict(row) for row in rows}


def reversal_of(scope: Scope, entry_id: int) -> str | None:
    """Return the key of the entry that reversed this one, if any."""
    with scope.active():
        return Entry.objects.filter(reverses_id=entry_id).values_list("key", flat=True).first()


@dataclass(frozen=True, slots=True)
class TitleReading:
    """One title with its position on a day."""

    title: Title
    due_on: date
    position: rules.Position
    bucket: int


def unsettled_ids(scope: Scope, debtor_id: int) -> set[int]:
    """Return the titles of a debtor whose entries do not come to nothing, by all that is known now."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.title_id FROM ledger_entry e JOIN ledger_title t ON t.id = e.title_id WHERE t.debtor_id = %s"
            " GROUP BY e.title_id HAVING sum(e.amount_centavos) <> 0",
            [debtor_id],
        )
        return {row[0] for row in cursor.fetchall()}


def titles_of(
    scope: Scope, debtor_id: int, *, on: date, known_on: date | None = None, among: Collection[int] | None = None
) -> list[TitleReading]:
    """Return every title of a debtor (or those `among` some) issued until `on`, oldest due first, with what it owes."""
    day, known = day_number(on), day_number(known_on) if known_on else None
    with scope.active():
        found = Title.objects.filter(debtor_id=debtor_id, issued_on__lte=on).select_related("portfolio")
        titles = {t.pk: t for t in (found if among is None else found.filter(pk__in=among))}
        readings = []
        for title_id, (title, terms, facts) in title_facts(scope, titles).items():
            owed = rules.position(title, terms, [fact for _id, fact in facts], day, known)
            readings.append(TitleReading(titles[title_id], _date(title.due_day), owed, rules.bucket_of(owed.days_late)))
    return sorted(readings, key=lambda r: (r.due_on, r.title.pk))


def _date(day: int) -> date:
    from receba.kernel.days import from_day_number

    return from_day_number(day)


def selects(*, known_on: date, known_at: datetime | None = None) -> dict[Table, str]:
    """Return the queries that give the ledger's kernel tables; due dates as known on a day.

    `known_at` leaves out what was recorded after a moment: what a reading of that moment could not see.
    """
    known = day_number(known_on)
    seen = f"recorded_at <= TIMESTAMPTZ '{known_at.isoformat()}'" if known_at else "TRUE"
    return {
        TITLES: f"""
            SELECT t.id AS title_id, t.debtor_id, t.portfolio_id, t.terms_id,
                   {_DAY.format("t.issued_on")} AS issued_day,
                   {_DAY.format("coalesce(c.due_on, t.due_on)")} AS due_day,
                   {_DAY.format("coalesce(c.effective_due_on, t.effective_due_on)")} AS effective_due_day,
                   t.face_centavos
              FROM ledger_title t
              LEFT JOIN (SELECT DISTINCT ON (title_id) title_id, due_on, effective_due_on FROM ledger_duechange e
                          WHERE {_LOCAL_DAY} <= {known} AND {seen} ORDER BY title_id, recorded_at DESC, id DESC) c
                ON c.title_id = t.id""",
        ENTRIES: f"""
            SELECT e.id AS entry_id, e.title_id, e.kind, e.component, e.amount_centavos,
                   {_DAY.format("e.effective_on")} AS effective_day, {_LOCAL_DAY} AS recorded_day
              FROM ledger_entry e WHERE {seen}""",
        TERMS: """
            SELECT id AS terms_id, fine_bps, interest_bps_month, grace_days, coalesce(index_id, 0) AS index_id
              FROM ledger_terms""",
        HOLDS: f"""
            SELECT id AS hold_id, debtor_id, coalesce(title_id, 0) AS title_id, kind,
                   {_DAY.format("from_on")} AS from_day,
                   coalesce({_DAY.format("until_on")}, {FOREVER}) AS until_day
              FROM ledger_hold WHERE {seen}""",
    }


@dataclass(frozen=True, slots=True)
class LateFact:
    """A fact that counts on a day and was recorded after a moment: an entry, or a due date (kind and amount are None)."""

    title_id: int
    title_code: str
    debtor_id: int
    kind: int | None
    amount_centavos: int | None
    effective_on: date
    recorded_at: datetime


def late_facts(scope: Scope, *, on: date, since: datetime, limit: int) -> tuple[list[LateFact], int]:
    """Return the first facts recorded after `since` that count on `on`, in the order of their coming, and how many.

    What a payment settled follows from it and is not told again.
    """
    late = """
        SELECT e.title_id, e.kind, e.amount_centavos, e.effective_on, e.recorded_at, 0 AS what, e.id
          FROM ledger_entry e WHERE e.recorded_at > %(since)s AND e.effective_on <= %(on)s AND e.payment_id IS NULL
         UNION ALL
        SELECT c.title_id, NULL, NULL, c.due_on, c.recorded_at, 1, c.id
          FROM ledger_duechange c WHERE c.recorded_at > %(since)s"""
    given: dict[str, date | datetime | int] = {"since": since, "on": on, "limit": limit}
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT l.title_id, t.code, t.debtor_id, l.kind, l.amount_centavos, l.effective_on, l.recorded_at
              FROM ({late} ORDER BY recorded_at, what, id LIMIT %(limit)s) l JOIN ledger_title t ON t.id = l.title_id
             ORDER BY l.recorded_at, l.what, l.id""",
            given,
        )
        first = [LateFact(*row) for row in cursor.fetchall()]
        cursor.execute(f"SELECT count(*) FROM ({late}) l", given)
        return first, int(cursor.fetchone()[0])


def index_ratios(titles: pa.Table, *, on: date, known_on: date) -> pa.Table:
    """Return INDEX_RATIOS for every day from the first due date to `on`."""
    first = pa.compute.min(titles["due_day"]).as_py() if titles.num_rows else day_number(on) + 1
    return ratio_table(index_series(known_on), first, day_number(on))


def read(scope: Scope, *, on: date, known_on: date) -> dict[Table, pa.Table]:
    """Return the ledger of the scope as kernel tables: titles, entries, terms, holds, index ratios."""
    tables = read_tables(scope, selects(known_on=known_on))
    return tables | {INDEX_RATIOS: index_ratios(tables[TITLES], on=on, known_on=known_on)}
