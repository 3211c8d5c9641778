"""The addresses of the panel."""

from __future__ import annotations

from django.urls import path

from receba.reporting import views

app_name = "reporting"
urlpatterns = [
    path("painel/", views.panel, name="panel"),
    path("painel/custo-de-capital/", views.capital_cost, name="capital_cost"),
    path("painel/agora/", views.now, name="now"),
    path("painel/<str:kpi>/", views.kpi, name="kpi"),
]
