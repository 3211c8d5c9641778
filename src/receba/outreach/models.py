"""Messages, what happened to each, the templates they come from, and every other contact with a debtor."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company
from receba.outreach.core.figures import Key
from receba.outreach.core.gate import Reason
from receba.outreach.core.policy import Channel
from receba.outreach.core.replies import Failure
from receba.parties.models import Contact, Debtor

CHANNEL_LABELS = {
    Channel.EMAIL: _("e-mail"),
    Channel.SMS: _("SMS"),
    Channel.WHATSAPP: _("WhatsApp"),
    Channel.PUSH: _("notificação"),
    Channel.LETTER: _("carta"),
    Channel.PHONE: _("telefone"),
}
KEY_LABELS = {
    Key.REMINDER: _("lembrete antes do vencimento"),
    Key.DUE_TODAY: _("vence hoje"),
    Key.LATE_SOFT: _("atraso, tom leve"),
    Key.LATE_FIRM: _("atraso, tom firme"),
    Key.LATE_LAST: _("atraso, última mensagem"),
    Key.THANKS: _("agradecimento"),
}
FAILURE_LABELS = {
    Failure.NONE: "",
    Failure.ADDRESS: _("o endereço não existe"),
    Failure.CONTENT: _("o servidor recusou a mensagem"),
    Failure.TEMPORARY: _("recusa temporária do servidor"),
    Failure.CONNECTION: _("a conexão com o servidor caiu"),
    Failure.OURS: _("o servidor recusou o nosso envio"),
    Failure.GAVE_UP: _("desistimos depois de várias tentativas"),
}


WITHDRAWN = "withdrawn"
"""Why a message was not sent when its approval was taken back: the one end from which it may begin again."""


class MessageTemplate(models.Model):
    """One version of a company's own text. A published version is never edited: the next one takes over."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    key = models.CharField(_("modelo"), max_length=30, choices=[(k.value, label) for k, label in KEY_LABELS.items()])
    channel = models.CharField(
        _("canal"), max_length=10, choices=[(c.value, label) for c, label in CHANNEL_LABELS.items()]
    )
    version = models.PositiveIntegerField(_("versão"))
    subject = models.CharField(_("assunto"), max_length=300)
    text = models.TextField(_("texto"))
    html = models.TextField(_("HTML"))
    published_at = models.DateTimeField(_("publicado em"), null=True, blank=True)
    written_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["company", "key", "channel", "version"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["company", "key", "channel"],
                condition=models.Q(published_at=None),
                name="template_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class ContactPolicyChange(models.Model):
    """What a company changed in the contact policy, from when on, and why; the newest row counts. Append-only."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    since = models.DateField(_("vale desde"))
    changes = models.JSONField(_("mudanças"))
    reason = models.CharField(_("motivo"), max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["-since", "-id"]


class Message(models.Model):
    """One message to one debtor, from the decision to its end. The words kept here are those that left."""

    class State(models.TextChoices):
        READY = "ready", _("pronta")
        RETRY = "retry", _("tentar de novo")
        SENDING = "sending", _("enviando")
        SENT = "sent", _("enviada")
        REFUSED = "refused", _("recusada")
        UNKNOWN = "unknown", _("sem resposta: decidir")
        CANCELLED = "cancelled", _("não enviada")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    decision_id = models.BigIntegerField(_("decisão"))
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="messages", db_index=False)
    channel = models.CharField(
        _("canal"), max_length=10, choices=[(c.value, label) for c, label in CHANNEL_LABELS.items()]
    )
    key = models.CharField(_("modelo"), max_length=30, choices=[(k.value, label) for k, label in KEY_LABELS.items()])
    template = models.ForeignKey(MessageTemplate, models.PROTECT, null=True, related_name="+", db_index=False)
    on = models.DateField(_("dia"))
    title_ids = ArrayField(models.BigIntegerField(), help_text="what the decision wanted to speak of")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+", db_index=False)
    to_address = models.CharField(_("para"), max_length=254, blank=True)
    subject = models.CharField(_("assunto"), max_length=300, blank=True)
    body_text = models.TextField(_("texto"), blank=True)
    body_html = models.TextField(blank=True)
    titles = models.JSONField(_("títulos"), default=list, help_text="the figures as written in the message")
    total_centavos = models.BigIntegerField(_("total"), default=0)
    figures_on = models.DateField(_("valores de"), help_text="the day whose figures the words show")
    state = models.CharField(_("situação"), max_length=10, choices=State.choices)
    reason = models.CharField(max_length=30, blank=True, help_text="why it was not sent: a gate.Reason or one of WHY")
    failure = models.CharField(max_length=12, blank=True)
    provider_response = models.CharField(_("resposta do servidor"), max_length=500, blank=True)
    receipt = models.JSONField(_("consulta à política"), default=dict, help_text="what the gate said, last time asked")
    message_id = models.CharField(max_length=200)
    test_mode = models.BooleanField(_("modo de teste"), default=False)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0)
    claim = models.UUIDField(null=True)
    created_at = models.DateTimeField(_("criada em"))
    not_before_at = models.DateTimeField(_("não antes de"), null=True)
    claimed_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(_("entregue ao servidor em"), null=True)
    sent_at = models.DateTimeField(_("enviada em"), null=True)
    bounced_at = models.DateTimeField(_("devolvida em"), null=True)

    objects = CompanyManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "decision_id", "channel"], name="message_once_a_decision"),
            models.UniqueConstraint(fields=["company", "message_id"], name="message_id_once"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="sent_has_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | ~models.Q(reason=""), name="silence_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(claim__isnull=False), name="sending_is_claimed"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "not_before_at"]),
            models.Index(fields=["debtor", "handed_at"]),
            models.Index(fields=["company", "on"]),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def open(self) -> bool:
        """Whether it may still leave."""
        return self.state in (self.State.READY, self.State.RETRY)


WHY_LABELS = {
    Reason.NO_CONTACT: _("sem endereço válido neste canal"),
    Reason.NO_IDENTIFICATION: _("a identificação do credor está incompleta"),
    Reason.OPT_OUT: _("pediu para não ser contatado"),
    Reason.WRONG_PERSON: _("não é a pessoa procurada"),
    Reason.DECEASED: _("pessoa falecida"),
    Reason.LAWYER: _("representado por advogado"),
    Reason.DISPUTE: _("contestação em aberto"),
    Reason.PROMISE: _("prometeu pagar"),
    Reason.AGREEMENT: _("em acordo"),
    Reason.REVIEW: _("em revisão"),
    Reason.BANKRUPTCY: _("falência ou recuperação judicial"),
    Reason.LEGAL: _("em cobrança judicial"),
    Reason.AUTOMATIC_DEBIT: _("débito automático"),
    Reason.SETTLED: _("nada a pagar"),
    Reason.PRESCRIBED: _("dívida prescrita"),
    Reason.OUTSIDE_HOURS: _("fora do horário permitido"),
    Reason.SUNDAY: _("domingo"),
    Reason.HOLIDAY: _("feriado"),
    Reason.DAY_CAP: _("limite de contatos do dia"),
    Reason.WEEK_CAP: _("limite de contatos da semana"),
    Reason.CONVERSATION_CAP: _("já houve conversa hoje"),
    "paid": _("pago antes do envio"),
    "outdated": _("perdeu o sentido antes do envio"),
    WITHDRAWN: _("aprovação desfeita"),
    "by_hand": _("cancelada por uma pessoa"),
    "bad_template": _("o modelo não pôde ser usado"),
}
"""Why a message was not sent, as people read it."""


class MessageEvent(models.Model):
    """One thing that happened to a message: the log of its attempts. Append-only."""

    class Kind(models.TextChoices):
        PREPARED = "prepared", _("preparada")
        CANCELLED = "cancelled", _("não será enviada")
        WAITING = "waiting", _("espera")
        CLAIMED = "claimed", _("retirada para envio")
        RENDERED = "rendered", _("refeita com os valores do dia")
        HANDED = "handed", _("entregue ao servidor")
        SENT = "sent", _("aceita pelo servidor")
        REFUSED = "refused", _("recusada")
        LATER = "later", _("adiada")
        UNKNOWN = "unknown", _("sem resposta do servidor")
        RESCUED = "rescued", _("envio abandonado, de volta à fila")
        RESOLVED = "resolved", _("decidida por uma pessoa")
        BOUNCED = "bounced", _("devolvida pelo destino")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("quando"))
    kind = models.CharField(max_length=10, choices=Kind.choices)
    attempt = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=500, blank=True)
    actor = models.CharField(_("quem"), max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering = ["id"]


class Touch(models.Model):
    """A contact with a debtor outside the messages sent here (a call, a conversation): it counts for the caps."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="touches", db_index=False)
    channel = models.CharField(max_length=10, choices=[(c.value, label) for c, label in CHANNEL_LABELS.items()])
    at = models.DateTimeField(_("quando"))
    conversation = models.BooleanField(_("houve conversa"), default=False)
    key = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="touch_key_once")]
        indexes = [models.Index(fields=["debtor", "at"])]


class SendRun(models.Model):
    """One round of the sender: what it did, and what stopped it if something did."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("início"))
    finished_at = models.DateTimeField(_("fim"), null=True)
    counts = models.JSONField(default=dict)
    problem = models.CharField(_("o que impediu"), max_length=500, blank=True)

    objects = CompanyManager()

    class Meta:
        ordering = ["-id"]
