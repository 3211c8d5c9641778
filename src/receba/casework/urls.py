"""The collector's addresses."""

from __future__ import annotations

from django.urls import path

from receba.casework import views

app_name = "casework"
urlpatterns = [
    path("fila/", views.queue, name="queue"),
    path("clientes/", views.debtors, name="debtors"),
    path("clientes/<int:debtor_id>/", views.debtor, name="debtor"),
    path("clientes/<int:debtor_id>/caso/", views.case, name="case"),
    path("clientes/<int:debtor_id>/registrar/", views.record, name="record"),
    path("clientes/<int:debtor_id>/pausar/", views.hold, name="hold"),
    path("clientes/<int:debtor_id>/liberar/<int:hold_id>/", views.release, name="release"),
    path("titulos/", views.titles, name="titles"),
    path("titulos/<int:title_id>/", views.title, name="title"),
]
