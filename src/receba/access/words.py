"""What a core says, in the language of whoever reads."""

from __future__ import annotations

from django.utils.translation import gettext

from receba.kernel.words import said_in


def translated(text: str) -> str:
    """Return a sentence of a core (`receba.kernel.words`) in the active language; any other text as it is."""
    return said_in(text, gettext)
