"""The addresses of the intake, after the company."""

from __future__ import annotations

from django.urls import path

from receba.intake import views

app_name = "intake"
urlpatterns = [
    path("importar/", views.imports, name="imports"),
    path("importar/modelo.csv", views.example, name="example"),
    path("importar/<int:file_id>/", views.file, name="file"),
    path("importar/<int:file_id>/colunas/", views.mapping, name="mapping"),
    path("importar/<int:file_id>/conferir/", views.preview, name="preview"),
    path("importar/<int:file_id>/confirmar/", views.confirm, name="confirm"),
    path("importar/<int:file_id>/andamento/", views.progress, name="progress"),
    path("importar/<int:file_id>/parar/", views.stop, name="stop"),
    path("importar/<int:file_id>/situacao/", views.tally, name="tally"),
    path("importar/<int:file_id>/corrigir-iguais/", views.alike, name="alike"),
    path("importar/<int:file_id>/corrigir/", views.mend, name="mend"),
    path("importar/<int:file_id>/ignorar/", views.ignore, name="ignore"),
    path("importar/<int:file_id>/recusadas.csv", views.rejected, name="rejected"),
]
