"""The collector's pages: each reads the request, asks one question or calls one verb, and shows the answer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from receba.access import toasts
from receba.access.core.roles import Permission
from receba.access.fields import Typed
from receba.access.web import CompanyRequest, company_view
from receba.casework import queries, services
from receba.casework.core.outcomes import BadOutcome, Outcome
from receba.casework.forms import (
    BUCKET_LABELS,
    PLACED_BY_HAND,
    HoldForm,
    InteractionForm,
    QueueFilter,
    TitlesFilter,
)
from receba.casework.models import ACTION_LABELS, OUTCOME_LABELS, TIMELINE_LABELS, WHY_LABELS
from receba.casework.queries.debtors import Profile
from receba.casework.recent import remember
from receba.kernel.days import effective_due, from_day_number
from receba.kernel.money import format_brl
from receba.kernel.tables import EntryKind, HoldKind
from receba.kernel.typed import read_day
from receba.ledger import services as ledger
from receba.ledger.models import ENTRY_LABELS, Hold, Title
from receba.outreach import queries as outreach
from receba.outreach.core.policy import Channel as Way
from receba.outreach.models import CHANNEL_LABELS
from receba.parties.models import Contact, Debtor

_ASKED = (Way.PHONE, Way.WHATSAPP, Way.EMAIL)
_EVENTS, _EVENTS_IN_PANE = 30, 8
_LISTED, _LISTED_IN_PANE = 50, 8
_KEYS = (
    ("1", Outcome.NO_ANSWER),
    ("2", Outcome.RIGHT_PERSON),
    ("3", Outcome.PROMISED),
    ("4", Outcome.CALL_BACK),
    ("5", Outcome.MESSAGE_LEFT),
    ("6", Outcome.SAYS_PAID),
    ("7", Outcome.DISPUTED),
    ("8", Outcome.WRONG_PERSON),
    ("9", Outcome.REFUSED),
    ("0", Outcome.NOTE),
    ("", Outcome.STOP),
    ("", Outcome.DECEASED),
)
"""The outcomes by how often they happen, and the key of each; the gravest have none."""
_EARLIEST, _LATEST = date(1990, 1, 1), date(2098, 12, 31)


def chosen_day(request: CompanyRequest, name: str = "em") -> date:
    """Return the day that the address asks for, or today."""
    text = request.GET.get(name, "")
    try:
        day = read_day(text, timezone.localdate())
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
    remember(request, debtor_id)
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
    kind, everything = request.GET.get("linha", ""), request.GET.get("tudo") == "1"
    most = queries.MOST_EVENTS if everything else _EVENTS
    events = queries.timeline(request.scope, profile.debtor.pk, kind=kind, limit=most + 1)
    listed = None if request.GET.get("titulos") == "todos" else _LISTED
    return {
        **_case_context(request, profile, on, interaction),
        "day": Typed("day").render("em", on, {"id": "em"}),
        "timeline": events[:most],
        "more_events": len(events) > most and not everything,
        "kind": kind,
        "kinds": TIMELINE_LABELS,
        "open_titles": profile.open_titles[:listed],
        "more_titles": listed is not None and len(profile.open_titles) > listed,
        "settled": profile.settled[:listed],
        "more_settled": listed is not None and len(profile.settled) > listed,
        "hold_form": hold_form,
    }


def _case_context(request: CompanyRequest, profile: Profile, on: date, interaction: InteractionForm) -> dict[str, Any]:
    """Return what the page of a debtor and the queue's pane both show."""
    place = queries.place(request.scope, profile.debtor.pk)
    may_work = request.scope.allows(Permission.WORK)
    return {
        "on": on,
        "profile": profile,
        "debtor": profile.debtor,
        "place": {
            "item": place.item,
            "action": ACTION_LABELS[place.item.next_action],  # type: ignore[index]  # the stored number of an Action
            "why": [str(WHY_LABELS[reason]) for reason in place.item.reasons()],
        }
        if place
        else None,
        "before": place.before if place else None,
        "after": place.after if place else None,
        "verdicts": _verdicts(request, profile.debtor.pk) if may_work else [],
        "may_work": may_work,
        "interaction": interaction,
        "outcomes": [(outcome, OUTCOME_LABELS[outcome], number) for number, outcome in _KEYS],
        "chosen": Outcome(int(told)) if (told := interaction.data.get("resultado", "")).isdecimal() else None,
        "email": Contact.Kind.EMAIL,
    }


@require_GET
@company_view(Permission.WORK)
def case(request: CompanyRequest, debtor_id: int) -> HttpResponse:
    """Show a debtor in the queue's pane: what is needed to work the case, and the form."""
    profile = _profile(request, debtor_id, timezone.localdate())
    return _pane(request, profile, _interaction_form(request, profile))


