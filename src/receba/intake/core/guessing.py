"""Which column fills which field, by the header and by what the values look like."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

from receba.intake.core.fields import SPECS, Field, TableSpec
from receba.intake.core.mapping import Expression, Mapping, normalise

ENOUGH = 0.5
"""Below this confidence a field is left without column."""

_LOOKS = {
    "date": r"^\s*(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{8}|[+-]?[0-9]{1,5}(?:\.0)?$)",
    "money": r"^\s*(?:R\$)?\s*[-+(]?[0-9.,]+\)?-?\s*$",
    "email": r"@",
    "phone": r"[0-9].*[0-9].*[0-9].*[0-9].*[0-9].*[0-9].*[0-9].*[0-9]",
    "document": r"^[0-9A-Za-z./\- ]{9,18}$",
    "zip": r"^\D*[0-9][0-9.\- ]{5,}\D*$",
    "state": r"^\s*[A-Za-z]{2}\s*$",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A mapping nobody has confirmed, and how sure we are of each field (0 to 1)."""

    mapping: Mapping
    confidence: MappingABC[str, float]


def guess(header: tuple[str, ...], sample: pl.DataFrame, spec: TableSpec) -> Guess:
    """Return the likeliest column of each field; a column fills one field only, unless a composite also needs it."""
    offers = [
        (score * _fitness(field, column, sample[column]), -order, field.key, column)
        for order, field in enumerate(spec.fields)
        for column in header
        if (score := _name_score(field, column)) >= ENOUGH
    ]
    chosen: dict[str, tuple[float, Expression]] = {}
    used: set[str] = set()
    for composite_key, expression in _composites(header, spec).items():
        chosen[composite_key] = (0.9, expression)
    for score, _, key, column in sorted(offers, reverse=True):
        if score >= ENOUGH and key not in chosen and column not in used:
            chosen[key] = (score, Expression((column,)))
            used.add(column)
    fields = {field.key: chosen[field.key][1] for field in spec.fields if field.key in chosen}
    return Guess(Mapping(fields), {key: round(score, 2) for key, (score, _) in chosen.items()})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a column: its name, and the share of its values (0 to 100) that look like the field.

    `name`: ours (our own header or label), known (a synonym), part (contains one), joined (several columns that belong
    together), other. `fits` is None for fields whose values may look like anything, and for empty columns.
    """

    name: Literal["ours", "known", "part", "joined", "other"]
    fits: int | None


def evidence(field: Field, expression: Expression, sample: pl.DataFrame) -> Evidence | None:
    """Return what speaks for filling the field this way; None for a constant."""
    if not expression.columns:
        return None
    if len(expression.columns) > 1:
        return Evidence("joined", None)
    column = expression.columns[0]
    score, filled, pattern = _name_score(field, column), sample[column].drop_nulls(), _LOOKS.get(field.kind)
    words = _words(column)
    name: Literal["ours", "known", "part", "other"] = "other"
    if any(words == _words(own) for own in _own_names(field)):
        name = "ours"
    elif score >= ENOUGH:
        name = "known" if any(words == _words(synonym) for synonym in field.synonyms) else "part"
    looks = (
        None if pattern is None or filled.is_empty() else 100 * int(filled.str.contains(pattern).sum()) // len(filled)
    )
    return Evidence(name, looks)


def guess_table(header: tuple[str, ...], sample: pl.DataFrame) -> str:
    """Return the name of the table that the header most likely is.

    It has all required fields and explains most of the columns; of two that explain the same, the stricter one.
    """

    def score(spec: TableSpec) -> tuple[bool, float, int]:
        confidence = guess(header, sample, spec).confidence
        whole = all(field.key in confidence for field in spec.required)
        return whole, round(sum(confidence.values()), 2), len(spec.required)

    return max(SPECS.values(), key=score).name


def _name_score(field: Field, column: str) -> float:
    """Return 1 for the field's own header or a synonym, less for a header that contains one."""
    words = _words(column)
    best = 0.0
    for position, synonym in enumerate((*_own_names(field), *field.synonyms)):
        wanted = _words(synonym)
        if words == wanted:
            best = max(best, 1.0 - position / 1000)
        elif len(wanted) > 1 and _contains(words, wanted):
            best = max(best, 0.5 + 0.4 * len(wanted) / len(words))
    return best


def _own_names(field: Field) -> tuple[str, str, str]:
    return (field.header, field.key, field.label)


_SHORT_FORMS = {
    "dt": "data", "dta": "data", "vl": "valor", "vlr": "valor", "val": "valor", "cod": "codigo", "cd": "codigo",
    "num": "numero", "nr": "numero", "nro": "numero", "no": "numero", "n": "numero", "tit": "titulo",
    "venc": "vencimento", "vencto": "vencimento", "vcto": "vencimento", "pagto": "pagamento", "pgto": "pagamento",
    "emis": "emissao", "doc": "documento", "dupl": "duplicata", "cli": "cliente",
}  # fmt: skip
_LINKS = frozenset({"de", "do", "da", "dos", "das", "em", "e"})


@lru_cache(maxsize=4096)
def _words(name: str) -> list[str]:
    """Return the words of a header in full and without links: `Dt. do Vencto` → data, vencimento."""
    return [_SHORT_FORMS.get(word, word) for word in normalise(name).split() if word not in _LINKS]


def _contains(words: list[str], wanted: list[str]) -> bool:
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words) - len(wanted) + 1))


def _fitness(field: Field, column: str, values: pl.Series) -> float:
    """Return how well the values look like the field; an empty column does not speak against it."""
    filled = values.drop_nulls()
    pattern = _LOOKS.get(field.kind)
    if pattern is None or filled.is_empty():
        return 1.0
    share = float(filled.str.contains(pattern).sum()) / len(filled)
    if field.kind in ("date", "money") or normalise(column) in map(normalise, _own_names(field)):
        return 0.6 + 0.4 * share  # a well-named column full of mistakes is still that column
    return 0.3 + 0.7 * share if share >= 0.5 else share


def _composites(header: tuple[str, ...], spec: TableSpec) -> dict[str, Expression]:
    """Return the fields that need several columns of this header."""
    by_words = {" ".join(_words(column)): column for column in reversed(header)}
    found: dict[str, Expression] = {}
    for field in spec.fields:
        for names in field.composites:
            wanted = [" ".join(_words(name)) for name in names]
            if field.key not in found and all(name in by_words for name in wanted):
                found[field.key] = Expression(tuple(by_words[name] for name in wanted))
    return found
