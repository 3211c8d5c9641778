"""Writes a made-up portfolio as the files that a creditor's system would export, and its truth beside them.

A few rows are broken on purpose, in the files only, for the list of rejected rows; `Written` says how many and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import polars as pl
import xlsxwriter

from receba.demo.core import documents
from receba.demo.core.portfolio import Portfolio
from receba.demo.core.text import joined, padded

HEADERS = {
    "clientes": {
        "customer": "codigo_cliente", "name": "nome", "person_type": "tipo_pessoa", "document": "cpf_cnpj",
        "email": "email", "phone": "telefone", "mobile": "celular", "zip": "cep", "street": "logradouro",
        "district": "bairro", "city": "cidade", "state": "uf", "group": "grupo", "since": "cliente_desde",
        "portfolio": "carteira",
    },
    "titulos": {
        "title": "titulo", "customer": "codigo_cliente", "issued": "emissao", "due": "vencimento",
        "amount_centavos": "valor", "description": "descricao", "portfolio": "carteira", "kind": "especie",
    },
    "baixas": {
        "settlement": "baixa", "title": "titulo", "paid": "data_pagamento", "paid_amount_centavos": "valor_pago",
        "fine_centavos": "multa", "interest_centavos": "juros", "discount_centavos": "desconto", "method": "meio",
        "kind": "tipo_baixa", "reverses": "estorna",
    },
}  # fmt: skip
"""File -> our column -> the header in the file."""
SETTLEMENT_KINDS = {
    "payment": "pagamento",
    "discount": "desconto",
    "write_off": "perda",
    "cancellation": "cancelamento",
    "reversal": "estorno",
}
WRONG_DATE = "31/02/2026"


class Style(StrEnum):
    """How a file looks: an old ERP, a modern one, a spreadsheet, a data lake."""

    ERP_CSV = "erp-csv"
    """Semicolon, cp1252, 1.234,56 and dd/mm/aaaa, CPF and CNPJ with marks."""
    CSV = "csv"
    """Comma, UTF-8, 1234.56 and aaaa-mm-dd."""
    XLSX = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: file name (clientes, titulos, baixas) -> path, and -> reason -> broken rows."""

    paths: dict[str, Path]
    broken: dict[str, dict[str, int]]


def write(portfolio: Portfolio, folder: Path, style: Style) -> Written:
    """Write clientes, titulos and baixas in `style` into `folder` (made if needed); return paths and broken rows.

    The same portfolio and style always give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = Written({}, {})
    for name, (frame, broken) in with_broken_rows(portfolio, style).items():
        path = folder / f"{name}.{'csv' if style is Style.ERP_CSV else style.value}"
        _WRITERS[style](frame.rename(HEADERS[name]), path)
        written.paths[name] = path
        written.broken[name] = broken
    return written


def write_truth(portfolio: Portfolio, folder: Path) -> dict[str, Path]:
    """Write the truth (per customer and per title) and the holds as Parquet; return name -> path."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "verdade-clientes": portfolio.truth,
        "verdade-titulos": portfolio.title_truth,
        "bloqueios": portfolio.holds,
    }
    paths = {name: folder / f"{name}.parquet" for name in frames}
    for name, frame in frames.items():
        frame.write_parquet(paths[name])
    return paths


def with_broken_rows(portfolio: Portfolio, style: Style) -> dict[str, tuple[pl.DataFrame, dict[str, int]]]:
    """Return name -> (the rows as the file shows them, reason -> number of broken rows put at the end)."""
    text_dates = style in (Style.ERP_CSV, Style.CSV)
    return {
        "clientes": _broken_customers(_shown(portfolio.customers, style)),
        "titulos": _broken_titles(_shown(portfolio.titles, style), text_dates=text_dates),
        "baixas": _broken_settlements(_shown(portfolio.settlements, style), text_dates=text_dates),
    }


