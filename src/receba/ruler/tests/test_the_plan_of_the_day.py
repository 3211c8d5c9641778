"""A plan is made, kept, approved, and never rewritten once somebody approved it."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, HOLDS, POSITIONS, SCORES, SEGMENTS, HoldKind
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.ruler import queries, services
from receba.ruler.core.document import Document, Step
from receba.ruler.core.rules import HOLD_BASE, Reason
from receba.ruler.explaining import explain
from receba.ruler.models import Decision, DecisionTitle

DUE = date(2026, 6, 1)
DOCUMENT = Document(
    "Teste", (Step("d1", 1, "email", "atraso_leve"), Step("d7", 7, "email", "atraso_firme")), rest_days=0
)


def table(kind, rows):
    return pa.Table.from_pylist([{n: int(r.get(n, 0)) for n in kind.columns} for r in rows], schema=arrow_schema(kind))


@pytest.fixture
def story(committed, cast):
    services.publish(cast.scope, code="teste", document=DOCUMENT)
    services.assign(cast.scope, code="teste", portfolio_id=cast.portfolio.pk)
    ids = ledger.open_titles(
        cast.scope,
        [
            NewTitle(d.code, d.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 5, 1), DUE, 100_00)
            for d in (cast.lucia, cast.aurora, cast.vertice)
        ],
    )
    return cast, ids


def plan(story, on, holds=()):
    cast, ids = story
    people = (cast.lucia, cast.aurora, cast.vertice)
    late = (on - DUE).days
    return services.plan_day(
        cast.scope,
        on=on,
        engine=connect(threads=1),
        holds=table(HOLDS, holds),
        positions=table(
            POSITIONS,
            [
                {
                    "title_id": ids[d.code],
                    "debtor_id": d.pk,
                    "portfolio_id": cast.portfolio.pk,
                    "due_day": day_number(DUE),
                    "effective_due_day": day_number(DUE),
                    "principal_centavos": 100_00,
                    "total_centavos": 100_00,
                    "days_late": max(0, late),
                }
                for d in people
            ],
        ),
        debtors=table(
            DEBTORS,
            [{"debtor_id": d.pk, "person_kind": d.person_kind, "has_email": d is not cast.vertice} for d in people],
        ),
        segments=table(SEGMENTS, [{"debtor_id": d.pk} for d in people]),
        scores=table(SCORES, []),
    )


@pytest.mark.req("S0.4", "S0.41")
def test_contacted_and_explained_are_everyone(story):
    cast, _ids = story
    hold = {"debtor_id": cast.aurora.pk, "kind": HoldKind.DISPUTE, "until_day": 99_999}
    result = plan(story, DUE + timedelta(1), [hold])
    assert (result.in_scope, result.send) == (3, 1)
    assert result.skip_by_reason == {HOLD_BASE + HoldKind.DISPUTE: 1, int(Reason.NO_CHANNEL): 1}
    day = queries.plan_of(cast.scope, on=DUE + timedelta(1))
    assert (day.in_scope, day.send, day.waiting) == (3, 1, 1)


def test_a_step_is_taken_once_and_missed_days_are_caught_up(story):
    cast, _ids = story
    assert plan(story, DUE + timedelta(2)).send == 2  # the step of day 1, a day late
    services.approve(cast.scope, on=DUE + timedelta(2))
    assert plan(story, DUE + timedelta(3)).send == 0
    assert plan(story, DUE + timedelta(7)).send == 2
    assert plan(story, DUE + timedelta(30)).send == 0  # too long ago: nobody sends an old reminder


def test_a_plan_that_nobody_approved_counts_as_nothing_said(story):
    assert plan(story, DUE + timedelta(1)).send == 2
    assert plan(story, DUE + timedelta(2)).send == 2


def test_a_rerun_keeps_what_was_approved_or_taken_out(story):
    cast, _ids = story
    on = DUE + timedelta(1)
    plan(story, on)
    with cast.scope.active():
        lucia, aurora = (Decision.objects.get(on=on, debtor=d) for d in (cast.lucia, cast.aurora))
    services.approve(cast.scope, on=on, decision_ids=[lucia.pk])
    services.exclude(cast.scope, decision_id=aurora.pk, note="ligou hoje cedo")
    hold = {"debtor_id": cast.lucia.pk, "kind": HoldKind.DISPUTE, "until_day": 99_999}
    plan(story, on, [hold])
    with cast.scope.active():
        assert Decision.objects.get(on=on, debtor=cast.lucia).pk == lucia.pk
        assert Decision.objects.get(on=on, debtor=cast.aurora).reason == Reason.EXCLUDED
        assert DecisionTitle.objects.filter(decision=lucia).count() == 1
    with pytest.raises(services.AlreadyApproved):
        services.exclude(cast.scope, decision_id=lucia.pk, note="tarde demais")


def test_the_explanation_tells_ruler_version_step_and_titles(story):
    cast, _ids = story
    on = DUE + timedelta(1)
    plan(story, on)
    with cast.scope.active():
        decision = Decision.objects.get(on=on, debtor=cast.lucia)
    told = " ".join(explain(cast.scope, decision.pk).sentences)
    assert "Régua Teste, versão 1: passo d1" in told
    assert "R$ 100,00" in told
    assert explain(cast.stranger_scope, decision.pk) is None


def test_an_unsound_ruler_is_refused_with_what_is_wrong(cast):
    twice = Document("Ruim", (Step("a", 1, "email", "atraso_leve"), Step("a", 1, "email", "atraso_leve")))
    with pytest.raises(services.Unsound) as refused:
        services.publish(cast.scope, code="ruim", document=twice)
    assert {fault.code for fault in refused.value.faults} == {"key_twice", "unreachable"}


@pytest.mark.req("S0.41")
@pytest.mark.parametrize("code", services.SHIPPED)
def test_the_shipped_rulers_are_sound(cast, code):
    version = services.publish(cast.scope, code=code, document=services.shipped(code))
    assert version.number == 1
    assert services.publish(cast.scope, code=code, document=services.shipped(code)).pk == version.pk
