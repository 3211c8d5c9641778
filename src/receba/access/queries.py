"""Which companies a person may enter, and with what permissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from receba.access.core.roles import Role, reach
from receba.access.models import AuditEvent, AuditLink, Company, Grant, Person
from receba.access.scope import Actor, Scope


def companies_of(person: Person) -> QuerySet[Company]:
    """Return the companies in which the person has a grant that was not revoked."""
    return Company.objects.filter(grants__person=person, grants__revoked_at=None).distinct()


def scope_for(person: Person, company_id: int, reason: str = "") -> Scope | None:
    """Return the person's scope in a company, or None when nothing is granted there.

    A grant over one portfolio restricts; a grant over the whole company lifts the restriction and says alone what
    the person may do (see roles.reach).
    """
    grants = list(Grant.objects.filter(person=person, company_id=company_id, revoked_at=None))
    if not grants or not person.is_active:
        return None
    permissions, portfolios = reach((Role(grant.role), grant.portfolio_id) for grant in grants)
    return Scope(company_id, Actor("person", person.email, person.pk), permissions, portfolios, reason)


def scopes_of(person: Person, reason: str = "") -> list[tuple[Company, Scope]]:
    """Return every company that the person may enter, by name, with the person's scope there; two queries."""
    if not person.is_active:
        return []
    granted = defaultdict[int, list[tuple[Role, int | None]]](list)
    standing = Grant.objects.filter(person=person, revoked_at=None)
    for company_id, role, portfolio_id in standing.values_list("company_id", "role", "portfolio_id"):
        granted[company_id].append((Role(role), portfolio_id))
    actor = Actor("person", person.email, person.pk)
    return [
        (company, Scope(company.pk, actor, *reach(granted[company.pk]), reason))
        for company in Company.objects.filter(pk__in=granted)
    ]


def grants_of(scope: Scope) -> QuerySet[Grant]:
    """Return the company's grants, standing ones first, by person."""
    grants = Grant.objects.filter(company_id=scope.company_id).select_related("person", "portfolio")
    return grants.order_by(F("revoked_at").desc(nulls_first=True), "person__name", "pk")


def audit_trail(scope: Scope, *, table: str = "", actor: str = "", day: date | None = None) -> QuerySet[AuditEvent]:
    """Return the company's audit events, newest first; `actor` is part of a name, e-mail, job or command."""
    events = AuditEvent.objects.filter(chain=scope.company_id).select_related("link")
    if table:
        events = events.filter(table=table)
    if actor:
        people = Person.objects.filter(Q(name__icontains=actor) | Q(email__icontains=actor)).values_list(
            "pk", flat=True
        )
        events = events.filter(Q(actor__icontains=actor) | Q(actor__in=[f"person:{pk}" for pk in people]))
    if day:
        start = timezone.make_aware(datetime.combine(day, time.min))
        events = events.filter(at__gte=start, at__lt=start + timedelta(1))
    return events


def names_of(scope: Scope, actors: Iterable[str]) -> dict[str, str]:
    """Return the name of each actor of the trail that is, or was, a person of the company."""
    ids = {int(actor.removeprefix("person:")) for actor in actors if actor.removeprefix("person:").isdecimal()}
    people = Person.objects.filter(pk__in=ids, grants__company_id=scope.company_id).distinct()
    return {f"person:{person.pk}": str(person) for person in people}


def chain_head(scope: Scope) -> tuple[int, str]:
    """Return position and hash (hex) of the last link: whoever keeps them can prove that no tail was cut off."""
    with scope.active():
        last = AuditLink.objects.filter(chain=scope.company_id).order_by("-position").first()
    return (last.position, bytes(last.hash).hex()) if last else (0, "")


def still_holds(scope: Scope, position: int, digest: str) -> bool:
    """Return whether the chain still has, at `position`, the hash that somebody kept."""
    with scope.active():
        link = AuditLink.objects.filter(chain=scope.company_id, position=position).first()
    return link is not None and bytes(link.hash).hex() == digest.strip().lower()


def broken_links(chain: int) -> list[tuple[int, str]]:
    """Return (event id, what is wrong) for every event of a chain that was altered, removed or left out.

    Chain 0 holds what belongs to no company. The scope of the chain must be active (0: none). Removing the last events
    together with their links leaves a shorter chain without a fault: `chain_head`, kept elsewhere, shows that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(l.event_id, e.id), CASE
                     WHEN e.id IS NULL THEN 'event removed'
                     WHEN l.event_id IS NULL THEN 'event outside the chain'
                     WHEN l.position <> l.expected THEN 'gap before this event'
                     ELSE 'event or order altered' END
              FROM (SELECT event_id, position, hash, row_number() OVER w AS expected,
                           coalesce(lag(hash) OVER w, ''::bytea) AS previous
                      FROM access_auditlink WHERE chain = %s WINDOW w AS (ORDER BY position)) l
              FULL JOIN (SELECT e.id, receba_event_text(e) AS text FROM access_auditevent e WHERE chain = %s) e
                ON e.id = l.event_id
             WHERE e.id IS NULL OR l.event_id IS NULL OR l.position <> l.expected
                OR l.hash <> sha256(l.previous || convert_to(e.text, 'UTF8'))
             ORDER BY 1
            """,
            [chain, chain],
        )
        return [(int(row[0]), str(row[1])) for row in cursor.fetchall()]
