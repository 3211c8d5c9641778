"""The cast: Dona Lúcia pays on time, Padaria Aurora pays late, Construtora Vértice disputes everything.

Two creditor companies under one operator: whoever works for Serra Azul only must never see Horizonte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from receba.access.core.roles import Permission, Role, permissions_of
from receba.access.models import Company, Grant, Operator, Person, Portfolio
from receba.access.scope import Actor, Scope, acting
from receba.kernel.tables import PersonKind
from receba.ledger.models import Terms
from receba.parties.models import Contact, Debtor

PASSWORD = "segredo-de-teste-1"
RECORDED_AT = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass
class Cast:
    """Everybody that a story may need."""

    operator: Operator
    serra_azul: Company
    horizonte: Company
    portfolio: Portfolio
    other_portfolio: Portfolio
    scope: Scope
    stranger_scope: Scope
    terms: Terms
    people: dict[Role, Person] = field(default_factory=dict)
    stranger: Person | None = None
    lucia: Debtor | None = None
    aurora: Debtor | None = None
    vertice: Debtor | None = None

    @classmethod
    def make(cls) -> Cast:
        with acting(Actor("command", "tests"), "cast"):
            operator = Operator.objects.create(name="Ponte BPO Financeiro")
            serra = Company.objects.create(
                operator=operator,
                name="Distribuidora Serra Azul Ltda",
                trade_name="Serra Azul",
                document="11222333000181",
                address="Rua das Acácias, 100, Campinas, SP",
                phone="1933334444",
                email="atendimento@serraazul.example",
            )
            horizonte = Company.objects.create(
                operator=operator,
                name="Colégio Horizonte Ltda",
                trade_name="Colégio Horizonte",
                document="A1B2C3D4000193",
                address="Av. Brasil, 2000, Recife, PE",
            )
            portfolio = Portfolio.objects.create(company=serra, code="geral", name="Geral")
            other = Portfolio.objects.create(company=serra, code="especial", name="Especial")
            Portfolio.objects.create(company=horizonte, code="geral", name="Geral")
            people = {}
            for role in Role:
                people[role] = Person.objects.create_user(
                    f"{role}@ponte.example", PASSWORD, name=role.title(), operator=operator
                )
                Grant.objects.create(person=people[role], company=serra, role=role)
            stranger = Person.objects.create_user("estranho@ponte.example", PASSWORD, name="Estranho")
            Grant.objects.create(person=stranger, company=horizonte, role=Role.OWNER)
        scope = Scope(serra.pk, Actor("job", "tests"), frozenset(Permission), None, "a test")
        with scope.active():
            terms = Terms.objects.create(
                company=serra,
                code="padrao",
                since=date(2020, 1, 1),
                fine_bps=200,
                interest_bps_month=100,
                source="contrato de teste, cláusula 7",
                recorded_at=RECORDED_AT,
            )
            made = cls(
                operator,
                serra,
                horizonte,
                portfolio,
                other,
                scope,
                Scope(horizonte.pk, Actor("job", "tests"), permissions_of([Role.OWNER]), None, "a test"),
                terms,
                people,
                stranger,
            )
            made.lucia = made.debtor("1", "Lúcia Ferreira", PersonKind.PF, "52998224725", "lucia@exemplo.example")
            made.aurora = made.debtor(
                "2", "Padaria Aurora Ltda", PersonKind.PJ, "11222333000181", "aurora@exemplo.example"
            )
            made.vertice = made.debtor("3", "Construtora Vértice S.A.", PersonKind.PJ, "", "")
        return made

    def debtor(self, code: str, name: str, kind: PersonKind, document: str, email: str) -> Debtor:
        """Record one debtor of Serra Azul, with an e-mail unless it is empty."""
        debtor = Debtor.objects.create(
            company=self.serra_azul,
            code=code,
            name=name,
            person_kind=kind,
            document=document,
            state="SP",
            recorded_at=RECORDED_AT,
        )
        if email:
            Contact.objects.create(
                company=self.serra_azul, debtor=debtor, kind=Contact.Kind.EMAIL, value=email, recorded_at=RECORDED_AT
            )
        return debtor
