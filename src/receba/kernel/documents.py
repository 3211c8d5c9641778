"""CPF and CNPJ: the fourteen or eleven characters, their check digits, their masks."""

from __future__ import annotations

import re
from typing import Literal

from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError

PersonType = Literal["PF", "PJ"]

_MARKS = re.compile(r"[\s./\-]")


def clean_document(text: str) -> str:
    """Return a CPF or CNPJ without marks, upper case; CNPJ may hold letters since 07/2026 (IN RFB 2.229)."""
    return _MARKS.sub("", text).upper()


def person_type_of(document: str) -> PersonType | None:
    """Return PF for a valid CPF, PJ for a valid CNPJ, None when neither check digits agree."""
    for kind, module in (("PF", cpf), ("PJ", cnpj)):
        try:
            module.validate(document)
        except ValidationError:
            continue
        return "PF" if kind == "PF" else "PJ"
    return None


def format_document(document: str) -> str:
    """Return `529.982.247-25` or `11.222.333/0001-81`; anything else unchanged."""
    if len(document) == 11:
        return f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"
    if len(document) == 14:
        return f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"
    return document


def mask_document(document: str) -> str:
    """Return the document with only its middle legible, for people who may not see it whole."""
    if len(document) == 11:
        return f"***.{document[3:6]}.{document[6:9]}-**"
    if len(document) == 14:
        return f"**.{document[2:5]}.{document[5:8]}/****-**"
    return "***" if document else ""
