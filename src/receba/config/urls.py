"""The addresses: sign-in, the list of companies, and every room's pages inside a company.

A room's `urls.py` holds what comes after the company; its `public_urls.py`, if any, what belongs to no company's
operators (links in messages, providers' callbacks).
"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

ROOMS = ("ledger", "intake", "scoring", "segments", "ruler", "outreach", "casework", "reporting", "daily", "access")


def _urls(module: str) -> list[str]:
    """Return the rooms' url modules of this name, of those that have one."""
    names = [f"receba.{room}" for room in ROOMS]
    return [f"{name}.{module}" for name in names if find_spec(name) and find_spec(f"{name}.{module}")]


urlpatterns: list[URLPattern | URLResolver] = [
    path("conta/", include("allauth.urls")),
    path("sair/", RedirectView.as_view(pattern_name="account_logout"), name="leave"),
    path("", include("receba.console.urls")),
    *(path("", include(module)) for module in _urls("public_urls")),
    *(path("<int:company_id>/", include(module)) for module in _urls("urls")),
]

handler500 = "receba.console.views.server_error"
