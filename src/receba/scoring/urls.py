"""Addresses of the indices, after the company."""

from __future__ import annotations

from django.urls import path

from receba.scoring import views

app_name = "scoring"
urlpatterns = [
    path("indices/calibracao/", views.calibration, name="calibration"),
    path("indices/", views.indices, name="indices"),
    path("indices/parametros/", views.parameters, name="parameters"),
]
