"""CPF/CNPJ, e-mails and telephones: the columns agree with the libraries, bad values are dropped with a warning."""

import phonenumbers
import polars as pl
import pytest
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.intake.core import contacts
from receba.kernel.documents import person_type_of


def one(parse, text, **options):
    column = parse(pl.Series([text], dtype=pl.String), **options)
    return column.values[0], column.reason[0], column.warning[0]


@pytest.mark.parametrize(
    "text, clean",
    [
        ("529.982.247-25", "52998224725"),
        ("52998224725", "52998224725"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),
    ],
)
def test_documents_lose_their_marks(text, clean):
    assert one(contacts.parse_documents, text, required=False) == (clean, None, None)


@pytest.mark.parametrize("text", ["529.982.247-26", "123", "11.222.333/0001-80", "abc", "0"])
def test_a_bad_document_is_a_warning_or_a_refusal_as_the_company_decides(text):
    assert one(contacts.parse_documents, text, required=False) == (None, None, "bad_document")
    assert one(contacts.parse_documents, text, required=True) == (None, "bad_document", None)


def test_zeros_that_a_spreadsheet_dropped_come_back():
    assert one(contacts.parse_documents, "191", required=False)[0] == "00000000191"
    assert one(contacts.parse_documents, "191000100", required=False) == (None, None, "bad_document")
    assert one(contacts.parse_documents, "191", required=False)[2] == "zeros_restored"


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A(\d{11}|\d{14})\Z"), min_size=1, max_size=40))
def test_documents_that_the_columns_accept_are_those_of_the_plain_rule(texts):
    plain = contacts.plainly_valid_document(pl.Series(texts)).to_list()
    for text, accepted in zip(texts, plain, strict=True):
        assert not accepted or person_type_of(text)


@settings(deadline=None)
@given(st.from_regex(r"\A\d{9}\Z"), st.from_regex(r"\A\d{12}\Z"))
def test_a_document_with_right_digits_is_accepted_whatever_the_way(cpf_base, cnpj_base):
    for base in (cpf_base, cnpj_base):
        right = [f"{base}{n:02}" for n in range(100) if person_type_of(f"{base}{n:02}")]
        assert [one(contacts.parse_documents, text, required=False)[0] for text in right] == right


@pytest.mark.parametrize(
    "text, clean",
    [
        ("maria.souza@exemplo.example", "maria.souza@exemplo.example"),
        ("Maria@EXEMPLO.example", "Maria@exemplo.example"),
        ("joão@exemplo.example", "joão@exemplo.example"),
    ],
)
def test_emails_are_checked_by_syntax_only(text, clean):
    assert one(contacts.parse_emails, text) == (clean, None, None)


@pytest.mark.parametrize("text", ["maria", "maria@", "@exemplo.example", "a b@exemplo.example", "a@exemplo", "não tem"])
def test_a_bad_email_is_dropped_and_the_row_stays(text):
    assert one(contacts.parse_emails, text) == (None, None, "bad_email")


def test_of_several_contacts_the_first_good_one_is_kept():
    two = "errado; maria@exemplo.example, ana@exemplo.example"
    assert one(contacts.parse_emails, two) == ("maria@exemplo.example", None, "first_contact_kept")
    assert one(contacts.parse_phones, "11 98765-4321 / 11 3456-7890") == ("+5511987654321", None, "first_contact_kept")


@settings(deadline=None)
@given(st.from_regex(r"\A[a-zA-Z0-9_.+-]{1,12}@[a-z0-9-]{1,8}(\.[a-z0-9-]{1,6}){1,2}\Z"))
def test_emails_that_the_columns_accept_are_those_of_the_library(text):
    value, _, warning = one(contacts.parse_emails, text)
    judged, _ = contacts.judge_email(text)
    assert value == judged
    assert (warning is None) == (judged is not None)
    if value is not None:
        assert validate_email(value, check_deliverability=False).normalized == value


@pytest.mark.parametrize(
    "text, clean",
    [
        ("(11) 98765-4321", "+5511987654321"),
        ("11987654321", "+5511987654321"),
        ("+55 11 98765-4321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("011 3456-7890", "+551134567890"),
        ("(11)3456.7890", "+551134567890"),
    ],
)
def test_telephones_become_e164(text, clean):
    assert one(contacts.parse_phones, text) == (clean, None, None)


@pytest.mark.parametrize("text", ["98765-4321", "(10) 98765-4321", "(11) 1", "ramal"])
def test_a_telephone_without_a_valid_area_is_dropped(text):
    assert one(contacts.parse_phones, text) == (None, None, "bad_phone")


@settings(deadline=None)
@given(st.from_regex(r"\A\(?[1-9][0-9]\)? ?9?[2-9][0-9]{3}[ -]?[0-9]{4}\Z"))
def test_telephones_agree_with_the_library(text):
    value, _, _ = one(contacts.parse_phones, text)
    number = phonenumbers.parse(text, "BR")
    valid = phonenumbers.is_valid_number(number)
    assert value == (phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None)
