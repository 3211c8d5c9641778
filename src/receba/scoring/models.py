"""What scoring said on each day: of the portfolio and of every debtor who has history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company
from receba.kernel.days import day_number
from receba.parties.models import Debtor
from receba.scoring.core.sufficiency import refusal


class IndexDay(models.Model):
    """The company's global indices of one day, or why there are none (S3.27)."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    on = models.DateField(_("data"))
    idc = models.IntegerField(_("IDC"), null=True)
    idi = models.IntegerField(_("IDI"), null=True)
    idc_weighted = models.IntegerField(null=True)
    idi_weighted = models.IntegerField(null=True)
    customers_scored = models.IntegerField(default=0)
    scaling = models.CharField(max_length=6, blank=True, help_text="normal, or rank under 100 customers (S3.22)")
    parameters_version = models.CharField(max_length=60)
    refusal = models.TextField(_("recusa"), blank=True)
    sufficiency = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["company", "on"], name="index_day_once")]

    @property
    def why_not(self) -> str:
        """Return the refusal as a sentence that can be translated; as it was written where its facts were not kept."""
        facts = self.sufficiency.get("refused")
        return refusal(day_number(self.on), **facts) if facts else self.refusal


class Score(models.Model):
    """One debtor's indices of one day; columns as in kernel.tables.SCORES."""

    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    debtor = models.ForeignKey(Debtor, models.DO_NOTHING, db_constraint=False, related_name="scores", db_index=False)
    on = models.DateField(_("data"))
    idc = models.IntegerField(_("IDC"))
    idi = models.IntegerField(_("IDI"))
    pd_e4 = models.IntegerField()
    confidence = models.IntegerField(_("confiança"))
    limit_return_centavos = models.BigIntegerField(_("limite de melhor retorno"))
    limit_risk_centavos = models.BigIntegerField(_("limite de menor risco"))
    term_days = models.IntegerField(_("prazo sugerido"))
    titles_known = models.IntegerField()
    titles_late = models.IntegerField()
    months_paid = models.IntegerField()
    reason_late_e4 = models.IntegerField()
    reason_change_e4 = models.IntegerField()
    reason_history_e4 = models.IntegerField()
    reason_volume_e4 = models.IntegerField()

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["debtor", "on"], name="score_once_a_day")]
        indexes = [models.Index(fields=["company", "on", "idc"])]
