"""The company's own texts: one draft at a time, checked before it is published, never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.scope import Scope
from receba.outreach.core.figures import Key
from receba.outreach.core.policy import Channel
from receba.outreach.core.wording import Problem
from receba.outreach.facts import creditor_of
from receba.outreach.models import MessageTemplate
from receba.outreach.rendering import Source, problems


class BadTemplate(Exception):
    """The text may not be published: `problems` says why."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.part}: {p.fault} {p.found}" for p in found))
        self.problems = list(found)


class NoDraft(Exception):
    """There is no draft of this template."""


@transaction.atomic
def write_template(scope: Scope, *, key: Key, source: Source, channel: Channel = Channel.EMAIL) -> MessageTemplate:
    """Keep the company's draft of a text, replacing the one there is; what is published stays as it is."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        own = MessageTemplate.objects.filter(key=key, channel=channel)
        last = own.filter(published_at__isnull=False).aggregate(last=Max("version"))["last"] or 0
        draft, _new = MessageTemplate.objects.update_or_create(
            company_id=scope.company_id,
            key=key,
            channel=channel,
            published_at=None,
            defaults={
                "version": last + 1,
                "subject": source.subject,
                "text": source.text,
                "html": source.html,
                "written_by": str(scope.actor),
                "recorded_at": timezone.now(),
            },
        )
    return draft


@transaction.atomic
def publish_template(scope: Scope, *, key: Key, channel: Channel = Channel.EMAIL) -> MessageTemplate:
    """Publish the draft: messages prepared from now on say it. Raises NoDraft, BadTemplate."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        draft = _draft(key, channel)
        homes = creditor_of(Company.objects.get(pk=scope.company_id)).homes
        found = problems(key, Source(draft.subject, draft.text, draft.html), homes)
        grave = [problem for problem in found if not problem.warning]
        if grave:
            raise BadTemplate(grave)
        draft.published_at = timezone.now()
        draft.save(update_fields=["published_at"])
    return draft


@transaction.atomic
def discard_draft(scope: Scope, *, key: Key, channel: Channel = Channel.EMAIL) -> None:
    """Throw the draft away. Raises NoDraft."""
    scope.require(Permission.EDIT_RULER)
    with scope.active():
        _draft(key, channel).delete()


def _draft(key: Key, channel: Channel) -> MessageTemplate:
    row = MessageTemplate.objects.select_for_update().filter(key=key, channel=channel, published_at=None).first()
    if row is None:
        raise NoDraft(key)
    return row
