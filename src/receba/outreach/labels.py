"""What people read: the faults of a text, the parts of a message, the shade of a state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from receba.outreach.core.wording import Fault, Problem
from receba.outreach.models import WHY_LABELS, Message

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


def receipt_words(receipt: Mapping[str, Any]) -> list[str]:
    """Return what the contact policy answered, when and by which rule, in sentences; nothing where it was not asked."""
    if not receipt.get("asked_at"):
        return []
    asked = _moment(receipt["asked_at"])
    why = str(WHY_LABELS.get(receipt.get("reason", ""), ""))
    if receipt["allowed"] and why:
        first = gettext("Consultada em %(when)s: podia sair, com ressalva: %(why)s.")
    elif receipt["allowed"]:
        first = gettext("Consultada em %(when)s: podia sair, nenhuma regra impedia.")
    else:
        first = gettext("Consultada em %(when)s: não podia sair: %(why)s.")
    words = [first % {"when": asked, "why": why}]
    if receipt.get("rule"):
        words.append(gettext("Regra %(rule)s: %(source)s.") % {"rule": receipt["rule"], "source": receipt["source"]})
    if receipt.get("next_allowed_at"):
        words.append(gettext("Poderia a partir de %(when)s.") % {"when": _moment(receipt["next_allowed_at"])})
    if receipt.get("changes"):
        words.append(gettext("Com as mudanças que a empresa fez nas regras."))
    return words


DECISION_LABELS = {"resend": _("enviar de novo"), "consider_sent": _("considerar enviada")}


def event_detail(detail: str) -> str:
    """Return the detail of a message's event in words: a reason or a decision that the log keeps as a code."""
    decision, colon, note = detail.partition(": ")
    if decision in DECISION_LABELS:
        return f"{DECISION_LABELS[decision]}{colon}{note}"
    return str(WHY_LABELS.get(detail, detail))


def _moment(text: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(text)):%d/%m/%Y %H:%M}"


def plain_names(text: str) -> str:
    """Return a text with its fields as people say them: `{{ devedor.primeiro_nome }}` as ‹primeiro nome›."""
    return re.sub(r"{{\s*(?:\w+\.)?(\w+)[^}]*}}", lambda found: f"‹{found[1].replace('_', ' ')}›", text)


def told(problem: Problem) -> str:
    """Return a problem of a text as people read it."""
    why = str(FAULT_LABELS[problem.fault]) % {"found": problem.found, "rule": problem.rule}
    return f"{PART_LABELS[problem.part]}: {why}."
