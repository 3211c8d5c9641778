"""Fields of forms that take what Brazilians type and show it back their way; console/fields.js tidies up on leaving one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from receba.kernel.documents import clean_document, format_document, person_type_of
from receba.kernel.typed import read_day, read_decimal, write_decimal


class Typed(forms.TextInput):
    """A text input that says what is typed in it (`data-typed`: day, money, percent, document, phone)."""

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        keys = {"day": "numeric", "money": "decimal", "percent": "decimal", "phone": "tel", "document": "text"}
        hints = {"day": _("dd/mm/aaaa")}
        shown = {"placeholder": hints[kind]} if kind in hints else {}
        super().__init__({"data-typed": kind, "inputmode": keys[kind], "autocomplete": "off", **shown, **(attrs or {})})
        self.kind = kind

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        if isinstance(value, Decimal):
            return write_decimal(value)
        return None if value in (None, "") else str(value)


class DayField(forms.Field):
    """A day, as typed or as addresses carry it (aaaa-mm-dd); shown as dd/mm/aaaa whatever the browser speaks."""

    default_error_messages = {"invalid": _("Escreva o dia como 31/12/2026.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": Typed("day"), **kwargs})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return read_day(str(value), timezone.localdate())
        except ValueError as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MoneyField(forms.DecimalField):
    """An amount in reais with at most two decimals; gives Decimal."""

    kind = "money"
    default_error_messages = {"invalid": _("Escreva o valor como 1.234,56.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "widget": Typed(self.kind), **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        if isinstance(value, str):
            try:
                return read_decimal(value)
            except ValueError as wrong:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong
        return super().to_python(value)


class PercentField(MoneyField):
    """A percentage from 0 to `most`, two decimals; gives Decimal."""

    kind = "percent"
    default_error_messages = {"invalid": _("Escreva a porcentagem como 2,5.")}

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": most, "max_digits": 5, **kwargs})


class DocumentField(forms.CharField):
    """A CPF or CNPJ with right check digits; gives it without marks. `only` asks for PF or PJ."""

    def __init__(self, *, only: str = "", **kwargs: Any) -> None:
        super().__init__(**{"max_length": 18, "widget": Typed("document"), **kwargs})
        self.only = only

    def prepare_value(self, value: Any) -> Any:
        return format_document(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        document = clean_document(super().clean(value))
        kind = person_type_of(document) if document else None
        if document and (kind is None or (self.only and kind != self.only)):
            name = {"PJ": "CNPJ", "PF": "CPF"}.get(self.only, "CPF/CNPJ")
            raise ValidationError(
                _("Este %(name)s não confere: os dígitos verificadores são outros."), params={"name": name}
            )
        return document


class PhoneField(forms.CharField):
    """A telephone of Brazil with its area, or of another country with +; shown as `(12) 99123-4567`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 30, "widget": Typed("phone"), **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return text
        try:
            number = phonenumbers.parse(text, "BR")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Escreva o telefone com DDD, como (12) 99123-4567."))
        kind = phonenumbers.PhoneNumberFormat
        return phonenumbers.format_number(number, kind.NATIONAL if number.country_code == 55 else kind.INTERNATIONAL)
