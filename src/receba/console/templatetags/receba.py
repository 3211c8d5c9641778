"""How values look: money, days, documents, phones; the Brazilian way, masked for who may not see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import phonenumbers
from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from receba.access import words
from receba.console import charts, icons
from receba.console.charts.scale import Unit, tell
from receba.console.design import Specimen
from receba.kernel.documents import format_document, mask_document
from receba.kernel.money import format_brl
from receba.kernel.names import initials
from receba.kernel.tables import PersonKind

register = template.Library()
NOTHING = "—"


@register.filter
def translated(text: str) -> str:
    """Return a sentence that a core said, in the reader's language; any other text as it is."""
    return words.translated(text)


@register.filter
def brl(centavos: int | None) -> str:
    """Return `R$ 1.234,56`; a dash for nothing."""
    return NOTHING if centavos is None else format_brl(int(centavos)).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def day(value: date | None) -> str:
    """Return dd/mm/aaaa; a moment is first read in São Paulo."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{value:%d/%m/%Y}" if value else NOTHING


@register.filter
def moment(value: datetime | None) -> str:
    """Return dd/mm/aaaa hh:mm in São Paulo."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M}" if value else NOTHING


@register.filter
def number(value: float | None) -> str:
    """Return a count as `1.234.567`, or with two decimals where it has any."""
    return tell(value)


@register.filter
def idc(value: int | None) -> str:
    """Return an index (0 to 1000) as a whole number; a dash where there is no history."""
    return NOTHING if value is None else f"{value:d}"


@register.filter
def document(value: str | None, whole: bool = False) -> str:
    """Return a CPF or CNPJ, masked unless `whole`."""
    return (format_document(value) if whole else mask_document(value)) if value else NOTHING


@register.filter
def personal(name: str | None, whole: bool = False) -> str:
    """Return a natural person's name, or its first word and initials (`Maria A. S.`) unless `whole`."""
    if not name or whole:
        return name or NOTHING
    return initials(name)


@register.filter
def who(debtor: Any, whole: bool = False) -> str:
    """Return a debtor's name: a company's as it is, a natural person's masked unless `whole`."""
    return personal(debtor.name, whole or debtor.person_kind != PersonKind.PF)


@register.filter
def email(value: str | None, whole: bool = False) -> str:
    """Return an e-mail, masked unless `whole`."""
    if not value or whole:
        return value or NOTHING
    name, at, domain = value.partition("@")
    return f"{name[:1]}***{at}{domain}"


@register.filter
def phone(value: str | None, whole: bool = False) -> str:
    """Return a Brazilian phone number, masked to its area and its last two digits unless `whole`."""
    if not value:
        return NOTHING
    try:
        text = phonenumbers.format_number(phonenumbers.parse(value, "BR"), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        text = value
    return text if whole else f"{text[:4]} *****-**{text[-2:]}"


@register.filter
def percent_bps(value: int | None) -> str:
    """Return hundredths of a percent as `12,34%`."""
    return tell(value, "bps")


@register.filter
def seconds(milliseconds: int | None) -> str:
    """Return milliseconds as `1,2 s`."""
    return NOTHING if milliseconds is None else f"{milliseconds / 1000:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}s"


@register.inclusion_tag("console/_figure.html")
def chart(
    kind: str, data: Any, title: str, unit: Unit = "count", table: bool = True, caption: bool = True
) -> dict[str, Any]:
    """Show `data` as a figure: caption, picture, legend where it needs one, and the table of the same numbers.

    Kinds, data and units: see receba.console.charts. `caption=False` where a heading above says the same.
    """
    return {"figure": charts.figure_of(kind, data or [], title, unit), "table": table, "caption": caption}


@register.simple_tag
def sparkline(values: Any, title: str = "", unit: Unit = "count") -> SafeString:
    """Return a small line for a cell or a tile; None leaves a gap."""
    return mark_safe(charts.sparkline(list(values), title, unit))  # the charts escape every text themselves


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return a drawing of receba.console.icons; with a label if it stands alone."""
    return mark_safe(icons.icon(name, label))  # the label is escaped there


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


@register.simple_tag(takes_context=True)
def specimen(context: template.Context, shown: Specimen) -> SafeString:
    """Return a specimen of the living page, drawn with its own context only."""
    return mark_safe(
        render_to_string(shown.template, dict(shown.context), context.get("request"))
    )  # templates of the house
