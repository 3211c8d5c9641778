"""The company's texts: the shelf, the draft, the preview with real figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template import TemplateSyntaxError
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import queries, services
from receba.outreach.channels.email.envelope import sender_of
from receba.outreach.core.wording import Problem
from receba.outreach.forms import TemplateForm
from receba.outreach.labels import plain_names, told
from receba.outreach.models import KEY_LABELS
from receba.outreach.rendering import NAMES, TITLE_NAMES, Rendered, Source
from receba.outreach.views.framed import framed


@company_view(Permission.VIEW)
@require_GET
def shelf(request: CompanyRequest) -> HttpResponse:
    """List the texts: which version is in use, whether there is a draft."""
    uses = queries.uses_of_texts(request.scope)
    rows = [
        {
            "entry": entry,
            "what": KEY_LABELS[entry.key],
            "subject": plain_names(entry.in_use.subject),
            "uses": uses.get(entry.key, []),
        }
        for entry in queries.shelf(request.scope)
    ]
    return TemplateResponse(request, "outreach/templates.html", {"rows": rows})


def _entry(request: CompanyRequest, key: str) -> queries.Shelf:
    found = next((entry for entry in queries.shelf(request.scope) if entry.key == key), None)
    if found is None:
        raise Http404
    return found


def _written(entry: queries.Shelf) -> Source:
    draft = entry.draft
    return Source(draft.subject, draft.text, draft.html) if draft else entry.in_use


@company_view(Permission.VIEW)
@require_http_methods(["GET", "POST"])
def edit(request: CompanyRequest, key: str) -> HttpResponse:
    """Show a text with its faults and preview; keep what was typed as the draft."""
    entry = _entry(request, key)
    if request.method != "POST":
        return _page(request, entry, TemplateForm.of(_written(entry)), 200)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, form, 422)
    services.write_template(request.scope, key=entry.key, source=form.source())
    messages.success(request, _("Rascunho guardado. As mensagens continuam com o texto publicado."))
    return redirect("outreach:template", request.company.pk, entry.key)


def _page(request: CompanyRequest, entry: queries.Shelf, form: TemplateForm, status: int) -> HttpResponse:
    today = timezone.localdate()
    found = queries.template_problems(request.scope, entry.key, _written(entry))
    asked = request.GET.get("busca", "").strip()
    debtors = (
        queries.find_debtors(request.scope, asked)
        if asked
        else queries.sample_debtors(request.scope, entry.key, on=today, limit=_SAMPLES)
    )
    chosen = _number(request.GET.get("cliente", "")) or (debtors[0].pk if debtors else 0)
    words = _words(request, entry, chosen, today) if chosen else None
    context = {
        "entry": entry,
        "what": KEY_LABELS[entry.key],
        "form": form,
        "faults": sum(not problem.warning for problem in found),
        "parts": [_part(form, name, part, found) for name, part in _FIELDS],
        "names": NAMES,
        "title_names": TITLE_NAMES,
        "uses": queries.uses_of_texts(request.scope).get(entry.key, []),
        "asked": asked,
        "debtors": debtors,
        "chosen": chosen,
        "letter": _letter(request, entry, chosen, words) if words else None,
        "may_edit": request.scope.allows(Permission.EDIT_RULER),
    }
    return TemplateResponse(request, "outreach/template.html", context, status=status)


_SAMPLES = 8
_FIELDS = (("assunto", "subject"), ("texto", "text"), ("html", "html"))


def _part(form: TemplateForm, name: str, part: str, found: list[Problem]) -> dict[str, Any]:
    """Return one part of a text: its field, and what the check found in it."""
    mine = [problem for problem in found if problem.part == part]
    return {
        "field": form[name],
        "faults": [told(problem) for problem in mine if not problem.warning],
        "warnings": [told(problem) for problem in mine if problem.warning],
    }


def _letter(request: CompanyRequest, entry: queries.Shelf, chosen: int, words: Rendered) -> dict[str, Any]:
    """Return a preview as the frame of a letter shows it."""
    source = reverse("outreach:preview", args=[request.company.pk, entry.key])
    return {
        "sender": sender_of(request.company),
        "to": queries.address_of(request.scope, chosen),
        "reply_to": request.company.email,
        "subject": words.subject,
        "text": words.text,
        "src": f"{source}?cliente={chosen}",
    }


def _words(request: CompanyRequest, entry: queries.Shelf, debtor_id: int, on: date) -> Rendered | None:
    """Return the text with a debtor's figures; None when there is nothing to say, or it cannot be understood."""
    try:
        return queries.preview(request.scope, entry.key, debtor_id, on=on, source=_written(entry))
    except TemplateSyntaxError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@company_view(Permission.VIEW)
@require_GET
def preview(request: CompanyRequest, key: str) -> HttpResponse:
    """Show the HTML of a text with the real figures of a debtor, for a frame."""
    words = _words(request, _entry(request, key), _number(request.GET.get("cliente", "")), timezone.localdate())
    return framed(words.html if words else "")


@company_view(Permission.EDIT_RULER)
@require_POST
def publish(request: CompanyRequest, key: str) -> HttpResponse:
    """Publish the draft, if nothing forbids it."""
    entry = _entry(request, key)
    try:
        services.publish_template(request.scope, key=entry.key)
        messages.success(request, _("Publicado: as próximas mensagens dirão este texto."))
    except services.BadTemplate as refusal:
        messages.error(request, _("Não publicado. %(why)s") % {"why": " ".join(map(told, refusal.problems))})
    except services.NoDraft:
        messages.error(request, _("Não há rascunho para publicar."))
    return redirect("outreach:template", request.company.pk, entry.key)


@company_view(Permission.EDIT_RULER)
@require_POST
def discard(request: CompanyRequest, key: str) -> HttpResponse:
    """Throw the draft away."""
    entry = _entry(request, key)
    try:
        services.discard_draft(request.scope, key=entry.key)
        messages.success(request, _("Rascunho descartado."))
    except services.NoDraft:
        messages.error(request, _("Não há rascunho."))
    return redirect("outreach:template", request.company.pk, entry.key)
