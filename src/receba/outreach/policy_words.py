"""The contact policy as people read it: each rule in a sentence, with whose rule it is, and the week as hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receba.ledger.models import HOLD_LABELS
from receba.outreach.core.policy import ANYWHERE, Channel, Hours, Policy, Rule

READINGS = {"seen": "good", "known": "warn", "policy": ""}
"""How the source of a rule was read, and the shade of the word for it."""


def rules_in_words(policy: Policy) -> Iterator[dict[str, Any]]:
    """Give every rule in force: what it is about, what it says, whose it is."""
    hours, caps = policy.hours[ANYWHERE], policy.caps
    yield _rule(_("Dias e horas"), _hours_sentence(hours), hours.rule)
    outside = (
        _("E-mail e carta podem sair fora do horário: a mensagem leva o aviso na sua ficha.")
        if policy.outside[Channel.EMAIL] == "warn"
        else _("O e-mail também espera o horário permitido.")
    )
    yield _rule(_("E-mail fora do horário"), outside, policy.outside_rule)
    messages = ngettext(
        "Por cliente, somadas as dívidas: %(day)d mensagem por dia em cada canal e %(week)d por semana.",
        "Por cliente, somadas as dívidas: %(day)d mensagens por dia em cada canal e %(week)d por semana.",
        caps.messages_per_channel_day,
    ) % {"day": caps.messages_per_channel_day, "week": caps.messages_per_week}
    calls = _("Ligações: %(day)d por dia e %(week)d por semana.") % {
        "day": caps.calls_per_day,
        "week": caps.calls_per_week,
    }
    talk = ngettext(
        "Depois de %(n)d conversa, nada mais no mesmo dia.",
        "Depois de %(n)d conversas, nada mais no mesmo dia.",
        caps.conversations_per_day,
    ) % {"n": caps.conversations_per_day}
    yield _rule(_("Quantas vezes"), f"{messages} {calls} {talk}", caps.rule)
    identified = _("Toda mensagem diz o nome, o endereço e o CPF ou CNPJ de quem cobra.")
    yield _rule(_("Quem fala se identifica"), identified, policy.identification)
    years = policy.prescription_years
    yield _rule(
        _("Dívida prescrita"),
        _("Não se cobra o que venceu há mais de %(n)d anos.") % {"n": years}
        if years is not None
        else _("A empresa desligou esta regra: dívidas antigas também são cobradas."),
        policy.prescription,
    )
    patience = _("Uma mensagem parada há mais de %(n)d dias perde o sentido e não sai.") % {
        "n": policy.sending.max_age_days
    }
    yield _rule(_("Mensagem parada"), patience, Rule("", policy.sending.source, policy.sending.since, "policy"))
    for kind, held in policy.holds.items():
        said = (
            _("Suspende qualquer mensagem.")
            if held.always
            else _("Suspende a cobrança; um agradecimento ainda pode sair.")
        )
        yield _rule(str(HOLD_LABELS[kind]).capitalize(), said, held.rule)


def _rule(name: str, text: str, rule: Rule) -> dict[str, Any]:
    read = {"seen": _("lei lida"), "known": _("a confirmar por advogado"), "policy": _("política da casa")}
    return {
        "name": name,
        "text": text,
        "id": rule.id,
        "source": rule.source,
        "since": rule.since,
        "reading": read.get(rule.reading, ""),
        "shade": READINGS.get(rule.reading, ""),
    }


def _hours_sentence(hours: Hours) -> str:
    told = []
    if hours.weekdays:
        told.append(_("De segunda a sexta, das %(a)s às %(b)s.") % _span(hours.weekdays))
    if hours.saturday:
        told.append(_("Aos sábados, das %(a)s às %(b)s.") % _span(hours.saturday))
    told.append(
        _("Nunca aos domingos e feriados. Vale a hora do lugar do cliente; alguns estados têm horário próprio.")
    )
    return " ".join(told)


def _span(hours: tuple[time, time]) -> dict[str, str]:
    return {"a": f"{hours[0]:%H:%M}", "b": f"{hours[1]:%H:%M}"}


def weeks(policy: Policy) -> list[dict[str, Any]]:
    """Return the weeks of open hours, states of the same hours together, the usual one first."""
    groups: dict[tuple[Any, Any], list[str]] = {}
    for state, hours in sorted(policy.hours.items(), key=lambda item: (item[0] != ANYWHERE, item[0])):
        groups.setdefault((hours.weekdays, hours.saturday), []).append(state)
    names = [_("seg"), _("ter"), _("qua"), _("qui"), _("sex"), _("sáb"), _("dom")]
    made = []
    for states in groups.values():
        some = policy.hours[states[0]]
        days = [(name, _minutes(some.on_weekday(n))) for n, name in enumerate(names)]
        told = [state for state in states if state != ANYWHERE]
        usual = ANYWHERE in states
        label = _("Em geral") if usual else ", ".join(told)
        also = _("também em %(states)s, por lei própria") % {"states": ", ".join(told)} if usual and told else ""
        sources = list(dict.fromkeys(policy.hours[state].rule.source for state in states))
        made.append({"label": label, "also": also, "days": days, "sources": sources})
    return made


def _minutes(hours: tuple[time, time] | None) -> tuple[int, int] | None:
    return (hours[0].hour * 60 + hours[0].minute, hours[1].hour * 60 + hours[1].minute) if hours else None


def state_holidays(policy: Policy, year: int) -> list[tuple[date, str]]:
    """Return the states' own holidays of a year, in order."""
    return sorted((date(year, month, day), state) for state, days in policy.holidays.items() for month, day in days)
