"""Switching the rules of contact: dated, reasoned, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.scope import Scope
from receba.outreach.core.policy import changed
from receba.outreach.facts import policy_of
from receba.outreach.models import ContactPolicyChange


def change_policy(scope: Scope, *, since: date, changes: Mapping[str, Any], reason: str) -> ContactPolicyChange:
    """Replace the company's changes to the policy from a day on. Raises BadPolicy, and ValueError for no reason."""
    scope.require(Permission.SETTINGS)
    if not reason.strip():
        raise ValueError("a change of policy needs its reason")
    changed(policy_of(scope, since), changes)
    with scope.active():
        return ContactPolicyChange.objects.create(
            company_id=scope.company_id,
            since=since,
            changes=dict(changes),
            reason=reason,
            recorded_at=timezone.now(),
            recorded_by=str(scope.actor),
        )
