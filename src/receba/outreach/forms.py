"""What people type about messages and texts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.fields import DayField
from receba.outreach.core.policy import choices_of, differences
from receba.outreach.labels import OUTSIDE_LABELS, POLICY_LABELS
from receba.outreach.models import Message
from receba.outreach.queries import PolicyReading
from receba.outreach.rendering import Source


class OutboxFilter(forms.Form):
    """Which messages to list."""

    situacao = forms.ChoiceField(
        label=_("Situação"), required=False, choices=[("", _("todas")), *Message.State.choices]
    )
    dia = DayField(label=_("Dia"), required=False)
    cliente = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    antes = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class ResolveForm(forms.Form):
    """What to do about a message of which nobody knows whether it arrived."""

    decisao = forms.ChoiceField(
        label=_("Decisão"),
        widget=forms.RadioSelect,
        choices=[
            ("consider_sent", _("Considerar enviada: não enviar de novo")),
            ("resend", _("Enviar de novo: pode chegar duas vezes")),
        ],
    )
    motivo = forms.CharField(label=_("Por quê"), max_length=300)


class CancelForm(forms.Form):
    """Why a message should not leave."""

    motivo = forms.CharField(label=_("Por quê"), max_length=300)


class TemplateForm(forms.Form):
    """The three parts of a text."""

    assunto = forms.CharField(label=_("Assunto"), max_length=300, widget=forms.TextInput(attrs={"data-writes": ""}))
    texto = forms.CharField(
        label=_("Texto"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 14, "data-writes": ""}), strip=False
    )
    html = forms.CharField(
        label=_("HTML"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 14, "data-writes": ""}), strip=False
    )

    @classmethod
    def of(cls, source: Source) -> TemplateForm:
        """Return the form that shows a text."""
        return cls(initial={"assunto": source.subject, "texto": source.text, "html": source.html})

    def source(self) -> Source:
        """Return what was typed."""
        data: dict[str, Any] = self.cleaned_data
        return Source(data["assunto"], data["texto"].replace("\r\n", "\n"), data["html"].replace("\r\n", "\n"))


class PolicyForm(forms.Form):
    """The rules of contact that a company may change, from a day on, and why."""

    messages_per_channel_day = forms.IntegerField(min_value=0, max_value=20)
    messages_per_week = forms.IntegerField(min_value=0, max_value=50)
    calls_per_day = forms.IntegerField(min_value=0, max_value=20)
    calls_per_week = forms.IntegerField(min_value=0, max_value=50)
    conversations_per_day = forms.IntegerField(min_value=0, max_value=20)
    email_outside_hours = forms.ChoiceField(
        choices=list(OUTSIDE_LABELS.items()), help_text=_("Ligações e mensagens de celular sempre esperam.")
    )
    prescription = forms.BooleanField(
        required=False, help_text=_("Vencido há mais de 5 anos (Código Civil, art. 206, § 5º, I).")
    )
    max_age_days = forms.IntegerField(min_value=0, max_value=30)
    since = DayField(label=_("Vale desde"))
    reason = forms.CharField(
        label=_("Por quê"), max_length=300, help_text=_("Fica na auditoria, com o seu nome e a data.")
    )

    def __init__(self, *args: Any, reading: PolicyReading, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {**choices_of(reading.current), "since": today}
        super().__init__(*args, **kwargs)
        self.reading, self.today = reading, today
        for name, label in POLICY_LABELS.items():
            self.fields[name].label = label

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since < self.today:
            raise forms.ValidationError(_("Uma regra não muda para trás: escolha hoje ou um dia adiante."))
        return since

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and self.changes() == dict(self.reading.current.changes):
            raise forms.ValidationError(_("Nada muda: as regras já são estas."))
        return told

    def changes(self) -> dict[str, Any]:
        """Return what differs from the published policy: the argument of `services.change_policy`."""
        return differences(self.reading.standard, self.cleaned_data)
