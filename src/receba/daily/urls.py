"""Addresses of the daily routine, after the company."""

from __future__ import annotations

from django.urls import path

from receba.daily import views

app_name = "daily"
urlpatterns = [
    path("rotina/", views.runs, name="runs"),
    path("rotina/rodar/", views.run, name="run"),
    path("rotina/reapresentado/", views.restated, name="restated"),
    path("rotina/andamento/", views.progress, name="progress"),
    path("plano/aprovar/", views.approve_plan, name="approve"),
    path("plano/recusar/", views.refuse_step, name="refuse"),
    path("plano/desfazer/", views.undo_plan, name="undo"),
]
