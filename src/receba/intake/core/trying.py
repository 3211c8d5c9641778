"""A mapping tried on the first rows of a file: what each field would read, what is missing, what stays in doubt."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from receba.intake.core.amounts import parse_amounts
from receba.intake.core.conventions import find_conventions
from receba.intake.core.dates import parse_dates
from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import Field, TableSpec
from receba.intake.core.guessing import Evidence, evidence
from receba.intake.core.mapping import Expression, Mapping
from receba.intake.core.parsing import DEFAULT_POLICY, Policy, evaluate, parse
from receba.intake.core.raw import RawTable
from receba.intake.core.reading import Finding, Reading
from receba.intake.core.sniffing import Found

SHOWN = 3
"""Values of a column that are shown."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of the file and what it is read as; `otherwise` is what the other convention would make of it.

    Dates are dates, money is centavos, the rest stays text; None is what cannot be read.
    """

    text: str
    value: date | int | str | None
    otherwise: date | int | None = None
    convention: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one field reads under a mapping. `state`: read, missing (required), absent, or unknown (no such column)."""

    field: Field
    expression: Expression | None
    state: Literal["read", "missing", "absent", "unknown"]
    samples: tuple[Sample, ...] = ()
    found: Found | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A mapping tried: field by field, and the whole reading of the first rows where nothing required is missing.

    `refusal` says why there is no reading.
    """

    fields: tuple[Tried, ...]
    reading: Reading | None = None
    refusal: IntakeError | None = None
    findings: tuple[Finding, ...] = ()
    unused: tuple[str, ...] = field(default_factory=tuple)


def try_mapping(
    raw: RawTable, spec: TableSpec, mapping: Mapping, policy: Policy = DEFAULT_POLICY, today: date | None = None
) -> Trial:
    """Return what a mapping, whole or not, makes of the rows of `raw`."""
    known = {
        key: expression
        for key, expression in mapping.fields.items()
        if key in spec.by_key() and set(expression.columns) <= set(raw.header)
    }
    texts = {key: evaluate(expression, raw.frame) for key, expression in known.items()}
    refusal: IntakeError | None = None
    reading: Reading | None = None
    orders: MappingABC[str, Found] = {}
    decimals: MappingABC[str, Found] = {}
    findings: tuple[Finding, ...] = ()
    try:
        conventions = find_conventions(texts, spec, mapping, raw)
        orders, decimals, findings = conventions.orders, conventions.decimals, conventions.findings
        reading = parse(raw, spec, mapping, policy, today=today)
    except IntakeError as wrong:
        refusal = wrong
    fields = []
    for each in spec.fields:
        given = mapping.fields.get(each.key)
        if each.key in texts:
            found = orders.get(each.key) or decimals.get(each.key)
            samples = _samples(each, texts[each.key], found, mapping)
            proof = evidence(each, known[each.key], raw.frame)
            fields.append(Tried(each, given, "read", samples, found, proof))
        else:
            state: Literal["missing", "absent", "unknown"] = (
                "unknown" if given else "missing" if each.required else "absent"
            )
            fields.append(Tried(each, given, state))
    used = {column for expression in known.values() for column in expression.columns}
    return Trial(tuple(fields), reading, refusal, findings, tuple(name for name in raw.header if name not in used))


def _samples(each: Field, text: pl.Series, found: Found | None, mapping: Mapping) -> tuple[Sample, ...]:
    """Return a few distinct values as read; among dates and amounts, those that two conventions read differently first."""
    distinct = text.drop_nulls().unique(maintain_order=True)
    if each.kind == "date" and found:
        return _both_ways(distinct, *_dates(distinct, found.value, mapping))
    if each.kind == "money" and found:
        other = "dot" if found.value == "comma" else "comma"
        read = parse_amounts(distinct, found.value, positive=False).column.values
        return _both_ways(distinct, read, parse_amounts(distinct, other, positive=False).column.values, found.value)
    return tuple(Sample(value, value) for value in distinct.head(SHOWN))


def _dates(text: pl.Series, order: str, mapping: Mapping) -> tuple[pl.Series, pl.Series, str]:
    other = {"dmy": "mdy", "mdy": "dmy"}.get(order, order)
    base = mapping.base
    return parse_dates(text, order, base).values, parse_dates(text, other, base).values, order


def _both_ways(text: pl.Series, read: pl.Series, other: pl.Series, convention: str) -> tuple[Sample, ...]:
    rows = pl.DataFrame({"text": text, "read": read, "other": other}).with_columns(
        twofold=(pl.col("read") != pl.col("other")).fill_null(value=False)
    )
    first = pl.concat(
        [rows.filter("twofold").head(1), rows.filter(~pl.col("twofold")), rows.filter("twofold").slice(1)]
    )
    return tuple(
        Sample(row["text"], row["read"], row["other"] if row["twofold"] else None, convention)
        for row in first.head(SHOWN).iter_rows(named=True)
    )
