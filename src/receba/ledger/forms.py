"""A new version of the terms, as a person writes it: percentages with a comma, discounts one a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.fields import DayField, PercentField
from receba.ledger.core.ceilings import Relation
from receba.ledger.core.rules import DEFAULT_IMPUTATION
from receba.ledger.models import COMPONENT_LABELS, RELATION_LABELS, PriceIndex, Terms

_DISCOUNT = re.compile(r"^(\d{1,3})\s*(?:dias?)?(?:\s*[:;=]\s*|\s+)(\d{1,2}(?:[.,]\d{1,2})?)\s*%?$")


def bps_of(percent: Decimal) -> int:
    """Return a percentage of at most two decimals in hundredths of a percent."""
    return int(percent * 100)


class OrderWidget(forms.MultiWidget):
    """One list for each place of the order of imputation, numbered."""

    template_name = "ledger/order.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(
            [
                forms.Select(
                    attrs={"aria-label": _("%(n)sº a ser pago") % {"n": place}}, choices=list(COMPONENT_LABELS.items())
                )
                for place in range(1, len(DEFAULT_IMPUTATION) + 1)
            ]
        )

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        return list(value or DEFAULT_IMPUTATION)


class OrderField(forms.MultiValueField):
    """The order in which a payment settles; gives each component once."""

    widget = OrderWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = [forms.ChoiceField(choices=list(COMPONENT_LABELS.items())) for _place in DEFAULT_IMPUTATION]
        super().__init__(fields, initial=DEFAULT_IMPUTATION, **kwargs)

    def compress(self, data_list: Sequence[str]) -> tuple[str, ...]:
        if sorted(data_list) != sorted(DEFAULT_IMPUTATION):
            raise forms.ValidationError(_("Cada parte da dívida aparece uma vez na ordem, e nenhuma falta."))
        return tuple(data_list)


class TermsForm(forms.Form):
    """One version of what late and early payment cost, from a date on."""

    code = forms.SlugField(
        label=_("Código"), max_length=60, initial="padrao", help_text=_("O mesmo código com outra data é outra versão.")
    )
    since = DayField(
        label=_("Vale desde"),
        help_text=_("Para títulos emitidos a partir deste dia; os já registrados ficam como estão."),
    )
    relation = forms.ChoiceField(
        label=_("Valem para"),
        choices=[(relation.value, label) for relation, label in RELATION_LABELS.items()],
        help_text=_("Títulos de pessoa física não entram em condições só entre empresas."),
    )
    fine = PercentField(label=_("Multa (%)"), most=20, help_text=_("No consumo, até 2% (CDC, art. 52, § 1º)."))
    interest = PercentField(
        label=_("Juros ao mês (%)"),
        most=20,
        help_text=_("Simples, por dia corrido: mês de 30 dias. No consumo, até 1% ao mês."),
    )
    declared = forms.BooleanField(
        label=_(
            "Declaro que a relação é esta e que o contrato, ou a convenção do condomínio, prevê estes percentuais. Fica"
            " registrado com o meu nome"
        ),
        label_suffix="",
        required=False,
    )
    grace_days = forms.IntegerField(label=_("Carência (dias)"), min_value=0, max_value=60, initial=0)
    index = forms.ModelChoiceField(
        label=_("Correção por índice"),
        queryset=PriceIndex.objects.none(),
        required=False,
        empty_label=_("sem correção"),
    )
    discounts = forms.CharField(
        label=_("Descontos por antecipação"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Um por linha, dias antes do vencimento e desconto: 10 2,5"),
    )
    imputation = OrderField(
        label=_("Ordem em que um pagamento quita a dívida"),
        help_text=_("Juros antes do principal, salvo acordo (Código Civil, art. 354)."),
    )
    unpaid_charges = forms.ChoiceField(label=_("Encargos não pagos com o principal"), choices=Terms.Unpaid.choices)
    source = forms.CharField(
        label=_("Fonte"), max_length=200, help_text=_("O contrato e a cláusula de onde estes números vêm.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        index: Any = self.fields["index"]
        index.queryset = PriceIndex.objects.order_by("code")

    def clean_discounts(self) -> list[list[int]]:
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["discounts"].splitlines())):
            told = _DISCOUNT.match(line)
            if not told:
                raise forms.ValidationError(
                    _("Não entendi “%(line)s”: escreva dias e porcentagem, como 10 2,5.") % {"line": line}
                )
            found.append([int(told[1]), bps_of(Decimal(told[2].replace(",", ".")))])
        if len({days for days, _bps in found}) != len(found):
            raise forms.ValidationError(_("Há dois descontos para o mesmo número de dias."))
        return sorted(found, reverse=True)

    def facts(self) -> dict[str, Any]:
        """Return the arguments of `services.add_terms`."""
        told = self.cleaned_data
        return {
            "code": told["code"],
            "since": told["since"],
            "source": told["source"],
            "fine_bps": bps_of(told["fine"]),
            "interest_bps_month": bps_of(told["interest"]),
            "grace_days": told["grace_days"],
            "index": told["index"],
            "early_discounts": told["discounts"],
            "unpaid_charges": told["unpaid_charges"],
            "imputation": told["imputation"],
            "relation": Relation(told["relation"]),
            "declared": told["declared"] and told["relation"] != Relation.CONSUMER,
        }
