"""What the published method promises about IDC, IDI, reasons and confidence."""

from __future__ import annotations

from statistics import median

import pytest

from receba.scoring.core.columns import Scored
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.tests.making import ANY_LOAD, ON, Book, monthly, town


def column(scored: Scored, name: str) -> list[int]:
    return scored.scores[name].to_pylist()


@pytest.mark.req("S3.11", "S3.20", "S3.21")
def test_a_large_portfolio_spreads_from_near_0_to_near_1000_with_its_middle_in_the_middle():
    book = Book()
    for debtor in range(300):
        for n, age in enumerate(monthly(40, 4 + debtor % 29)):
            late = debtor % 13 + 1 if n * 37 % 100 < (debtor % 20) ** 2 // 8 else -1
            book.sell(debtor, [age], late=late, centavos=(100 + debtor) * 1_00)
    scored = book.score()
    idc = column(scored, "idc")
    assert scored.scaling == "normal"
    assert min(idc) < 40
    assert max(idc) > 940
    assert 350 <= median(idc) <= 650
    assert all(0 <= value <= 1000 for value in idc)


@pytest.mark.req("S3.22")
def test_under_a_hundred_customers_the_idc_is_the_middle_rank():
    book = Book()
    for debtor, late in enumerate([0, 6, 12, 40, 40], start=1):
        book.sell(debtor, monthly(40, 12), late=late)
    scored = book.score()
    assert scored.scaling == "rank"
    assert dict(zip(column(scored, "debtor_id"), column(scored, "idc"), strict=True)) == {
        1: 900, 2: 700, 3: 500, 4: 200, 5: 200,
    }  # fmt: skip


@pytest.mark.req("S3.22")
@pytest.mark.parametrize("customers", [5, 120])
def test_when_all_are_equal_all_are_in_the_middle(customers):
    book = Book()
    for debtor in range(customers):
        book.sell(debtor, monthly(40, 12))
    assert set(column(book.score(), "idc")) == {500}


@pytest.mark.req("S3.19")
def test_a_small_perfect_payer_has_a_high_idc_and_a_low_limit():
    book = town(120)
    book.sell(999, monthly(40, 24), late=-1, centavos=20_00)
    rows = book.rows()
    assert rows[999]["idc"] > 700
    assert rows[999]["limit_return_centavos"] < 200_00
    assert rows[999]["limit_return_centavos"] < median(row["limit_return_centavos"] for row in rows.values()) / 10


@pytest.mark.req("S3.9", "S3.10", "S3.8")
def test_global_indices_are_the_means_of_the_individual_ones():
    scored = town(40).score()
    idc, idi = column(scored, "idc"), column(scored, "idi")
    assert scored.global_indices.customers == 40
    assert abs(scored.global_indices.idc - sum(idc) / 40) <= 0.5
    assert abs(scored.global_indices.idi - sum(idi) / 40) <= 0.5


@pytest.mark.req("S3.9", "S3.10")
def test_the_weighted_indices_follow_the_money():
    book = Book()
    for debtor in range(1, 5):
        book.sell(debtor, monthly(40, 12), late=0, centavos=100_00)
    book.sell(5, monthly(40, 12), late=40, centavos=1_000_000_00)
    means = book.score().global_indices
    assert means.idc_weighted < 110 < means.idc
    assert means.idi_weighted > 700 > 250 > means.idi


@pytest.mark.req("S3.10")
def test_the_idi_is_a_thousand_times_the_pd():
    for row in town(30).rows().values():
        assert abs(row["idi"] - row["pd_e4"] / 10) <= 0.55


@pytest.mark.req("S3.32")
def test_a_customer_with_two_known_titles_has_no_score_and_with_three_has_one():
    book = town(6).sell(50, [60, 90]).sell(51, [60, 90, 120])
    rows = book.rows()
    assert 50 not in rows
    assert rows[51]["titles_known"] == 3


@pytest.mark.req("S3.32")
def test_a_title_late_by_less_than_five_days_and_open_is_not_yet_known():
    """Due Friday 29 May 2026; on Monday 1 June it is three days late, on 3 June five."""
    book = town(6).sell(50, [70, 100]).sell(50, [31], late=None, term=28)
    assert 50 not in book.rows()
    later = {row["debtor_id"]: row for row in book.score(on=ON + 2).scores.to_pylist()}
    assert later[50]["titles_known"] == 3
    assert later[50]["titles_late"] == 1


