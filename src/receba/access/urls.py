"""Addresses of people, audit trail and settings, after the company."""

from __future__ import annotations

from django.urls import path

from receba.access import views

app_name = "access"
urlpatterns = [
    path("pessoas/", views.people, name="people"),
    path("pessoas/<int:grant_id>/revogar/", views.revoke, name="revoke"),
    path("auditoria/", views.audit, name="audit"),
    path("auditoria/conferir/", views.verify, name="verify"),
    path("auditoria/exportar/", views.export_audit, name="export_audit"),
    path("configuracoes/", views.settings, name="settings"),
]
