"""Which companies a person may enter, and with what permissions."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from receba.access.core.roles import Role, permissions_of
from receba.access.models import AuditEvent, Company, Grant, Person
from receba.access.scope import Actor, Scope


def companies_of(person: Person) -> QuerySet[Company]:
    """Return the companies in which the person has a grant that was not revoked."""
    return Company.objects.filter(grants__person=person, grants__revoked_at=None).distinct()


def scope_for(person: Person, company_id: int, reason: str = "") -> Scope | None:
    """Return the person's scope in a company, or None when nothing is granted there.

    A grant over one portfolio restricts; a grant over the whole company lifts the restriction.
    """
    grants = list(Grant.objects.filter(person=person, company_id=company_id, revoked_at=None))
    if not grants or not person.is_active:
        return None
    whole = any(grant.portfolio_id is None for grant in grants)
    return Scope(
        company_id=company_id,
        actor=Actor("person", person.email, person.pk),
        permissions=permissions_of([Role(grant.role) for grant in grants]),
        portfolios=None if whole else frozenset(g.portfolio_id for g in grants if g.portfolio_id is not None),
        reason=reason,
    )


def audit_trail(scope: Scope) -> QuerySet[AuditEvent]:
    """Return the company's audit events, newest first."""
    return AuditEvent.objects.filter(chain=scope.company_id).select_related("link")


def broken_links(chain: int) -> list[tuple[int, str]]:
    """Return (event id, what is wrong) for every event of a chain that was altered, removed or left out.

    Chain 0 holds what belongs to no company. The scope of the chain must be active (0: none).
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
