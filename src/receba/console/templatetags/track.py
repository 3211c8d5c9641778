"""The line of days of a ruler, for templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from receba.console.charts.track import Stop, track

register = template.Library()


@register.simple_tag
def ruler_track(steps: Sequence[dict[str, Any]], title: str) -> SafeString:
    """Return the line of days of a ruler's steps, as ruler.views makes them."""
    stops = [
        Stop(row["step"].offset_days, f"{row['day']}: {row['text'] or row['channel']}", str(row["shade"]))
        for row in steps
    ]
    return mark_safe(track(stops, title))  # the pen escapes every text itself
