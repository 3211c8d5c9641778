"""People, audit trail and settings of one company."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from receba.access import queries, services, trail
from receba.access.core.roles import PERMISSIONS, Permission
from receba.access.forms import AnchorForm, CompanyForm, InviteForm, TrailForm
from receba.access.models import ROLE_LABELS, AuditEvent, Grant
from receba.access.web import CompanyRequest, company_view

PAGE = 50
EXPORTED = 50_000
PERMISSION_LABELS = {
    Permission.VIEW: gettext_lazy("consultar"),
    Permission.PERSONAL_DATA: gettext_lazy("ver documentos e contatos completos"),
    Permission.EXPORT: gettext_lazy("exportar"),
    Permission.WORK: gettext_lazy("cobrar: contatos, promessas, contestações, bloqueios"),
    Permission.IMPORT: gettext_lazy("importar arquivos"),
    Permission.RUN_DAY: gettext_lazy("rodar o dia"),
    Permission.APPROVE_PLAN: gettext_lazy("liberar as mensagens do dia"),
    Permission.EDIT_RULER: gettext_lazy("editar réguas"),
    Permission.SETTINGS: gettext_lazy("configurar a empresa"),
    Permission.PEOPLE: gettext_lazy("convidar e revogar pessoas"),
    Permission.AUDIT: gettext_lazy("ler a auditoria"),
}


@company_view(Permission.PEOPLE)
@never_cache
def people(request: CompanyRequest) -> TemplateResponse:
    """List who may enter; a POST invites somebody and shows the first password, once."""
    form = InviteForm(request.POST or None, company=request.company)
    invited, password = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            invited, password = services.invite(request.scope, **form.facts())
            form = InviteForm(company=request.company)
        except services.MixedGrants:
            form.add_error(
                "role",
                _("Esta pessoa já tem acesso em outra combinação de papel e carteira. Revogue o anterior primeiro."),
            )
    grants = list(queries.grants_of(request.scope))
    return TemplateResponse(
        request,
        "access/people.html",
        {
            "form": form,
            "standing": [grant for grant in grants if grant.revoked_at is None],
            "revoked": [grant for grant in grants if grant.revoked_at is not None],
            "two_steps": _two_steps(grants),
            "invited": invited,
            "password": password,
            "roles": [
                (label, [PERMISSION_LABELS[p] for p in Permission if p in PERMISSIONS[role]])
                for role, label in ROLE_LABELS.items()
            ],
        },
    )


def _two_steps(grants: list[Grant]) -> set[int]:
    """Return the people who sign in with a second step."""
    wanted = {grant.person_id for grant in grants}
    return set(
        Authenticator.objects.filter(user_id__in=wanted, type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    )


@company_view(Permission.PEOPLE)
@require_POST
def revoke(request: CompanyRequest, grant_id: int) -> HttpResponse:
    """End a grant."""
    try:
        grant = services.revoke(request.scope, grant_id=grant_id)
    except Grant.DoesNotExist as unknown:
        raise Http404 from unknown
    except services.LastOwner:
        messages.error(request, _("A empresa ficaria sem dono. Convide outro dono antes de revogar este."))
    else:
        messages.success(request, _("O acesso de %(person)s foi revogado.") % {"person": grant.person})
    return redirect("access:people", request.company.pk)


def _trail(request: CompanyRequest) -> tuple[TrailForm, dict[str, Any]]:
    form = TrailForm(request.GET or None, tables=trail.tables())
    wanted = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    return form, wanted


def _audit_page(request: CompanyRequest, **more: Any) -> TemplateResponse:
    form, wanted = _trail(request)
    events = queries.audit_trail(request.scope, **wanted)
    before = request.GET.get("antes", "")
    if before.isdecimal():
        events = events.filter(pk__lt=int(before))
    shown = list(events[: PAGE + 1])
    names = queries.names_of(request.scope, (event.actor for event in shown))
    position, digest = queries.chain_head(request.scope)
    return TemplateResponse(
        request,
        "access/audit.html",
        {
            "form": form,
            "anchor": AnchorForm(),
            "rows": [_row(event, names) for event in shown[:PAGE]],
            "next": shown[PAGE - 1].pk if len(shown) > PAGE else None,
            "position": position,
            "digest": digest,
            "may_export": request.scope.allows(Permission.EXPORT),
            **more,
        },
    )


def _row(event: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "event": event,
        "who": trail.actor_name(event.actor, names),
        "did": trail.OPERATIONS.get(event.operation, event.operation),
        "changes": trail.changes(event),
    }


@company_view(Permission.AUDIT)
@require_safe
def audit(request: CompanyRequest) -> TemplateResponse:
    """Show the audit trail, newest first."""
    return _audit_page(request)


@company_view(Permission.AUDIT)
@require_POST
def verify(request: CompanyRequest) -> TemplateResponse:
    """Prove the chain from its first event to its last, and against a hash that somebody kept."""
    anchor = AnchorForm(request.POST)
    kept = None
    if anchor.is_valid() and anchor.cleaned_data["position"] and anchor.cleaned_data["digest"]:
        kept = queries.still_holds(request.scope, anchor.cleaned_data["position"], anchor.cleaned_data["digest"])
    broken = queries.broken_links(request.company.pk)
    return _audit_page(request, verified=True, broken=broken, kept=kept, anchor=anchor)


@company_view(Permission.AUDIT, Permission.EXPORT)
@require_GET
def export_audit(request: CompanyRequest) -> HttpResponse:
    """Return the filtered trail as a CSV file, the newest EXPORTED events of it."""
    _form, wanted = _trail(request)
    events = list(queries.audit_trail(request.scope, **wanted)[:EXPORTED])
    names = queries.names_of(request.scope, (event.actor for event in events))
    response = HttpResponse(trail.as_csv(events, names), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="auditoria-{request.company.pk}.csv"'
    return response


@company_view(Permission.SETTINGS)
def settings(request: CompanyRequest) -> HttpResponse:
    """Show and change the company's identity and switches."""
    form = CompanyForm(request.POST or None, instance=request.company)
    if request.method == "POST" and form.is_valid():
        services.change_company(request.scope, **form.cleaned_data)
        messages.success(request, _("As configurações foram salvas."))
        return redirect("access:settings", request.company.pk)
    if request.method == "POST":
        request.company.refresh_from_db()  # the form wrote what was typed on it, and the page's head shows it
    return TemplateResponse(request, "access/settings.html", {"form": form})
