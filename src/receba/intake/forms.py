"""What people fill in to import a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receba.access.fields import DayField
from receba.access.models import Portfolio
from receba.access.scope import Scope
from receba.access.words import translated
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Expression, Mapping
from receba.intake.models import ImportFile, Table

MAX_BYTES = 200 * 1024**2


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleaned to a list."""

    widget = _ManyFiles(attrs={"accept": ".csv,.txt,.gz,.xlsx,.xls,.parquet"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files, each as a file field cleans it."""
        clean = super().clean
        several = data if isinstance(data, list | tuple) else [data]
        return [clean(each, initial) for each in several or [None]]


class UploadForm(forms.Form):
    """Files, of which kind they are, and where their titles belong."""

    file = FilesField(label=_("Arquivos"), help_text=_("CSV (também .gz), XLSX ou Parquet, até 200 MB cada um."))
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
        sent = self.cleaned_data["file"]
        if any(file.size > MAX_BYTES for file in sent):
            raise forms.ValidationError(_("O arquivo passa de 200 MB. Divida-o, ou use `receba import` no servidor."))
        return sent


SAMPLE_LENGTH = 24


class MappingForm(forms.Form):
    """Which column fills each field; `expression_…` beats the choice: columns joined by +, ="texto", or COLUNA+30d."""

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
    base = DayField(
        label=_("Dia zero, se as datas vêm em dias"),
        required=False,
    )
    document_required = forms.BooleanField(label=_("Recusar clientes sem CPF/CNPJ válido"), required=False)

    def __init__(self, *args: Any, file: ImportFile, columns: dict[str, list[str]], **kwargs: Any) -> None:
        given = Mapping.from_json(file.mapping)
        self.delimiter = given.delimiter
        kwargs["initial"] = {
            "table": file.table,
            "dates": given.dates,
            "decimal": given.decimal,
            "base": given.base or "",
            "document_required": file.document_required,
        }
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.keys = [field.key for field in SPECS[file.table].fields]
        plain = {str(Expression((name,))): _choice(name, values) for name, values in columns.items()}
        choices = [("", _("não vem no arquivo")), *plain.items()]
        for field in SPECS[file.table].fields:
            told, label = str(given.fields.get(field.key, "")), translated(field.label)
            self.fields[f"field_{field.key}"] = forms.CharField(
                label=label, required=False, initial=told if told in plain else "",
                widget=forms.Select(choices=choices),
            )  # fmt: skip
            self.fields[f"expression_{field.key}"] = forms.CharField(
                label=_("Expressão para %(field)s") % {"field": label}, required=False,
                initial="" if told in plain else told, widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip

    def mapping(self) -> Mapping:
        """Return what was filled in, required fields or not. Raises IntakeError."""
        data = self.cleaned_data
        told = {key: data[f"expression_{key}"].strip() or data[f"field_{key}"].strip() for key in self.keys}
        options = {
            "dates": data["dates"],
            "decimal": data["decimal"],
            "base": data["base"] and data["base"].isoformat(),
            "delimiter": self.delimiter,
        }
        return Mapping.from_json({"fields": {key: text for key, text in told.items() if text}, **options})


def _choice(name: str, values: list[str]) -> str:
    """Return a column as a choice: its name, and its first value."""
    if not values:
        return name
    first = values[0] if len(values[0]) <= SAMPLE_LENGTH else values[0][: SAMPLE_LENGTH - 1] + "…"
    return f"{name} ({first})"
