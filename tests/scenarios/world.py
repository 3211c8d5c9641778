"""A company in full work: history, an import with refused rows, a day that ran, contacts, a pause; seen by everybody.

Serra Azul has two portfolios. Padaria Aurora is in "Especial"; everybody else is in "Geral". Horizonte has one debtor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from cast import Cast
from receba.access import services as access
from receba.access.core.roles import Role
from receba.access.models import Person
from receba.access.scope import Actor, Scope
from receba.casework import services as casework
from receba.casework.core.outcomes import Channel, Outcome
from receba.daily import services as daily
from receba.daily.models import DailyRun
from receba.intake import services as intake
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger import services as ledger
from receba.ledger.services import News, NewTitle
from receba.outreach import mailbox
from receba.outreach.models import Message
from receba.parties import services as parties
from receba.parties.models import Debtor
from receba.ruler import services as ruler

REFUSED = """titulo;codigo_cliente;emissao;vencimento;valor
T-900;1;01/05/2026;01/06/2026;100,00
T-901;1;01/05/2026;31/02/2026;100,00
T-902;ninguém;01/05/2026;01/06/2026;cem
"""


@dataclass
class World:
    """The cast at work; `on` is the day that ran, `narrow` somebody who was granted "Especial" alone."""

    cast: Cast
    on: date
    run: DailyRun
    narrow: Person
    names: tuple[str, ...]


def make(cast: Cast) -> World:
    """Fill Serra Azul until today and run its day."""
    today = timezone.localdate()
    access.change_company(cast.scope, approve_automatically=True)
    debtors = [cast.lucia, cast.aurora, cast.vertice]
    with cast.scope.active():
        debtors += [
            cast.debtor(f"d{n}", f"Mercearia Oculta {n}", 2, "", f"oculta{n}@exemplo.example") for n in range(3)
        ]
    _history(cast, debtors, today)
    ruler.install_shipped(cast.scope)
    _import(cast, today)
    _contacts(cast, today)
    run = daily.run_day(cast.scope, on=today)[-1]
    _letter(cast)
    _horizonte(cast.stranger_scope)
    owner = Scope(cast.serra_azul.pk, Actor("person", "owner", cast.people[Role.OWNER].pk), reason="convite")
    grant, _password = access.invite(
        owner,
        email="especial@ponte.example",
        name="Só Especial",
        role=Role.COLLECTOR,
        portfolio_id=cast.other_portfolio.pk,
    )
    with owner.active():
        access.choose_password(grant.person, "escolhida-por-mim-1")
    return World(cast, today, run, grant.person, tuple(debtor.name for debtor in debtors))


def _history(cast: Cast, debtors: list[Debtor], today: date) -> None:
    """Twelve months of titles each: one in three is paid late, and the last two are open."""
    titles = [
        NewTitle(
            f"{debtor.code}-{month}",
            debtor.pk,
            (cast.other_portfolio if debtor == cast.aurora else cast.portfolio).pk,
            cast.terms.pk,
            due - timedelta(28),
            due,
            100_00 + month,
        )
        for debtor in debtors
        for month in range(12)
        for due in [today - timedelta(30 * (12 - month) - 25)]
    ]
    ids = ledger.open_titles(cast.scope, titles)
    ledger.post(
        cast.scope,
        [
            News(
                f"pay:{t.code}", ids[t.code], EntryKind.PAYMENT, t.face_centavos, t.due_on + timedelta(9 * (n % 3 == 0))
            )
            for n, t in enumerate(titles)
            if n % 12 < 10
        ],
    )


def _import(cast: Cast, today: date) -> None:
    file = intake.upload(cast.scope, name="titulos.csv", content=REFUSED.encode(), table="titles")
    intake.import_file(cast.scope, file.pk, on=today)


def _contacts(cast: Cast, today: date) -> None:
    at = timezone.make_aware(datetime.combine(today, time(10)))
    for debtor in (cast.lucia, cast.aurora):
        ledger.place_hold(
            cast.scope, debtor_id=debtor.pk, kind=HoldKind.REVIEW, from_on=today, note="pediu segunda via"
        )
        casework.record_interaction(
            cast.scope,
            casework.Told(debtor_id=debtor.pk, channel=Channel.CALL, outcome=Outcome.NO_ANSWER),
            key=f"call:{debtor.pk}",
            at=at,
        )


def _letter(cast: Cast) -> None:
    """Put one e-mail to Lúcia into the local mailbox, where test mode keeps them."""
    with cast.scope.active():
        Message.objects.filter(debtor=cast.lucia).update(message_id="<lucia@exemplo.example>")
    letter = EmailMessage()
    letter["Message-ID"], letter["To"], letter["Subject"] = "<lucia@exemplo.example>", cast.lucia.name, "Lembrete"
    letter[mailbox.COMPANY_HEADER] = str(cast.serra_azul.pk)
    letter.set_content(f"Olá, {cast.lucia.name}")
    mailbox.store(Path(settings.MAILBOX), letter.as_bytes(), ["lucia@exemplo.example"])


def _horizonte(scope: Scope) -> None:
    parties.record(
        scope, [parties.DebtorFacts(code="1", name="Aluno de Outra Escola", emails=("aluno@exemplo.example",))]
    )
