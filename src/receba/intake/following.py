"""An import told to whoever watches it, step by step; and, between two batches, whether somebody asked it to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from receba.access.scope import Scope
from receba.intake.models import ImportFile, ImportProgress
from receba.intake.writing import Progress


class Stopped(Exception):
    """Somebody asked the import to stop; whole batches may have been written before."""


@dataclass(slots=True)
class Follower:
    """A progress that is also stored, in short transactions of its own."""

    scope: Scope
    file_id: int
    also: Progress
    step: str = ""
    done: int = 0
    begun_at: datetime = field(default_factory=timezone.now)
    step_at: datetime | None = None
    past: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Store how far the import is. Raises Stopped when it was asked to stop and work is left in this step."""
        now = timezone.now()
        if step != self.step:
            if self.step:
                seconds = round((now - (self.step_at or self.begun_at)).total_seconds(), 1)
                self.past.append({"step": self.step, "rows": self.done, "seconds": seconds})
            self.step, self.step_at = step, now
        self.done = done
        facts = {
            "company_id": self.scope.company_id, "step": step, "done": done, "total": total, "updated_at": now,
            "begun_at": self.begun_at, "step_at": self.step_at, "past": self.past,
        }  # fmt: skip
        with self.scope.active(), transaction.atomic():
            ImportProgress.objects.update_or_create(file_id=self.file_id, defaults=facts)
            asked = ImportFile.objects.filter(pk=self.file_id, state=ImportFile.State.STOPPING).exists()
        self.also(step, done, total)
        if asked and not (total and done >= total):
            raise Stopped
