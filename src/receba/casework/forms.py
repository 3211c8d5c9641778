"""What the collector's pages ask."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.fields import DayField, MoneyField
from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.casework.core.outcomes import Channel, Outcome
from receba.casework.core.tables import Action
from receba.casework.models import ACTION_LABELS, CHANNEL_LABELS, OUTCOME_LABELS
from receba.casework.queries import Filter
from receba.casework.services import Told
from receba.kernel.money import to_centavos
from receba.kernel.tables import HoldKind
from receba.ledger.core.rules import BUCKET_LIMITS
from receba.ledger.models import HOLD_LABELS

_CHANNELS = [(c.value, label) for c, label in CHANNEL_LABELS.items()]
_BUCKETS = [
    (0, _("a vencer")),
    (1, _("1 a 15 dias")),
    (2, _("16 a 30 dias")),
    (3, _("31 a 60 dias")),
    (4, _("61 a 90 dias")),
    (5, _("91 a 180 dias")),
    (6, _("181 a 360 dias")),
    (7, _("mais de 360 dias")),
]
BUCKET_LABELS = tuple(label for _number, label in _BUCKETS)
assert len(BUCKET_LABELS) == len(BUCKET_LIMITS) + 1


def portfolios_of(scope: Scope) -> list[Portfolio]:
    """Return the portfolios that the person may choose from; none where there is no choice."""
    found = Portfolio.objects.filter(company_id=scope.company_id)
    if scope.portfolios is not None:
        found = found.filter(pk__in=scope.portfolios)
    portfolios = list(found)
    return portfolios if len(portfolios) > 1 else []


class WithPortfolio(forms.Form):
    """A filter by portfolio, offered where there is more than one."""

    carteira = forms.TypedChoiceField(label=_("Carteira"), required=False, coerce=int, empty_value=None)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        portfolios = portfolios_of(scope)
        field = self.fields["carteira"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("todas")), *((p.pk, p.name) for p in portfolios)]
        if not portfolios:
            del self.fields["carteira"]


class QueueFilter(WithPortfolio):
    """Which part of the queue to show, and after which rank."""

    acao = forms.TypedChoiceField(
        label=_("Próxima ação"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("todas")), *((a.value, label) for a, label in ACTION_LABELS.items())],
    )
    depois = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def action(self) -> Action | None:
        """Return the action chosen, if any."""
        chosen = self.cleaned_data.get("acao")
        return Action(chosen) if chosen is not None else None


class TitlesFilter(WithPortfolio):
    """Which open titles to list, on which day, as known on which day, and after which row."""

    faixa = forms.TypedChoiceField(
        label=_("Atraso"), required=False, coerce=int, empty_value=None, choices=[("", _("qualquer")), *_BUCKETS]
    )
    vencidos = forms.BooleanField(label=_("só vencidos"), required=False)
    em = DayField(label=_("Posição em"), required=False)
    conhecido = DayField(label=_("Com o que se sabia em"), required=False)
    desde = forms.DateField(required=False, widget=forms.HiddenInput)
    id = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def which(self) -> Filter:
        """Return the filter in the words of the query."""
        data = self.cleaned_data
        return Filter(data.get("faixa"), bool(data.get("vencidos")), data.get("carteira"))

    def after(self) -> tuple[date, int] | None:
        """Return the row after which the page begins."""
        data = self.cleaned_data
        return (data["desde"], data["id"]) if data.get("desde") and data.get("id") else None


class InteractionForm(forms.Form):
    """One contact or note. The button that sends it says the outcome."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid4().hex)
    canal = forms.TypedChoiceField(label=_("Canal"), coerce=int, choices=_CHANNELS, initial=Channel.CALL.value)
    contato = forms.TypedChoiceField(label=_("Contato usado"), required=False, coerce=int, empty_value=None)
    observacao = forms.CharField(
        label=_("Observação"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    dia = DayField(label=_("Para quando"), required=False)
    valor = MoneyField(label=_("Valor prometido (R$)"), required=False)
    titulos = forms.TypedMultipleChoiceField(
        label=_("Títulos contestados ou informados como pagos"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("nenhum marcado: todos"),
    )
    resultado = forms.TypedChoiceField(
        coerce=int, choices=[(o.value, label) for o, label in OUTCOME_LABELS.items()], widget=forms.HiddenInput
    )

    def __init__(
        self, *args: Any, contacts: list[tuple[int, str]], titles: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        contact, several = self.fields["contato"], self.fields["titulos"]
        assert isinstance(contact, forms.TypedChoiceField) and isinstance(several, forms.TypedMultipleChoiceField)
        contact.choices = [("", _("não sei / outro")), *contacts]
        several.choices = titles

    def told(self, debtor_id: int) -> Told:
        """Return what was told, in the words of the service; the day and amount count where the outcome asks."""
        data, outcome = self.cleaned_data, Outcome(self.cleaned_data["resultado"])
        dated = outcome in (Outcome.PROMISED, Outcome.CALL_BACK)
        amount = data["valor"] if outcome == Outcome.PROMISED else None
        return Told(
            debtor_id,
            Channel.NOTE if outcome == Outcome.NOTE else Channel(data["canal"]),
            outcome,
            data["observacao"],
            data["contato"],
            tuple(data["titulos"]) if outcome in (Outcome.DISPUTED, Outcome.SAYS_PAID) else (),
            data["dia"] if dated else None,
            to_centavos(amount) if amount is not None else None,
        )


PLACED_BY_HAND = (
    HoldKind.REVIEW,
    HoldKind.DISPUTE,
    HoldKind.AGREEMENT,
    HoldKind.LAWYER,
    HoldKind.DECEASED,
    HoldKind.BANKRUPTCY,
    HoldKind.LEGAL,
    HoldKind.AUTOMATIC_DEBIT,
    HoldKind.OPT_OUT,
)


class HoldForm(forms.Form):
    """A stop that a person places."""

    motivo = forms.TypedChoiceField(
        label=_("Motivo"), coerce=int, choices=[(k.value, HOLD_LABELS[k]) for k in PLACED_BY_HAND]
    )
    titulo = forms.TypedChoiceField(label=_("Título"), required=False, coerce=int, empty_value=None)
    ate = DayField(label=_("Até"), required=False, help_text=_("vazio: até alguém liberar"))
    nota = forms.CharField(label=_("Observação"), required=False, max_length=300)

    def __init__(self, *args: Any, titles: list[tuple[int, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["titulo"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("todos os títulos")), *titles]

    def clean_ate(self) -> date | None:
        """Refuse an end that is over already, or out of all measure."""
        until: date | None = self.cleaned_data["ate"]
        if until is not None and not self.today <= until <= self.today + timedelta(3650):
            raise forms.ValidationError(_("A data precisa estar entre hoje e dez anos à frente."))
        return until
