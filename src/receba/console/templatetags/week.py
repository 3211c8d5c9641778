"""The allowed hours of a week, for templates."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe

from receba.console.charts.week import week

register = template.Library()


@register.simple_tag
def week_of_hours(days: Sequence[tuple[str, tuple[int, int] | None]], title: str) -> SafeString:
    """Return the drawing of a week's open hours."""
    return mark_safe(week(days, title))  # the pen escapes every text itself
