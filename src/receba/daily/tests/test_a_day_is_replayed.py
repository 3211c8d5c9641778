"""A day run again with what it knew is what it was; with what is known now it differs by the late facts, and names them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from receba.access import services as access
from receba.access.core.roles import Role
from receba.access.scope import Actor, acting
from receba.daily import services
from receba.daily.models import DailyRun, DailyStep, State
from receba.daily.replay import NotReplayable, replay
from receba.kernel.tables import EntryKind, HoldKind, PersonKind
from receba.ledger import services as ledger
from receba.ledger.services import NewDue, News, NewTitle
from receba.parties.models import Contact
from receba.ruler import services as ruler
from receba.ruler.models import Decision

ON = date(2026, 6, 15)


@pytest.fixture
def town(committed, cast):
    """Eight debtors with a year of titles each; every second one paid, some days late."""
    ruler.install_shipped(cast.scope)
    cast.debtors, new, news = [], [], []
    for n in range(8):
        with cast.scope.active():
            debtor = cast.debtor(f"d{n}", f"Cliente {n}", PersonKind.PF, "", f"c{n}@exemplo.example" if n % 3 else "")
        cast.debtors.append(debtor)
        for month in range(12):
            due = date(2025, 6, 5) + timedelta(33 * month + 5 * n)
            code, issued = f"T{n}-{month}", due - timedelta(40)
            new.append(NewTitle(code, debtor.pk, cast.portfolio.pk, cast.terms.pk, issued, due, 1_000_00 + n))
            if n % 2 and month < 10:
                news.append((code, due + timedelta(n)))
    cast.titles = ledger.open_titles(cast.scope, new)
    ledger.post(
        cast.scope,
        [News(f"P{code}", cast.titles[code], EntryKind.PAYMENT, 1_000_00, day) for code, day in news],
    )
    services.run_day(cast.scope, on=ON)
    return cast


def rows_of_everything():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = sorted(
            name for (name,) in cursor.fetchall() if not name.startswith(("procrastinate", "django_session"))
        )
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts


def test_a_day_without_news_is_identical_and_nothing_is_written(town):
    with town.scope.active():
        before = rows_of_everything()
        found = replay(town.scope, on=ON)
        assert rows_of_everything() == before
    assert found.same == dict.fromkeys(("positions", "scores", "segments", "decisions", "kpis"), True)
    assert all(moved.same for moved in found.restated.values()) and not found.kpis
    assert (found.late, found.late_facts, found.notes) == ([], 0, [])


def test_a_payment_learned_late_is_named_and_changes_only_its_debtor(town):
    title = town.titles["T2-3"]
    ledger.post(town.scope, [News("late", title, EntryKind.PAYMENT, 1_000_02, ON - timedelta(20))])
    found = replay(town.scope, on=ON)
    assert found.identical
    payment = next(fact for fact in found.late if fact.kind == EntryKind.PAYMENT)
    assert (payment.title_code, payment.amount_centavos, payment.effective_on) == ("T2-3", -1_000_02, date(2026, 5, 26))
    assert {fact.title_id for fact in found.late} == {title}
    assert found.restated["positions"].gone == 1 and found.restated["positions"].changed == 0
    assert (found.restated["decisions"].new, found.restated["decisions"].gone) == (0, 0)
    then, now = found.kpis["open_centavos"]
    assert then - now == 1_000_02


def test_facts_of_later_days_are_not_late(town):
    ledger.post(town.scope, [News("next", town.titles["T2-3"], EntryKind.PAYMENT, 500_00, ON + timedelta(1))])
    found = replay(town.scope, on=ON)
    assert found.identical and found.late_facts == 0 and not found.kpis


def test_what_is_recorded_after_the_run_was_not_known_to_it(town):
    """A pause, a corrected due date, an address found invalid and a step approved since: none of them was in the day."""
    held, moved, gone = town.debtors[1], town.titles["T4-5"], town.debtors[4]
    ledger.place_hold(town.scope, debtor_id=held.pk, kind=HoldKind.DISPUTE, from_on=ON - timedelta(9), note="")
    ledger.change_dues(town.scope, [NewDue("x", moved, ON + timedelta(5), "acordo")])
    with town.scope.active():
        Contact.objects.filter(debtor_id=gone.pk).update(invalid_since=timezone.now())
        ruler.approve(town.scope, on=ON)
    found = replay(town.scope, on=ON)
    assert found.identical, found.same
    assert [fact.kind for fact in found.late] == [None]
    assert found.late[0].title_code == "T4-5"
    assert found.restated["decisions"].changed >= 1


def test_rulers_assigned_anew_leave_the_plan_out_and_say_so(town):
    ruler.assign(town.scope, code="preventiva", debtor_id=town.debtors[1].pk)
    found = replay(town.scope, on=ON)
    assert "decisions" not in found.same and found.identical
    assert any("réguas" in note for note in found.notes)


def test_a_ledger_that_was_tampered_with_is_found(committed, town):
    with psycopg.connect(settings.EMBEDDED.dsn("postgres", committed)) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE ledger_entry SET amount_centavos = amount_centavos - 1 WHERE title_id = %s AND kind = %s",
            [town.titles["T2-3"], int(EntryKind.FACE)],
        )
    found = replay(town.scope, on=ON)
    assert not found.identical
    assert not found.same["positions"] and found.same["segments"]


def test_a_day_that_was_not_run_or_was_resumed_is_refused(town):
    with pytest.raises(NotReplayable, match="14/06/2026"):
        replay(town.scope, on=ON - timedelta(1))
    with town.scope.active():
        step = DailyStep.objects.get(run__on=ON, name="report")
        step.state = State.FAILED
        step.save()
        DailyRun.objects.filter(on=ON).update(state=State.FAILED)
    services.run_day(town.scope, on=ON)
    with pytest.raises(NotReplayable, match="retomado"):
        replay(town.scope, on=ON)


def test_the_terminal_tells_and_its_exit_code_says(town):
    from receba.cli import app

    late = [News(f"late {n}", town.titles[f"T2-{n}"], EntryKind.PAYMENT, 1_000_02, ON - timedelta(20)) for n in (3, 4)]
    ledger.post(town.scope, late)
    company = ("--company", str(town.serra_azul.pk))
    told = CliRunner().invoke(app, ["replay", "15/06/2026", *company])
    assert told.exit_code == 0, told.output
    assert "plano: idêntico" in told.output and "T2-3: pagamento" in " ".join(told.output.split())
    as_json = json.loads(CliRunner().invoke(app, ["replay", "15/06/2026", *company, "--rows", "1", "--json"]).stdout)
    assert as_json["identical"] is True and len(as_json["late"]) == 1 < as_json["late_facts"]
    with town.scope.active():
        run = DailyRun.objects.get(on=ON)
        run.outputs |= {"scores": "0" * 32}
        run.save()
    assert CliRunner().invoke(app, ["replay", "15/06/2026", *company]).exit_code == 1


def test_decisions_touched_by_people_are_compared_as_the_ruler_made_them(town):
    with town.scope.active():
        sent = Decision.objects.filter(on=ON, outcome=1).first()
    assert sent is not None
    ruler.exclude(town.scope, decision_id=sent.pk, note="vai pagar hoje")
    assert replay(town.scope, on=ON).identical


def test_the_page_shows_what_was_published_beside_what_is_known_now(town, client):
    """The panel of the day stays the same; the restated page names the late fact and what it moved."""
    owner = access.found_person(
        Actor("command", "tests"), company=town.serra_azul, email="dono@serra.example", name="Dono",
        password="uma senha longa", role=Role.OWNER, keep_password=True,
    )  # fmt: skip
    with acting(Actor("command", "tests"), "sign in"):
        client.force_login(owner)
    panel = reverse("reporting:panel", args=[town.serra_azul.pk]) + f"?em={ON}"
    page = reverse("daily:restated", args=[town.serra_azul.pk]) + f"?em={ON}"
    before = figures(client.get(panel))
    assert "Nada chegou depois" in client.get(page).content.decode()
    ledger.post(town.scope, [News("late", town.titles["T2-3"], EntryKind.PAYMENT, 1_000_02, ON - timedelta(20))])
    assert figures(client.get(panel)) == before
    html = client.get(page).content.decode()
    assert "T2-3" in html and "1.000,02" in html
    assert "26/05/2026" in html and "Recebido" in html
    assert "não foi rodado" in client.get(page.replace("2026-06-15", "2026-06-01")).content.decode()


def figures(response):
    """Return the figures of a panel, but for the one that says what is open at this very moment."""
    html = re.sub(
        r'<div class="tile"><span class="name">Em aberto neste instante.*?</div>', "", response.content.decode()
    )
    text = re.sub(r"<[^>]+>", " ", html)
    return re.findall(r"R\$\s[\d.,]+|\d[\d.]*,\d+%|\d+,\d dias", text)
