"""What people fill in to import a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.access.words import translated
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Mapping
from receba.intake.models import ImportFile, Table

MAX_BYTES = 200 * 1024**2


class UploadForm(forms.Form):
    """A file, of which kind it is, and where its titles belong."""

    file = forms.FileField(label=_("Arquivo"), help_text=_("CSV (também .gz), XLSX ou Parquet, até 200 MB."))
    table = forms.ChoiceField(
        label=_("O que contém"),
        required=False,
        choices=[("", _("descobrir pelo cabeçalho")), *Table.choices],
    )
    portfolio = forms.ModelChoiceField(
        label=_("Carteira dos títulos que não a informam"),
        required=False,
        queryset=Portfolio.objects.none(),
        empty_label=_("a carteira geral"),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["portfolio"].queryset = Portfolio.objects.filter(company_id=scope.company_id)  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("O arquivo passa de 200 MB. Divida-o, ou use `receba import` no servidor."))
        return file


class MappingForm(forms.Form):
    """Which column fills each field. An expression is a column, columns joined by +, ="texto", or COLUNA+30d."""

    table = forms.ChoiceField(label=_("O que contém"), choices=Table.choices)
    dates = forms.ChoiceField(
        label=_("Ordem das datas"),
        choices=[
            ("auto", _("descobrir")),
            ("dmy", _("dia/mês/ano")),
            ("mdy", _("mês/dia/ano")),
            ("ymd", _("ano-mês-dia")),
        ],
    )
    decimal = forms.ChoiceField(
        label=_("Decimais"),
        choices=[("auto", _("descobrir")), ("comma", _("vírgula: 1.234,56")), ("dot", _("ponto: 1,234.56"))],
    )
    base = forms.DateField(
        label=_("Dia zero, se as datas vêm em dias"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    document_required = forms.BooleanField(label=_("Recusar clientes sem CPF/CNPJ válido"), required=False)

    def __init__(self, *args: Any, file: ImportFile, columns: list[str], **kwargs: Any) -> None:
        given = Mapping.from_json(file.mapping)
        told = given.to_json()
        marks = {",": "comma", ".": "dot"}
        kwargs["initial"] = {
            "table": file.table,
            "dates": told["dates"],
            "decimal": marks.get(told["decimal"], told["decimal"]),
            "base": told["base"] or "",
            "document_required": file.document_required,
        }
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.keys = [field.key for field in SPECS[file.table].fields]
        for field in SPECS[file.table].fields:
            self.fields[f"field_{field.key}"] = forms.CharField(
                label=translated(field.label), required=False, initial=str(given.fields.get(field.key, "")),
                widget=forms.TextInput(attrs={"list": "columns", "autocomplete": "off"}),
                help_text=_("obrigatório") if field.required else "",
            )  # fmt: skip
        self.columns = columns

    def mapping(self) -> Mapping:
        """Return what was filled in. Raises IntakeError."""
        data = self.cleaned_data
        fields = {key: data[f"field_{key}"].strip() for key in self.keys if data[f"field_{key}"].strip()}
        options = {
            "dates": data["dates"],
            "decimal": data["decimal"],
            "base": data["base"] and data["base"].isoformat(),
        }
        return Mapping.from_json({"fields": fields, **options})
