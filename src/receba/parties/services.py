"""The verbs of the register of debtors, and its only writers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.engine.postgres import write_rows
from receba.kernel.tables import PersonKind
from receba.parties.models import Contact


@dataclass(frozen=True, slots=True)
class DebtorFacts:
    """What a file or a person says about a debtor; `code` is the creditor's own and the key. "" means not told."""

    code: str
    name: str = ""
    person_kind: PersonKind | None = None
    document: str = ""
    street: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    group: str = ""
    since_on: date | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a batch of debtors did, and the id of each code."""

    new: int
    changed: int
    ids: dict[str, int]


_TEXTS = ("name", "document", "street", "district", "city", "state", "zip_code", "group")
_COLUMNS = ("company_id", "code", *_TEXTS, "person_kind", "since_on", "recorded_at")
# A value that was not told ("" or null) never overwrites one that was; a row that changes nothing is not written.
_CONFLICT = (
    "ON CONFLICT (company_id, code) DO UPDATE SET "
    + ", ".join(f'"{n}" = coalesce(nullif(excluded."{n}", \'\'), parties_debtor."{n}")' for n in _TEXTS)
    + ", person_kind = CASE WHEN excluded.person_kind = 0 THEN parties_debtor.person_kind ELSE excluded.person_kind END"
    + ", since_on = coalesce(excluded.since_on, parties_debtor.since_on) WHERE "
    + " OR ".join(f'(excluded."{n}" <> \'\' AND excluded."{n}" <> parties_debtor."{n}")' for n in _TEXTS)
    + " OR (excluded.person_kind <> 0 AND excluded.person_kind <> parties_debtor.person_kind)"
    + " OR excluded.since_on <> parties_debtor.since_on"
)


def record(scope: Scope, debtors: Iterable[DebtorFacts], *, recorded_at: datetime | None = None) -> Recorded:
    """Record debtors in bulk: new ones are added, changed ones updated, the same again changes nothing."""
    scope.require(Permission.IMPORT)
    at = recorded_at or timezone.now()
    by_code = {d.code: d for d in debtors}
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        known = _ids(cursor, by_code)
        rows = (
            (
                scope.company_id,
                d.code,
                d.name or ("" if d.code in known else d.code),
                d.document,
                d.street,
                d.district,
                d.city,
                d.state,
                d.zip_code,
                d.group,
                int(d.person_kind or (0 if d.code in known else _guess_kind(d.document))),
                d.since_on,
                at,
            )
            for d in by_code.values()
        )
        written = write_rows(cursor, "parties_debtor", _COLUMNS, rows, on_conflict=_CONFLICT, returning=("id", "code"))
        ids = known | {code: pk for pk, code in written}
        contacts = [
            (scope.company_id, ids[d.code], kind.value, value, at, None, "")
            for d in by_code.values()
            for kind, values in (
                (Contact.Kind.EMAIL, d.emails),
                (Contact.Kind.PHONE, d.phones),
                (Contact.Kind.MOBILE, d.mobiles),
            )
            for value in values
        ]
        write_rows(
            cursor,
            "parties_contact",
            ("company_id", "debtor_id", "kind", "value", "recorded_at", "invalid_since", "invalid_reason"),
            contacts,
            on_conflict="ON CONFLICT (debtor_id, kind, value) DO NOTHING",
        )
    new = sum(code not in known for _pk, code in written)
    return Recorded(new, len(written) - new, ids)


def _guess_kind(document: str) -> PersonKind:
    return PersonKind.PF if len(document) == 11 else PersonKind.PJ


def _ids(cursor: object, codes: Iterable[str]) -> dict[str, int]:
    cursor.execute("SELECT code, id FROM parties_debtor WHERE code = ANY(%s)", [list(codes)])  # type: ignore[attr-defined]
    return dict(cursor.fetchall())  # type: ignore[attr-defined]


def invalidate_contact(scope: Scope, *, contact_id: int, reason: str) -> None:
    """Mark an address as useless from now on (bounced, wrong person); it is kept, never used again."""
    scope.require(Permission.WORK)
    with scope.active():
        Contact.objects.filter(pk=contact_id, invalid_since=None).update(
            invalid_since=timezone.now(), invalid_reason=reason
        )
