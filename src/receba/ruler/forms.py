"""What the pages of the plan and of the rulers ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.kernel.documents import clean_document
from receba.ledger.models import Title
from receba.parties.models import Debtor
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


class SpecialForm(forms.Form):
    """A ruler of its own for one customer or one title, told by its code (a customer also by CPF or CNPJ)."""

    kind = forms.ChoiceField(label=_("Para"), choices=[("debtor", _("cliente")), ("title", _("título"))])
    code = forms.CharField(label=_("Código, CPF ou CNPJ"), max_length=120)
    ruler = forms.ModelChoiceField(Ruler.objects.none(), label=_("Régua"), empty_label=None)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.fields["ruler"].queryset = Ruler.objects.filter(company_id=scope.company_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the customer or title; leaves `target` as the keyword that services.assign takes."""
        given = super().clean() or {}
        kind, code = given.get("kind"), given.get("code", "").strip()
        if kind and code:
            rows = Title.objects.filter(code=code) if kind == "title" else _debtors(code)
            found = list(rows.filter(company_id=self.scope.company_id).values_list("pk", flat=True)[:2])
            if not found:
                self.add_error("code", _("Não há cliente ou título com este código."))
            elif len(found) > 1:
                self.add_error("code", _("Mais de um cliente tem este documento: use o código do cliente."))
            else:
                given["target"] = {f"{kind}_id": found[0]}
        return given


def _debtors(code: str) -> QuerySet[Debtor]:
    document = clean_document(code)
    return Debtor.objects.filter(Q(code=code) | Q(document=document) if document else Q(code=code))


class EditForm(forms.Form):
    """The text of a ruler, and the version that it was written on."""

    body = forms.CharField(
        label=_("Texto da régua (JSON)"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocomplete": "off"}),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
