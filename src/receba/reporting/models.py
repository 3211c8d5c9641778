"""The KPIs of each day, as they were published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company, Portfolio


class KpiDay(models.Model):
    """One value of one KPI on a day, as known on a day; portfolio null is the whole company.

    `value` is in the unit of the registry (core.kpis.KPIS), null where the KPI has no value. A day published again
    with later knowledge is a further version: what was published stays readable.
    """

    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    portfolio = models.ForeignKey(
        Portfolio, models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )
    on = models.DateField(_("data"))
    known_on = models.DateField(_("conhecido em"))
    kpi = models.CharField(_("indicador"), max_length=40)
    bucket = models.SmallIntegerField(_("faixa"))
    value = models.BigIntegerField(_("valor"), null=True)

    objects = CompanyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "on", "known_on", "portfolio", "kpi", "bucket"],
                nulls_distinct=False,
                name="kpi_value_once",
            )
        ]
        indexes = [models.Index(fields=["company", "kpi", "bucket", "on"])]


class CapitalCost(models.Model):
    """What money costs the company (custo de capital), from a day on; the cost of delay is computed with it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    since = models.DateField(_("vale desde"))
    bps_month = models.PositiveIntegerField(_("custo ao mês (centésimos de %)"))
    source = models.CharField(_("fonte"), max_length=200)
    recorded_at = models.DateTimeField(_("registrado em"))

    objects = CompanyManager()

    class Meta:
        ordering = ["since", "recorded_at"]
