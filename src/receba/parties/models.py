"""Debtors of a creditor company, and how to reach them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company
from receba.kernel.tables import PersonKind


class Debtor(models.Model):
    """A customer who owes, owed or may owe: a person (PF) or a firm (PJ), under the creditor's own code."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    code = models.CharField(_("código"), max_length=80)
    name = models.CharField(_("nome"), max_length=200)
    person_kind = models.SmallIntegerField(
        _("tipo de pessoa"), choices=[(PersonKind.PF.value, "PF"), (PersonKind.PJ.value, "PJ")], default=PersonKind.PJ
    )
    document = models.CharField(_("CPF/CNPJ"), max_length=14, blank=True)
    street = models.CharField(_("logradouro"), max_length=200, blank=True)
    district = models.CharField(_("bairro"), max_length=100, blank=True)
    city = models.CharField(_("cidade"), max_length=100, blank=True)
    state = models.CharField(_("UF"), max_length=2, blank=True)
    zip_code = models.CharField(_("CEP"), max_length=8, blank=True)
    group = models.CharField(_("grupo econômico"), max_length=80, blank=True)
    since_on = models.DateField(_("cliente desde"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("registrado em"))

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="debtor_code_once_a_company")]
        indexes = [models.Index(fields=["company", "document"]), models.Index(fields=["company", "name"])]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """One address at which a debtor may be reached."""

    class Kind(models.IntegerChoices):
        EMAIL = 1, _("e-mail")
        PHONE = 2, _("telefone")
        MOBILE = 3, _("celular")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="contacts", db_index=False)
    kind = models.SmallIntegerField(_("tipo"), choices=Kind.choices)
    value = models.CharField(_("valor"), max_length=254)
    recorded_at = models.DateTimeField(_("registrado em"))
    invalid_since = models.DateTimeField(_("inválido desde"), null=True, blank=True)
    invalid_reason = models.CharField(_("motivo"), max_length=200, blank=True)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["debtor", "kind", "value"], name="contact_once_a_debtor")]
        indexes = [models.Index(fields=["company", "value"])]


class NameWord(models.Model):
    """A projection: one row per debtor and word of the name, as people type it (core/names.py). Kept by a trigger.

    Found by a range over the word: LIKE and trigrams are not leakproof, so row-level security keeps them off indices.
    """

    pk = models.CompositePrimaryKey("company_id", "word", "debtor_id")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    word = models.CharField(max_length=40, db_collation="C")
    debtor = models.ForeignKey(Debtor, models.DO_NOTHING, db_constraint=False, related_name="words", db_index=False)

    objects = CompanyManager()
