"""The verbs of the ledger: the only writers of titles, entries, terms and holds.

Each takes a scope, works in one transaction and may be repeated: keys come from outside, and the same key again
changes nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from receba.access.core.roles import Permission
from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.engine.postgres import write_rows
from receba.kernel.days import effective_due, from_day_number
from receba.kernel.tables import EntryKind, HoldKind, PersonKind
from receba.ledger import queries
from receba.ledger.core import rules
from receba.ledger.core.ceilings import Ceiling, Relation, ceilings_from, exceeded
from receba.ledger.models import Hold, Terms, Title
from receba.parties.models import Debtor

_ENTRY_COLUMNS = (
    "company_id",
    "title_id",
    "kind",
    "component",
    "amount_centavos",
    "effective_on",
    "recorded_at",
    "key",
    "payment_id",
    "reverses_id",
    "declared",
    "method",
    "note",
)
_BARE = (None, None, None, "", "")
"""Payment, reversed entry, declared parts, method and note of an entry that has none."""
_CHUNK = 20_000


class KeyReused(Exception):
    """The key is taken by an entry with other facts: somebody upstream gives two things one name."""


class OutsideScope(Exception):
    """A title, debtor, portfolio or version of terms that the scope does not see (a foreign key alone would pass)."""


class AboveCeiling(Exception):
    """The terms charge more than the law lets them; `ceilings` says which limits, lowest first."""

    def __init__(self, ceilings: Sequence[Ceiling]) -> None:
        super().__init__("; ".join(f"{c.charge} above {c.most_bps} bps: {c.source}" for c in ceilings))
        self.ceilings = tuple(ceilings)


class NotAnOrder(ValueError):
    """The order of imputation does not name each component once."""


class NotForConsumers(Exception):
    """Titles of natural persons under terms between businesses only: their codes."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"terms between businesses only, for natural persons: {', '.join(codes[:20])}")
        self.codes = tuple(codes)


class NothingToReverse(Exception):
    """The entry does not exist, is no payment, or was reversed already."""


@dataclass(frozen=True, slots=True)
class NewTitle:
    """One title to be opened; `code` is the creditor's own number and the key."""

    code: str
    debtor_id: int
    portfolio_id: int
    terms_id: int
    issued_on: date
    due_on: date
    face_centavos: int
    description: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One fact about a title that changes its balance: a payment, discount, write-off, cancellation or reversal.

    `amount_centavos` is positive and the kind gives the sign. `declared` says what of a payment was fee, fine,
    interest or discount, where the source tells. A REVERSAL names the key it reverses, and takes its amount.
    """

    key: str
    title_id: int
    kind: EntryKind
    amount_centavos: int
    effective_on: date
    declared: dict[str, int] = field(default_factory=dict)
    reverses_key: str = ""
    component: int = 0
    method: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewDue:
    """The due date of one title corrected or extended; `reason` says by what, the key comes from outside."""

    key: str
    title_id: int
    due_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class NewFace:
    """The face value that one title should have had from the first; the key comes from outside."""

    key: str
    title_id: int
    face_centavos: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What a batch of news did: entries new, repeated (same key and facts), and keys that clash."""

    new: int
    repeated: int
    clashing: tuple[str, ...]


