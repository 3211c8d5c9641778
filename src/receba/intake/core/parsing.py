"""From raw text to a Reading: every data row ends up accepted or rejected, and every centavo is accounted for."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from datetime import date

import polars as pl
import polars.selectors as cs  # by_name takes "*" for a name, where col takes it for all

from receba.intake.core import keys, rules
from receba.intake.core.amounts import parse_amounts
from receba.intake.core.contacts import parse_documents, parse_emails, parse_phones
from receba.intake.core.conventions import Conventions, find_conventions
from receba.intake.core.dates import Column, parse_dates
from receba.intake.core.fields import Field, TableSpec
from receba.intake.core.guessing import guess
from receba.intake.core.mapping import Expression, Mapping
from receba.intake.core.problems import broken_problems, column_problems, ragged_problems, table_of
from receba.intake.core.raw import LINE, RawTable
from receba.intake.core.reading import MoneyTotals, Reading, Totals, accepted_schema
from receba.intake.core.reasons import Reason, Warn
from receba.intake.core.texts import codes, parse_choices, parse_ids, parse_texts, parse_zips


@dataclass(frozen=True, slots=True)
class Policy:
    """What a company decides about its files."""

    document_required: bool = False
    """Refuse a customer whose CPF or CNPJ is absent or wrong, instead of accepting it without one."""


DEFAULT_POLICY = Policy()


def parse(
    raw: RawTable,
    spec: TableSpec,
    mapping: Mapping | None = None,
    policy: Policy = DEFAULT_POLICY,
    *,
    today: date | None = None,
) -> Reading:
    """Return the typed accepted rows, the rejected rows with their reasons, and the totals of `raw`.

    With `today`, a payment after that day is refused.
    """
    chosen = (mapping or guess(raw.header, raw.frame.head(500), spec).mapping).bound_to(raw.header, spec)
    texts = {key: evaluate(expression, raw.frame) for key, expression in chosen.fields.items()}
    conventions = find_conventions(texts, spec, chosen, raw)
    read = _read_columns(texts, spec, chosen, conventions, policy)
    lines = raw.frame[LINE]

    problems = [ragged_problems(raw.ragged)]
    for key, column in read.columns.items():
        problems.append(column_problems(lines, spec.field(key), texts[key], column))
    typed = _typed(spec, lines, read)
    for broken in rules.row_rules(spec, typed, today):
        problems.append(broken_problems(spec, broken))
    sound = typed.join(table_of(problems), on="line", how="anti")
    broken, repeated = rules.key_rules(spec, sound)
    problems.append(broken_problems(spec, broken))

    rejected = table_of(problems).sort("line", maintain_order=True)
    accepted = sound.join(rejected, on="line", how="anti").join(repeated, on="line", how="anti")
    warned = _warnings(lines, texts, spec, read).join(rejected, on="line", how="anti").sort("line", maintain_order=True)
    totals = _totals(raw, spec, read, accepted["line"], rejected["line"], repeated["line"])
    return Reading(
        spec, chosen, _with_keys(spec, accepted), rejected, warned, repeated, totals, conventions.findings
    )  # fmt: skip


def evaluate(expression: Expression, frame: pl.DataFrame) -> pl.Series:
    """Return the text that fills a field; a composite is blank when any of its parts is."""
    if expression.constant is not None:
        return pl.repeat(expression.constant, frame.height, dtype=pl.String, eager=True)
    if len(expression.columns) == 1:
        return frame[expression.columns[0]]
    parts = [cs.by_name(name).str.strip_chars() for name in expression.columns]
    return frame.select(pl.concat_str(parts, separator="-", ignore_nulls=False).alias("text"))["text"]


@dataclass(frozen=True, slots=True)
class _Read:
    """Columns by field, and the residue of rounding of the money ones."""

    columns: dict[str, Column]
    residues: dict[str, pl.Series]


def _read_columns(
    texts: MappingABC[str, pl.Series], spec: TableSpec, mapping: Mapping, conventions: Conventions, policy: Policy
) -> _Read:
    columns: dict[str, Column] = {}
    residues: dict[str, pl.Series] = {}
    for key, text in texts.items():
        field = spec.field(key)
        if field.kind == "money":
            amounts = parse_amounts(text, conventions.decimals[key].value, positive=field.positive)
            columns[key], residues[key] = amounts.column, amounts.residue
        elif field.kind == "date":
            columns[key] = _moved(parse_dates(text, conventions.orders[key].value, mapping.base), mapping.fields[key])
        else:
            columns[key] = _read_text(field, text, policy)
        columns[key] = _required(field, columns[key], policy)
    if {"document", "person_type"} <= columns.keys():
        columns["person_type"] = _agreeing_person_type(columns["person_type"], columns["document"])
    return _Read(columns, residues)


def _read_text(field: Field, text: pl.Series, policy: Policy) -> Column:
    match field.kind:
        case "id":
            return parse_ids(text, field)
        case "document":
            return parse_documents(text, required=policy.document_required)
        case "email":
            return parse_emails(text)
        case "phone":
            return parse_phones(text)
        case "zip":
            return parse_zips(text)
        case "state" | "person_type" | "settlement_kind" | "flag":
            return parse_choices(text, field)
        case _:
            return parse_texts(text, field)


def _moved(column: Column, expression: Expression) -> Column:
    if not expression.offset_days:
        return column
    values = column.values.dt.offset_by(f"{expression.offset_days}d")
    return Column(values, column.reason, column.warning, column.missing)


def _required(field: Field, column: Column, policy: Policy) -> Column:
    if not (field.required or (field.kind == "document" and policy.document_required)):
        return column
    reason = column.reason.zip_with(
        ~column.missing, codes(len(column.missing), column.missing, Reason.MISSING_REQUIRED)
    )
    return Column(column.values, reason, column.warning, column.missing)


def _agreeing_person_type(person_type: Column, document: Column) -> Column:
    """Return the person type that the document proves, where there is one; 11 characters are a CPF."""
    frame = pl.DataFrame({"given": person_type.values, "document": document.values, "warning": person_type.warning})
    proved = pl.when(pl.col("document").str.len_chars() == 11).then(pl.lit("PF")).when(
        pl.col("document").is_not_null()
    ).then(pl.lit("PJ"))  # fmt: skip
    frame = frame.with_columns(proved=proved).with_columns(
        value=pl.coalesce("proved", "given"),
        warning=pl.when(pl.col("given") != pl.col("proved"))
        .then(pl.lit(Warn.PERSON_TYPE_MISMATCH.value))
        .otherwise("warning"),
    )
    return Column(frame["value"], person_type.reason, frame["warning"], person_type.missing)


def _typed(spec: TableSpec, lines: pl.Series, read: _Read) -> pl.DataFrame:
    """Return line and every field of the table, null where unmapped or unreadable, defaults filled in."""
    types = accepted_schema(spec)
    frame = pl.DataFrame({"line": lines.cast(pl.Int64)}).with_columns(
        read.columns[f.key].values.cast(types[f.key]).alias(f.key) if f.key in read.columns
        else pl.lit(None, dtype=types[f.key]).alias(f.key)
        for f in spec.fields
    )  # fmt: skip
    if spec.name == "settlements":
        return frame.with_columns(pl.col("kind").fill_null("payment"))
    if spec.name != "ledger":
        return frame
    readable = read.columns["paid"].reason.is_null() if "paid" in read.columns else pl.lit(value=True)
    given = pl.col("paid_amount")
    return frame.with_columns(
        paid_amount=pl.when(pl.col("paid").is_not_null()).then(given.fill_null(pl.col("amount")))
        .otherwise(pl.when(given != 0).then(given)),
        paid_readable=readable,
    )  # fmt: skip


def _with_keys(spec: TableSpec, accepted: pl.DataFrame) -> pl.DataFrame:
    if spec.name == "ledger":
        accepted = keys.with_flat_settlement_keys(keys.with_title_keys(accepted))
    elif spec.name == "settlements":
        accepted = keys.with_settlement_keys(accepted)
    return accepted.select(accepted_schema(spec).keys())


def _warnings(lines: pl.Series, texts: MappingABC[str, pl.Series], spec: TableSpec, read: _Read) -> pl.DataFrame:
    return table_of([
        column_problems(lines, spec.field(key), texts[key], column, warnings=True)
        for key, column in read.columns.items()
    ])  # fmt: skip


def _totals(
    raw: RawTable, spec: TableSpec, read: _Read, accepted: pl.Series, rejected: pl.Series, repeated: pl.Series
) -> Totals:
    lines = raw.frame[LINE]
    is_repeated, is_rejected = lines.is_in(repeated.implode()), lines.is_in(rejected.implode())
    money = {}
    for field in spec.fields:
        if field.key not in read.residues:
            continue
        column, residue = read.columns[field.key], read.residues[field.key]
        values = column.values
        again, refused = (int(values.filter(mask).sum()) for mask in (is_repeated, is_rejected))
        read_centavos = int(values.sum())
        money[field.key] = MoneyTotals(
            read_centavos=read_centavos,
            accepted_centavos=int(values.filter(~is_repeated & ~is_rejected).sum()),
            repeated_centavos=again,
            rejected_centavos=refused,
            unreadable_rows=int((values.is_null() & ~column.missing).sum()),
            rounded_rows=int((residue != 0).sum()),
            rounding_e12=int(residue.sum()),
        )
    return Totals(
        rows=raw.rows,
        accepted_rows=len(accepted) + len(repeated),
        rejected_rows=rejected.n_unique(),
        repeated_rows=len(repeated),
        blank_lines=raw.blank_lines,
        money=money,
    )
