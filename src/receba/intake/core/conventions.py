"""The conventions of one file, column by column, and how to tell the user about them."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass

import polars as pl

from receba.intake.core.dates import NOTHING, RELATIVE
from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import Field, TableSpec
from receba.intake.core.mapping import Mapping
from receba.intake.core.raw import RawTable
from receba.intake.core.reading import Finding
from receba.intake.core.sniffing import Found, find_date_orders, find_decimals
from receba.kernel.words import said

_ORDER_NAMES = {
    "dmy": said("dia/mês/ano"),
    "mdy": said("mês/dia/ano"),
    "ymd": said("ano-mês-dia"),
    "relative": said("dias a partir da data-base"),
}
_DECIMAL_NAMES = {"comma": said("vírgula (1.234,56)"), "dot": said("ponto (1,234.56)")}
_DELIMITER_NAMES = {
    "\t": said("tabulação"),
    ";": said("ponto e vírgula"),
    ",": said("vírgula"),
    "|": said("barra vertical"),
}
_CERTAINTY = {
    "proved": "",
    "neighbour": said(" — pelas outras colunas"),
    "consistency": said(" — porque assim a emissão vem antes do vencimento"),
    "assumed": said(" — AMBÍGUO: os valores servem às duas leituras; confira"),
    "conflicting": said(" — CONFLITO: há valores das duas formas; ficou a da maioria"),
    "told": said(" — como você informou"),
}


@dataclass(frozen=True, slots=True)
class Conventions:
    """The order of each date column, the decimal mark of each money column, and what to tell about them."""

    orders: MappingABC[str, Found]
    decimals: MappingABC[str, Found]
    findings: tuple[Finding, ...]


def find_conventions(
    texts: MappingABC[str, pl.Series], spec: TableSpec, mapping: Mapping, raw: RawTable
) -> Conventions:
    """Return what the user told, and for the rest what the values say."""
    dates = {key: text for key, text in texts.items() if spec.field(key).kind == "date"}
    money = {key: text for key, text in texts.items() if spec.field(key).kind == "money"}
    relative = {key for key, text in dates.items() if _is_relative(text)}
    if relative and mapping.base is None:
        names = [spec.field(key).label for key in dates if key in relative]
        told = said("Estas datas vêm como dias relativos ({names}). Informe a data-base: base=2026-01-31.", names=names)
        raise IntakeError("needs_base", told)
    if mapping.dates == "auto":
        orders = find_date_orders(dates, mapping.base)
    else:
        orders = dict.fromkeys(dates, Found(mapping.dates, "told"))
    if mapping.decimal == "auto":
        decimals = find_decimals(money, hint=_decimal_hint(raw))
    else:
        decimals = dict.fromkeys(money, Found(mapping.decimal, "told"))
    orders = {key: Found("relative", "told") if key in relative else found for key, found in orders.items()}
    found = [_told(spec.field(key), f, "date_order", _ORDER_NAMES) for key, f in orders.items()]
    found += [_told(spec.field(key), f, "decimal", _DECIMAL_NAMES) for key, f in decimals.items()]
    return Conventions(orders, decimals, (*_about_file(raw), *found))


def _is_relative(text: pl.Series) -> bool:
    """Return whether the dates are mostly small whole numbers: days before or after some day."""
    filled = text.filter(~text.str.contains(NOTHING)).head(1000)
    return bool(len(filled)) and int(filled.str.contains(RELATIVE).sum()) * 2 > len(filled)


def _decimal_hint(raw: RawTable) -> str:
    """Return the likely decimal mark: a spreadsheet's numbers come with dots, a CSV cut by commas too."""
    return "dot" if raw.format != "csv" or raw.delimiter == "," else "comma"


def _told(field: Field, found: Found, code: str, names: MappingABC[str, str]) -> Finding:
    name, certainty = names[found.value], _CERTAINTY[found.certainty]
    text = said("{field}: {name}{certainty}", field=field.label, name=name, certainty=certainty)
    return Finding(code, field.key, found.value, found.certainty, text)


def _about_file(raw: RawTable) -> tuple[Finding, ...]:
    if raw.format != "csv":
        return (Finding("format", "", raw.format, "proved", said("Formato: {format}", format=raw.format)),)
    name = _DELIMITER_NAMES.get(raw.delimiter, raw.delimiter)
    return (
        Finding("encoding", "", raw.encoding, "proved", said("Codificação: {encoding}", encoding=raw.encoding)),
        Finding("delimiter", "", raw.delimiter, "proved", said("Delimitador: {name}", name=name)),
    )
