"""Addresses of the ledger's own pages, after the company."""

from __future__ import annotations

from django.urls import path

from receba.ledger import views

app_name = "ledger"
urlpatterns = [path("configuracoes/encargos/", views.terms, name="terms")]
