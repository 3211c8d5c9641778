"""Real ledgers: every row accepted or rejected for its true reason, every amount accounted for, keys that stay."""

import csv
import gzip
import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import LEDGER
from receba.intake.core.flat import settlements_of, titles_of
from receba.intake.core.mapping import Mapping
from receba.intake.core.parsing import parse
from receba.intake.readers import read_file, read_path

DATA = Path(os.environ.get("RECEBA_SHARED_DATA") or Path(__file__).parents[4].parent / "shared" / "data")
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real ledgers are not in {DATA}: set RECEBA_SHARED_DATA"),
]

DEVELOPMENT = "datarisk_case/base_pagamentos_desenvolvimento.csv.gz"
OPEN = "datarisk_case/base_pagamentos_teste.csv"
IBM = "ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable.csv"
IBM_MORE = "ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable_with_missing.csv"
HOME = "home_credit/installments_payments_sample.csv"
OLIST = "olist/olist_pagamentos_pedidos_amostra.csv"
MAPS = {
    DEVELOPMENT: "customer=ID_CLIENTE,issued=DATA_EMISSAO_DOCUMENTO,due=DATA_VENCIMENTO,paid=DATA_PAGAMENTO,"
    "amount=VALOR_A_PAGAR",
    OPEN: "customer=ID_CLIENTE,issued=DATA_EMISSAO_DOCUMENTO,due=DATA_VENCIMENTO,amount=VALOR_A_PAGAR",
    IBM: "customer=customerID,title=invoiceNumber,issued=InvoiceDate,due=DueDate,paid=SettledDate,"
    "amount=InvoiceAmount,disputed=Disputed",
    HOME: "customer=SK_ID_CURR,title=SK_ID_PREV+NUM_INSTALMENT_VERSION+NUM_INSTALMENT_NUMBER,"
    "issued=DAYS_INSTALMENT-365d,due=DAYS_INSTALMENT,paid=DAYS_ENTRY_PAYMENT,amount=AMT_INSTALMENT,"
    "paid_amount=AMT_PAYMENT,base=2020-01-01",
    OLIST: "customer=customer_id,title=order_id+payment_sequential,issued=order_purchase_timestamp,"
    "due=order_purchase_timestamp+30d,paid=order_approved_at,amount=payment_value",
}
MAPS[IBM_MORE] = MAPS[IBM]


def rows_of(name):
    content = (DATA / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if name.startswith("datarisk") else ","))


def reading_of(name):
    return parse(read_path(DATA / name), LEDGER, Mapping.from_line(MAPS[name]), today=date(2026, 11, 23))


@pytest.mark.parametrize(
    "name, rows, rejected, reasons",
    [
        (DEVELOPMENT, 19_534, 287, {"missing_required": 279, "due_before_issue": 5, "paid_before_issue": 5}),
        (OPEN, 3_140, 36, {"missing_required": 36}),
        (IBM, 2_466, 0, {}),
        (IBM_MORE, 2_586, 0, {}),
        (HOME, 3_552, 0, {}),
        (OLIST, 1_031, 0, {}),
    ],
)
@pytest.mark.req("S3.2", "S3.3", "S3.5")
def test_every_row_is_accepted_or_rejected_for_its_true_reason(name, rows, rejected, reasons):
    reading = reading_of(name)
    assert (reading.totals.rows, reading.totals.rejected_rows) == (rows, rejected)
    assert reading.totals.accepted_rows == rows - rejected == reading.accepted.height
    assert reading.rejected_by_reason() == reasons


@pytest.mark.parametrize(
    "name, key, column",
    [
        (DEVELOPMENT, "amount", "VALOR_A_PAGAR"), (OPEN, "amount", "VALOR_A_PAGAR"), (IBM, "amount", "InvoiceAmount"),
        (IBM_MORE, "amount", "InvoiceAmount"), (HOME, "amount", "AMT_INSTALMENT"),
        (HOME, "paid_amount", "AMT_PAYMENT"), (OLIST, "amount", "payment_value"),
    ],
)  # fmt: skip
def test_the_sum_of_the_amounts_is_the_sum_of_the_file(name, key, column):
    money = reading_of(name).totals.money[key]
    assert money.written_reais == sum(Decimal(row[column]) for row in rows_of(name) if row[column])
    assert money.read_centavos == money.accepted_centavos + money.repeated_centavos + money.rejected_centavos