def _pane(request: CompanyRequest, profile: Profile, interaction: InteractionForm, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    context = {
        **_case_context(request, profile, today, interaction),
        "timeline": queries.timeline(request.scope, profile.debtor.pk, limit=_EVENTS_IN_PANE),
        "open_titles": profile.open_titles[:_LISTED_IN_PANE],
        "more_titles": len(profile.open_titles) > _LISTED_IN_PANE,
        "from_queue": True,
    }
    return TemplateResponse(request, "casework/_case.html", context, status=status)


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
    tomorrow = effective_due(timezone.localdate() + timedelta(1))
    owed = profile.totals["overdue"] or profile.totals["principal"]
    initial = {"dia": tomorrow, "valor": Decimal(owed).scaleb(-2) if owed > 0 else None}
    return InteractionForm(data, initial=initial, contacts=contacts, titles=_titles_to_choose(profile))


def _hold_form(profile: Profile, data: Any = None) -> HoldForm:
    return HoldForm(data, titles=_titles_to_choose(profile), today=timezone.localdate())


@require_POST
@company_view(Permission.WORK)
def record(request: CompanyRequest, debtor_id: int) -> HttpResponse:
    """Record what happened; then back to the debtor, or on to the next one."""
    profile = _profile(request, debtor_id, timezone.localdate())
    form = _interaction_form(request, profile, request.POST)
    from_queue = request.POST.get("fila") == "1"
    if form.is_valid():
        place = queries.place(request.scope, debtor_id)
        onward = place.after if place and _goes_on(request) else None
        try:
            told = form.told(debtor_id)
            services.record_interaction(request.scope, told, key=form.cleaned_data["key"], at=timezone.now())
        except BadOutcome:
            form.add_error("dia", _outcome_help(Outcome(form.cleaned_data["resultado"])))
        except services.KeyReused:
            messages.warning(request, _("Este formulário já tinha sido enviado."))
            return redirect("casework:debtor", request.company.pk, debtor_id)
        else:
            said = _("Registrado: %(what)s.") % {"what": OUTCOME_LABELS[told.outcome]}
            if from_queue:
                return _next_case(request, debtor_id, onward or debtor_id, said)
            messages.success(request, said)
            return redirect("casework:debtor", request.company.pk, onward or debtor_id)
    if from_queue:
        return _pane(request, profile, form, status=422)
    context = _debtor_context(request, profile, timezone.localdate(), form, _hold_form(profile))
    return TemplateResponse(request, "casework/debtor.html", context, status=422)


def _next_case(request: CompanyRequest, worked: int, debtor_id: int, said: str) -> HttpResponse:
    """Answer the queue's pane with the case to go on with; the page marks the row that was worked."""
    profile = _profile(request, debtor_id, timezone.localdate())
    response = _pane(request, profile, _interaction_form(request, profile))
    response["HX-Trigger"] = json.dumps({"worked": {"debtor": worked, "next": debtor_id, "said": said}})
    return response


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
        placed = ledger.place_hold(
            request.scope,
            debtor_id=debtor_id,
            kind=HoldKind(data["motivo"]),
            from_on=today,
            until_on=data["ate"],
            title_id=data["titulo"],
            note=data["nota"],
        )
        is_new = placed.pk not in {stop.pk for stop in profile.holds}
        undo = reverse("casework:release", args=[request.company.pk, debtor_id, placed.pk])
        toasts.told(request, _("Cobrança pausada."), undo=(undo, {}) if is_new else None)
        return redirect("casework:debtor", request.company.pk, debtor_id)
    context = _debtor_context(request, profile, today, _interaction_form(request, profile), form)
    return TemplateResponse(request, "casework/debtor.html", context, status=422)


@require_POST
@company_view(Permission.WORK)
def release(request: CompanyRequest, debtor_id: int, hold_id: int) -> HttpResponse:
    """End a stop: from today on it stops nothing."""
    try:
        ended = Hold.objects.get(pk=hold_id, debtor_id=debtor_id)
        ledger.release_hold(request.scope, hold_id=hold_id, last_on=timezone.localdate() - timedelta(1))
    except Hold.DoesNotExist as missing:
        raise Http404 from missing
    toasts.told(request, _("Pausa liberada."), undo=_again(request, ended))
    return redirect("casework:debtor", request.company.pk, debtor_id)


def _again(request: CompanyRequest, ended: Hold) -> tuple[str, dict[str, str | int]] | None:
    """Return how a stop that was just ended is placed again; None for one that nobody places by hand."""
    if HoldKind(ended.kind) not in PLACED_BY_HAND:
        return None
    until = f"{ended.until_on:%d/%m/%Y}" if ended.until_on else ""
    fields = {"motivo": ended.kind, "titulo": ended.title_id or "", "ate": until, "nota": ended.note}
    return reverse("casework:hold", args=[request.company.pk, ended.debtor_id]), fields


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
        "day": Typed("day").render("em", on, {"id": "em"}),
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
