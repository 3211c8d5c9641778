"""What people type about messages and texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.outreach.models import Message
from receba.outreach.rendering import Source


class OutboxFilter(forms.Form):
    """Which messages to list."""

    situacao = forms.ChoiceField(
        label=_("Situação"), required=False, choices=[("", _("todas")), *Message.State.choices]
    )
    dia = forms.DateField(label=_("Dia"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
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

    assunto = forms.CharField(label=_("Assunto"), max_length=300)
    texto = forms.CharField(label=_("Texto"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 18}), strip=False)
    html = forms.CharField(label=_("HTML"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 18}), strip=False)

    @classmethod
    def of(cls, source: Source) -> TemplateForm:
        """Return the form that shows a text."""
        return cls(initial={"assunto": source.subject, "texto": source.text, "html": source.html})

    def source(self) -> Source:
        """Return what was typed."""
        data: dict[str, Any] = self.cleaned_data
        return Source(data["assunto"], data["texto"].replace("\r\n", "\n"), data["html"].replace("\r\n", "\n"))
