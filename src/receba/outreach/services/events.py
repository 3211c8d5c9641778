"""Writing down what happened to messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from receba.access.scope import Scope
from receba.outreach.core.gate import Verdict
from receba.outreach.core.policy import Policy
from receba.outreach.models import MessageEvent


def log(
    scope: Scope,
    message_ids: Iterable[int],
    kind: MessageEvent.Kind,
    at: datetime,
    *,
    detail: str = "",
    attempt: int = 0,
) -> None:
    """Add one event to each message."""
    told = (at, str(kind), attempt, detail[:500], str(scope.actor)[:200])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO outreach_messageevent (company_id, message_id, at, kind, attempt, detail, actor)
            SELECT %s, pk, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS pk
            """,
            [scope.company_id, *told, list(message_ids)],
        )


def receipt_of(verdict: Verdict, at: datetime, policy: Policy) -> dict[str, Any]:
    """Return the proof that the gate was asked: when, under which rules, and what it said."""
    return {
        "asked_at": at.isoformat(),
        "allowed": verdict.allowed,
        "reason": str(verdict.reason),
        "rule": verdict.rule,
        "source": verdict.source,
        "next_allowed_at": verdict.next_allowed_at.isoformat() if verdict.next_allowed_at else None,
        "policy_on": policy.on.isoformat(),
        "changes": dict(policy.changes),
    }
