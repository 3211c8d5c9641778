"""What collectors did, and the queue that tells them what to do next."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.managers import CompanyManager
from receba.access.models import Company, Portfolio
from receba.casework.core.outcomes import Channel, Outcome
from receba.casework.core.tables import Action, Why
from receba.parties.models import Contact, Debtor

CHANNEL_LABELS = {
    Channel.CALL: _("ligação"),
    Channel.VISIT: _("visita"),
    Channel.WHATSAPP: _("WhatsApp"),
    Channel.EMAIL: _("e-mail"),
    Channel.NOTE: _("anotação"),
}
OUTCOME_LABELS = {
    Outcome.NOTE: _("anotação"),
    Outcome.RIGHT_PERSON: _("falou com a pessoa certa"),
    Outcome.NO_ANSWER: _("não atendeu"),
    Outcome.MESSAGE_LEFT: _("deixou recado"),
    Outcome.WRONG_PERSON: _("pessoa errada"),
    Outcome.PROMISED: _("prometeu pagar"),
    Outcome.DISPUTED: _("contestou"),
    Outcome.SAYS_PAID: _("diz que já pagou"),
    Outcome.REFUSED: _("recusou-se a pagar"),
    Outcome.CALL_BACK: _("pediu retorno"),
    Outcome.STOP: _("pediu para não ser contatado"),
    Outcome.DECEASED: _("falecimento informado"),
}
TIMELINE_LABELS = (
    ("", _("tudo")),
    ("dinheiro", _("dinheiro")),
    ("contatos", _("contatos")),
    ("mensagens", _("mensagens")),
    ("regua", _("régua")),
)
WHY_LABELS = {
    Why.PROMISE_BROKEN: _("promessa não cumprida"),
    Why.PROMISE_TODAY: _("prometeu pagar hoje"),
    Why.CALL_BACK: _("pediu retorno para hoje"),
    Why.CONCENTRATED: _("entre os que somam 80% do vencido"),
    Why.LIKELY: _("boa chance de receber"),
    Why.ABOUT_TO_AGE: _("prestes a mudar de faixa de atraso"),
    Why.NEVER_CONTACTED: _("ninguém falou com ele ainda"),
    Why.GOT_WORSE: _("passou a pagar pior"),
    Why.OLD: _("mais de 90 dias de atraso"),
    Why.UNREACHABLE: _("sem contato válido"),
    Why.DISPUTED: _("tem título contestado ou em revisão"),
    Why.PROMISED: _("promessa em aberto"),
    Why.HELD: _("não contatar"),
}
ACTION_LABELS = {
    Action.CALL: _("ligar"),
    Action.NEGOTIATE: _("propor negociação"),
    Action.CHARGE_PROMISE: _("cobrar a promessa"),
    Action.CHECK_PAYMENT: _("conferir o pagamento prometido"),
    Action.REMIND: _("lembrar (a régua cuida)"),
    Action.FIND_CONTACT: _("localizar contato"),
    Action.SETTLE_DISPUTE: _("resolver a contestação"),
    Action.WAIT_PROMISE: _("aguardar a promessa"),
    Action.LEAVE_ALONE: _("não contatar"),
    Action.CALL_BACK: _("retornar a ligação"),
}


class QueueDay(models.Model):
    """The day whose queue was built: so that an empty queue is not mistaken for one that was not built."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    on = models.DateField(_("data"))
    built_at = models.DateTimeField(_("montada em"))
    debtors = models.IntegerField(_("clientes"))

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "on"], name="queue_day_once")]


class QueueItem(models.Model):
    """A projection: one debtor with overdue principal on a day; columns as in core.tables.QUEUE.

    Portfolio null holds all of the debtor's titles, for people who see the whole company; the others see the rows of
    their portfolios.
    """

    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    portfolio = models.ForeignKey(
        Portfolio, models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )
    on = models.DateField()
    debtor = models.ForeignKey(Debtor, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    rank = models.IntegerField()
    open_centavos = models.BigIntegerField()
    overdue_centavos = models.BigIntegerField()
    oldest_days_late = models.IntegerField()
    titles_overdue = models.IntegerField()
    expected_centavos = models.BigIntegerField()
    priority_centavos = models.BigIntegerField()
    why = models.IntegerField()
    next_action = models.IntegerField(choices=[(a.value, label) for a, label in ACTION_LABELS.items()])
    idc = models.IntegerField(null=True)
    last_contact_at = models.DateTimeField(null=True)

    objects = CompanyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "on", "portfolio", "rank"], nulls_distinct=False, name="queue_rank_once"
            )
        ]
        indexes = [
            models.Index(fields=["debtor", "on"]),
            # "portfolio is null" is no equality: only a partial index gives those rows in the order of their rank
            models.Index(
                fields=["company", "on", "rank"], condition=models.Q(portfolio=None), name="queue_whole_by_rank"
            ),
            models.Index(
                fields=["company", "on", "-overdue_centavos"],
                condition=models.Q(portfolio=None),
                name="queue_whole_by_overdue",
            ),
        ]

    def reasons(self) -> list[Why]:
        """Return the reasons, the most pressing first."""
        return [reason for reason in WHY_LABELS if reason in Why(self.why)]


class Interaction(models.Model):
    """One contact or note, as a person recorded it; never edited. `promised_on` is also the day of a call back."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    debtor = models.ForeignKey(Debtor, models.PROTECT, related_name="interactions", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.SmallIntegerField(_("canal"), choices=[(c.value, label) for c, label in CHANNEL_LABELS.items()])
    outcome = models.SmallIntegerField(
        _("resultado"), choices=[(o.value, label) for o, label in OUTCOME_LABELS.items()]
    )
    titles = models.JSONField(default=list, help_text="ids of the titles that it is about; none is all of them")
    note = models.TextField(_("observação"), blank=True)
    promised_on = models.DateField(_("data prometida"), null=True, blank=True)
    promised_centavos = models.BigIntegerField(_("valor prometido"), null=True, blank=True)
    by = models.CharField(_("quem"), max_length=200)
    at = models.DateTimeField(_("quando"))
    key = models.CharField(max_length=80)

    objects = CompanyManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="interaction_key_once")]
        indexes = [models.Index(fields=["debtor", "-at"]), models.Index(fields=["company", "at"])]
