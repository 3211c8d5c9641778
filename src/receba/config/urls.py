"""The operator's door; every room adds its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("conta/", include("allauth.urls")),
]
