"""XLSX and Parquet: row numbers, dates, codes that must not pass through a float."""

import io
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter

from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import LEDGER
from receba.intake.core.parsing import parse
from receba.intake.core.raw import LINE
from receba.intake.readers import read_bytes

HEADER = ["codigo_cliente", "titulo", "emissao", "vencimento", "valor"]


def workbook(*rows, first_sheet_empty=False):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    if first_sheet_empty:
        book.add_worksheet("Capa")
    sheet = book.add_worksheet("Dados")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001
            elif value is not None:
                sheet.write(number, column, value)
    book.close()
    return stream.getvalue()


ROW = ["0042", "6759864637454708017", date(2026, 3, 1), date(2026, 3, 31), 1234.56]


def test_rows_keep_their_number_in_the_sheet():
    table = read_bytes(workbook([], [], HEADER, ROW, [], ROW, first_sheet_empty=True))
    assert table.header == tuple(HEADER)
    assert table.frame[LINE].to_list() == [4, 6]
    assert table.blank_lines == 1


def test_a_sheet_of_titles_is_accepted_with_its_types():
    reading = parse(read_bytes(workbook(HEADER, ROW)), LEDGER)
    assert reading.accepted.select("customer", "title", "issued", "due", "amount").row(0) == (
        "0042", "6759864637454708017", date(2026, 3, 1), date(2026, 3, 31), 123_456,
    )  # fmt: skip


def test_codes_that_the_sheet_kept_as_numbers_beyond_15_digits_are_refused():
    other = ["0042", 6759864637454708017, *ROW[2:]]
    reading = parse(read_bytes(workbook(HEADER, other, [*other[:1], 6759864637454700000, *other[2:]])), LEDGER)
    assert reading.rejected["reason"].to_list() == ["damaged_id", "damaged_id"]


def test_a_long_code_kept_as_text_is_text_even_when_a_double_could_hold_it():
    reading = parse(read_bytes(workbook(HEADER, ["0042", "1000000000000000000", *ROW[2:]])), LEDGER)
    assert reading.accepted["title"].to_list() == ["1000000000000000000"]


def test_short_numeric_codes_are_whole_numbers():
    reading = parse(read_bytes(workbook(HEADER, [42, 123456789012345, *ROW[2:]])), LEDGER)
    assert reading.accepted.select("customer", "title").row(0) == ("42", "123456789012345")


def test_sums_made_by_the_sheet_are_rounded_to_the_centavo():
    reading = parse(read_bytes(workbook(HEADER, [*ROW[:4], 0.1 + 0.2], ["1", "2", *ROW[2:4], 1.005])), LEDGER)
    assert reading.accepted["amount"].to_list() == [30, 101]


@pytest.mark.parametrize(
    "content, code",
    [(workbook(), "empty_file"), (workbook(HEADER), "header_only"), (workbook([], [" "]), "empty_file")],
)
def test_a_workbook_without_rows_is_refused(content, code):
    with pytest.raises(IntakeError) as refusal:
        read_bytes(content)
    assert refusal.value.code == code


def parquet(frame):
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def test_parquet_types_become_the_same_rows():
    frame = pl.DataFrame(
        {
            "codigo_cliente": [6759864637454708017, 2],
            "emissao": [date(2026, 3, 1), None],
            "vencimento": [datetime(2026, 3, 31, 23, 59), datetime(2026, 4, 1)],  # noqa: DTZ001
            "valor": [Decimal("1234.56"), Decimal("0.10")],
        }
    )
    reading = parse(read_bytes(parquet(frame)), LEDGER)
    assert reading.accepted.select("line", "customer", "issued", "due", "amount").rows() == [
        (1, "6759864637454708017", date(2026, 3, 1), date(2026, 3, 31), 123_456)
    ]
    assert reading.rejected.select("line", "field", "reason").rows() == [(2, "issued", "missing_required")]


def test_parquet_with_lists_is_refused():
    with pytest.raises(IntakeError, match="não são texto"):
        read_bytes(parquet(pl.DataFrame({"a": [[1, 2]]})))
