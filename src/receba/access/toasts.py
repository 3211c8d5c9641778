"""Telling a person what was done, with the way to undo it beside the words. Shown by the console's layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_UNDO = "undo"


def told(
    request: HttpRequest,
    text: str,
    *,
    undo: tuple[str, Mapping[str, str | int]] | None = None,
    level: int = messages.SUCCESS,
) -> None:
    """Say `text` on the next page; `undo` is the address that takes it back and the fields to be posted there.

    The address must check by itself who may do it: the words may be read, and the button pressed, at any later time.
    """
    tags = json.dumps({_UNDO: [undo[0], dict(undo[1])]}) if undo else ""
    messages.add_message(request, level, text, extra_tags=tags)


def undo_of(message: Message) -> dict[str, Any] | None:
    """Return the `address` and `fields` by which a message is undone; None for one that only says something."""
    if not (message.extra_tags or "").startswith('{"undo"'):
        return None
    address, fields = json.loads(message.extra_tags)[_UNDO]
    return {"address": address, "fields": fields}
