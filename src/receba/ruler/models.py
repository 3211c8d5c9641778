"""Rulers and their versions, who climbs which, and what was decided about whom on which day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company, Portfolio
from receba.ledger.models import HOLD_LABELS, Title
from receba.parties.models import Debtor
from receba.ruler.core.document import Document
from receba.ruler.core.rules import HOLD_BASE, Look, Outcome, Reason

REASON_LABELS = {
    Reason.STEP_DUE: _("passo da régua vence hoje"),
    Reason.NOT_YET_DUE: _("nada vencido e nenhum lembrete para hoje"),
    Reason.NO_STEP_TODAY: _("em atraso, sem passo da régua para hoje"),
    Reason.RESTING: _("contatado há poucos dias"),
    Reason.NO_CHANNEL: _("sem e-mail válido"),
    Reason.BELOW_MINIMUM: _("abaixo do valor mínimo da régua"),
    Reason.NO_RULER: _("nenhuma régua atribuída"),
    Reason.EXCLUDED: _("retirado do plano por uma pessoa"),
} | {HOLD_BASE + kind: label for kind, label in HOLD_LABELS.items()}

LOOK_LABELS = {
    Look.DUE: _("passo vence hoje"),
    Look.HELD: _("suspenso"),
    Look.NO_RULER: _("sem régua"),
    Look.NO_STEP: _("nenhum passo da régua para esta data"),
    Look.TAKEN: _("passo já dado"),
    Look.TOO_LATE: _("passo perdido: passou do prazo de recuperação da régua"),
}


class Ruler(models.Model):
    """A ruler by name; what it says is in its versions."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(_("código"), max_length=60)
    name = models.CharField(_("nome"), max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="ruler_code_once_a_company")]

    def __str__(self) -> str:
        return self.name


class RulerVersion(models.Model):
    """One published text of a ruler; never edited, the newest counts."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    ruler = models.ForeignKey(Ruler, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("versão"))
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["ruler", "number"], name="ruler_version_once")]

    @property
    def document(self) -> Document:
        """Return what this version says."""
        return Document.from_json(self.body)


class Assignment(models.Model):
    """Which ruler counts for a portfolio, a debtor or a title; the nearest one wins."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    ruler = models.ForeignKey(Ruler, models.PROTECT, related_name="assignments")
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, null=True, blank=True, related_name="+")
    debtor = models.ForeignKey(Debtor, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.ForeignKey(Title, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CompanyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "portfolio", "debtor", "title"], nulls_distinct=False, name="one_ruler_a_target"
            ),
        ]


class Decision(models.Model):
    """One debtor, one day: a step to be sent, or a reason for silence; with the facts that it was decided by.

    `version`, `step` and `title` are those of the step that was due, sent or stopped; none was when `step` is -1.
    """

    company = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    on = models.DateField(_("data"))
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="decisions", db_constraint=False, db_index=False)
    outcome = models.SmallIntegerField(choices=[(Outcome.SEND.value, _("enviar")), (Outcome.SKIP.value, _("silêncio"))])
    reason = models.SmallIntegerField(choices=[(int(k), label) for k, label in REASON_LABELS.items()])
    version = models.ForeignKey(
        RulerVersion, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    step = models.SmallIntegerField(default=-1)
    title = models.ForeignKey(Title, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    titles_due = models.IntegerField(default=0)
    open_centavos = models.BigIntegerField()
    overdue_centavos = models.BigIntegerField()
    days_late = models.IntegerField()
    idc = models.SmallIntegerField(null=True)
    person_kind = models.SmallIntegerField(default=0)
    risk = models.SmallIntegerField(default=0)
    worsened = models.BooleanField(default=False)
    has_email = models.BooleanField(default=False)
    hold = models.SmallIntegerField(default=0)
    last_contact_on = models.DateField(null=True)
    planned_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["debtor", "on"], name="one_decision_a_day")]
        indexes = [models.Index(fields=["company", "on", "outcome", "reason"])]


class DecisionTitle(models.Model):
    """A title that a decision looked at, where a step was due for its debtor: what was found about it (rules.Look).

    `spoken` are those that the contact speaks of. The facts are enough to decide again.
    """

    company = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="titles", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    version = models.ForeignKey(
        RulerVersion, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    look = models.SmallIntegerField(choices=[(int(k), label) for k, label in LOOK_LABELS.items()], default=0)
    step = models.SmallIntegerField()
    spoken = models.BooleanField(default=True)
    hold = models.SmallIntegerField(default=0)
    effective_due_on = models.DateField()
    days_late = models.IntegerField(default=0)
    total_centavos = models.BigIntegerField(default=0)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "title"], name="title_once_a_decision")]
        indexes = [models.Index(fields=["title", "step"])]
