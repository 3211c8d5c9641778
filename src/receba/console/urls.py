"""The console's own addresses."""

from __future__ import annotations

from django.urls import path

from receba.console import panel_paper, views

app_name = "console"
urlpatterns = [
    path("", views.home, name="home"),
    path("empresas/", views.companies, name="companies"),
    path("console/design", views.design, name="design"),
    path("<int:company_id>/busca/", views.search, name="search"),
    path("<int:company_id>/painel/pdf/", panel_paper.download, name="panel_paper"),
]
