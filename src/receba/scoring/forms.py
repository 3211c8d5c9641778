"""The numbers of the recipe as a form: what each does, and between what bounds it has a meaning."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.scoring.core.parameters import E6, ScoringParameters

NUMBERS: dict[str, tuple[Any, Any, int, int]] = {
    "bad_after_days": (_("Atraso que conta como ruim"), _("dias"), 1, 365),
    "late_clip_days": (_("Atraso a partir do qual mais dias não dizem mais"), _("dias"), 1, 365),
    "severity_any": (_("Peso de atrasar um dia que seja"), _("partes da gravidade"), 0, 10_000),
    "severity_bad": (_("Peso de um atraso ruim"), _("partes da gravidade"), 0, 10_000),
    "severity_days": (_("Peso dos dias de atraso"), _("partes da gravidade"), 0, 10_000),
    "half_life_days": (_("Meia-vida da memória"), _("dias até um fato valer metade"), 1, 3_650),
    "prior_strength": (_("Força da média da carteira"), _("quantos títulos ela vale"), 1, 1_000),
    "window_months": (_("Janela de histórico"), _("meses"), 1, 120),
    "recent_days": (_("Período recente"), _("dias em que se procura mudança de comportamento"), 0, 730),
    "change_share": (_("Efeito da mudança"), _("no máximo 1 parte em"), 1, 100),
    "volume_share": (_("Efeito do volume"), _("no máximo 1 parte em"), 1, 1_000),
    "minimum_customers": (_("Carga mínima: clientes"), "", 0, 100_000),
    "minimum_titles": (_("Carga mínima: títulos de cada um"), "", 0, 10_000),
    "minimum_known_titles": (_("Títulos para ter índice"), _("abaixo disto o cliente fica sem índice"), 1, 1_000),
    "small_base": (_("Base pequena"), _("abaixo destes clientes o IDC é a posição, não a curva normal"), 0, 100_000),
    "margin_bps": (_("Margem sobre a venda paga"), _("centésimos de %"), 1, 10_000),
    "lgd_bps": (_("Perda sobre a venda não paga"), _("centésimos de %"), 1, 10_000),
    "slope_floor_e3": (_("Risco por tamanho: inclinação mínima"), _("milésimos"), 1, 100_000),
    "slope_ceiling_e3": (_("Risco por tamanho: inclinação máxima"), _("milésimos"), 1, 100_000),
    "prior_months": (_("Peso do cliente mediano no mês típico"), _("meses"), 1, 120),
    "limit_step_centavos": (_("Degrau do limite"), _("centavos"), 1, 100_000_00),
    "limit_stretch_e4": (_("Limite além do percentil 95"), _("décimos de milésimo; 12000 é 1,2 vez"), 1, 100_000),
    "longest_term_days": (_("Prazo mais longo que se lê"), _("dias"), 1, 3_650),
}
"""Field → label, hint, least and greatest value."""


class ParametersForm(forms.Form):
    """Every number of ScoringParameters."""

    tolerance_e6 = forms.IntegerField(
        label=_("Risco tolerado pelo limite de menor risco"),
        required=False,
        min_value=1,
        max_value=E6 - 1,
        help_text=_("milionésimos; vazio: o do cliente mediano"),
    )
    term_grid_days = forms.RegexField(
        r"^\s*\d{1,4}(\s*,\s*\d{1,4})*\s*$",
        label=_("Prazos que a empresa usa"),
        help_text=_("dias, em ordem crescente, separados por vírgula"),
        error_messages={"invalid": _("Escreva dias inteiros separados por vírgula, como 7, 14, 28.")},
    )

    def __init__(self, data: Any = None, *, current: ScoringParameters) -> None:
        initial = asdict(current) | {"term_grid_days": ", ".join(map(str, current.term_grid_days))}
        super().__init__(data, initial=initial)
        numbers = {
            name: forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=most)
            for name, (label, hint, least, most) in NUMBERS.items()
        }
        self.fields = {**numbers, **self.fields}

    def clean_term_grid_days(self) -> tuple[int, ...]:
        return tuple(int(word) for word in self.cleaned_data["term_grid_days"].split(","))

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        days = list(told["term_grid_days"])
        if days != sorted(set(days)) or days[0] < 1:
            self.add_error("term_grid_days", _("Os dias devem subir, sem repetir, a partir de 1."))
        if not 1 <= told["severity_any"] + told["severity_bad"] + told["severity_days"] <= 10_000:
            self.add_error("severity_any", _("As três partes da gravidade somam de 1 a 10000."))
        if told["slope_floor_e3"] > told["slope_ceiling_e3"]:
            self.add_error("slope_floor_e3", _("A inclinação mínima passa da máxima."))
        return told

    def changed_from_defaults(self) -> dict[str, Any]:
        """Return what differs from the published defaults, ready to be stored; raises ValueError when it has no sense."""
        chosen = asdict(ScoringParameters(**self.cleaned_data))
        usual = asdict(ScoringParameters())
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if value != usual[name]
        }
