"""What the pages of the plan and of the rulers ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.ruler.models import Ruler


class ExcludeForm(forms.Form):
    """Why a debtor is taken out of the day's plan."""

    note = forms.CharField(label=_("Motivo"), max_length=300)


class AssignForm(forms.Form):
    """Which ruler a portfolio climbs; none leaves its debtors without one."""

    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), widget=forms.HiddenInput)
    ruler = forms.ModelChoiceField(
        Ruler.objects.none(), label=_("Régua"), required=False, empty_label=_("nenhuma: ninguém é contatado")
    )

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["portfolio"].queryset = Portfolio.objects.filter(  # type: ignore[attr-defined]
            company_id=scope.company_id
        )
        self.fields["ruler"].queryset = Ruler.objects.filter(company_id=scope.company_id)  # type: ignore[attr-defined]


class EditForm(forms.Form):
    """The text of a ruler, and the version that it was written on."""

    body = forms.CharField(
        label=_("Texto da régua (JSON)"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocomplete": "off"}),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
