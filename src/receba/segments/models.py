"""In which cell a debtor is, from when until when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company
from receba.parties.models import Debtor
from receba.segments.core.rules import Behaviour, Risk, Value

RISK_LABELS = {Risk.NONE: _("sem índice"), Risk.A: "A", Risk.B: "B", Risk.C: "C", Risk.D: "D", Risk.E: "E"}
BEHAVIOUR_LABELS = {
    Behaviour.NEW: _("novo"),
    Behaviour.PUNCTUAL: _("pontual"),
    Behaviour.OCCASIONAL: _("atrasa às vezes"),
    Behaviour.HABITUAL: _("atrasa sempre"),
    Behaviour.LOST: _("parou de pagar"),
}
VALUE_LABELS = {Value.NONE: _("sem compras"), Value.A: "A", Value.B: "B", Value.C: "C"}


class Membership(models.Model):
    """One stay of a debtor in one cell; `until_on` is its last day, null while it lasts."""

    company = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="memberships", db_constraint=False, db_index=False)
    version = models.CharField(max_length=40)
    risk = models.SmallIntegerField(choices=[(k.value, label) for k, label in RISK_LABELS.items()])
    behaviour = models.SmallIntegerField(choices=[(k.value, label) for k, label in BEHAVIOUR_LABELS.items()])
    value = models.SmallIntegerField(choices=[(k.value, label) for k, label in VALUE_LABELS.items()])
    person_kind = models.SmallIntegerField()
    since_on = models.DateField(_("desde"))
    until_on = models.DateField(_("até"), null=True)

    objects = CompanyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["debtor"], condition=models.Q(until_on=None), name="one_current_cell"),
            models.UniqueConstraint(fields=["debtor", "since_on"], name="cell_once_a_day"),
        ]
