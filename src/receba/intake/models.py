"""Files that came in, how their columns are read, the rows that were refused, and settlements without a title yet."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Concat, Left
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company, Portfolio

COUNT_LABELS = {
    "rows": _("linhas lidas"), "accepted": _("aceitas"), "rejected": _("recusadas"),
    "repeated": _("repetidas no arquivo"), "blank_lines": _("linhas em branco"),
    "customers_new": _("clientes novos"), "customers_known": _("clientes conhecidos"),
    "customers_changed": _("clientes alterados"), "titles_new": _("títulos novos"),
    "titles_known": _("títulos conhecidos"), "titles_amount_changed": _("valores corrigidos"),
    "titles_due_changed": _("vencimentos alterados"), "settlements_new": _("baixas novas"),
    "settlements_known": _("baixas conhecidas"),
    "settlements_waiting": _("baixas à espera do título"),
    "waiting_applied": _("baixas que esperavam e entraram"),
    "disputes_new": _("contestações abertas"), "disputes_ended": _("contestações encerradas"),
}  # fmt: skip


def named(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what an import did as (words, count), what it did not do left out."""
    return [(str(label), counts[key]) for key, label in COUNT_LABELS.items() if counts.get(key)]


class Table(models.TextChoices):
    """The kinds of file; the keys are those of intake.core.fields."""

    CUSTOMERS = "customers", _("clientes")
    TITLES = "titles", _("títulos")
    SETTLEMENTS = "settlements", _("baixas")
    LEDGER = "ledger", _("razão (títulos e pagamentos)")


class ImportFile(models.Model):
    """One file as it was sent, its mapping, and what its import did.

    `error` is what stopped the import, in Portuguese; `failure` the same, kept for other languages (kernel.words.kept).
    `refusals`: how its refused rows stand (queries.counted), counted whenever they change: there may be a hundred
    thousand. `stopped`: who asked for a stop and when (by, at); once it stopped, also `written`, the counts of what went in before.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("a conferir")
        QUEUED = "queued", _("na fila")
        RUNNING = "running", _("importando")
        STOPPING = "stopping", _("parando")
        STOPPED = "stopped", _("parado")
        DONE = "done", _("importado")
        FAILED = "failed", _("falhou")

    MOVING = (State.QUEUED, State.RUNNING, State.STOPPING)

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    name = models.CharField(_("arquivo"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField(_("tamanho"))
    table = models.CharField(_("tabela"), max_length=12, choices=Table.choices)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, null=True, blank=True, related_name="+")
    document_required = models.BooleanField(_("exigir CPF/CNPJ válido"), default=False)
    state = models.CharField(_("situação"), max_length=8, choices=State.choices, default=State.UPLOADED)
    counts = models.JSONField(default=dict)
    money = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    warnings = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    failure = models.JSONField(null=True)
    stopped = models.JSONField(default=dict)
    refusals = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(_("enviado em"))
    uploaded_by = models.CharField(max_length=200)
    imported_at = models.DateTimeField(_("importado em"), null=True, blank=True)

    objects = CompanyManager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["company", "sha256"])]

    def __str__(self) -> str:
        return self.name


class ImportContent(models.Model):
    """The bytes of a file, compressed: read again when its refused rows are mended.

    `head`: its first rows (core.raw.head_of) as compressed JSON, so that mapping does not read a large file each time.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    file = models.OneToOneField(ImportFile, models.CASCADE, primary_key=True, related_name="content")
    data = models.BinaryField()
    head = models.BinaryField(null=True)

    objects = CompanyManager()


class ImportProgress(models.Model):
    """How far an import is; written while it runs, read by the page that shows it.

    `past`: the steps behind it: step, rows, seconds. `begun_at` is of the import, `step_at` of the present step.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    file = models.OneToOneField(ImportFile, models.CASCADE, primary_key=True, related_name="progress")
    step = models.CharField(max_length=40)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    step_at = models.DateTimeField(null=True)
    past = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    objects = CompanyManager()


class SavedMapping(models.Model):
    """The mapping that a company confirmed last for each kind of file; proposed when the header fits.

    `name` is the file it was confirmed for.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    table = models.CharField(max_length=12, choices=Table.choices)
    mapping = models.JSONField()
    document_required = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200, blank=True)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "table"], name="mapping_once_a_table")]


def _first_problem(name: str) -> KeyTextTransform:
    return KeyTextTransform(name, KeyTransform("0", "reasons"))


class RejectedRow(models.Model):
    """One row that was not accepted: as it was written, why, and how somebody mended it.

    `raw` and `mended` are header → text. A row with the wrong number of columns has raw {"": the line}.
    `reasons`: field, value, reason, message, remedy of each problem. `problem` is the first one's `field:reason` and
    `wrong` its value, by which rows are counted and mended together.
    """

    class State(models.TextChoices):
        OPEN = "open", _("a corrigir")
        RESOLVED = "resolved", _("corrigida")
        IGNORED = "ignored", _("ignorada")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rejected_rows")
    line = models.BigIntegerField(_("linha"))
    raw = models.JSONField()
    reasons = models.JSONField()
    mended = models.JSONField(null=True)
    problem = models.GeneratedField(
        expression=Concat(_first_problem("field"), models.Value(":", models.TextField()), _first_problem("reason")),
        output_field=models.TextField(), db_persist=True,
    )  # fmt: skip
    wrong = models.GeneratedField(
        expression=Left(Coalesce(_first_problem("value"), models.Value("", models.TextField())), 200),
        output_field=models.TextField(), db_persist=True,
    )  # fmt: skip
    state = models.CharField(_("situação"), max_length=8, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("observação"), max_length=300, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["file", "line"]
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="rejected_row_once")]
        indexes = [
            models.Index(fields=["company", "state"]),
            models.Index(fields=["file", "state", "line"], name="intake_row_by_line"),
            models.Index(fields=["file", "state", "problem", "wrong", "line"], name="intake_row_by_problem"),
        ]


class WaitingSettlement(models.Model):
    """A settlement that came before its title; posted as soon as the title is there."""

    class State(models.TextChoices):
        WAITING = "waiting", _("esperando o título")
        APPLIED = "applied", _("aplicada")
        REFUSED = "refused", _("recusada")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="waiting_settlements")
    line = models.BigIntegerField(_("linha"))
    settlement = models.CharField(_("baixa"), max_length=160)
    title = models.CharField(_("título"), max_length=80)
    paid = models.DateField(_("data do pagamento"))
    paid_amount = models.BigIntegerField(_("valor pago"))
    fine = models.BigIntegerField(null=True)
    interest = models.BigIntegerField(null=True)
    discount = models.BigIntegerField(null=True)
    method = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=12)
    reverses = models.CharField(max_length=160, blank=True)
    state = models.CharField(_("situação"), max_length=8, choices=State.choices, default=State.WAITING)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["company", "settlement"], name="waiting_settlement_once")]
        indexes = [models.Index(fields=["company", "state", "title"])]