def _broken_customers(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Wrong check digits, and rows without the customer's code."""
    spoilt = frame.slice(5, 3).with_columns(
        customer=joined(pl.col("customer"), "X"), document=documents.spoil(pl.col("document"))
    )
    nameless = frame.slice(8, 1).with_columns(customer=pl.lit(None, dtype=pl.String))
    return pl.concat([frame, spoilt, nameless]), {"wrong document": 3, "missing customer": 1}


def _broken_titles(frame: pl.DataFrame, *, text_dates: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    """A date that does not exist (or none, where the file has real dates), no amount, due before issue."""
    rows = frame.slice(10, 6).with_columns(title=joined(pl.col("title"), "X"))
    no_date = pl.lit(WRONG_DATE) if text_dates else pl.lit(None, dtype=pl.Date)
    no_amount = pl.lit(None, dtype=frame.schema["amount_centavos"])
    wrong = [
        rows.slice(0, 2).with_columns(due=no_date),
        rows.slice(2, 2).with_columns(amount_centavos=no_amount),
        rows.slice(4, 2).with_columns(issued=pl.col("due"), due=pl.col("issued")),
    ]
    return pl.concat([frame, *wrong]), {"wrong date": 2, "missing amount": 2, "due before issue": 2}


def _broken_settlements(frame: pl.DataFrame, *, text_dates: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    rows = frame.slice(20, 3).with_columns(settlement=joined(pl.col("settlement"), "X"))
    no_date = pl.lit(WRONG_DATE) if text_dates else pl.lit(None, dtype=pl.Date)
    no_amount = pl.lit(None, dtype=frame.schema["paid_amount_centavos"])
    wrong = [rows.slice(0, 2).with_columns(paid=no_date), rows.slice(2, 1).with_columns(paid_amount_centavos=no_amount)]
    return pl.concat([frame, *wrong]), {"wrong date": 2, "missing amount": 1}


def _shown(frame: pl.DataFrame, style: Style) -> pl.DataFrame:
    """Return the frame with money, dates, documents and settlement kinds as the file shows them."""
    money = [name for name in frame.columns if name.endswith("_centavos")]
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    if "settlement" in frame.columns:
        frame = frame.with_columns(pl.col("kind").replace_strict(SETTLEMENT_KINDS))
    if style is Style.ERP_CSV:
        frame = frame.with_columns(
            pl.col(dates).dt.strftime("%d/%m/%Y"), *(brazilian(pl.col(n)).alias(n) for n in money)
        )
        return frame.with_columns(marked(pl.col("document"))) if "document" in frame.columns else frame
    if style is Style.CSV:
        return frame.with_columns(pl.col(dates).dt.strftime("%Y-%m-%d"), *(plain(pl.col(n)).alias(n) for n in money))
    return frame.with_columns(_decimal(pl.col(n)).alias(n) for n in money)


def brazilian(centavos: pl.Expr) -> pl.Expr:
    """Return `1.234.567,89` for amounts of centavos from 0 to 999.999.999,99."""
    whole = centavos // 100
    millions, thousands, units = whole // 1_000_000, whole // 1000 % 1000, whole % 1000
    text = (
        pl.when(millions > 0)
        .then(joined(millions, ".", padded(thousands, 3), ".", padded(units, 3)))
        .when(thousands > 0)
        .then(joined(thousands, ".", padded(units, 3)))
        .otherwise(joined(units))
    )
    return joined(text, ",", padded(centavos % 100, 2))


def plain(centavos: pl.Expr) -> pl.Expr:
    """Return `1234567.89` for amounts of centavos from 0."""
    return joined(centavos // 100, ".", padded(centavos % 100, 2))


def marked(document: pl.Expr) -> pl.Expr:
    """Return the CPF or CNPJ with its marks."""
    cpf = document.str.replace(r"^(...)(...)(...)(..)$", "$1.$2.$3-$4")
    return pl.when(document.str.len_chars() == 11).then(cpf).otherwise(
        document.str.replace(r"^(..)(...)(...)(....)(..)$", "$1.$2.$3/$4-$5")
    )  # fmt: skip


def _decimal(centavos: pl.Expr) -> pl.Expr:
    return plain(centavos).cast(pl.Decimal(18, 2))


def _write_erp(frame: pl.DataFrame, path: Path) -> None:
    path.write_bytes(frame.write_csv(separator=";", line_terminator="\r\n").encode("cp1252"))


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path)


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path)


def _write_xlsx(frame: pl.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        # A spreadsheet stores its moment of creation; a fixed one keeps the bytes equal.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        frame.write_excel(book, dtype_formats={pl.Date: "dd/mm/yyyy", pl.Decimal: "#,##0.00"}, autofit=False)


_WRITERS = {
    Style.ERP_CSV: _write_erp,
    Style.CSV: _write_csv,
    Style.XLSX: _write_xlsx,
    Style.PARQUET: _write_parquet,
}
