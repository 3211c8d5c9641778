"""CPF/CNPJ, e-mails and telephones: every distinct text is judged once, the plain shapes by columns."""

from __future__ import annotations

from collections.abc import Callable

import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email

from receba.intake.core.dates import Column
from receba.intake.core.reasons import Reason, Warn
from receba.intake.core.texts import clean_text, codes
from receba.kernel.documents import clean_document, person_type_of

Judged = tuple[str | None, str | None]
"""The clean value, or None when it is dropped; and the code of the warning, or None."""

# Shapes that email-validator and phonenumbers accept for certain; a property test holds them to it.
_PLAIN_EMAIL = r"^[A-Za-z0-9_]+(?:[.+-][A-Za-z0-9_]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}$"
_NOT_PLAIN = r"\.(?:arpa|invalid|local|localhost|onion|test)$|[a-z0-9-]{64}"
_MAX_LOCAL, _MAX_EMAIL = 64, 120
_AREA = r"(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])"
_PLAIN_PHONE = rf"^({_AREA}(?:9[0-9]{{8}}|[2-5][0-9]{{7}}))$"
_ONLY_DIGITS = {11: r"^[0-9]{11}$", 14: r"^[0-9]{14}$"}
_CPF_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2)
_CNPJ_WEIGHTS = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_SEPARATORS = r"[;,|/]"


def parse_documents(text: pl.Series, *, required: bool) -> Column:
    """Return CPFs and CNPJs without marks, check digits verified; zeros that a spreadsheet dropped come back.

    A bad document is dropped with a warning, or refuses the row when `required`.
    """
    clean = clean_text(text)
    bare = clean.str.replace_all(r"[\s./\-]", "")
    column = _with_plain(clean, plainly_valid_document(bare), bare, judge_document)
    if not required:
        return column
    bad = column.warning == Warn.BAD_DOCUMENT
    reason = codes(len(bad), bad, Reason.BAD_DOCUMENT)
    warning = column.warning.zip_with(~bad.fill_null(value=False), codes(len(bad)))
    return Column(column.values, reason, warning, column.missing)


def plainly_valid_document(bare: pl.Series) -> pl.Series:
    """Return where digits alone are surely a CPF or CNPJ; the others (letters, lost zeros) are judged one by one."""
    frame = pl.DataFrame({"d": bare})
    cpf = _check_digits_agree(11, (_CPF_WEIGHTS, (11, *_CPF_WEIGHTS)), _ONLY_DIGITS[11])
    cnpj = _check_digits_agree(14, (_CNPJ_WEIGHTS, (6, *_CNPJ_WEIGHTS)), _ONLY_DIGITS[14])
    varied = ~pl.col("d").str.contains(r"^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|000000000000[0-9][0-9])$")
    return frame.select((varied & (cpf | cnpj)).fill_null(value=False).alias("ok"))["ok"]


def _check_digits_agree(length: int, weights: tuple[tuple[int, ...], ...], shape: str) -> pl.Expr:
    """Return whether the last two digits are the remainders modulo 11 of the weighted ones before them."""
    digits = [pl.col("d").str.slice(n, 1).cast(pl.Int32, strict=False) for n in range(length)]
    agree = pl.col("d").str.contains(shape)
    for row in weights:
        total = pl.sum_horizontal(digit * weight for digit, weight in zip(digits, row, strict=False))
        agree &= (total * 10 % 11 % 10) == digits[len(row)]
    return agree


def judge_document(text: str) -> Judged:
    """Return the clean CPF or CNPJ, and what had to be said about it."""
    document = clean_document(text)
    if person_type_of(document):
        return document, None
    for length in (11, 14):
        padded = document.zfill(length)
        if (
            document.isascii()
            and document.isdigit()
            and len(document) < length
            and int(document)
            and person_type_of(padded)
        ):
            return padded, Warn.ZEROS_RESTORED
    return None, Warn.BAD_DOCUMENT


def parse_emails(text: pl.Series) -> Column:
    """Return e-mails whose syntax is right (nobody is asked whether they exist); of several, the first."""
    clean = clean_text(text)
    local_length = clean.str.find("@", literal=True)
    plain = clean.str.contains(_PLAIN_EMAIL) & (local_length <= _MAX_LOCAL) & (clean.str.len_chars() <= _MAX_EMAIL)
    return _with_plain(clean, plain & ~clean.str.contains(_NOT_PLAIN), clean, judge_email)


def judge_email(text: str) -> Judged:
    """Return the first valid e-mail of the text."""
    parts = [part.strip() for part in text.replace(",", ";").replace("/", ";").split(";") if part.strip()]
    valid = [email for part in parts if (email := _email(part))]
    if not valid:
        return None, Warn.BAD_EMAIL
    return valid[0], Warn.FIRST_CONTACT_KEPT if len(parts) > 1 else None


def _email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def parse_phones(text: pl.Series) -> Column:
    """Return telephones as E.164 (`+5511987654321`); a number without DDD is not one."""
    clean = clean_text(text)
    # marks that phonenumbers ignores too; a leading + or 0 is left to it
    digits = clean.str.replace_all(r"^\(([0-9]{2})\)\s*", "$1").str.replace_all(r"([0-9])[ .-]([0-9])", "$1$2")
    national = digits.str.extract(_PLAIN_PHONE)
    return _with_plain(clean, national.is_not_null(), "+55" + national, judge_phone)


def judge_phone(text: str) -> Judged:
    """Return the first valid telephone of the text."""
    if number := _phone(text):
        return number, None
    parts = [
        part for part in pl.Series([text]).str.replace_all(_SEPARATORS, ";").str.split(";")[0].to_list() if part.strip()
    ]
    valid = [number for part in parts if (number := _phone(part))]
    return (valid[0], Warn.FIRST_CONTACT_KEPT) if valid else (None, Warn.BAD_PHONE)


def _phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "BR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _with_plain(clean: pl.Series, plain: pl.Series, plain_values: pl.Series, judge: Callable[[str], Judged]) -> Column:
    """Return the column where plain texts already have their value and the rest is judged text by text."""
    easy = plain.fill_null(value=False)
    rest = clean.zip_with(~easy, codes(len(clean)))
    judged = _judge_distinct(rest, judge)
    return Column(plain_values.zip_with(easy, judged.values), judged.reason, judged.warning, clean.is_null())


def _judge_distinct(clean: pl.Series, judge: Callable[[str], Judged]) -> Column:
    distinct = clean.unique().drop_nulls().to_list()
    verdicts = [judge(text) for text in distinct]
    table = pl.DataFrame(
        {
            "t": distinct,
            "value": [v for v, _ in verdicts],
            "warning": [None if w is None else str(w) for _, w in verdicts],
        },
        schema={"t": pl.String, "value": pl.String, "warning": pl.String},
    )
    rows = pl.DataFrame({"t": clean}).join(table, on="t", how="left", maintain_order="left")
    return Column(rows["value"], codes(len(clean)), rows["warning"], clean.is_null())
