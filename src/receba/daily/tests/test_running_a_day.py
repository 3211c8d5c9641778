"""A day run once or five times leaves the same base; a step that fails is taken up by the next run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from receba.daily import order, services
from receba.daily.models import DailyRun, State
from receba.intake import queries as intake_queries
from receba.intake import services as intake
from receba.kernel.tables import EntryKind
from receba.ledger import services as ledger
from receba.ledger.services import News, NewTitle
from receba.scoring.models import IndexDay, Score

ON = date(2026, 6, 15)


@pytest.fixture
def portfolio(committed, cast):
    """Five customers with twelve titles each: the fourth and fifth pay later and later."""
    titles = []
    for n in range(5):
        with cast.scope.active():
            debtor = cast.debtor(f"d{n}", f"Cliente {n}", 2, "", "")
        for month in range(12):
            issued = date(2025, 6, 1) + timedelta(30 * month)
            titles.append(
                NewTitle(
                    f"{n}-{month}",
                    debtor.pk,
                    cast.portfolio.pk,
                    cast.terms.pk,
                    issued,
                    issued + timedelta(20),
                    100_00 + n,
                )
            )
    ids = ledger.open_titles(cast.scope, titles)
    paid = [
        News(f"pay:{t.code}", ids[t.code], EntryKind.PAYMENT, t.face_centavos, t.due_on + timedelta(4 * int(t.code[0])))
        for t in titles
        if int(t.code.split("-")[1]) < 11
    ]
    ledger.post(cast.scope, paid)
    return cast


@pytest.mark.req("S3.31")
def test_rows_that_the_intake_lost_lower_the_confidence_until_they_are_mended(portfolio):
    scope, on = portfolio.scope, timezone.localdate()
    [before] = services.run_day(scope, on=on)
    text = "codigo_cliente;nome\nd0;Cliente 0\n;sem código\n"
    for _twice in range(2):
        file = intake.upload(scope, name="clientes.csv", content=text.encode(), table="customers")
        intake.import_file(scope, file.pk)
    with scope.active():
        confidence = dict(Score.objects.filter(on=on).values_list("debtor_id", "confidence"))
    assert intake_queries.rejected_bps(scope, known_on=on - timedelta(1)) == 0
    assert intake_queries.rejected_bps(scope, known_on=on) == 5_000
    [run] = services.run_day(scope, on=on)
    assert run.inputs != before.inputs
    with scope.active():
        day, lowered = (
            IndexDay.objects.get(on=on),
            dict(Score.objects.filter(on=on).values_list("debtor_id", "confidence")),
        )
    assert day.sufficiency["rejected_bps"] == 5_000
    assert lowered
    assert all(lowered[debtor] == pytest.approx(value / 2, abs=1) for debtor, value in confidence.items())
    intake.mend(scope, file.pk, {3: {"codigo_cliente": "novo"}})
    assert intake_queries.rejected_bps(scope, known_on=on) == 0


@pytest.mark.req("S3.1", "S3.8", "S3.27")
def test_a_day_run_again_changes_nothing(portfolio):
    first = services.run_day(portfolio.scope, on=ON)[-1]
    with portfolio.scope.active():
        scores = list(Score.objects.order_by("debtor_id").values("debtor_id", "idc", "idi", "limit_risk_centavos"))
        index = IndexDay.objects.get(on=ON)
    assert first.state == State.DONE
    assert len(scores) == 5
    assert index.refusal == ""
    again = services.run_day(portfolio.scope, on=ON)[-1]
    assert again.finished_at == first.finished_at
    services.run_day(portfolio.scope, on=ON, force=True)
    with portfolio.scope.active():
        assert list(Score.objects.order_by("debtor_id").values(*scores[0])) == scores
        assert DailyRun.objects.count() == 1


def test_late_news_make_the_day_run_again(portfolio):
    first = services.run_day(portfolio.scope, on=ON)[-1]
    with portfolio.scope.active():
        title = portfolio.lucia.titles.first()
    assert title is None
    ledger.open_titles(
        portfolio.scope,
        [
            NewTitle(
                "new",
                portfolio.lucia.pk,
                portfolio.portfolio.pk,
                portfolio.terms.pk,
                date(2026, 5, 1),
                date(2026, 6, 1),
                50_00,
            )
        ],
    )
    again = services.run_day(portfolio.scope, on=ON)[-1]
    assert again.inputs != first.inputs
    with portfolio.scope.active():
        step = again.steps.get(name="measure")
    assert step.counts["open"] == 6


def test_a_failed_step_leaves_the_others_and_is_resumed(portfolio, monkeypatch):
    def broken(day):
        raise RuntimeError("o disco encheu")

    steps = tuple(order.Step(s.name, s.label, broken if s.name == "score" else s.do) for s in order.ORDER)
    monkeypatch.setattr(services, "ORDER", steps)
    failed = services.run_day(portfolio.scope, on=ON)[-1]
    assert failed.state == State.FAILED
    with portfolio.scope.active():
        states = dict(failed.steps.values_list("name", "state"))
        assert states["measure"] == State.DONE
        assert "o disco encheu" in failed.steps.get(name="score").error
    monkeypatch.undo()
    assert services.run_day(portfolio.scope, on=ON)[-1].state == State.DONE


@pytest.mark.req("S3.39")
def test_missed_days_are_caught_up_with_indices(portfolio):
    services.run_day(portfolio.scope, on=ON)
    runs = services.run_day(portfolio.scope, on=ON + timedelta(3))
    assert [(run.on, run.caught_up) for run in runs] == [
        (ON + timedelta(1), True),
        (ON + timedelta(2), True),
        (ON + timedelta(3), False),
    ]
    with portfolio.scope.active():
        assert IndexDay.objects.count() == 4


def test_below_five_customers_with_ten_titles_the_refusal_is_published(committed, cast):
    services.run_day(cast.scope, on=ON)
    with cast.scope.active():
        day = IndexDay.objects.get(on=ON)
        assert day.idc is None
        assert "Histórico insuficiente" in day.refusal
