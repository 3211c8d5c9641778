"""Addresses of the plan of the day and of the rulers, after the company."""

from __future__ import annotations

from django.urls import path

from receba.ruler import views

app_name = "ruler"
urlpatterns = [
    path("plano/", views.plan, name="plan"),
    path("plano/clientes/", views.decisions, name="decisions"),
    path("plano/decisao/<int:decision_id>/", views.decision, name="decision"),
    path("plano/decisao/<int:decision_id>/retirar/", views.exclude, name="exclude"),
    path("reguas/", views.rulers, name="rulers"),
    path("reguas/instalar/", views.install, name="install"),
    path("reguas/atribuir/", views.assign, name="assign"),
    path("reguas/proprias/", views.assign_special, name="assign_special"),
    path("reguas/proprias/<int:assignment_id>/retirar/", views.unassign, name="unassign"),
    path("reguas/nova/", views.new, name="new"),
    path("reguas/<int:ruler_id>/", views.edit, name="edit"),
]
