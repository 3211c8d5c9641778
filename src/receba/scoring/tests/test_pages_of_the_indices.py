"""The pages of the indices: numbers, refusal, meter, worst debtors, and the form of the parameters."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from receba.access.core.roles import Role
from receba.access.models import AuditEvent, Company
from receba.kernel.tables import EntryKind
from receba.ledger import services as ledger
from receba.ledger.services import News, NewTitle
from receba.scoring import queries
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.forms import NUMBERS, ParametersForm
from receba.scoring.models import IndexDay, Score
from receba.scoring.services import parameters_of
from scenarios.signing import signed_in

ON = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 9, tzinfo=UTC)
METER = {
    "customers_known": 8, "customers_ready": 6, "customers_scored": 5, "titles_known": 70, "level": 640,
    "kinds": {"on_time": 60, "paid_late": 10, "is_open": 0}, "days_since_last_fact": 12, "rejected_bps": 150,
    "diversity_e3": 833,
}  # fmt: skip


def index_day(cast, on, **facts):
    numbers = {"idc": 500, "idi": 120, "idc_weighted": 480, "idi_weighted": 140, "customers_scored": 2}
    told = numbers | {"scaling": "rank", "parameters_version": "1-abc", "sufficiency": METER, "recorded_at": AT} | facts
    with cast.scope.active():
        return IndexDay.objects.create(company=cast.serra_azul, on=on, **told)


def score(cast, debtor, idc, on=ON, **facts):
    with cast.scope.active():
        Score.objects.create(
            company=cast.serra_azul, debtor=debtor, on=on, idc=idc, idi=1000 - idc, pd_e4=facts.get("pd_e4", 1), confidence=700,
            limit_return_centavos=1, limit_risk_centavos=1, term_days=7, titles_known=12, titles_late=3, months_paid=9,
            reason_late_e4=-5000, reason_change_e4=facts.get("change", 0), reason_history_e4=0, reason_volume_e4=0,
        )  # fmt: skip


def get(cast, query="?dia=2026-06-15", role=Role.READER):
    return signed_in(cast.people[role]).get(f"/{cast.serra_azul.pk}/indices/{query}")


def test_before_the_first_run_the_page_says_what_to_do(cast):
    assert "Importe o histórico e rode a rotina" in get(cast).content.decode()


@pytest.mark.req("S3.27")
def test_the_refusal_is_shown_word_by_word_and_no_number_with_it(cast):
    words = "Histórico insuficiente em 15/06/2026: faltam 3 clientes."
    index_day(cast, ON, idc=None, idi=None, sufficiency={}, refusal=words)
    answer = get(cast)
    assert words in answer.content.decode()
    assert "worst" not in answer.context
    assert "IDC da carteira" not in answer.content.decode()


@pytest.mark.req("S3.8")
def test_the_page_shows_indices_meter_and_the_worst_first_with_their_reason(cast):
    index_day(cast, date(2026, 6, 14), idc=510, idi=110)
    index_day(cast, ON)
    score(cast, cast.lucia, 900)
    score(cast, cast.aurora, 100)
    answer = get(cast)
    text = answer.content.decode()
    assert [row.debtor.name for row, _reason in answer.context["worst"]] == ["Padaria Aurora Ltda", "Lúcia Ferreira"]
    assert answer.context["worst"][0][1] == "atrasos: 3 de 12 títulos conhecidos"
    assert f'/{cast.serra_azul.pk}/clientes/{cast.aurora.pk}/"' in text
    assert answer.context["before"].idc == 510
    assert answer.context["missing_kinds"] == ["títulos vencidos em aberto"]
    assert sum(count for _label, count in answer.context["bands"]) == 2
    for word in ("640", "1,50", "base pequena", "1-abc", "<svg"):
        assert word in text, word


def test_a_change_of_parameters_between_two_days_is_said(cast):
    index_day(cast, date(2026, 6, 14), parameters_version="1-old")
    index_day(cast, ON)
    assert "não se comparam diretamente" in get(cast).content.decode()


@pytest.mark.parametrize(
    "query, idc", [("?dia=2026-06-14", 510), ("?dia=2026-06-20", 500), ("?dia=2026-02-31", 500), ("?dia=x", 500)]
)
def test_a_day_is_chosen_and_nonsense_is_today(cast, query, idc):
    index_day(cast, date(2026, 6, 14), idc=510)
    index_day(cast, ON)
    assert get(cast, query).context["day"].idc == idc


def form_of(**changes):
    data = {name: str(value) for name, value in asdict(ScoringParameters()).items() if value is not None}
    return data | {"term_grid_days": "7, 10, 14, 21, 28, 30, 45, 60, 90"} | changes


def test_every_parameter_is_on_the_form_and_its_default_within_bounds():
    usual = asdict(ScoringParameters())
    assert set(ParametersForm(current=ScoringParameters()).fields) == set(usual)
    assert all(least <= usual[name] <= most for name, (_label, _hint, least, most) in NUMBERS.items())


@pytest.mark.req("S3.26")
def test_changed_parameters_are_kept_alone_and_make_another_version(cast):
    manager = signed_in(cast.people[Role.MANAGER])
    address = f"/{cast.serra_azul.pk}/indices/parametros/"
    before = parameters_of(cast.serra_azul).version
    assert manager.post(address, form_of(bad_after_days="10", term_grid_days="7,14")).status_code == 302
    company = Company.objects.get(pk=cast.serra_azul.pk)
    assert company.scoring_parameters == {"bad_after_days": 10, "term_grid_days": [7, 14]}
    assert parameters_of(company).version != before
    assert "números da empresa" in manager.get(address).content.decode()
    with cast.scope.active():
        assert AuditEvent.objects.filter(table="access_company").first().actor.startswith("person:")
    manager.post(address, form_of())
    assert Company.objects.get(pk=cast.serra_azul.pk).scoring_parameters == {}


@pytest.mark.req("S3.26")
@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"bad_after_days": "0"}, "bad_after_days"),
        ({"window_months": "121"}, "window_months"),
        ({"half_life_days": ""}, "half_life_days"),
        ({"severity_any": "0", "severity_bad": "0", "severity_days": "0"}, "severity_any"),
        ({"severity_any": "9000", "severity_bad": "9000"}, "severity_any"),
        ({"slope_floor_e3": "5000"}, "slope_floor_e3"),
        ({"term_grid_days": "14, 7"}, "term_grid_days"),
        ({"term_grid_days": "7, 7"}, "term_grid_days"),
        ({"term_grid_days": "sete"}, "term_grid_days"),
        ({"tolerance_e6": "1000000"}, "tolerance_e6"),
    ],
)
def test_numbers_without_meaning_are_refused_beside_the_field(cast, wrong, field):
    answer = signed_in(cast.people[Role.MANAGER]).post(f"/{cast.serra_azul.pk}/indices/parametros/", form_of(**wrong))
    assert list(answer.context["form"].errors) == [field]
    assert Company.objects.get(pk=cast.serra_azul.pk).scoring_parameters == {}


def test_who_moved_most_in_a_month_is_told_with_what_moved_them(cast):
    before = date(2026, 5, 10)
    for on in (before, ON):
        index_day(cast, on)
    score(cast, cast.lucia, 500, on=before)
    score(cast, cast.lucia, 900)
    score(cast, cast.aurora, 700, on=before)
    score(cast, cast.aurora, 100, change=-4000)
    page = get(cast)
    assert page.context["since"] == before
    (up,), (down,) = page.context["up"], page.context["down"]
    assert (up.score.debtor, up.before, up.moved) == (cast.lucia, 500, 400)
    assert (down.moved, down.reason) == (-600, "mudança de comportamento nos últimos 90 dias")
    assert f"/{cast.serra_azul.pk}/clientes/{cast.aurora.pk}/" in page.content.decode()


def test_what_was_predicted_stands_beside_what_happened(cast):
    said = date(2026, 4, 1)
    index_day(cast, said)
    score(cast, cast.aurora, 500, on=said, pd_e4=3_000)
    day = date(2026, 4, 10)
    titles = [
        NewTitle(code, cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 3, 1), day, 100_00)
        for code in ("paid", "late", "open")
    ]
    ids = ledger.open_titles(cast.scope, titles, recorded_at=AT)
    for code, paid in (("paid", day), ("late", date(2026, 4, 15))):
        ledger.post(cast.scope, [News(code, ids[code], EntryKind.PAYMENT, 100_00, paid)])
    found, (band,) = queries.calibration(cast.scope, on=ON, bad_after_days=5)
    assert (found, band.titles, band.predicted_bps, band.observed_bps) == (said, 3, 3_000, 6_667)
    assert "66,67%" in get(cast, "calibracao/?dia=2026-06-15").content.decode()
    assert "Ainda sem dados" in get(cast, "calibracao/?dia=2026-05-15").content.decode()