def test_missing_amounts_are_told_at_their_lines():
    reading = reading_of(DEVELOPMENT)
    without = [n for n, row in enumerate(rows_of(DEVELOPMENT), start=2) if not row["VALOR_A_PAGAR"]]
    told = reading.rejected.filter(pl.col("reason") == "missing_required")
    assert told["line"].to_list() == without
    assert told["field"].unique().to_list() == ["amount"]


def test_codes_of_nineteen_digits_are_never_rounded():
    reading = reading_of(DEVELOPMENT)
    assert set(reading.accepted["customer"]) <= {row["ID_CLIENTE"] for row in rows_of(DEVELOPMENT)}
    assert reading.accepted["customer"].str.len_chars().max() == 19


@pytest.mark.parametrize("name, order", [(IBM, "dmy"), (IBM_MORE, "mdy")])
def test_the_order_of_the_dates_is_proved_by_the_columns(name, order):
    found = {f.field: (f.value, f.certainty) for f in reading_of(name).findings if f.code == "date_order"}
    assert found == dict.fromkeys(("issued", "due", "paid"), (order, "proved"))


def test_the_dates_agree_with_the_delays_that_the_ledger_itself_counts():
    for name in (IBM, IBM_MORE):
        accepted = reading_of(name).accepted
        late = accepted.select(late=(pl.col("paid") - pl.col("due")).dt.total_days().clip(0))["late"].to_list()
        assert late == [int(row["DaysLate"]) for row in rows_of(name)]


def test_the_two_copies_of_one_ledger_say_the_same_about_the_same_invoices():
    facts = ["title", "customer", "issued", "due", "amount", "paid", "disputed"]
    first, second = (reading_of(name).accepted.select(facts) for name in (IBM, IBM_MORE))
    assert first.join(second, on=facts, how="semi").height == 2_466


def test_titles_without_number_get_one_key_each_that_a_second_reading_repeats():
    first, second = reading_of(DEVELOPMENT).accepted, reading_of(DEVELOPMENT).accepted
    assert first["title"].n_unique() == first["settlement"].n_unique() == 19_247
    assert first.equals(second)


def test_an_instalment_paid_in_parts_is_one_title_with_several_settlements():
    accepted = reading_of(HOME).accepted
    titles, settlements = titles_of(accepted), settlements_of(accepted)
    keys = {(r["SK_ID_PREV"], r["NUM_INSTALMENT_VERSION"], r["NUM_INSTALMENT_NUMBER"]) for r in rows_of(HOME)}
    assert (titles.height, settlements.height) == (len(keys), 3_552)
    parts = accepted.filter(pl.col("title") == "1165563-1-14").select("amount", "paid_amount").rows()
    assert sorted(parts) == [(2_810_057, 840_708), (2_810_057, 1_969_349)]


@pytest.mark.parametrize("name", [DEVELOPMENT, OPEN, IBM, IBM_MORE])
def test_the_header_alone_is_enough_for_ledgers_that_have_every_field(name):
    guessed = read_file(DATA / name, "ledger", None)
    assert guessed.accepted.equals(reading_of(name).accepted)


@pytest.mark.parametrize("name, absent", [(HOME, "issued"), (OLIST, "due")])
def test_a_ledger_without_a_required_field_says_which(name, absent):
    with pytest.raises(IntakeError) as refusal:
        read_file(DATA / name, "ledger", None)
    assert refusal.value.code == "unmapped_required"
    assert f"{absent}=COLUNA" in refusal.value.message


def test_relative_days_without_a_base_ask_for_it():
    with pytest.raises(IntakeError, match="data-base"):
        read_file(DATA / HOME, "ledger", Mapping.from_line(MAPS[HOME].replace(",base=2020-01-01", "")))


def test_the_customers_of_the_real_ledger_are_read():
    reading = read_file(DATA / "datarisk_case/base_cadastral.csv", "customers", None)
    assert (reading.totals.rows, reading.totals.accepted_rows) == (382, 382)
    assert reading.accepted["since"].null_count() == 0
