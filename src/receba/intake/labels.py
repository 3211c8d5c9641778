"""What people read about a file, in their language; problems are stored as Portuguese sentences, with their code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from receba.access.words import translated
from receba.intake.core.fields import SPECS
from receba.intake.core.reasons import Reason, wording_of
from receba.intake.models import ImportFile
from receba.kernel.words import Said, said_again

REASON_LABELS = {
    Reason.RAGGED_ROW: _("número de colunas diferente do cabeçalho"),
    Reason.MISSING_REQUIRED: _("em branco"),
    Reason.NOT_A_DATE: _("data que não existe"),
    Reason.DATE_OUT_OF_RANGE: _("data fora do período"),
    Reason.NOT_A_NUMBER: _("não é um valor em dinheiro"),
    Reason.AMOUNT_NOT_POSITIVE: _("precisa ser maior que zero"),
    Reason.NEGATIVE_AMOUNT: _("valor negativo"),
    Reason.AMOUNT_OVER_BUDGET: _("valor alto demais"),
    Reason.DUE_BEFORE_ISSUE: _("anterior à emissão"),
    Reason.PAID_BEFORE_ISSUE: _("anterior à emissão"),
    Reason.PAID_IN_FUTURE: _("pagamento ainda por acontecer"),
    Reason.MISSING_PAID_DATE: _("valor pago sem data"),
    Reason.DUPLICATE_KEY: _("número repetido com outro conteúdo"),
    Reason.CONFLICTING_TITLE: _("título repetido com outros dados"),
    Reason.DAMAGED_ID: _("código que perdeu dígitos na planilha"),
    Reason.TOO_LONG: _("código longo demais"),
    Reason.UNKNOWN_KIND: _("tipo de baixa desconhecido"),
    Reason.MISSING_REVERSED: _("estorno sem a baixa que desfaz"),
    Reason.BAD_DOCUMENT: _("CPF ou CNPJ inválido"),
    Reason.OTHER_CUSTOMER: _("título de outro cliente"),
    Reason.UNKNOWN_TERMS: _("condições não cadastradas"),
    Reason.CONSUMER_TERMS: _("condições que não valem para pessoa física"),
    Reason.KEY_REUSED: _("baixa registrada com outros dados"),
    Reason.PAID_AGAIN: _("título já pago"),
    Reason.UNKNOWN_REVERSED: _("baixa estornada não encontrada"),
    Reason.ALREADY_REVERSED: _("baixa já estornada"),
    Reason.REVERSAL_AMOUNT: _("estorno de outro valor"),
}
"""A reason in a few words, after the name of its field."""


def failure(file: ImportFile) -> str:
    """Return what stopped the import of a file; empty where nothing did. An old file tells it in Portuguese only."""
    return translated(said_again(file.failure)) if file.failure is not None else file.error


def problem(table: str, code: str) -> str:
    """Return a problem (`field:reason`) in words: `vencimento: data que não existe`."""
    key, _colon, reason = code.partition(":")
    words = str(REASON_LABELS[Reason(reason)]) if reason in set(Reason) else gettext("outro motivo")
    field = SPECS[table].by_key().get(key)
    return f"{translated(field.label)}: {words}" if field else words


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
