"""The collector's pages: each reads the request, asks one question or calls one verb, and shows the answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.casework import queries, services
from receba.casework.core.outcomes import BadOutcome, Outcome
from receba.casework.forms import (
    BUCKET_LABELS,
    Day,
    HoldForm,
    InteractionForm,
    QueueFilter,
    TitlesFilter,
)
from receba.casework.models import ACTION_LABELS, OUTCOME_LABELS, WHY_LABELS
from receba.casework.queries.debtors import Profile
from receba.kernel.days import from_day_number
from receba.kernel.money import format_brl
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger import services as ledger
from receba.ledger.models import ENTRY_LABELS, Hold, Title
from receba.outreach import queries as outreach
from receba.outreach.core.policy import Channel as Way
from receba.outreach.models import CHANNEL_LABELS
from receba.parties.models import Contact, Debtor

_ASKED = (Way.PHONE, Way.WHATSAPP, Way.EMAIL)
_EARLIEST, _LATEST = date(1990, 1, 1), date(2098, 12, 31)


def chosen_day(request: CompanyRequest, name: str = "em") -> date:
    """Return the day that the address asks for, or today."""
    text = request.GET.get(name, "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return min(max(day, _EARLIEST), _LATEST)


@require_GET
@company_view(Permission.WORK)
def queue(request: CompanyRequest) -> HttpResponse:
    """Show who to work next and why."""
    form = QueueFilter(request.scope, request.GET)
    form.is_valid()
    page = queries.queue_page(
        request.scope,
        after=form.cleaned_data.get("depois") or 0,
        portfolio_id=form.cleaned_data.get("carteira"),
        action=form.action(),
    )
    rows = [
        {
            "item": row.item,
            "action": ACTION_LABELS[row.item.next_action],  # type: ignore[index]  # the stored number of an Action
            "why": [WHY_LABELS[reason] for reason in row.item.reasons()],
            "last_contact_at": row.last_contact_at,
            "worked_at": row.worked_at,
        }
        for row in page.rows
    ]
    context = {
        "page": page,
        "rows": rows,
        "form": form,
        "counters": queries.counters(request.scope, on=timezone.localdate()),
        "promises": queries.promises_due(request.scope, on=timezone.localdate(), days=1),
    }
    return TemplateResponse(request, "casework/queue.html", context)


@require_GET
@company_view(Permission.VIEW)
def debtors(request: CompanyRequest) -> HttpResponse:
    """Find a debtor, or go through them by name."""
    text = request.GET.get("q", "").strip()
    if text:
        found = queries.search(request.scope, text)
        if len(found) == 1 and found[0].by != "name":
            return redirect("casework:debtor", request.company.pk, found[0].debtor.pk)
        return TemplateResponse(request, "casework/debtors.html", {"q": text, "found": found})
    pk = request.GET.get("id", "")
    after = (request.GET.get("nome", ""), int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0)
    page = queries.debtors_page(request.scope, after=after)
    more = page[-1] if len(page) == queries.debtors.PAGE else None
    return TemplateResponse(request, "casework/debtors.html", {"page": page, "more": more})


@require_GET
@company_view(Permission.VIEW)
def debtor(request: CompanyRequest, debtor_id: int) -> HttpResponse:
    """Show everything about one debtor on a day."""
    on = chosen_day(request)
    profile = _profile(request, debtor_id, on)
    return TemplateResponse(
        request,
        "casework/debtor.html",
        _debtor_context(request, profile, on, _interaction_form(request, profile), _hold_form(profile)),
    )


def _profile(request: CompanyRequest, debtor_id: int, on: date) -> Profile:
    try:
        return queries.profile(request.scope, debtor_id, on=on)
    except Debtor.DoesNotExist as missing:
        raise Http404 from missing


def _debtor_context(
    request: CompanyRequest, profile: Profile, on: date, interaction: InteractionForm, hold_form: HoldForm
) -> dict[str, Any]:
    before, after = queries.neighbours(request.scope, profile.debtor.pk)
    may_work = request.scope.allows(Permission.WORK)
    return {
        "on": on,
        "today": timezone.localdate(),
        "profile": profile,
        "debtor": profile.debtor,
        "day": Day().render("em", on, {"id": "em"}),
        "verdicts": _verdicts(request, profile.debtor.pk) if may_work else [],
        "timeline": queries.timeline(request.scope, profile.debtor.pk),
        "before": before,
        "after": after,
        "may_work": may_work,
        "interaction": interaction,
        "outcomes": list(OUTCOME_LABELS.items()),
        "hold_form": hold_form,
        "buckets": BUCKET_LABELS,
        "email": Contact.Kind.EMAIL,
    }


def _verdicts(request: CompanyRequest, debtor_id: int) -> list[dict[str, Any]]:
    """Return, for each channel, whether the debtor may be contacted now, in words."""
    told = outreach.may_contact(request.scope, debtor_id, _ASKED, timezone.now())
    return [
        {"channel": CHANNEL_LABELS[way], "allowed": all(v.allowed for v in verdicts), "verdicts": verdicts}
        for way, verdicts in told.items()
    ]


def _titles_to_choose(profile: Profile) -> list[tuple[int, str]]:
    return [
        (r.title.pk, f"{r.title.code} · {r.due_on:%d/%m/%Y} · {format_brl(r.position.principal_centavos)}")
        for r in profile.open_titles
    ]


def _interaction_form(request: CompanyRequest, profile: Profile, data: Any = None) -> InteractionForm:
    whole = request.scope.allows(Permission.PERSONAL_DATA)
    contacts = [
        (c.pk, c.value if whole else str(c.get_kind_display())) for c in profile.contacts if c.invalid_since is None
    ]
    return InteractionForm(data, contacts=contacts, titles=_titles_to_choose(profile))


def _hold_form(profile: Profile, data: Any = None) -> HoldForm:
    return HoldForm(data, titles=_titles_to_choose(profile), today=timezone.localdate())


@require_POST
@company_view(Permission.WORK)
def record(request: CompanyRequest, debtor_id: int) -> HttpResponse:
    """Record what happened; then back to the debtor, or on to the next one."""
    profile = _profile(request, debtor_id, timezone.localdate())
    form = _interaction_form(request, profile, request.POST)
    if form.is_valid():
        after = queries.neighbours(request.scope, debtor_id)[1]
        try:
            told = form.told(debtor_id)
            services.record_interaction(request.scope, told, key=form.cleaned_data["key"], at=timezone.now())
        except BadOutcome:
            form.add_error("dia", _outcome_help(Outcome(form.cleaned_data["resultado"])))
        except services.KeyReused:
            messages.warning(request, _("Este formulário já tinha sido enviado."))
            return redirect("casework:debtor", request.company.pk, debtor_id)
        else:
            messages.success(request, _("Registrado: %(what)s.") % {"what": OUTCOME_LABELS[told.outcome]})
            return redirect("casework:debtor", request.company.pk, after if _goes_on(request) and after else debtor_id)
    context = _debtor_context(request, profile, timezone.localdate(), form, _hold_form(profile))
    return TemplateResponse(request, "casework/debtor.html", context, status=422)


def _goes_on(request: CompanyRequest) -> bool:
    return request.POST.get("proximo") == "1"


def _outcome_help(outcome: Outcome) -> str:
    if outcome == Outcome.PROMISED:
        return _("Uma promessa precisa de data (até 60 dias à frente) e de valor maior que zero.")
    return _("Um retorno precisa de data, até 60 dias à frente.")


@require_POST
@company_view(Permission.WORK)
def hold(request: CompanyRequest, debtor_id: int) -> HttpResponse:
    """Place a stop on the debtor or on one title."""
    today = timezone.localdate()
    profile = _profile(request, debtor_id, today)
    form = _hold_form(profile, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        ledger.place_hold(
            request.scope,
            debtor_id=debtor_id,
            kind=HoldKind(data["motivo"]),
            from_on=today,
            until_on=data["ate"],
            title_id=data["titulo"],
            note=data["nota"],
        )
        messages.success(request, _("Cobrança pausada."))
        return redirect("casework:debtor", request.company.pk, debtor_id)
    context = _debtor_context(request, profile, today, _interaction_form(request, profile), form)
    return TemplateResponse(request, "casework/debtor.html", context, status=422)


@require_POST
@company_view(Permission.WORK)
def release(request: CompanyRequest, debtor_id: int, hold_id: int) -> HttpResponse:
    """End a stop: from today on it stops nothing."""
    try:
        Hold.objects.get(pk=hold_id, debtor_id=debtor_id)
        ledger.release_hold(request.scope, hold_id=hold_id, last_on=timezone.localdate() - timedelta(1))
    except Hold.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("Pausa liberada."))
    return redirect("casework:debtor", request.company.pk, debtor_id)


@require_GET
@company_view(Permission.VIEW)
def titles(request: CompanyRequest) -> HttpResponse:
    """List open titles: now by page, or on a past day the dearest with the totals of all."""
    form = TitlesFilter(request.scope, request.GET)
    form.is_valid()
    today = timezone.localdate()
    on = min(max(form.cleaned_data.get("em") or today, _EARLIEST), today)
    known_on = form.cleaned_data.get("conhecido") or today
    past = on < today or known_on < today
    if past:
        listed = queries.titles_as_of(request.scope, form.which(), on=on, known_on=known_on)
    else:
        listed = queries.open_titles(request.scope, form.which(), on=on, after=form.after())
    rows = [{"row": row, "bucket": BUCKET_LABELS[row.bucket]} for row in listed.rows]
    context = {"form": form, "on": on, "known_on": known_on, "past": past, "listed": listed, "rows": rows}
    return TemplateResponse(request, "casework/titles.html", context)


@require_GET
@company_view(Permission.VIEW)
def title(request: CompanyRequest, title_id: int) -> HttpResponse:
    """Show one title: its entries with the running balance, and every charge explained."""
    on = chosen_day(request)
    try:
        page = queries.title_page(request.scope, title_id, on=on)
    except Title.DoesNotExist as missing:
        raise Http404 from missing
    context = {
        "on": on,
        "page": page,
        "title": page.title,
        "day": Day().render("em", on, {"id": "em"}),
        "entries": [(line, ENTRY_LABELS[EntryKind(line.entry.kind)]) for line in page.lines],
        "charges": [
            {
                "charge": charge,
                "name": ENTRY_LABELS[charge.kind],
                "spans": [(from_day_number(s.from_day), from_day_number(s.until_day), s) for s in charge.spans],
            }
            for charge in page.charges
        ],
        "back": reverse("casework:debtor", args=[request.company.pk, page.title.debtor_id]),
    }
    return TemplateResponse(request, "casework/title.html", context)
