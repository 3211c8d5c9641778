"""Writing down what happened to messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

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
    MessageEvent.objects.bulk_create(
        MessageEvent(
            company_id=scope.company_id,
            message_id=pk,
            at=at,
            kind=kind,
            attempt=attempt,
            detail=detail[:500],
            actor=str(scope.actor)[:200],
        )
        for pk in message_ids
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
