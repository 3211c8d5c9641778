"""What goes out is true on the day, nothing that was not said counts as said, and a rerun leaves what it finds."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, HOLDS, POSITIONS, SCORES, SEGMENTS
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.ruler import queries, services
from receba.ruler.core.document import Document, Step
from receba.ruler.core.rules import Look, Outcome, Reason
from receba.ruler.explaining import explain
from receba.ruler.models import Decision, DecisionTitle

JUNE = date(2026, 6, 1)
STEPS = (
    Step("antes", -3, "email", "lembrete"),
    Step("hoje", 0, "email", "vence_hoje"),
    Step("d3", 3, "email", "atraso_leve"),
    Step("ligar", 10, "task", owner="cobrança"),
)
DOCUMENT = Document("Inteira", STEPS, rest_days=0)


def table(kind, rows):
    return pa.Table.from_pylist([{n: int(r.get(n, 0)) for n in kind.columns} for r in rows], schema=arrow_schema(kind))


@pytest.fixture
def lucia(committed, cast):
    """Lúcia owes two titles: one was due on 1 June, one is due on 14 June."""
    services.publish(cast.scope, code="inteira", document=DOCUMENT)
    services.assign(cast.scope, code="inteira", portfolio_id=cast.portfolio.pk)
    issued = date(2026, 5, 1)
    titles = [
        NewTitle(code, cast.lucia.pk, cast.portfolio.pk, cast.terms.pk, issued, due, 100_00)
        for code, due in (("A", JUNE), ("B", date(2026, 6, 15)))
    ]
    return cast, ledger.open_titles(cast.scope, titles)


def plan(story, on, only="AB", holds=(), email=True):
    cast, ids = story
    dues = {"A": JUNE, "B": date(2026, 6, 15)}
    rows = [
        {
            "title_id": ids[code],
            "debtor_id": cast.lucia.pk,
            "portfolio_id": cast.portfolio.pk,
            "due_day": day_number(dues[code]),
            "effective_due_day": day_number(dues[code]),
            "principal_centavos": 100_00,
            "total_centavos": 100_00,
            "days_late": max(0, (on - dues[code]).days),
        }
        for code in only
    ]
    person = {"debtor_id": cast.lucia.pk, "person_kind": cast.lucia.person_kind, "has_email": email}
    services.plan_day(
        cast.scope,
        on=on,
        engine=connect(threads=1),
        positions=table(POSITIONS, rows),
        holds=table(HOLDS, holds),
        debtors=table(DEBTORS, [person]),
        segments=table(SEGMENTS, [{"debtor_id": cast.lucia.pk, "risk": 3}]),
        scores=table(SCORES, [{"debtor_id": cast.lucia.pk, "idc": 412}]),
    )
    with cast.scope.active():
        return Decision.objects.get(on=on, debtor=cast.lucia)


def key_of(decision):
    return DOCUMENT.steps[decision.step].key if decision.step >= 0 else None


def spoken(story, decision):
    cast, ids = story
    names = {pk: code for code, pk in ids.items()}
    with cast.scope.active():
        return {names[t.title_id] for t in DecisionTitle.objects.filter(decision=decision, spoken=True)}


@pytest.mark.req("S0.41")
def test_vence_hoje_is_not_caught_up_tomorrow_and_no_reminder_after_the_due_date(lucia):
    assert key_of(plan(lucia, JUNE - timedelta(2), "A")) == "antes"  # a day late, still before the due date
    assert key_of(plan(lucia, JUNE, "A")) == "hoje"
    late = plan(lucia, JUNE + timedelta(1), "A")
    assert (key_of(late), late.reason) == (None, Reason.NO_STEP_TODAY)


def test_a_notice_of_delay_does_not_use_up_the_reminder_of_another_title(lucia):
    cast, _ids = lucia
    thirteenth = date(2026, 6, 13)  # A: task of day 10, two days late; B: reminder of day -3, a day late
    first = plan(lucia, thirteenth)
    assert (key_of(first), spoken(lucia, first)) == ("ligar", {"A"})
    services.approve(cast.scope, on=thirteenth)
    second = plan(lucia, thirteenth + timedelta(1))
    assert (key_of(second), spoken(lucia, second)) == ("antes", {"B"})
    services.approve(cast.scope, on=thirteenth + timedelta(1))
    assert key_of(plan(lucia, date(2026, 6, 15))) == "hoje"


def test_what_another_ruler_said_does_not_count_as_said_by_this_one(lucia):
    cast, _ids = lucia
    on = JUNE + timedelta(3)
    assert key_of(plan(lucia, on, "A")) == "d3"
    services.approve(cast.scope, on=on)
    assert key_of(plan(lucia, on + timedelta(1), "A")) is None
    other = Document("Outra", tuple(reversed(STEPS)), rest_days=0)  # its places are other steps
    services.publish(cast.scope, code="outra", document=other)
    services.assign(cast.scope, code="outra", debtor_id=cast.lucia.pk)
    again = plan(lucia, on + timedelta(1), "A")
    assert other.steps[again.step].key == "d3"  # this ruler has not said it
    services.unassign(cast.scope, assignment_id=_assignment(cast))
    assert plan(lucia, on + timedelta(1), "A").reason == Reason.NO_STEP_TODAY


def _assignment(cast):
    return next(a.pk for r in queries.rulers(cast.scope) for a in r.assignments.all() if a.debtor_id == cast.lucia.pk)


def test_a_new_version_knows_a_step_by_its_key(lucia):
    cast, _ids = lucia
    on = JUNE + timedelta(3)
    plan(lucia, on, "A")
    services.approve(cast.scope, on=on)
    services.publish(cast.scope, code="inteira", document=Document("Inteira", tuple(reversed(STEPS)), rest_days=0))
    assert plan(lucia, on + timedelta(1), "A").reason == Reason.NO_STEP_TODAY


@pytest.mark.req("S0.4")
def test_a_rerun_leaves_what_it_does_not_change(lucia):
    cast, _ids = lucia
    on = JUNE + timedelta(3)
    first = plan(lucia, on)
    with cast.scope.active():
        titles = set(DecisionTitle.objects.filter(decision=first).values_list("pk", flat=True))
    again = plan(lucia, on)
    assert (again.pk, again.planned_at) == (first.pk, first.planned_at)
    with cast.scope.active():
        assert set(DecisionTitle.objects.filter(decision=again).values_list("pk", flat=True)) == titles
    paid = plan(lucia, on, "B")
    assert (paid.pk, paid.outcome) == (first.pk, Outcome.SKIP)
    with cast.scope.active():
        assert not DecisionTitle.objects.filter(decision=paid).exists()
    assert plan(lucia, on).outcome == Outcome.SEND


@pytest.mark.req("S0.4")
def test_a_stopped_step_is_told_with_what_stopped_it(lucia):
    cast, _ids = lucia
    found = plan(lucia, JUNE + timedelta(3), email=False)
    assert (found.outcome, found.reason, key_of(found)) == (Outcome.SKIP, Reason.NO_CHANNEL, "d3")
    told = explain(cast.scope, found.pk)
    assert told.again is True
    assert [(c.name, c.passed) for c in told.checks if not c.passed] == [("E-mail", False)]
    assert {row.code: (row.found, row.spoken) for row in told.titles} == {
        "A": ("passo vence hoje", True),
    }
    assert "Outros títulos em aberto, sem passo nesta data: R$ 100,00." in told.sentences
    assert next(row for row in told.titles if row.code == "A").next_on == JUNE + timedelta(10)


def test_the_facts_kept_give_the_same_decision_and_a_changed_fact_is_noticed(lucia):
    cast, ids = lucia
    hold = {"debtor_id": cast.lucia.pk, "title_id": ids["B"], "kind": 1, "until_day": 99_999}
    found = plan(lucia, JUNE + timedelta(3), holds=[hold])
    assert explain(cast.scope, found.pk).again is True
    with cast.scope.active():
        looks = dict(DecisionTitle.objects.filter(decision=found).values_list("title_id", "look"))
        assert looks == {ids["A"]: Look.DUE, ids["B"]: Look.HELD}
        DecisionTitle.objects.filter(decision=found, title_id=ids["A"]).update(hold=1)
    assert explain(cast.scope, found.pk).again is False


def test_a_silence_tells_what_was_said_and_what_comes_next(lucia):
    cast, _ids = lucia
    on = JUNE + timedelta(3)
    plan(lucia, on)
    services.approve(cast.scope, on=on)
    silent = plan(lucia, on + timedelta(2))
    assert (silent.reason, silent.step) == (Reason.NO_STEP_TODAY, -1)
    told = explain(cast.scope, silent.pk)
    rows = {row.code: row for row in told.titles}
    assert (rows["A"].found, rows["A"].step) == ("passo já dado", "d3")
    assert (rows["A"].next_step, rows["A"].next_on) == ("ligar", JUNE + timedelta(10))
    assert (rows["B"].next_step, rows["B"].next_on) == ("antes", date(2026, 6, 12))
    assert told.again is None
