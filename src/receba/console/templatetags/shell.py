"""What the frame around the pages says."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message

from receba.access.toasts import undo_of

register = template.Library()


@register.filter
def undo(message: Message) -> dict[str, Any] | None:
    """Return the address and the fields by which what a message says is undone."""
    return undo_of(message)
