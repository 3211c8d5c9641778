"""Which column of the file fills which field.

The grammar of one expression: `COL`, a composite `COL_A+COL_B` (joined by `-`), a constant `="texto"`, a date moved by
days `COL+30d`, `COL-30d`. A column whose name holds `, + "` goes between double quotes, with `""` for a quote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import TableSpec
from receba.kernel.words import said

DateOrder = Literal["auto", "dmy", "mdy", "ymd"]
DecimalMark = Literal["auto", "comma", "dot"]
_ORDERS: dict[str, DateOrder] = {"auto": "auto", "dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}
_MARKS: dict[str, DecimalMark] = {"auto": "auto", "comma": "comma", "dot": "dot"}

_TOKEN = re.compile(r'"(?:[^"]|"")*"|[^"+,]+')
_OFFSET = re.compile(r"\s*([+-]\s*\d{1,4})d\s*$")
_PAIR = re.compile(r'(?:"(?:[^"]|"")*"|[^",])+')
_NEEDS_QUOTES = re.compile(r'[,+"]|^\s|\s$|^=|[+-]\s*\d{1,4}d$|^$')
_DATE_ADVICE = {
    "issued": said("; sem emissão no arquivo, o vencimento menos o prazo: issued=COLUNA_VENCIMENTO-30d."),
    "due": said("; sem vencimento no arquivo, a emissão mais o prazo: due=COLUNA_EMISSAO+30d."),
}
OPTIONS = ("dates", "decimal", "base", "delimiter")


def normalise(name: str) -> str:
    """Return a name as lower-case words without accents or punctuation: `DATA_Emissão` → `data emissao`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return " ".join(re.findall(r"[a-z0-9]+", words.lower()))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _unquote(text: str) -> str:
    return text[1:-1].replace('""', '"')


