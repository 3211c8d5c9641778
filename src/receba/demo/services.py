"""Sets the demonstration up the way a user would: companies, terms, people, files through the intake, days run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from receba.access import services as access
from receba.access.core.roles import Role
from receba.access.models import Company
from receba.access.scope import Actor, Scope
from receba.daily import queries as days
from receba.daily import services as daily
from receba.demo import files
from receba.demo.core.portfolio import Portfolio, generate
from receba.demo.core.profile import HORIZONTE, OPERATOR, PROFILES, SERRA_AZUL, Profile
from receba.intake import services as intake
from receba.kernel.tables import HoldKind
from receba.ledger import services as ledger
from receba.ledger.models import Title
from receba.parties.models import Debtor
from receba.ruler import services as ruler

SEED = 2026
ACTOR = Actor("command", "demo")
PASSWORD = "demonstracao-receba"  # noqa: S105 (of a base in which everybody is made up)
PEOPLE = (
    ("dona@ponte.example", "Beatriz Nogueira", Role.OWNER),
    ("gestor@ponte.example", "Caio Albuquerque", Role.MANAGER),
    ("cobranca@ponte.example", "Dalva Siqueira", Role.COLLECTOR),
    ("auditor@ponte.example", "Elias Brandão", Role.AUDITOR),
    ("leitura@ponte.example", "Fábio Prestes", Role.READER),
)

_ADDRESSES = {
    "serra-azul": ("Rodovia Anhanguera, km 98, galpão 4, Campinas, SP", "1933334444", "atendimento@serraazul.example"),
    "horizonte": ("Avenida Boa Viagem, 2000, Recife, PE", "8133334444", "secretaria@horizonte.example"),
    "vila-nova": ("Rua das Palmeiras, 55, sala 3, Goiânia, GO", "6233334444", "carteira@vilanova.example"),
}
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made up: customers of each company, and how many past weeks get indices."""

    customers: int = 120
    past_weeks: int = 5


def seed(*, on: date, folder: Path, size: Size, tell: Tell) -> list[Company]:
    """Fill an empty base. A company that was made whole is left as it is: the demonstration goes on where it stood."""
    made = []
    for number, profile in enumerate(PROFILES, start=1):
        tell(f"{profile.company}: cadastro")
        company = _company(profile, number)
        made.append(company)
        scope = Scope(company.pk, ACTOR, reason="receba demo")
        if days.last_day(scope) is not None:
            continue
        portfolio = generate(profile, SEED, on, size.customers)
        _import(scope, portfolio, folder / profile.key, on, tell)
        _holds(scope, portfolio)
        ruler.install_shipped(scope, default="empresas" if profile is SERRA_AZUL else "consumidor")
        for day in _days(on, size.past_weeks):
            tell(f"{profile.company}: rotina de {day:%d/%m/%Y}")
            daily.run_day(scope, on=day, catch_up=False)
    return made


def _days(on: date, past_weeks: int) -> list[date]:
    """Return the same weekday of each past week, oldest first, and the day itself."""
    return [on - timedelta(7 * week) for week in range(past_weeks, -1, -1)]


def _company(profile: Profile, number: int) -> Company:
    address, phone, email = _ADDRESSES[profile.key]
    company = access.found_company(
        ACTOR,
        operator_name=OPERATOR,
        name=profile.company,
        trade_name=profile.company.removesuffix(" Ltda"),
        document=profile.document,
        address=address,
        phone=phone,
        email=email,
        colour=number,
    )
    scope = Scope(company.pk, ACTOR, reason="receba demo")
    ledger.add_terms(
        scope,
        code="padrao",
        since=date(2020, 1, 1),
        fine_bps=200,
        interest_bps_month=100,
        source="contrato de demonstração, cláusula 7 (multa de 2 %, CDC art. 52 § 1º; juros de 1 % ao mês)",
    )
    for email_, name, role in PEOPLE:
        if (
            profile is SERRA_AZUL
            or role in (Role.OWNER, Role.MANAGER)
            or (profile is HORIZONTE and role == Role.AUDITOR)
        ):
            access.found_person(
                ACTOR, company=company, email=email_, name=name, password=PASSWORD, role=role, keep_password=True
            )
    return company


def _import(scope: Scope, portfolio: Portfolio, folder: Path, on: date, tell: Tell) -> None:
    """Write the made-up files and import them as a user would: guessed mapping, confirmed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = files.write(portfolio, folder, files.Style.ERP_CSV)
    for name, table in (("clientes", "customers"), ("titulos", "titles"), ("baixas", "settlements")):
        path = written.paths[name]
        tell(f"{portfolio.profile.company}: importar {path.name}")
        file = intake.upload(scope, name=path.name, content=path.read_bytes(), table=table)
        intake.import_file(scope, file.pk, on=on)


def _holds(scope: Scope, portfolio: Portfolio) -> None:
    """Place the made-up stops: disputes, promises, lawyers, opt-outs."""
    with scope.active():
        debtors = dict(Debtor.objects.values_list("code", "pk"))
        titles = dict(Title.objects.values_list("code", "pk"))
    for row in portfolio.holds.iter_rows(named=True):
        if row["customer"] not in debtors or (row["title"] and row["title"] not in titles):
            continue
        ledger.place_hold(
            scope,
            debtor_id=debtors[row["customer"]],
            title_id=titles[row["title"]] if row["title"] else None,
            kind=HoldKind[row["kind"].upper()],
            from_on=row["from_on"],
            until_on=row["until_on"],
            note=row["note"] or "",
        )