def _require_visible(table: str, ids: set[int]) -> None:
    """Raise OutsideScope unless row-level security shows every one of these rows."""
    statement = sql.SQL("SELECT count(*) FROM {} WHERE id = ANY(%s::bigint[])").format(sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        if cursor.fetchone()[0] != len(ids):
            raise OutsideScope(table)


def _require_portfolios(scope: Scope, ids: set[int]) -> None:
    """Raise OutsideScope unless these are portfolios of the company that the scope covers."""
    known = set(Portfolio.objects.filter(company_id=scope.company_id, pk__in=ids).values_list("pk", flat=True))
    if ids - known or (scope.portfolios is not None and ids - scope.portfolios):
        raise OutsideScope("access_portfolio")


@lru_cache(maxsize=1)
def ceilings() -> tuple[Ceiling, ...]:
    """Return the legal ceilings of late charges that the program ships."""
    return ceilings_from(tomllib.loads((Path(__file__).parent / "data" / "ceilings.toml").read_text("utf-8")))


def add_terms(
    scope: Scope,
    *,
    code: str,
    since: date,
    source: str,
    fine_bps: int = 0,
    interest_bps_month: int = 0,
    imputation: Sequence[str] = rules.DEFAULT_IMPUTATION,
    relation: Relation = Relation.CONSUMER,
    declared: bool = False,
    **values: Any,
) -> Terms:
    """Record a version of the terms; versions are never edited, a later one takes over from its date.

    `declared`: somebody states that the contract agrees charges above a ceiling that a statement lifts. Raises
    AboveCeiling, NotAnOrder.
    """
    scope.require(Permission.SETTINGS)
    if sorted(imputation) != sorted(rules.DEFAULT_IMPUTATION):
        raise NotAnOrder(",".join(imputation))
    with scope.active():
        found = Terms.objects.filter(code=code, since=since).first()
        if found:
            return found
        charged = {"fine_bps": fine_bps, "interest_bps_month": interest_bps_month}
        above = exceeded(ceilings(), relation=relation, since=since, declared=declared, **charged)
        if above:
            raise AboveCeiling(above)
        return Terms.objects.create(
            company_id=scope.company_id,
            code=code,
            since=since,
            source=source,
            imputation=",".join(imputation),
            relation=relation,
            declared=declared,
            recorded_at=timezone.now(),
            **charged,
            **values,
        )


def _refuse_consumers(wanted: Sequence[NewTitle]) -> None:
    """Raise NotForConsumers when a natural person would come under terms between businesses only.

    Whoever is a natural person is taken for a consumer; whoever is not is protected by the contract alone.
    """
    named = {t.terms_id for t in wanted}
    business = set(Terms.objects.filter(pk__in=named, relation=Relation.BUSINESS).values_list("pk", flat=True))
    if not business:
        return
    debtors = {t.debtor_id for t in wanted if t.terms_id in business}
    natural = set(Debtor.objects.filter(pk__in=debtors, person_kind=PersonKind.PF.value).values_list("pk", flat=True))
    codes = [t.code for t in wanted if t.terms_id in business and t.debtor_id in natural]
    if codes:
        raise NotForConsumers(codes)


def open_titles(scope: Scope, titles: Iterable[NewTitle], *, recorded_at: datetime | None = None) -> dict[str, int]:
    """Open titles in bulk, each with its face entry; return code → id of those that are new.

    Raises OutsideScope, NotForConsumers.
    """
    scope.require(Permission.IMPORT)
    at = recorded_at or timezone.now()
    wanted = list(titles)
    due: dict[date, date] = {}
    columns = (
        "company_id",
        "portfolio_id",
        "debtor_id",
        "terms_id",
        "code",
        "description",
        "kind",
        "issued_on",
        "due_on",
        "effective_due_on",
        "face_centavos",
        "recorded_at",
    )
    rows = (
        (
            scope.company_id,
            t.portfolio_id,
            t.debtor_id,
            t.terms_id,
            t.code,
            t.description,
            t.kind,
            t.issued_on,
            t.due_on,
            due.setdefault(t.due_on, effective_due(t.due_on)),
            t.face_centavos,
            at,
        )
        for t in wanted
    )
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        _require_visible("parties_debtor", {t.debtor_id for t in wanted})
        _require_visible("ledger_terms", {t.terms_id for t in wanted})
        _require_portfolios(scope, {t.portfolio_id for t in wanted})
        _refuse_consumers(wanted)
        made = write_rows(
            cursor,
            "ledger_title",
            columns,
            rows,
            on_conflict="ON CONFLICT (company_id, code) DO NOTHING",
            returning=("code", "id", "face_centavos", "issued_on"),
        )
        faces = (
            (
                scope.company_id,
                title_id,
                EntryKind.FACE,
                0,
                face,
                issued,
                at,
                f"title:{code}:face",
                *_BARE,
            )
            for code, title_id, face, issued in made
        )
        write_rows(cursor, "ledger_entry", _ENTRY_COLUMNS, faces)
    return {code: title_id for code, title_id, _face, _issued in made}


def post(scope: Scope, news: Sequence[News], *, recorded_at: datetime | None = None) -> Posted:
    """Add news to the ledger and whatever follows from them (what each payment settled and waived).

    Payments learned late re-settle the later ones by further entries: the ledger ends the same in any order.
    Raises nothing for clashing keys: they come back in `Posted.clashing`, and nothing is written for them.
    """
    at = recorded_at or timezone.now()
    new = repeated = 0
    clashing: list[str] = []
    with scope.active(), transaction.atomic():
        for start in range(0, len(news), _CHUNK):
            result = _post_chunk(scope, news[start : start + _CHUNK], at)
            new, repeated = new + result.new, repeated + result.repeated
            clashing.extend(result.clashing)
    return Posted(new, repeated, tuple(clashing))


def _signed(item: News) -> int:
    return item.amount_centavos if item.kind == EntryKind.REVERSAL else -item.amount_centavos


def _post_chunk(scope: Scope, news: Sequence[News], at: datetime) -> Posted:
    unique = {item.key: item for item in news}
    _require_visible("ledger_title", {item.title_id for item in news})
    known = queries.entries_by_key(scope, unique)
    clashing = [key for key, entry in known.items() if not _same(unique[key], entry)]
    fresh = [item for key, item in unique.items() if key not in known]
    targets = queries.entries_by_key(scope, {item.reverses_key for item in fresh if item.reverses_key})
    rows = []
    for item in fresh:
        target = targets.get(item.reverses_key)
        rows.append(
            (
                scope.company_id,
                item.title_id,
                item.kind,
                item.component,
                _signed(item),
                item.effective_on,
                at,
                item.key,
                None,
                target["id"] if target else None,
                Jsonb(item.declared) if item.declared else None,
                item.method,
                item.note,
            )
        )
    with connection.cursor() as cursor:
        made = write_rows(
            cursor,
            "ledger_entry",
            _ENTRY_COLUMNS,
            rows,
            on_conflict="ON CONFLICT (company_id, key) DO NOTHING",
            returning=("title_id",),
        )
    resettle(scope, {title_id for (title_id,) in made}, recorded_at=at)
    return Posted(len(made), len(news) - len(made) - len(clashing), tuple(clashing))


def _same(item: News, entry: dict[str, Any]) -> bool:
    return (entry["title_id"], entry["kind"], entry["amount_centavos"], entry["effective_on"]) == (
        item.title_id,
        item.kind,
        _signed(item),
        item.effective_on,
    )


def resettle(scope: Scope, title_ids: Iterable[int], *, recorded_at: datetime) -> int:
    """Post what is missing between what the payments of these titles settle and what the ledger holds.

    The entries of a payment are numbered as they come: the same charge may be adjusted on the same day again.
    """
    rows: list[tuple[Any, ...]] = []
    for title_id, (title, terms, facts) in queries.title_facts(scope, title_ids).items():
        ids = {fact.key: fact_id for fact_id, fact in facts}
        entries = [fact for _id, fact in facts]
        missing = rules.missing(rules.derive(title, terms, entries), rules.posted(entries))
        last = _last_numbers(entries) if missing else {}
        for (payment, kind, component, day), amount in missing.items():
            n = last[payment] = last.get(payment, -1) + 1
            rows.append(
                (
                    scope.company_id,
                    title_id,
                    kind,
                    component,
                    amount,
                    from_day_number(day),
                    recorded_at,
                    f"{payment}#{int(kind)}.{component}.{day}.{n}",
                    ids[payment],
                    *_BARE[1:],
                )
            )
    with connection.cursor() as cursor:
        write_rows(cursor, "ledger_entry", _ENTRY_COLUMNS, rows)
    return len(rows)


def _last_numbers(entries: Iterable[rules.EntryFacts]) -> dict[str, int]:
    """Return the highest number among the derived entries of each payment."""
    last: dict[str, int] = {}
    for entry in entries:
        if entry.derived:
            last[entry.payment] = max(last.get(entry.payment, -1), int(entry.key.rpartition(".")[2]))
    return last


def reverse(scope: Scope, *, key: str, entry_key: str, effective_on: date, note: str) -> Posted:
    """Answer a payment, discount or write-off with its reversal, and re-settle the title.

    Raises NothingToReverse when there is no such entry or it was reversed before under another key.
    """
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        target = queries.entries_by_key(scope, [entry_key]).get(entry_key)
        if target is None or target["kind"] not in (EntryKind.PAYMENT, EntryKind.DISCOUNT, EntryKind.WRITE_OFF):
            raise NothingToReverse(entry_key)
        earlier = queries.reversal_of(scope, target["id"])
        if earlier is not None and earlier != key:
            raise NothingToReverse(entry_key)
        item = News(
            key,
            target["title_id"],
            EntryKind.REVERSAL,
            -target["amount_centavos"],
            max(effective_on, target["effective_on"]),
            reverses_key=entry_key,
            component=target["kind"],
            note=note,
        )
        return post(scope, [item])


def change_dues(scope: Scope, changes: Sequence[NewDue], *, recorded_at: datetime | None = None) -> int:
    """Record corrected or extended due dates and re-settle their titles; return how many keys were new."""
    scope.require(Permission.IMPORT)
    at = recorded_at or timezone.now()
    effective = {day: effective_due(day) for day in {change.due_on for change in changes}}
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        _require_visible("ledger_title", {change.title_id for change in changes})
        made = write_rows(
            cursor,
            "ledger_duechange",
            ("company_id", "title_id", "due_on", "effective_due_on", "reason", "key", "recorded_at"),
            ((scope.company_id, c.title_id, c.due_on, effective[c.due_on], c.reason, c.key, at) for c in changes),
            on_conflict="ON CONFLICT (company_id, key) DO NOTHING",
            returning=("title_id",),
        )
        resettle(scope, {title_id for (title_id,) in made}, recorded_at=at)
    return len(made)


def correct_faces(scope: Scope, changes: Sequence[NewFace], *, recorded_at: datetime | None = None) -> int:
    """Bring face values of titles to what they should have been, by adjusting entries; return how many were posted.

    A key that is known, and a face value that is right already, post nothing.
    """
    scope.require(Permission.IMPORT)
    at = recorded_at or timezone.now()
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        titles = {change.title_id for change in changes}
        _require_visible("ledger_title", titles)
        done = set(queries.entries_by_key(scope, {change.key for change in changes}))
        held = queries.faces(scope, titles)
        rows = []
        for change in changes:
            face, since = held[change.title_id]
            if change.key not in done and change.face_centavos != face:
                more = change.face_centavos - face
                rows.append((scope.company_id, change.title_id, EntryKind.FACE, 0, more, since, at, change.key, *_BARE))
                held[change.title_id] = change.face_centavos, since
            done.add(change.key)
        write_rows(cursor, "ledger_entry", _ENTRY_COLUMNS, rows)
        resettle(scope, {row[1] for row in rows}, recorded_at=at)
    return len(rows)


def place_hold(
    scope: Scope,
    *,
    debtor_id: int,
    kind: HoldKind,
    from_on: date,
    until_on: date | None = None,
    title_id: int | None = None,
    note: str = "",
) -> Hold:
    """Stop the ruler for a debtor or one title; the same hold again returns the first one."""
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        debtor = Debtor.objects.get(pk=debtor_id)
        hold, _new = Hold.objects.get_or_create(
            company_id=scope.company_id,
            debtor=debtor,
            title=Title.objects.get(pk=title_id, debtor=debtor) if title_id else None,
            kind=kind,
            from_on=from_on,
            until_on=until_on,
            defaults={"note": note, "placed_by": str(scope.actor), "recorded_at": timezone.now()},
        )
        return hold


def place_holds(
    scope: Scope, titles: Iterable[tuple[int, int]], *, kind: HoldKind, from_on: date, note: str = ""
) -> int:
    """Stop the ruler for many titles, given as (title, debtor), without an end; return how many."""
    scope.require(Permission.WORK)
    fixed = {"company_id": scope.company_id, "kind": kind, "from_on": from_on, "note": note}
    fixed |= {"placed_by": str(scope.actor), "recorded_at": timezone.now()}
    holds = [Hold(title_id=title_id, debtor_id=debtor_id, **fixed) for title_id, debtor_id in titles]
    with scope.active(), transaction.atomic():
        _require_visible("ledger_title", {hold.title_id for hold in holds if hold.title_id})
        return len(Hold.objects.bulk_create(holds, batch_size=5_000))


def release_holds(scope: Scope, hold_ids: Iterable[int], *, last_on: date) -> int:
    """End many holds; one that began later ends on the day on which it began. Return how many."""
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        return Hold.objects.filter(pk__in=list(hold_ids)).update(until_on=Greatest("from_on", Value(last_on)))


def release_hold(scope: Scope, *, hold_id: int, last_on: date) -> Hold:
    """End a hold: `last_on` is the last day on which it stops anything."""
    scope.require(Permission.WORK)
    with scope.active(), transaction.atomic():
        hold = Hold.objects.select_for_update().get(pk=hold_id)
        hold.until_on = last_on
        hold.save(update_fields=["until_on"])
        return hold
