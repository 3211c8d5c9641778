"""Titles and their entries. An entry is never edited: a mistake is answered by its reversal.

Where rows come by the hundred thousand, the company has no foreign key of its own: row-level security already demands
that it is the company of the session, and every check of a key costs as much as the row.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company, Portfolio
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger.core.ceilings import Relation
from receba.ledger.core.rules import DEFAULT_IMPUTATION, Component
from receba.parties.models import Debtor

ENTRY_LABELS = {
    EntryKind.FACE: _("valor de face"),
    EntryKind.FEE: _("despesa"),
    EntryKind.FINE: _("multa"),
    EntryKind.INTEREST: _("juros"),
    EntryKind.CORRECTION: _("correção"),
    EntryKind.DISCOUNT: _("desconto"),
    EntryKind.PAYMENT: _("pagamento"),
    EntryKind.REVERSAL: _("estorno"),
    EntryKind.WRITE_OFF: _("perda"),
    EntryKind.NOVATION: _("novação"),
}
HOLD_LABELS = {
    HoldKind.DISPUTE: _("contestação"),
    HoldKind.PROMISE: _("promessa de pagamento"),
    HoldKind.AGREEMENT: _("acordo"),
    HoldKind.OPT_OUT: _("pediu para não ser contatado"),
    HoldKind.REVIEW: _("em revisão"),
    HoldKind.LAWYER: _("representado por advogado"),
    HoldKind.DECEASED: _("falecido"),
    HoldKind.BANKRUPTCY: _("falência ou recuperação judicial"),
    HoldKind.LEGAL: _("em cobrança judicial"),
    HoldKind.AUTOMATIC_DEBIT: _("débito automático"),
    HoldKind.WRONG_PERSON: _("pessoa errada"),
}

COMPONENT_LABELS: dict[Component, Any] = {
    "fee": _("despesas"),
    "fine": _("multa"),
    "interest": _("juros"),
    "correction": _("correção"),
    "principal": _("principal"),
}
RELATION_LABELS = {
    Relation.CONSUMER: _("consumidores e empresas"),
    Relation.BUSINESS: _("só entre empresas"),
    Relation.CONDOMINIUM: _("condomínio e condôminos"),
}


class PriceIndex(models.Model):
    """A correction index (IPCA, INPC, IGP-M…) as published; belongs to no company."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.code


class PriceIndexMonth(models.Model):
    """One month's variation of an index, in percent, with the day of publication and the source."""

    index = models.ForeignKey(PriceIndex, models.PROTECT, related_name="months")
    month = models.DateField()
    percent = models.DecimalField(max_digits=12, decimal_places=8)
    published_on = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "month", "published_on"], name="index_month_vintage")]


class Terms(models.Model):
    """One version of what late or early payment costs; immutable, chosen by the title's issue date."""

    class Unpaid(models.TextChoices):
        WAIVE = "waive", _("dispensar encargos quando o principal for pago")
        KEEP = "keep", _("manter os encargos em aberto")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(_("código"), max_length=60)
    since = models.DateField(_("vale desde"))
    fine_bps = models.PositiveIntegerField(_("multa (centésimos de %)"), default=0)
    interest_bps_month = models.PositiveIntegerField(_("juros ao mês (centésimos de %)"), default=0)
    grace_days = models.PositiveSmallIntegerField(_("carência (dias)"), default=0)
    index = models.ForeignKey(PriceIndex, models.PROTECT, null=True, blank=True, related_name="+")
    early_discounts = models.JSONField(
        _("descontos por antecipação"),
        default=list,
        blank=True,
        help_text="[[days before the due date, bps of the face value], …]",
    )
    imputation = models.CharField(
        _("ordem de imputação"), max_length=60, default=",".join(DEFAULT_IMPUTATION), help_text="each component once"
    )
    unpaid_charges = models.CharField(max_length=8, choices=Unpaid.choices, default=Unpaid.WAIVE)
    relation = models.CharField(
        _("relação"),
        max_length=12,
        choices=[(relation.value, label) for relation, label in RELATION_LABELS.items()],
        default=Relation.CONSUMER,
    )
    declared = models.BooleanField(_("declarado acima do teto usual"), default=False)
    source = models.CharField(_("fonte"), max_length=200)
    recorded_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code", "since"], name="terms_version_once")]

    @property
    def imputation_words(self) -> str:
        """The order in which a payment settles, in words."""
        return ", ".join(str(COMPONENT_LABELS[part]) for part in self.imputation.split(","))  # type: ignore[index]


