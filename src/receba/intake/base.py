"""What is registered of the keys of a file, read for comparing. Questions only.

Each query reads one table by a list of keys, and the joins are made here: right after a large load the planner's
statistics are those of an empty table, and a join that it plans by them can take minutes. Ids are cast to bigint[]:
an array of another integer type is searched element by element for every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connection

from receba.access.scope import Scope
from receba.intake.core.comparing import (
    COMPARED_FACTS,
    KEY_PREFIX,
    KNOWN_CUSTOMERS,
    KNOWN_ENTRIES,
    KNOWN_KINDS,
    KNOWN_TITLES,
    TERMS_VERSIONS,
    Base,
    keys_of,
)
from receba.kernel.tables import EntryKind
from receba.ledger.core.ceilings import Relation
from receba.ledger.models import Terms

DEFAULT_TERMS = "padrao"

_TITLES = "SELECT code, id, debtor_id, issued_on, due_on FROM ledger_title WHERE company_id = %s AND code = ANY(%s)"
_TITLE_CODES = "SELECT id, code FROM ledger_title WHERE id = ANY(%s::bigint[])"
_DEBTOR_CODES = "SELECT id, code FROM parties_debtor WHERE id = ANY(%s::bigint[])"
_KINDS = "SELECT code, person_kind FROM parties_debtor WHERE company_id = %s AND code = ANY(%s)"
_FACES = (
    "SELECT title_id, sum(amount_centavos)::bigint FROM ledger_entry WHERE title_id = ANY(%s::bigint[]) AND kind = %s"
    " GROUP BY title_id"
)
_PAID = (
    "SELECT title_id, -sum(amount_centavos)::bigint FROM ledger_entry WHERE title_id = ANY(%s::bigint[])"
    " AND (kind = %s OR (kind = %s AND component = %s)) GROUP BY title_id"
)
_DUE_CHANGES = (
    "SELECT DISTINCT ON (title_id) title_id, due_on FROM ledger_duechange WHERE title_id = ANY(%s::bigint[])"
    " ORDER BY title_id, recorded_at DESC, id DESC"
)
_ENTRIES = (
    "SELECT id, key, title_id, kind, amount_centavos, effective_on FROM ledger_entry"
    " WHERE company_id = %s AND key = ANY(%s)"
)
_REVERSALS = "SELECT reverses_id, min(key) FROM ledger_entry WHERE reverses_id = ANY(%s::bigint[]) GROUP BY reverses_id"
_WAITING = (
    "SELECT settlement FROM intake_waitingsettlement WHERE company_id = %s AND state = 'waiting'"
    " AND settlement = ANY(%s)"
)
_DEBTORS = (
    'SELECT code, id, name, document, street, district, city, state, zip_code, "group", since_on, person_kind'
    " FROM parties_debtor WHERE company_id = %s AND code = ANY(%s)"
)
_CONTACTS = (
    "SELECT debtor_id, array_agg(value) FROM parties_contact WHERE debtor_id = ANY(%s::bigint[]) GROUP BY debtor_id"
)


def _frame(query: str, parameters: Sequence[Any], schema: dict[str, Any]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def has_terms(scope: Scope) -> bool:
    """Return whether the company has terms for late payment, without which no title comes in."""
    with scope.active():
        return Terms.objects.exists()


def base_for(scope: Scope, accepted: pl.DataFrame) -> Base:
    """Return what is registered of the titles and settlements that accepted rows name, and the terms."""
    titles, keys = keys_of(accepted)
    with scope.active():
        terms = list(Terms.objects.order_by("since").values_list("code", "since", "pk", "relation"))
        codes = [code for code, *_version in terms]
        latest = {code: relation for code, _since, _pk, relation in terms}
        safe = {code for code in codes if latest[code] == Relation.CONSUMER}
        for_all = [
            code for code in codes if code in safe or (code == DEFAULT_TERMS and latest[code] != Relation.BUSINESS)
        ]
        versions = [(code, since, pk, relation != Relation.BUSINESS) for code, since, pk, relation in terms]
        entries = _entries(scope, keys)
        return Base(
            titles=_titles(scope, list({*titles, *entries["known_title"]})),
            entries=entries,
            terms=pl.DataFrame(versions, schema=TERMS_VERSIONS, orient="row"),
            default_terms=default_terms(codes),
            consumer_terms=default_terms(for_all or codes),
            kinds=_kinds(scope, accepted.clear() if all(consumers for *_v, consumers in versions) else accepted),
            waiting=_waiting(scope, keys),
        )


def default_terms(codes: Sequence[str]) -> str:
    """Return the terms of titles that name none: `padrao`, else the only ones, else the first recorded."""
    return DEFAULT_TERMS if DEFAULT_TERMS in codes or not codes else codes[0]


def _kinds(scope: Scope, accepted: pl.DataFrame) -> pl.DataFrame:
    """Return what kind of person each registered customer of the rows is: KNOWN_KINDS."""
    customers = accepted["customer"].drop_nulls().unique().to_list() if "customer" in accepted.columns else []
    return _frame(_KINDS, [scope.company_id, customers], KNOWN_KINDS)


def _titles(scope: Scope, codes: list[str]) -> pl.DataFrame:
    found = _frame(
        _TITLES,
        [scope.company_id, codes],
        {"title": pl.String, "title_id": pl.Int64, "debtor_id": pl.Int64, "known_issued": pl.Date, "due_on": pl.Date},
    )
    ids, debtors = found["title_id"].to_list(), found["debtor_id"].unique().to_list()
    faces = _frame(_FACES, [ids, EntryKind.FACE], {"title_id": pl.Int64, "known_amount": pl.Int64})
    payments = [EntryKind.PAYMENT, EntryKind.REVERSAL, EntryKind.PAYMENT]
    paid = _frame(_PAID, [ids, *payments], {"title_id": pl.Int64, "known_paid": pl.Int64})
    changes = _frame(_DUE_CHANGES, [ids], {"title_id": pl.Int64, "changed_due": pl.Date})
    names = _frame(_DEBTOR_CODES, [debtors], {"debtor_id": pl.Int64, "known_customer": pl.String})
    return (
        found.join(names, on="debtor_id")
        .join(faces, on="title_id")
        .join(paid, on="title_id", how="left")
        .join(changes, on="title_id", how="left")
        .with_columns(known_due=pl.coalesce("changed_due", "due_on"), known_paid=pl.col("known_paid").fill_null(0))
        .select(KNOWN_TITLES.keys())
    )


def _entries(scope: Scope, keys: list[str]) -> pl.DataFrame:
    found = _frame(
        _ENTRIES,
        [scope.company_id, keys],
        {"id": pl.Int64, "key": pl.String, "title_id": pl.Int64, "known_kind": pl.Int64, "known_signed": pl.Int64,
         "known_on": pl.Date},
    )  # fmt: skip
    titles = _frame(
        _TITLE_CODES, [found["title_id"].unique().to_list()], {"title_id": pl.Int64, "known_title": pl.String}
    )
    reversals = _frame(_REVERSALS, [found["id"].to_list()], {"id": pl.Int64, "reversed_by": pl.String})
    return found.join(titles, on="title_id").join(reversals, on="id", how="left").select(KNOWN_ENTRIES.keys())


def _waiting(scope: Scope, keys: list[str]) -> frozenset[str]:
    settlements = [key.removeprefix(KEY_PREFIX) for key in keys]
    found = _frame(_WAITING, [scope.company_id, settlements], {"settlement": pl.String})
    return frozenset(KEY_PREFIX + settlement for settlement in found["settlement"])


def known_customers(scope: Scope, codes: list[str]) -> pl.DataFrame:
    """Return what is registered of these customers: KNOWN_CUSTOMERS."""
    facts: dict[str, Any] = {f"known_{name}": pl.String for name in COMPARED_FACTS}
    with scope.active():
        found = _frame(
            _DEBTORS,
            [scope.company_id, codes],
            {"customer": pl.String, "debtor_id": pl.Int64, **facts, "known_since": pl.Date, "known_kind": pl.Int64},
        )
        contacts = _frame(
            _CONTACTS,
            [found["debtor_id"].to_list()],
            {"debtor_id": pl.Int64, "known_contacts": pl.List(pl.String)},
        )
    return found.join(contacts, on="debtor_id", how="left").select(KNOWN_CUSTOMERS.keys())