@dataclass(frozen=True, slots=True)
class Expression:
    """How one field is filled: from columns joined by `-`, or a constant; a date may be moved by days."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    offset_days: int = 0

    def __str__(self) -> str:
        """Return the expression in the grammar that `parse_expression` reads."""
        if self.constant is not None:
            return "=" + _quote(self.constant)
        text = "+".join(_quote(name) if _NEEDS_QUOTES.search(name) else name for name in self.columns)
        return f"{text}{self.offset_days:+d}d" if self.offset_days else text


def parse_expression(text: str) -> Expression:
    """Return the expression written in `text`; raises IntakeError("bad_mapping") when it is not one."""
    text = text.strip()
    if text.startswith("="):
        value = text[1:].strip()
        return Expression(constant=_unquote(value) if value.startswith('"') and value.endswith('"') else value)
    offset, body = 0, text
    if found := _OFFSET.search(text):
        offset, body = int(found.group(1).replace(" ", "")), text[: found.start()]
    tokens = _TOKEN.findall(body)
    if not tokens or "+".join(tokens) != body:
        told = said('Não entendi a expressão “{text}”. Exemplos: COLUNA, A+B, ="texto", DATA+30d.', text=text)
        raise IntakeError("bad_mapping", told)
    columns = tuple(_unquote(token) if token.startswith('"') else token.strip() for token in tokens)
    return Expression(columns, None, offset)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The expressions of a file by field, and how its dates and numbers are written.

    `dates`: order of day, month and year. `decimal`: the decimal mark. `base`: the day from which relative days count.
    `auto` lets each column's own values decide.
    """

    fields: MappingABC[str, Expression] = field(default_factory=dict)
    dates: DateOrder = "auto"
    decimal: DecimalMark = "auto"
    base: date | None = None
    delimiter: str | None = None

    @classmethod
    def from_line(cls, line: str) -> Mapping:
        """Return the mapping written as on the command line: `customer=ID_CLIENTE,due=VENC,dates=dmy`."""
        pairs: dict[str, str] = {}
        for part in _PAIR.findall(line):
            key, mark, value = part.partition("=")
            if not mark or not key.strip() or not value.strip():
                raise IntakeError("bad_mapping", said("Esperava campo=COLUNA e veio “{part}”.", part=part.strip()))
            if key.strip() in pairs:
                told = said("O campo “{key}” aparece duas vezes no mapeamento.", key=key.strip())
                raise IntakeError("bad_mapping", told)
            pairs[key.strip()] = value.strip()
        return cls._from_pairs(pairs)

    @classmethod
    def from_json(cls, data: MappingABC[str, Any]) -> Mapping:
        """Return the mapping that `to_json` wrote."""
        options = {key: str(data[key]) for key in OPTIONS if data.get(key) is not None}
        return cls._from_pairs({**{key: str(text) for key, text in data.get("fields", {}).items()}, **options})

    @classmethod
    def _from_pairs(cls, pairs: MappingABC[str, str]) -> Mapping:
        dates, decimal = _ORDERS.get(pairs.get("dates", "auto")), _MARKS.get(pairs.get("decimal", "auto"))
        if dates is None:
            told = said("dates={given} não existe: use auto, dmy, mdy ou ymd.", given=pairs["dates"])
            raise IntakeError("bad_mapping", told)
        if decimal is None:
            told = said("decimal={given} não existe: use auto, comma ou dot.", given=pairs["decimal"])
            raise IntakeError("bad_mapping", told)
        fields = {key: parse_expression(text) for key, text in pairs.items() if key not in OPTIONS}
        delimiter = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(d := pairs.get("delimiter", ""), d)
        return cls(fields, dates, decimal, _base_date(pairs.get("base")), delimiter or None)

    def to_json(self) -> dict[str, Any]:
        """Return a value for JSON: expressions as text, options as they are written on the line."""
        return {
            "fields": {key: str(expression) for key, expression in self.fields.items()},
            "dates": self.dates,
            "decimal": self.decimal,
            "base": self.base.isoformat() if self.base else None,
            "delimiter": self.delimiter,
        }

    def bound_to(self, header: tuple[str, ...], spec: TableSpec) -> Mapping:
        """Return the mapping with the header's own spelling.

        Raises IntakeError for a field that the table has not, a column that the file has not, a required field
        without column, or days added to what is not a date.
        """
        by_key = spec.by_key()
        bound = {}
        for key, expression in self.fields.items():
            if key not in by_key:
                told = said(
                    "A tabela de {table} não tem o campo “{key}”. Campos: {known}.",
                    table=spec.label, key=key, known=list(by_key),
                )  # fmt: skip
                raise IntakeError("unknown_field", told)
            if expression.offset_days and by_key[key].kind != "date":
                raise IntakeError("bad_mapping", said("Só datas podem somar dias; “{key}” não é data.", key=key))
            bound[key] = replace(expression, columns=tuple(_find(name, header) for name in expression.columns))
        if absent := [f for f in spec.required if f.key not in bound]:
            told = said(
                "Não sei que coluna traz: {names}. Colunas do arquivo: {header}. "
                "Informe, por exemplo, {key}=COLUNA{advice}",
                names=[said("{label} ({key})", label=f.label, key=f.key) for f in absent],
                header=header, key=absent[0].key, advice=_DATE_ADVICE.get(absent[0].key, "."),
            )  # fmt: skip
            raise IntakeError("unmapped_required", told)
        return replace(self, fields={key: bound[key] for key in by_key if key in bound})


def _base_date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        told = said("base={text} não é uma data: use ano-mês-dia, como 2026-01-31.", text=text)
        raise IntakeError("bad_mapping", told) from error


def _find(name: str, header: tuple[str, ...]) -> str:
    if name in header:
        return name
    alike = [column for column in header if normalise(column) == normalise(name)]
    if len(alike) == 1:
        return alike[0]
    told = said("O arquivo não tem a coluna “{name}”. Colunas: {header}.", name=name, header=header)
    raise IntakeError("unknown_column", told)
