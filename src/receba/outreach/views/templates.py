"""The company's texts: the shelf, the draft, the preview with real figures."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template import TemplateSyntaxError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import queries, services
from receba.outreach.forms import TemplateForm
from receba.outreach.labels import told
from receba.outreach.models import KEY_LABELS
from receba.outreach.rendering import NAMES, TITLE_NAMES, Source
from receba.outreach.views.framed import framed


@company_view(Permission.VIEW)
@require_GET
def shelf(request: CompanyRequest) -> HttpResponse:
    """List the texts: which version is in use, whether there is a draft."""
    rows = [(entry, KEY_LABELS[entry.key]) for entry in queries.shelf(request.scope)]
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
    debtors = queries.sample_debtors(request.scope, entry.key, on=today)
    chosen = _number(request.GET.get("cliente", "")) or (debtors[0].pk if debtors else 0)
    context = {
        "entry": entry,
        "what": KEY_LABELS[entry.key],
        "form": form,
        "faults": [told(problem) for problem in found if not problem.warning],
        "warnings": [told(problem) for problem in found if problem.warning],
        "names": NAMES,
        "title_names": TITLE_NAMES,
        "debtors": debtors,
        "chosen": chosen,
        "words": _words(request, entry, chosen, today) if chosen else None,
        "may_edit": request.scope.allows(Permission.EDIT_RULER),
    }
    return TemplateResponse(request, "outreach/template.html", context, status=status)


def _words(request: CompanyRequest, entry: queries.Shelf, debtor_id: int, on: date) -> object:
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
    return framed(getattr(words, "html", ""))


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
