"""Addresses of the segments, after the company."""

from __future__ import annotations

from django.urls import path

from receba.segments import views

app_name = "segments"
urlpatterns = [
    path("segmentos/", views.segments, name="segments"),
    path("segmentos/clientes/", views.customers, name="customers"),
]
