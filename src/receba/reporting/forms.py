"""What the panel asks: which day, known when, which portfolio; what money costs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.fields import DayField, PercentField
from receba.casework.forms import WithPortfolio


class PanelFilter(WithPortfolio):
    """The day of the panel, the day of its knowledge, and whether to compute it now."""

    em = DayField(label=_("Posição em"), required=False)
    conhecido = DayField(label=_("Com o que se sabia em"), required=False)
    agora = forms.BooleanField(required=False, widget=forms.HiddenInput)


class CapitalCostForm(forms.Form):
    """What money costs the company, from a day on."""

    desde = DayField(label=_("Vale desde"))
    taxa = PercentField(label=_("Custo de capital ao mês (%)"), most=50)
    fonte = forms.CharField(label=_("Fonte"), max_length=200, help_text=_("quem disse, em que documento"))

    def clean_desde(self) -> date:
        """Refuse a day out of all measure."""
        day: date = self.cleaned_data["desde"]
        if not 1990 <= day.year <= 2098:
            raise forms.ValidationError(_("Data fora do calendário."))
        return day

    def values(self) -> dict[str, Any]:
        """Return the values in the words of the service."""
        data = self.cleaned_data
        return {"since": data["desde"], "bps_month": int(data["taxa"] * 100), "source": data["fonte"]}
