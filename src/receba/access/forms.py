"""What people type on the pages of access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.core.roles import Role
from receba.access.fields import DayField, DocumentField, PhoneField
from receba.access.models import ROLE_LABELS, Company, Portfolio

COLOURS = [(1, _("verde")), (2, _("roxo")), (3, _("laranja")), (4, _("azul")), (5, _("amarelo"))]


class InviteForm(forms.Form):
    """Somebody to let in, as what, and where."""

    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Nome"), max_length=200)
    role = forms.ChoiceField(label=_("Papel"), choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    portfolio = forms.ModelChoiceField(
        label=_("Carteira"),
        queryset=Portfolio.objects.none(),
        required=False,
        empty_label=_("todas as carteiras"),
        help_text=_("Em uma só carteira a pessoa consulta, cobra e exporta; o resto vale para a empresa inteira."),
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        portfolios: Any = self.fields["portfolio"]
        portfolios.queryset = Portfolio.objects.filter(company=company)

    def facts(self) -> dict[str, Any]:
        """Return the arguments of `services.invite`."""
        told = self.cleaned_data
        portfolio = told["portfolio"]
        return {
            "email": told["email"],
            "name": told["name"],
            "role": Role(told["role"]),
            "portfolio_id": portfolio.pk if portfolio else None,
        }


class CompanyForm(forms.ModelForm):
    """Who the creditor is, on every message, and what the program may do by itself."""

    document = DocumentField(label=_("CNPJ"), only="PJ")
    phone = PhoneField(label=_("Telefone"), required=False)
    website = forms.URLField(label=_("Site"), required=False, assume_scheme="https")
    colour = forms.TypedChoiceField(label=_("Cor da empresa"), choices=COLOURS, coerce=int)

    class Meta:
        model = Company
        fields = (
            "name",
            "trade_name",
            "document",
            "address",
            "phone",
            "email",
            "website",
            "colour",
            "approve_automatically",
            "sends_for_real",
        )
        help_texts = {
            "name": _("Nome, endereço e CNPJ vão em toda cobrança (CDC, art. 42-A)."),
            "email": _("Para onde o cliente responde."),
            "approve_automatically": _("Sem isto, alguém libera as mensagens de cada dia."),
            "sends_for_real": _("Desligado, nada chega aos clientes: as mensagens ficam à vista na caixa local."),
        }


class TrailForm(forms.Form):
    """Which part of the audit trail to show."""

    table = forms.ChoiceField(label=_("Tabela"), required=False)
    actor = forms.CharField(label=_("Quem"), required=False, max_length=200)
    day = DayField(label=_("Dia"), required=False)

    def __init__(self, *args: Any, tables: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["table"]
        choice.choices = [("", _("todas")), *((name, name) for name in tables)]


class AnchorForm(forms.Form):
    """A position and hash that somebody kept from an earlier day."""

    position = forms.IntegerField(label=_("Posição guardada"), required=False, min_value=1)
    digest = forms.RegexField(
        r"^\s*[0-9a-fA-F]{64}\s*$", label=_("Resumo guardado"), required=False, strip=False, max_length=70
    )
