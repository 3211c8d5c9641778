"""The addresses of messages, texts and the local mailbox."""

from __future__ import annotations

from django.urls import path

from receba.outreach import views
from receba.outreach.views import mailbox, policy, templates

app_name = "outreach"
urlpatterns = [
    path("mensagens/", views.outbox, name="outbox"),
    path("mensagens/enviar/", views.send_now, name="send_now"),
    path("mensagens/andamento/", views.sending, name="sending"),
    path("mensagens/amostra/<int:decision_id>/", views.sample, name="sample"),
    path("mensagens/modelos/", templates.shelf, name="templates"),
    path("mensagens/modelos/<slug:key>/", templates.edit, name="template"),
    path("mensagens/modelos/<slug:key>/publicar/", templates.publish, name="publish"),
    path("mensagens/modelos/<slug:key>/descartar/", templates.discard, name="discard"),
    path("mensagens/modelos/<slug:key>/previa/", templates.preview, name="preview"),
    path("mensagens/<int:message_id>/", views.message, name="message"),
    path("mensagens/<int:message_id>/html/", views.message_html, name="message_html"),
    path("mensagens/<int:message_id>/cancelar/", views.cancel, name="cancel"),
    path("mensagens/<int:message_id>/decidir/", views.resolve, name="resolve"),
    path("configuracoes/contato/", policy.policy, name="policy"),
    path("caixa/", mailbox.letters, name="mailbox"),
    path("caixa/<str:name>/", mailbox.letter, name="letter"),
    path("caixa/<str:name>/html/", mailbox.letter_html, name="letter_html"),
]
