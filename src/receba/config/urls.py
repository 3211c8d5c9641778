"""The addresses: sign-in, the list of companies, and every room's pages inside a company.

A room's `urls.py` holds what comes after the company.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

ROOMS = ("ledger", "intake", "scoring", "segments", "ruler", "outreach", "casework", "reporting", "daily", "access")

urlpatterns: list[URLPattern | URLResolver] = [
    path("conta/", include("allauth.urls")),
    path("idioma/", set_language, name="language"),
    path("sair/", RedirectView.as_view(pattern_name="account_logout"), name="leave"),
    path("", include("receba.console.urls")),
    *(path("<int:company_id>/", include(f"receba.{room}.urls")) for room in ROOMS),
]

handler500 = "receba.console.views.server_error"
