"""The living page as tests see it: every piece of the console, in a company whose name is long."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.test import RequestFactory

from receba.access.models import Company, Person
from receba.console.design import specimens
from receba.console.navigation import IN_THE_BAR, NAVIGATION


def context() -> dict[str, Any]:
    """Return what the page shows around the specimens."""
    ways = [
        {
            "label": e.label,
            "view": e.view,
            "address": "#",
            "here": n == 2,
            "opens": e.group if not n or NAVIGATION[n - 1].group is not e.group else None,
            "key": f"g {e.key}",
            "icon": e.icon,
            "main": n < IN_THE_BAR,
            "count": {"queue": "999+", "failed": "3"}.get(e.counts, ""),
            "alarm": e.counts == "failed",
        }
        for n, e in enumerate(NAVIGATION)
    ]
    return {
        "specimens": specimens(),
        "company": Company(pk=3, name="Distribuidora de Bebidas Serra Azul do Sul de Minas Ltda", colour=3),
        "other_companies": [Company(pk=4, name="Colégio Horizonte Ltda", colour=2)],
        "many_companies": 1, "way_here": "casework:queue",
        "ways": ways, "demo": True, "data_on": date(2026, 7, 1),
        "messages": [Message(25, "Cobrança pausada.", '{"undo": ["/3/clientes/7/liberar/9/", {"motivo": "1"}]}'), Message(40, "A senha do servidor de e-mail foi recusada.")],
    }  # fmt: skip


def page() -> str:
    """Return the page as HTML."""
    request = RequestFactory().get("/console/design", {"q": "x"})
    request.user = Person(pk=1, name="Ana Beatriz Nascimento", email="ana@ponte.example")  # type: ignore[assignment]
    request.session = SimpleNamespace()  # type: ignore[assignment]
    return render_to_string("console/design.html", context(), request)
