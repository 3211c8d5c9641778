"""What a day did: its inputs, its steps, what each counted and how long it took."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company


class State(models.TextChoices):
    WAITING = "waiting", _("aguardando")
    RUNNING = "running", _("em andamento")
    DONE = "done", _("concluída")
    FAILED = "failed", _("falhou")


class DailyRun(models.Model):
    """One company's working day. `inputs` is the fingerprint of everything that the day reads.

    `read_at`, `numbers` and `outputs` are what a replay needs: when, with what, and what came out.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    on = models.DateField(_("data"))
    known_on = models.DateField(_("conhecido em"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    inputs = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField(null=True, help_text="when the ledger was read: what came later is not in the day")
    numbers = models.JSONField(default=dict, help_text="the parameters that the day was computed with")
    outputs = models.JSONField(default=dict, help_text="the fingerprint of each table that the day made")
    caught_up = models.BooleanField(_("recuperado"), default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["company", "on"], name="one_run_a_day")]


class DailyStep(models.Model):
    """One step of a run; visible while it works."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    run = models.ForeignKey(DailyRun, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=40)
    position = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    inputs = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    milliseconds = models.IntegerField(null=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = CompanyManager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="step_once_a_run")]
