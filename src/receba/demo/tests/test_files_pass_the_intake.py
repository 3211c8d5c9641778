"""The files of every style go through the intake with the mapping that it guesses, broken rows and all."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache

import polars as pl
import pytest

from receba.demo.core.portfolio import Portfolio, generate
from receba.demo.core.profile import PROFILES, SERRA_AZUL, Profile
from receba.demo.files import HEADERS, Style, brazilian, plain, write, write_truth
from receba.intake.core.fields import SPECS
from receba.intake.readers import read_file
from receba.kernel.money import format_brl

ON = date(2026, 11, 23)
TABLES = {"clientes": "customers", "titulos": "titles", "baixas": "settlements"}
EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
EVERY_STYLE = pytest.mark.parametrize("style", list(Style))
# Our reason -> what the intake says of it, where a file has text dates.
REASONS = {
    "wrong date": "not_a_date",
    "missing amount": "missing_required",
    "missing customer": "missing_required",
    "due before issue": "due_before_issue",
}


@cache
def portfolio(profile: Profile) -> Portfolio:
    return generate(profile, 9, ON, 80)


def digests(folder) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@EVERY_STYLE
@EVERY_PROFILE
def test_the_guessed_mapping_reads_every_sound_row_and_rejects_every_broken_one(profile, style, tmp_path):
    made = portfolio(profile)
    written = write(made, tmp_path, style)
    for name, path in written.paths.items():
        reading = read_file(path, TABLES[name], None)
        broken = written.broken[name]
        accepted_with_warning = broken.get("wrong document", 0)
        assert reading.totals.rejected_rows == sum(broken.values()) - accepted_with_warning
        assert reading.totals.accepted_rows == getattr(made, TABLES[name]).height + accepted_with_warning
        assert len(reading.mapping.fields) == len(HEADERS[name])


@EVERY_STYLE
def test_money_and_dates_survive_every_style(style, tmp_path):
    made = portfolio(SERRA_AZUL)
    written = write(made, tmp_path, style)
    titles = read_file(written.paths["titulos"], "titles", None).accepted.sort("title")
    wanted = made.titles.sort("title")
    assert titles["amount"].to_list() == wanted["amount_centavos"].to_list()
    assert titles["due"].to_list() == wanted["due"].to_list()
    settlements = read_file(written.paths["baixas"], "settlements", None).accepted.sort("settlement")
    known = made.settlements.sort("settlement")
    assert settlements["paid_amount"].to_list() == known["paid_amount_centavos"].to_list()
    assert settlements["kind"].to_list() == known["kind"].to_list()
    assert settlements["reverses"].to_list() == known["reverses"].to_list()
    assert settlements["fine"].to_list() == known["fine_centavos"].to_list()


def test_names_and_documents_survive_the_old_encoding(tmp_path):
    made = portfolio(SERRA_AZUL)
    written = write(made, tmp_path, Style.ERP_CSV)
    read = read_file(written.paths["clientes"], "customers", None).accepted
    read = read.filter(~pl.col("customer").str.ends_with("X")).sort("customer")
    assert read["name"].to_list() == made.customers["name"].to_list()
    assert read["document"].to_list() == made.customers["document"].to_list()


def test_each_broken_row_is_rejected_for_its_reason(tmp_path):
    written = write(portfolio(SERRA_AZUL), tmp_path, Style.ERP_CSV)
    for name, broken in written.broken.items():
        wanted: dict[str, int] = {}
        for reason, count in broken.items():
            if reason != "wrong document":
                wanted[REASONS[reason]] = wanted.get(REASONS[reason], 0) + count
        assert read_file(written.paths[name], TABLES[name], None).rejected_by_reason() == wanted


def test_the_wrong_documents_are_warned_about(tmp_path):
    written = write(portfolio(SERRA_AZUL), tmp_path, Style.CSV)
    warned = read_file(written.paths["clientes"], "customers", None).warnings
    assert warned.filter(pl.col("field") == "document").height == written.broken["clientes"]["wrong document"]


def test_headers_are_the_ones_the_intake_calls_its_own():
    for name, headers in HEADERS.items():
        spec = SPECS[TABLES[name]]
        for column, header in headers.items():
            assert spec.field(column.removesuffix("_centavos")).header == header


@EVERY_STYLE
@EVERY_PROFILE
def test_the_same_seed_gives_the_same_bytes(profile, style, tmp_path):
    write(generate(profile, 4, ON, 60), tmp_path / "one", style)
    write(generate(profile, 4, ON, 60), tmp_path / "two", style)
    write(generate(profile, 5, ON, 60), tmp_path / "other", style)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert not set(digests(tmp_path / "one").values()) & set(digests(tmp_path / "other").values())


def test_the_truth_is_written_beside_the_files(tmp_path):
    made = portfolio(SERRA_AZUL)
    paths = write_truth(made, tmp_path)
    assert pl.read_parquet(paths["verdade-clientes"]).equals(made.truth)
    assert pl.read_parquet(paths["verdade-titulos"]).equals(made.title_truth)
    assert pl.read_parquet(paths["bloqueios"]).equals(made.holds)


@pytest.mark.parametrize("centavos", [0, 1, 99, 100, 99_999, 100_000, 100_005, 99_999_999, 100_000_000, 123_456_789])
def test_amounts_are_written_as_the_kernel_writes_them(centavos):
    frame = pl.DataFrame({"x": [centavos]})
    assert frame.select(brazilian(pl.col("x"))).item() == format_brl(centavos, symbol="")
    assert frame.select(plain(pl.col("x"))).item() == f"{centavos // 100}.{centavos % 100:02d}"
