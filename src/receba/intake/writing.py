"""Accepted rows into the register and the ledger, through their services, in chunks that are whole or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Q

from receba.access import services as access
from receba.access.scope import Actor, Scope
from receba.intake.core.comparing import Comparison, amount_changed, due_changed
from receba.intake.queries import portfolio_ids
from receba.kernel.tables import EntryKind, HoldKind, PersonKind
from receba.ledger import queries as ledger_queries
from receba.ledger import services as ledger
from receba.ledger.models import Hold
from receba.ledger.services import NewDue, NewFace, News, NewTitle
from receba.parties import services as parties
from receba.parties.services import DebtorFacts

CHUNK_ROWS = 10_000
"""Rows of one transaction: a second or two, so that the page sees the import move."""
DISPUTE_NOTE = "informado no arquivo do credor"
IMPORTER = Actor("job", "importação")
_KINDS = {"PF": PersonKind.PF, "PJ": PersonKind.PJ}

Progress = Callable[[str, int, int], None]
"""(step, rows done, rows in all)"""


@dataclass(slots=True)
class Written:
    """What was written so far."""

    customers_new: int = 0
    customers_changed: int = 0
    titles_new: int = 0
    titles_amount_changed: int = 0
    titles_due_changed: int = 0
    settlements_new: int = 0
    disputes_new: int = 0
    disputes_ended: int = 0
    waiting_applied: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when rows are written: the scope, the file, and the day and instant of learning."""

    scope: Scope
    file_id: int
    file_name: str
    default_portfolio_id: int | None
    recorded_at: datetime
    on: date


def for_file(context: Context, file_id: int) -> Context:
    """Return the same context for rows of another file."""
    return replace(context, file_id=file_id)


def write(context: Context, comparison: Comparison, progress: Progress, written: Written) -> None:
    """Write customers, then each chunk of titles with their settlements, then the rest of the settlements.

    `written` counts along, so that it holds what is there when the progress, asked between two chunks, ends the work.
    """
    _write_customers(context, comparison.customers, written, progress)
    titles, settlements = comparison.titles, _to_post(comparison)
    total, done = titles.height + settlements.height, 0
    step = " e ".join(name for name, rows in (("títulos", titles), ("baixas", settlements)) if rows.height)
    if step:
        progress(step, done, total)
    for chunk in titles.iter_slices(CHUNK_ROWS):
        mine = settlements.join(chunk, on="title", how="semi")
        with context.scope.active(), transaction.atomic():
            ids = _write_titles(context, chunk, written)
            _post(context, mine, ids, written)
        done += chunk.height + mine.height
        progress(step, done, total)
    rest = settlements.join(titles, on="title", how="anti")
    for chunk in rest.iter_slices(CHUNK_ROWS):
        with context.scope.active(), transaction.atomic():
            _post(context, chunk, {}, written)
        done += chunk.height
        progress(step, done, total)
    _dispute(context, comparison.disputes, written)


def _to_post(comparison: Comparison) -> pl.DataFrame:
    """Return the new settlements, reversals last: they may undo one of the same file."""
    fresh = comparison.settlements.filter(pl.col("outcome") == "new")
    return fresh.sort(pl.col("kind") == "reversal", "line")


def _write_customers(context: Context, customers: pl.DataFrame, written: Written, progress: Progress) -> None:
    for done, chunk in enumerate(customers.iter_slices(CHUNK_ROWS)):
        facts = [_debtor(row) for row in chunk.iter_rows(named=True)]
        recorded = parties.record(context.scope, facts, recorded_at=context.recorded_at)
        written.customers_new += recorded.new
        written.customers_changed += recorded.changed
        progress("clientes", done * CHUNK_ROWS + chunk.height, customers.height)


def _debtor(row: dict[str, Any]) -> DebtorFacts:
    def told(name: str) -> str:
        return row.get(name) or ""

    def several(name: str) -> tuple[str, ...]:
        return (row[name],) if row.get(name) else ()

    return DebtorFacts(
        code=row["customer"],
        name=told("name"),
        person_kind=_KINDS.get(told("person_type")),
        document=told("document"),
        street=told("street"),
        district=told("district"),
        city=told("city"),
        state=told("state"),
        zip_code=told("zip"),
        group=told("group"),
        since_on=row.get("since"),
        emails=several("email"),
        phones=several("phone"),
        mobiles=several("mobile"),
    )


def _write_titles(context: Context, titles: pl.DataFrame, written: Written) -> dict[str, int]:
    """Open new titles, correct changed ones; return the ids of all of them by code."""
    fresh = titles.filter(pl.col("title_id").is_null())
    known = titles.filter(pl.col("title_id").is_not_null())
    made = ledger.open_titles(context.scope, _new_titles(context, fresh), recorded_at=context.recorded_at)
    written.titles_new += len(made)
    faces = [
        NewFace(f"title:{row['title']}:face:{context.file_id}:{row['line']}", row["title_id"], row["amount"])
        for row in known.filter(amount_changed()).iter_rows(named=True)
    ]
    dues = [
        NewDue(
            f"title:{row['title']}:due:{context.file_id}:{row['line']}", row["title_id"], row["due"],
            f"{context.file_name}, linha {row['line']}"[:200],
        )
        for row in known.filter(due_changed()).iter_rows(named=True)
    ]  # fmt: skip
    written.titles_amount_changed += ledger.correct_faces(context.scope, faces, recorded_at=context.recorded_at)
    written.titles_due_changed += ledger.change_dues(context.scope, dues, recorded_at=context.recorded_at)
    return dict(known.select("title", "title_id").iter_rows()) | made