def test_a_title_due_on_saturday_and_paid_on_monday_is_on_time():
    """Due Saturday 9 May 2026, effective Monday 11 May."""
    book = town(6)
    for _ in range(3):
        book.sell(50, [51], term=28, late=0)
    row = book.rows()[50]
    assert (row["titles_known"], row["titles_late"], row["term_days"] > 0) == (3, 0, True)


def test_ten_titles_due_on_one_day_weigh_like_one_occasion():
    lone = town(6).sell(50, [60, 90, 120], late=0).sell(50, [150], late=20).rows()[50]
    together = town(6).sell(50, [60, 90, 120], late=0).sell(50, [150] * 10, late=20).rows()[50]
    assert together["titles_known"] == 13
    assert abs(together["idi"] - lone["idi"]) <= 3


@pytest.mark.req("S3.18")
def test_reasons_name_what_pulls_a_customer_down():
    book = town(120)
    book.sell(901, monthly(40, 12), late=30)
    book.sell(902, monthly(200, 8), late=0).sell(902, [40, 50, 60, 70, 80], late=30)
    book.sell(903, [40, 45, 50], late=0)
    rows = book.rows()
    assert rows[901]["reason_late_e4"] == min(v for k, v in rows[901].items() if k.startswith("reason_")) < -5_000
    assert rows[902]["reason_change_e4"] < -100
    assert rows[903]["reason_history_e4"] < -1_000


@pytest.mark.req("S3.17")
def test_a_month_without_payment_counts_as_zero_in_the_moving_average():
    """Both paid R$ 12.000 in all; one month by month, the other in one month, eleven months ago."""
    book = town(20)
    book.sell(901, monthly(40, 12), centavos=1_000_00)
    book.sell(902, [40 + 30 * 11] * 12, centavos=1_000_00)
    rows = book.rows()
    assert rows[901]["months_paid"] == 12
    assert rows[902]["months_paid"] == 1
    assert rows[901]["reason_volume_e4"] > rows[902]["reason_volume_e4"]


@pytest.mark.req("S3.29")
def test_more_history_raises_the_confidence():
    book = town(6).sell(50, monthly(40, 3)).sell(51, monthly(40, 24))
    rows = book.rows()
    assert rows[51]["confidence"] > rows[50]["confidence"] + 200


@pytest.mark.req("S3.31")
def test_stale_data_and_refused_rows_lower_the_confidence():
    book = town(6).sell(50, monthly(40, 12)).sell(51, monthly(640, 12))
    rows = book.rows()
    assert rows[51]["confidence"] < rows[50]["confidence"] / 2
    assert book.rows(rejected_bps=5_000)[50]["confidence"] == pytest.approx(rows[50]["confidence"] / 2, abs=1)


@pytest.mark.req("S3.30")
def test_the_meter_names_the_kinds_of_history_that_are_missing():
    punctual = Book()
    for debtor in range(5):
        punctual.sell(debtor, monthly(40, 10))
    seen = punctual.score().sufficiency
    assert seen.missing_kinds == ("títulos pagos com atraso", "títulos vencidos em aberto")
    assert seen.kinds == {"on_time": 50, "paid_late": 0, "is_open": 0}
    full = punctual.sell(1, [50], late=12).sell(1, [60], late=None).score().sufficiency
    assert full.missing_kinds == ()
    assert full.level > seen.level


@pytest.mark.req("S3.26")
def test_a_company_may_change_the_numbers_and_the_version_says_so():
    strict = ScoringParameters(bad_after_days=1, minimum_customers=1, minimum_titles=1)
    book = town(8)
    assert book.score(strict).parameters_version != book.score().parameters_version
    assert book.score(strict).p0 >= book.score().p0
    assert ANY_LOAD.version == ScoringParameters(minimum_customers=1, minimum_titles=1).version


@pytest.mark.req("S3.23")
def test_scores_need_nothing_but_the_companys_own_ledger():
    history, payments = town(8).tables()
    assert set(history.column_names) | set(payments.column_names) == {
        "title_id", "debtor_id", "issued_day", "due_day", "effective_due_day", "settled_day", "face_centavos",
        "paid_day", "paid_centavos",
    }  # fmt: skip
