"""The same titles, written with any delimiter, encoding, decimal mark, date order or format, are the same titles."""

import csv
import gzip
import io
from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from receba.intake.core.fields import LEDGER
from receba.intake.core.mapping import Mapping
from receba.intake.core.parsing import parse
from receba.intake.core.sniffing import DELIMITERS
from receba.intake.readers import read_bytes

HEADER = ["codigo_cliente", "titulo", "emissao", "vencimento", "valor", "descricao"]
DAY = st.dates(date(1990, 1, 1), date(2099, 12, 31))
PATTERNS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}

titles = st.lists(
    st.tuples(
        st.from_regex(r"\A[0-9]{19}\Z"),
        st.tuples(DAY, DAY).map(sorted),
        st.integers(1, 10**12),
        st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1, max_size=20).filter(str.strip),
    ),
    min_size=1,
    max_size=15,
)


def money(centavos, decimal, *, grouped):
    text = f"{Decimal(centavos).scaleb(-2):,.2f}" if grouped else f"{Decimal(centavos).scaleb(-2):.2f}"
    return text.translate(str.maketrans(",.", ".,")) if decimal == "comma" else text


def expected_rows(rows):
    return [
        (customer, f"T{n}", issued, due, centavos, description.strip(" \u00a0"))
        for n, (customer, (issued, due), centavos, description) in enumerate(rows)
    ]


def says_two_things(content, encoding):
    """Whether bytes written as Windows-1252 are also UTF-8: nothing in them tells which (`à\xa0¡` is also `ࠡ`)."""
    if encoding != "cp1252" or content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_rows(content, mapping=None):
    reading = parse(read_bytes(content), LEDGER, mapping)
    assert reading.rejected.is_empty(), reading.rejected.rows()
    return reading.accepted.select("customer", "title", "issued", "due", "amount", "description").rows()


@settings(deadline=None)
@given(
    titles,
    st.sampled_from(DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from(["comma", "dot"]),
    st.sampled_from(["dmy", "mdy", "ymd"]),
    st.booleans(),
    st.booleans(),
)
def test_delimited_text_in_any_convention(rows, delimiter, encoding, decimal, order, grouped, compressed):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(HEADER)
    for customer, title, issued, due, centavos, description in expected_rows(rows):
        days = (day.strftime(PATTERNS[order]) for day in (issued, due))
        writer.writerow([customer, title, *days, money(centavos, decimal, grouped=grouped), description])
    content = stream.getvalue().encode(encoding)
    assume(not says_two_things(content, encoding))
    fields = dict(zip(("customer", "title", "issued", "due", "amount", "description"), HEADER, strict=True))
    told = Mapping.from_json({"fields": fields, "dates": order, "delimiter": delimiter})
    assert read_rows(gzip.compress(content) if compressed else content, told) == expected_rows(rows)


def test_bytes_that_are_valid_utf_8_are_read_as_utf_8():
    header = ",".join(HEADER)
    content = f'{header}\n1,T0,01/02/2026,28/02/2026,"1,00",à\xa0¡\n'.encode("cp1252")
    assert says_two_things(content, "cp1252")
    assert read_bytes(content).encoding == "utf-8"
    assert read_rows(content) == [("1", "T0", date(2026, 2, 1), date(2026, 2, 28), 100, "\u0821")]


@settings(deadline=None, max_examples=30)
@given(titles)
def test_parquet(rows):
    stream = io.BytesIO()
    columns = list(zip(*expected_rows(rows), strict=True))
    frame = pl.DataFrame(dict(zip(HEADER, columns, strict=True)))
    frame.with_columns(pl.Series("valor", [Decimal(c).scaleb(-2) for c in columns[4]])).write_parquet(stream)
    assert read_rows(stream.getvalue()) == expected_rows(rows)


@settings(deadline=None, max_examples=30)
@given(titles.filter(lambda rows: all(int(float(code)) != int(code) for code, *_ in rows)))
def test_spreadsheets(rows):
    stream = io.BytesIO()
    columns = list(zip(*expected_rows(rows), strict=True))
    frame = pl.DataFrame(dict(zip(HEADER, columns, strict=True)))
    frame.with_columns(pl.col("valor") / 100).write_excel(stream)
    assert read_rows(stream.getvalue()) == expected_rows(rows)
