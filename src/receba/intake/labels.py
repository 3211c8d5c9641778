"""What people read about a file, in their language; problems are stored as Portuguese sentences, with their code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from receba.access.words import translated
from receba.intake.core.reasons import Reason, wording_of
from receba.kernel.words import Said

_PLACE = re.compile(r"\\?\{(field|value|other)\\?\}")


def told(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem (field, value, reason, message, remedy) with message and remedy in the reader's language."""
    wording = wording_of(Reason(problem["reason"]))
    return {
        **problem,
        "message": _again(problem["message"], wording.message),
        "remedy": _again(problem["remedy"], wording.remedy),
    }


def _again(text: str, wording: Said) -> str:
    """Return a sentence said by its wording once more, translated; as it stands where the wording was another."""
    found = _pattern(str(wording)).fullmatch(text)
    if found is None:
        return text
    values = found.groupdict()
    if label := values.get("field"):
        values["field"] = gettext(label)  # the labels of fields are texts themselves
    return _PLACE.sub(lambda place: values[place.group(1)], translated(wording))


@lru_cache(maxsize=256)
def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.*)", re.escape(wording)), re.DOTALL)
