"""How values look: money, days, documents, phones; the Brazilian way, masked for who may not see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from receba.console import charts
from receba.kernel.documents import format_document, mask_document
from receba.kernel.money import format_brl

register = template.Library()


@register.filter
def brl(centavos: int | None) -> str:
    """Return `R$ 1.234,56`; a dash for nothing."""
    return "—" if centavos is None else format_brl(int(centavos)).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def day(value: date | None) -> str:
    """Return dd/mm/aaaa."""
    return f"{value:%d/%m/%Y}" if value else "—"


@register.filter
def moment(value: datetime | None) -> str:
    """Return dd/mm/aaaa hh:mm in São Paulo."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M}" if value else "—"


@register.filter
def document(value: str, whole: bool = False) -> str:
    """Return a CPF or CNPJ, masked unless `whole`."""
    return format_document(value) if whole else mask_document(value)


@register.filter
def email(value: str, whole: bool = False) -> str:
    """Return an e-mail, masked unless `whole`."""
    name, _at, domain = value.partition("@")
    return value if whole else f"{name[:1]}***@{domain}"


@register.filter
def phone(value: str, whole: bool = False) -> str:
    """Return a Brazilian phone number, masked unless `whole`."""
    try:
        text = phonenumbers.format_number(phonenumbers.parse(value, "BR"), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        text = value
    return text if whole else f"{text[:5]}*****{text[-2:]}"


@register.filter
def percent_bps(value: int | None) -> str:
    """Return hundredths of a percent as `12,34 %`."""
    return "—" if value is None else f"{value / 100:.2f}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


@register.filter
def seconds(milliseconds: int | None) -> str:
    """Return milliseconds as `1,2 s`."""
    return "—" if milliseconds is None else f"{milliseconds / 1000:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}s"


@register.simple_tag
def chart(kind: str, data: Any, title: str = "") -> SafeString:
    """Return an SVG picture of `data` by one of the charts (bars, line, strip, pareto)."""
    return mark_safe(charts.CHARTS[kind](data, title))  # the charts escape every text themselves


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """Return this page's query string with some values changed (None takes one away)."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