def _new_titles(context: Context, titles: pl.DataFrame) -> Iterator[NewTitle]:
    if not titles.height:
        return
    debtors = parties.record(
        context.scope, (DebtorFacts(code) for code in titles["customer"].unique()), recorded_at=context.recorded_at
    ).ids
    portfolios = _portfolios(context, titles["portfolio"])
    for row in titles.iter_rows(named=True):
        yield NewTitle(
            code=row["title"],
            debtor_id=debtors[row["customer"]],
            portfolio_id=portfolios[row["portfolio"] or ""],
            terms_id=row["terms_id"],
            issued_on=row["issued"],
            due_on=row["due"],
            face_centavos=row["amount"],
            description=row["description"] or "",
            kind=row["kind"] or "",
        )


def _portfolios(context: Context, names: pl.Series) -> dict[str, int]:
    """Return the portfolio of each name in the file; those that the company has not are recorded."""
    known = portfolio_ids(context.scope)
    if "" not in known:
        known[""] = access.add_portfolio(context.scope, code="geral", name="Geral").pk
    if context.default_portfolio_id:
        known[""] = context.default_portfolio_id
    found = {"": known[""]}
    for name in names.drop_nulls().unique().sort():
        if name.casefold() not in known:
            known[name.casefold()] = access.add_portfolio(context.scope, code=name, name=name).pk
        found[name] = known[name.casefold()]
    return found


def _post(context: Context, settlements: pl.DataFrame, ids: dict[str, int], written: Written) -> None:
    """Post new settlements; `ids` are the titles of this file, others carry their own title_id."""
    if not settlements.height:
        return
    news = [_news(row, ids) for row in settlements.iter_rows(named=True)]
    reversals = [item for item in news if item.reverses_key]
    for part in ([item for item in news if not item.reverses_key], reversals):
        if part:  # in two steps: a reversal finds what it undoes among what is posted
            written.settlements_new += ledger.post(context.scope, part, recorded_at=context.recorded_at).new


def _news(row: dict[str, Any], ids: dict[str, int]) -> News:
    title_id = row["title_id"] if row["title_id"] is not None else ids[row["title"]]
    amount, declared, component, reverses = row["paid_amount"], {}, 0, ""
    if row["kind"] == "payment":
        told = {"fine": row["fine"], "interest": row["interest"], "discount": row["discount"]}
        declared = {name: value for name, value in told.items() if value is not None}
    elif row["kind"] == "cancellation":  # the face is taken back: nobody paid, nobody lost
        amount, component = -amount, int(EntryKind.FACE)
    elif row["kind"] == "reversal":
        undoes_cancellation = row["target_kind"] == EntryKind.REVERSAL
        component = int(EntryKind.FACE) if undoes_cancellation else int(row["target_kind"])
        reverses = row["target_key"]
    return News(
        key=row["key"],
        title_id=title_id,
        kind=EntryKind(row["entry_kind"]),
        amount_centavos=amount,
        effective_on=row["effective"],
        declared=declared,
        reverses_key=reverses,
        component=component,
        method=row["method"] or "",
        note="cancelamento" if row["kind"] == "cancellation" else "",
    )


def _dispute(context: Context, disputes: pl.DataFrame, written: Written) -> None:
    """Hold each open title that the file says is in dispute, and end what an earlier file held and this one denies.

    A hold that a person made is a person's to end. Those made here are made by the import, whoever started it: so
    they are known again.
    """
    scope = replace(context.scope, actor=IMPORTER, reason=f"arquivo {context.file_id}, por {context.scope.actor}")
    told = dict(disputes.select("title", "disputed").iter_rows())
    with scope.active(), transaction.atomic():
        live = Q(until_on=None) | Q(until_on__gte=context.on)
        of_titles = Hold.objects.filter(live, kind=HoldKind.DISPUTE).exclude(title=None)
        holds = list(of_titles.values_list("pk", "title__code", "placed_by"))
        ended = [pk for pk, code, by in holds if told.get(code) is False and by == str(IMPORTER)]
        disputed = {code for code, is_so in told.items() if is_so} - {code for _pk, code, _by in holds}
        placed = ledger.place_holds(
            scope, ledger_queries.open_titles(scope, disputed), kind=HoldKind.DISPUTE, from_on=context.on,
            note=DISPUTE_NOTE,
        )  # fmt: skip
        written.disputes_new += placed
        written.disputes_ended += ledger.release_holds(scope, ended, last_on=context.on - timedelta(1))
