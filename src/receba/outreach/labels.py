"""What people read: the faults of a text, the parts of a message, the shade of a state."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from receba.outreach.core.wording import Fault, Problem
from receba.outreach.models import Message

PART_LABELS = {"subject": _("Assunto"), "text": _("Texto"), "html": _("HTML")}
FAULT_LABELS = {
    Fault.SYNTAX: _("não se entende: %(found)s"),
    Fault.UNKNOWN_NAME: _("não existe o campo “%(found)s”"),
    Fault.FORBIDDEN_WORD: _("a palavra “%(found)s” é proibida em cobrança (%(rule)s)"),
    Fault.NO_IDENTIFICATION: _(
        "falta a identificação do credor, fora de qualquer condição: use {{ identificacao_do_credor }} (%(rule)s)"
    ),
    Fault.NO_WAY_OUT: _("falta dizer como responder e como sair da lista: use {{ como_responder }}"),
    Fault.NO_TITLES: _("falta dizer quais títulos e quanto: use {{ tabela_de_titulos }}"),
    Fault.SUBJECT_TELLS: _("o assunto fala da dívida (“%(found)s”): qualquer um que passe pela tela o lê"),
    Fault.SUBJECT_EMPTY: _("está vazio"),
    Fault.SUBJECT_LONG: _("precisa caber em uma linha de até 120 caracteres"),
    Fault.HTML_TAG: _("a marca “%(found)s” não pode viajar em um e-mail de cobrança"),
    Fault.HTML_ATTRIBUTE: _("o atributo “%(found)s” não pode viajar em um e-mail de cobrança"),
    Fault.FOREIGN_LINK: _("o endereço “%(found)s” não é do credor: só se liga para o próprio site, e-mail ou telefone"),
    Fault.EMPTY: _("está vazio"),
    Fault.LONG_SENTENCE: _("frase com mais de %(rule)s palavras: “%(found)s”"),
}
SHADES = {
    Message.State.READY: "",
    Message.State.RETRY: "warn",
    Message.State.SENDING: "",
    Message.State.SENT: "good",
    Message.State.REFUSED: "bad",
    Message.State.UNKNOWN: "warn",
    Message.State.CANCELLED: "",
}

POLICY_LABELS = {
    "messages_per_channel_day": _("Mensagens por dia, em cada canal"),
    "messages_per_week": _("Mensagens por semana"),
    "calls_per_day": _("Ligações por dia"),
    "calls_per_week": _("Ligações por semana"),
    "conversations_per_day": _("Conversas por dia: depois disso, nada mais"),
    "email_outside_hours": _("E-mail fora do horário"),
    "prescription": _("Não cobrar o que prescreveu"),
    "max_age_days": _("Dias até uma mensagem parada perder o sentido"),
}
OUTSIDE_LABELS = {"warn": _("sai, com aviso"), "wait": _("espera o horário")}


def policy_value(value: Any) -> str:
    """Return a value of the contact policy as people read it."""
    if isinstance(value, bool):
        return str(_("sim") if value else _("não"))
    return str(OUTSIDE_LABELS.get(value, value))


def told(problem: Problem) -> str:
    """Return a problem of a text as people read it."""
    why = str(FAULT_LABELS[problem.fault]) % {"found": problem.found, "rule": problem.rule}
    return f"{PART_LABELS[problem.part]}: {why}."
