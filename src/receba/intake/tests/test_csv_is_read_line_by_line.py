"""Delimited text: true line numbers, any encoding, broken rows set aside, clear refusals."""

import csv
import gzip
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from receba.intake.core.errors import IntakeError
from receba.intake.core.raw import LINE
from receba.intake.core.sniffing import DELIMITERS
from receba.intake.readers import read_bytes


def lines(table):
    return table.frame[LINE].to_list()


def test_each_row_knows_the_line_where_it_begins():
    table = read_bytes(b'a;b\n1;2\n\n"um\r\ntexto";4\n5;6\n')
    assert table.header == ("a", "b")
    assert lines(table) == [2, 4, 6]
    assert table.frame["a"].to_list() == ["1", "um\r\ntexto", "5"]
    assert table.blank_lines == 1


@pytest.mark.parametrize(
    "encoding, name",
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_accents_survive_any_encoding(encoding, name):
    table = read_bytes("código;nome\n1;Conceição Ações S/A\n".encode(encoding))
    assert table.header == ("código", "nome")
    assert table.frame["nome"].to_list() == ["Conceição Ações S/A"]
    assert table.encoding == name


def test_a_compressed_file_is_read_as_it_is():
    assert lines(read_bytes(gzip.compress(b"a,b\n1,2\n", mtime=0))) == [2]


def test_long_codes_stay_text():
    table = read_bytes(b"id;valor\n6759864637454708017;007\n")
    assert table.frame.row(0) == (2, "6759864637454708017", "007")


def test_rows_with_other_columns_are_set_aside_and_counted():
    table = read_bytes(b"a;b;c\n1;2;3\n1;2\n1;2;3;4\nTotal\n1;2;3;\n")
    assert lines(table) == [2, 6]
    assert table.ragged.rows() == [(3, "1;2", 2), (4, "1;2;3;4", 4), (5, "Total", 1)]
    assert table.rows == 5


def test_a_row_without_values_is_blank_and_not_data():
    table = read_bytes(b"a;b\n1;2\n;\n ; \n")
    assert (table.rows, table.blank_lines) == (1, 2)


def test_an_unclosed_quote_costs_one_line():
    table = read_bytes(b'a;b;c\n1;"PADARIA AURORA;3\n4;5;6\n7;8;9\n')
    assert lines(table) == [3, 4]
    assert table.ragged["line"].to_list() == [2]


def test_two_unclosed_quotes_do_not_swallow_the_rows_between_them():
    table = read_bytes(b'a;b;c\n1;"BOA;3\n4;5;6\n7;"RUIM;9\n8;8;8\n')
    assert lines(table) == [3, 5]
    assert table.ragged["line"].to_list() == [2, 4]


def test_quotes_inside_a_name_are_part_of_the_name():
    table = read_bytes(b'a;b\n1;PADARIA "BOA"\n2;"BOA" PADARIA\n3;"diz ""oi"""\n')
    assert table.frame["b"].to_list() == ['PADARIA "BOA"', "BOA PADARIA", 'diz "oi"']


def test_repeated_and_blank_headers_get_names_of_their_own():
    assert read_bytes(b"nome;nome;;valor\n1;2;3;4\n").header == ("nome", "nome (2)", "coluna 3", "valor")


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty_file"),
        (b"  \n\n", "empty_file"),
        (b"a;b\n", "header_only"),
        (b"a;b\n\n;\n", "header_only"),
        (bytes(range(256)) * 8, "not_text"),
        (b"%PDF-1.7 ...", "not_text"),
        (b"\x1f\x8b\x08broken", "bad_gzip"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "bad_gzip"),
        (b"PK\x03\x04broken", "bad_workbook"),
        (b"\xd0\xcf\x11\xe0broken", "bad_workbook"),
        (b"PAR1broken", "bad_parquet"),
        (gzip.compress(b"", mtime=0), "empty_file"),
    ],
)
def test_what_is_no_table_is_refused_in_portuguese(content, code):
    with pytest.raises(IntakeError) as refusal:
        read_bytes(content)
    assert refusal.value.code == code
    assert refusal.value.message.endswith((".", ")."))


def test_a_delimiter_that_only_the_values_hold_is_not_the_delimiter():
    table = read_bytes("código;nome, fantasia;valor\n1;a, b;1,50\n2;c, d;2,50\n3;e;3,50\n".encode())
    assert table.delimiter == ";"


def test_a_file_of_one_column_is_read():
    assert read_bytes(b"titulo\nA1\nA2\n").frame["titulo"].to_list() == ["A1", "A2"]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_no_content_crashes_the_reader(content):
    try:
        table = read_bytes(content)
    except IntakeError:
        return
    assert table.rows == table.frame.height + table.ragged.height


words = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=12)
cells = st.one_of(words, st.sampled_from(['a"b', '"', "x;y,z|w", "linha 1\nlinha 2", "\r\n", "tab\there", "  "]))


@settings(deadline=None)
@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_written_is_the_table_read(rows, delimiter, encoding, ending):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=ending)
    writer.writerows([["código", "nome", "observação"], *rows])
    expected = [[value if value.strip() else None for value in row] for row in rows]
    assume(any(any(row) for row in expected))
    table = read_bytes(stream.getvalue().encode(encoding))
    kept = [row for row in expected if any(row)]
    assert table.delimiter == delimiter
    assert [list(row[1:]) for row in table.frame.rows()] == kept
    assert (table.ragged.height, table.blank_lines) == (0, len(expected) - len(kept))


def test_a_column_may_be_named_like_a_wildcard():
    table = read_bytes(b"*;^a.*$;abc\n1;2;3\n")
    assert [table.frame[name][0] for name in table.header] == ["1", "2", "3"]