class Title(models.Model):
    """A título/parcela: what one debtor owes one creditor on one day. Its balance is the sum of its entries."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="titles", db_index=False)
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(_("título"), max_length=80)
    description = models.CharField(_("descrição"), max_length=300, blank=True)
    kind = models.CharField(_("espécie"), max_length=40, blank=True)
    issued_on = models.DateField(_("emissão"))
    due_on = models.DateField(_("vencimento"))
    effective_due_on = models.DateField(_("vencimento efetivo"))
    face_centavos = models.BigIntegerField(_("valor"))
    recorded_at = models.DateTimeField(_("registrado em"))

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="title_code_once_a_company")]
        indexes = [models.Index(fields=["debtor", "due_on"])]

    def __str__(self) -> str:
        return self.code


class DueChange(models.Model):
    """A due date corrected or extended after the title was first recorded; the last one known counts."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, models.PROTECT, related_name="due_changes")
    due_on = models.DateField()
    effective_due_on = models.DateField()
    reason = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="due_change_key_once")]


class Entry(models.Model):
    """One movement of a title's balance: when it counts (`effective_on`) and when we learned it (`recorded_at`).

    `payment` ties a charge to the payment that settled it; `component` says which charge a discount waives.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, models.PROTECT, related_name="entries", db_index=False)
    kind = models.SmallIntegerField(choices=[(k.value, label) for k, label in ENTRY_LABELS.items()])
    component = models.SmallIntegerField(default=0)
    amount_centavos = models.BigIntegerField()
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    key = models.CharField(max_length=200)
    payment = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="settles", db_index=False)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", db_index=False
    )
    declared = models.JSONField(null=True, help_text="what the payer's file says was fee, fine, interest, discount")
    method = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = CompanyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="entry_key_once_a_company"),
            models.CheckConstraint(condition=~models.Q(amount_centavos=0), name="entry_moves_something"),
        ]
        indexes = [
            models.Index(fields=["title", "effective_on"]),
            models.Index(fields=["payment"], condition=models.Q(payment__isnull=False), name="entry_settles"),
            models.Index(fields=["reverses"], condition=models.Q(reverses__isnull=False), name="entry_reverses"),
        ]


class OpenTitle(models.Model):
    """A projection: one row per title whose principal is not zero. Kept by a trigger, proved by `receba check`."""

    title = models.OneToOneField(Title, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="open")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    portfolio = models.ForeignKey(Portfolio, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    debtor = models.ForeignKey(
        Debtor, models.DO_NOTHING, db_constraint=False, related_name="open_titles", db_index=False
    )
    due_on = models.DateField()
    effective_due_on = models.DateField()
    principal_centavos = models.BigIntegerField()

    objects = CompanyManager()

    class Meta:
        indexes = [
            models.Index(fields=["company", "effective_due_on", "title"]),
            models.Index(fields=["debtor", "due_on"]),
        ]


class Hold(models.Model):
    """A typed, dated stop on a debtor or on one title. Written by later rooms, read by earlier ones."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="holds", db_index=False)
    title = models.ForeignKey(Title, models.PROTECT, null=True, blank=True, related_name="holds")
    kind = models.SmallIntegerField(choices=[(k.value, label) for k, label in HOLD_LABELS.items()])
    from_on = models.DateField(_("desde"))
    until_on = models.DateField(_("até"), null=True, blank=True)
    note = models.CharField(_("motivo"), max_length=300, blank=True)
    placed_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        indexes = [models.Index(fields=["debtor", "from_on"])]
