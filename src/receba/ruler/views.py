"""The pages of the plan (who is contacted today, who is not and why) and of the rulers that make it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receba.access.core.roles import Permission
from receba.access.models import Portfolio
from receba.access.queries import names_of
from receba.access.web import CompanyRequest, company_view
from receba.kernel.money import format_brl
from receba.kernel.typed import read_day
from receba.ruler import queries, services
from receba.ruler.core.changes import changes
from receba.ruler.core.document import MOST_STEPS, NO_LIMIT, Document, Fault, Misread, Step, faults
from receba.ruler.core.rules import Outcome, hold_of
from receba.ruler.explaining import Explanation, explain
from receba.ruler.forms import AssignForm, EditForm, ExcludeForm, SpecialForm
from receba.ruler.models import REASON_LABELS, Assignment, Decision, Ruler, RulerVersion

PAGE = 50
CHANNEL_LABELS = {"email": gettext_lazy("e-mail"), "task": gettext_lazy("tarefa para uma pessoa")}
TEMPLATE_LABELS = {
    "lembrete": gettext_lazy("lembrete antes do vencimento"),
    "vence_hoje": gettext_lazy("vence hoje"),
    "atraso_leve": gettext_lazy("atraso, tom leve"),
    "atraso_firme": gettext_lazy("atraso, tom firme"),
    "atraso_final": gettext_lazy("atraso, última mensagem"),
}
ICONS = {"email": "mail", "task": "phone"}
TONES = {
    "lembrete": (gettext_lazy("aviso"), "good"),
    "vence_hoje": (gettext_lazy("aviso"), "good"),
    "atraso_leve": (gettext_lazy("tom leve"), "info"),
    "atraso_firme": (gettext_lazy("tom firme"), "warn"),
    "atraso_final": (gettext_lazy("última mensagem"), "bad"),
}
"""How a text sounds, and its shade."""
RECENT_DAYS = 30
_BIGGEST = 2**63 - 1


def _numbers(text: str, count: int) -> tuple[int, ...] | None:
    """Return `12.3` as (12, 3); None when it is not that many whole numbers that the database can hold."""
    parts = text.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        return None
    numbers = tuple(map(int, parts))
    return numbers if max(numbers) <= _BIGGEST else None


def _day(request: CompanyRequest) -> date | None:
    """Return the day of the address, or the last one planned; None when there is no plan yet."""
    try:
        return read_day(request.GET.get("on", ""), timezone.localdate())
    except ValueError:
        return queries.last_day(request.scope)


def when(offset_days: int) -> str:
    """Return where a step stands on the ruler, in words."""
    if offset_days == 0:
        return _("no vencimento")
    if offset_days < 0:
        told = ngettext("%(n)d dia antes do vencimento", "%(n)d dias antes do vencimento", -offset_days)
    else:
        told = ngettext("%(n)d dia depois do vencimento", "%(n)d dias depois do vencimento", offset_days)
    return told % {"n": abs(offset_days)}


def _step(step: Step) -> dict[str, Any]:
    """Return a step in words: where it stands, what it does, and for whom."""
    conditions = []
    if step.min_centavos:
        conditions.append(_("títulos de %(v)s ou mais") % {"v": format_brl(step.min_centavos)})
    if step.max_centavos < NO_LIMIT:
        conditions.append(_("títulos de até %(v)s") % {"v": format_brl(step.max_centavos)})
    if step.person:
        conditions.append(_("só PF") if step.person == "PF" else _("só PJ"))
    if step.risks:
        conditions.append(_("risco %(r)s") % {"r": ", ".join(step.risks)})
    if step.worsened:
        conditions.append(_("só no dia em que o risco piora"))
    tone, shade = TONES.get(step.template, ("", ""))
    return {
        "step": step,
        "when": when(step.offset_days),
        "day": f"D{step.offset_days:+d}" if step.offset_days else "D",
        "channel": CHANNEL_LABELS.get(step.channel, step.channel),
        "icon": ICONS.get(step.channel, "help"),
        "text": TEMPLATE_LABELS.get(step.template, step.template),
        "tone": tone,
        "shade": shade,
        "conditions": conditions,
    }


def _question(day: queries.DayPlan) -> str:
    """Return what an approval of everything does, naming how many people it reaches and how."""
    asked = ngettext(
        "Aprovar o plano de %(on)s? %(n)d cliente será contatado: %(email)d por e-mail e %(task)d por tarefa.",
        "Aprovar o plano de %(on)s? %(n)d clientes serão contatados: %(email)d por e-mail e %(task)d por tarefa.",
        day.waiting,
    )
    by = {channel: day.waiting_by(channel) for channel in ("email", "task")}
    return asked % {"on": f"{day.on:%d/%m/%Y}", "n": day.waiting, **by}


def _step_question(step: queries.StepCount) -> str:
    """Return what an approval of one step does."""
    if step.channel == "email":
        asked = ngettext(
            "Aprovar este passo, %(when)s? %(n)d cliente recebe um e-mail.",
            "Aprovar este passo, %(when)s? %(n)d clientes recebem um e-mail.",
            step.waiting,
        )
    else:
        asked = ngettext(
            "Aprovar este passo, %(when)s? %(n)d cliente vira tarefa para uma pessoa.",
            "Aprovar este passo, %(when)s? %(n)d clientes viram tarefa para uma pessoa.",
            step.waiting,
        )
    return asked % {"when": when(step.said.offset_days), "n": step.waiting}


def _card(step: queries.StepCount, names: dict[str, str], whole: bool, address: str) -> dict[str, Any]:
    """Return a step of the plan as its card shows it."""
    state = "waiting" if step.waiting else "approved" if step.debtors else "refused"
    return {
        **_step(step.said),
        "count": step,
        "place": (place := f"{step.version.pk}.{step.step}"),
        "rows": f"{address}&step={place}",
        "whole": whole,
        "state": state,
        "question": _step_question(step),
        "who": ", ".join(names.get(name, name) for name in step.approvers),
    }


@company_view(Permission.VIEW)
@require_safe
def plan(request: CompanyRequest) -> TemplateResponse:
    """Show a day's plan: contacts by step, silences by reason, everyone counted once."""
    on, last = _day(request), queries.last_day(request.scope)
    day = queries.plan_of(request.scope, on=on) if on else None
    context: dict[str, Any] = {"on": on, "last": last, "day": day}
    if day is not None:
        names = names_of(request.scope, day.approvers)
        whole = request.scope.portfolios is None
        may_approve = request.scope.allows(Permission.APPROVE_PLAN)
        address = f"{reverse('ruler:decisions', args=[request.company.pk])}?on={day.on.isoformat()}"
        context |= {
            "steps": [_card(step, names, whole, address) for step in day.steps],
            "silences": [_silence(row, day.explained, address) for row in day.silences],
            "who": ", ".join(names.get(name, name) for name in day.approvers),
            "open_centavos": sum(step.open_centavos or 0 for step in day.steps) if whole else None,
            "is_last": on == last,
            "question": _question(day),
            "may_approve": may_approve,
            "acting": may_approve and on == last,
        }
    return TemplateResponse(request, "ruler/plan.html", context)


def _silence(row: dict[str, Any], explained: int, address: str) -> dict[str, Any]:
    """Return a reason for silence as the list shows it."""
    share = 100 * row["debtors"] // explained
    return {**row, "share": share, "address": f"{address}&reason={row['reason']}"}


def _chosen(request: CompanyRequest) -> tuple[dict[str, Any], str]:
    """Return the filter of the address, and what it shows in words; what is not understood shows everyone."""
    step = _numbers(request.GET.get("step", ""), 2)
    if step is not None and step[1] < 2**15:
        version = RulerVersion.objects.select_related("ruler").filter(pk=step[0]).first()
        if version is not None and step[1] < len(version.document.steps):
            key = version.document.steps[step[1]].key
            return {"step": step}, _("Contatados: %(ruler)s, passo %(key)s") % {"ruler": version.ruler, "key": key}
    reason = _numbers(request.GET.get("reason", ""), 1)
    if reason is not None and reason[0] in REASON_LABELS:
        return {"reason": reason[0]}, _("Silêncio: %(why)s") % {"why": REASON_LABELS[reason[0]]}
    return {}, _("Todos os clientes do plano")


@company_view(Permission.VIEW)
@require_safe
def decisions(request: CompanyRequest) -> HttpResponse:
    """List the debtors of a step or of a reason, a page at a time, with the form that takes one out of the plan."""
    on = _day(request)
    if on is None:  # no day was planned yet: the plan's page says what to do
        return redirect("ruler:plan", request.company.pk)
    chosen, told = _chosen(request)
    after = _numbers(request.GET.get("after", ""), 2)
    found = list(queries.decisions(request.scope, on=on, after=after, **chosen)[: PAGE + 1])  # type: ignore[arg-type]
    rows = found[:PAGE]
    may_approve = request.scope.allows(Permission.APPROVE_PLAN) and on == queries.last_day(request.scope)
    whole = request.scope.portfolios is None
    context = {
        "on": on,
        "told": told,
        "rows": [_row(decision, may_approve, whole) for decision in rows],
        "following": f"{rows[-1].overdue_centavos if whole else 0}.{rows[-1].debtor_id}" if len(found) > PAGE else None,
        "choosing": may_approve and any(_waits(decision) for decision in rows),
    }
    return TemplateResponse(request, "ruler/decisions.html", context)


def _waits(decision: Decision) -> bool:
    return decision.outcome == Outcome.SEND and decision.approved_at is None


def _row(decision: Decision, may_approve: bool, whole: bool) -> dict[str, Any]:
    """Return a decision for the list: what is done, or why nothing is; the debtor's sums only to who sees it whole."""
    told = str(REASON_LABELS[decision.reason])
    if decision.outcome == Outcome.SEND and decision.version is not None:
        told = f"{decision.version.ruler}: {decision.version.document.steps[decision.step].key}"
    return {
        "decision": decision,
        "open_centavos": decision.open_centavos if whole else None,
        "overdue_centavos": decision.overdue_centavos if whole else None,
        "days_late": decision.days_late if whole else None,
        "told": told,
        "sends": decision.outcome == Outcome.SEND,
        "open": may_approve and _waits(decision),
    }


@company_view(Permission.VIEW)
@require_safe
def decision(request: CompanyRequest, decision_id: int) -> TemplateResponse:
    """Explain one decision."""
    return _decision_page(request, decision_id, ExcludeForm())


def _decision_page(request: CompanyRequest, decision_id: int, form: ExcludeForm, status: int = 200) -> TemplateResponse:
    if decision_id > _BIGGEST or (told := explain(request.scope, decision_id)) is None:
        raise Http404
    found = Decision.objects.select_related("debtor", "version").get(pk=decision_id)
    context = {
        "told": told,
        "chain": _chain(request.company.pk, found, told),
        "decision": found,
        "form": form,
        "open": _waits(found)
        and found.on == queries.last_day(request.scope)
        and request.scope.allows(Permission.APPROVE_PLAN),
    }
    return TemplateResponse(request, "ruler/decision.html", context, status=status)


FACT_LABELS = {
    "debt": gettext_lazy("Quanto devia"),
    "score": gettext_lazy("Que risco tinha"),
    "step": gettext_lazy("O que a régua manda"),
    "outcome": gettext_lazy("O que se decidiu"),
    "note": gettext_lazy("Por que uma pessoa o retirou"),
    "titles": gettext_lazy("De que títulos se fala"),
    "rest": gettext_lazy("O que mais há"),
}


def _chain(company_id: int, decision: Decision, told: Explanation) -> list[dict[str, Any]]:
    """Return the facts of a decision in order, each with the page where its row is seen."""
    debtor = reverse("casework:debtor", args=[company_id, decision.debtor_id])
    version = decision.version
    rulers_page = f"{reverse('ruler:rulers', args=[company_id])}#regua-{version.ruler_id}" if version else ""
    held = hold_of(decision.reason) is not None
    title = reverse("casework:title", args=[company_id, decision.title_id]) if decision.title_id else ""
    address = {
        "titles": title,
        "debt": debtor,
        "score": debtor,
        "step": rulers_page,
        "outcome": debtor if held else "",
        "rest": debtor,
    }
    see = {
        "titles": _("ver o mais pesado"), "debt": _("ver os títulos"), "score": _("ver o cliente"), "step": _("ver a régua"),
        "outcome": _("ver a suspensão"), "rest": _("ver os títulos"),
    }  # fmt: skip
    return [
        {"kind": kind, "label": FACT_LABELS[kind], "text": text, "address": address.get(kind, ""), "see": see.get(kind)}
        for kind, text in zip(told.about, told.sentences, strict=True)
    ]


@company_view(Permission.APPROVE_PLAN)
@require_POST
def exclude(request: CompanyRequest, decision_id: int) -> HttpResponse:
    """Take a debtor out of the plan and lead back to the step's list."""
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, decision_id, form, 422)
    if decision_id > _BIGGEST:
        raise Http404
    try:
        taken = services.exclude(request.scope, decision_id=decision_id, note=form.cleaned_data["note"])
    except Decision.DoesNotExist as missing:
        raise Http404 from missing
    except (services.AlreadyApproved, services.NotInPlan) as late:
        said = isinstance(late, services.AlreadyApproved)
        messages.error(
            request,
            _("O contato já foi aprovado: não sai mais do plano.") if said else _("Este cliente não seria contatado."),
        )
        return redirect("ruler:decision", request.company.pk, decision_id)
    messages.success(request, _("%(who)s saiu do plano deste dia.") % {"who": taken.debtor.name})
    address = reverse("ruler:decisions", args=[request.company.pk])
    return redirect(f"{address}?on={taken.on.isoformat()}&step={taken.version_id}.{taken.step}")


@company_view(Permission.VIEW)
@require_safe
def rulers(request: CompanyRequest) -> TemplateResponse:
    """Show the rulers, their steps along time, and which portfolio climbs which."""
    return _rulers_page(request)


def _rulers_page(request: CompanyRequest, form: SpecialForm | None = None) -> TemplateResponse:
    found = queries.rulers(request.scope)
    climbs = {a.portfolio_id: ruler for ruler in found for a in ruler.assignments.all() if a.portfolio_id}
    portfolios = Portfolio.objects.filter(company_id=request.company.pk).order_by("name")
    if request.scope.portfolios is not None:
        portfolios = portfolios.filter(pk__in=request.scope.portfolios)
    may_edit = request.scope.allows(Permission.EDIT_RULER)
    rows = [
        {"portfolio": p, "ruler": climbs.get(p.pk), "form": _assign_form(request, p, climbs.get(p.pk), found)}
        for p in portfolios
    ]
    names = names_of(request.scope, {version.published_by for ruler in found for version in ruler.versions.all()})
    special, in_all = queries.special_assignments(request.scope)
    recent = queries.taken_since(request.scope, since=timezone.localdate() - timedelta(RECENT_DAYS))
    under = queries.debtors_under(request.scope)
    context = {
        "rulers": [_ruler(ruler, names, recent, under.get(ruler.pk, 0), request.company.pk) for ruler in found],
        "portfolios": rows,
        "may_edit": may_edit,
        "special": special,
        "special_in_all": in_all,
        "special_form": form or SpecialForm(request.scope),
    }
    return TemplateResponse(request, "ruler/rulers.html", context, status=422 if form else 200)


def _assign_form(request: CompanyRequest, portfolio: Portfolio, ruler: Ruler | None, found: list[Ruler]) -> AssignForm:
    form = AssignForm(
        request.scope, initial={"portfolio": portfolio.pk, "ruler": ruler}, auto_id=f"regua-{portfolio.pk}-%s"
    )
    field: Any = form.fields["ruler"]
    field.choices = [("", field.empty_label), *((each.pk, each.name) for each in found)]  # not asked anew for each
    return form


def _ruler(
    ruler: Ruler, names: dict[str, str], recent: dict[tuple[int, str], int], under: int, company_id: int
) -> dict[str, Any]:
    """Return a ruler for the page: the newest version's steps in order of time, and what each version changed."""
    versions = list(ruler.versions.all())
    document = versions[0].document if versions else None
    before = [version.document for version in versions[1:]]
    return {
        "ruler": ruler,
        "prefix": f"r{ruler.pk}",
        "under": under,
        "document": document,
        "minimum": document.minimum_centavos if document else 0,
        "steps": [
            {
                **_step(step),
                "recent": recent.get((ruler.pk, step.key), 0),
                "template_address": _text_address(company_id, step),
            }
            for step in _in_order(document)
        ],
        "versions": [
            {
                "version": version,
                "who": names.get(version.published_by, version.published_by),
                "changes": changes(before[n], version.document) if n < len(before) else [],
            }
            for n, version in enumerate(versions)
        ],
    }


def _in_order(document: Document | None) -> list[Step]:
    """Return a document's steps in the order of time."""
    return sorted(document.steps, key=lambda step: step.offset_days) if document else []


def _text_address(company_id: int, step: Step) -> str:
    """Return where the text of a step is read and changed."""
    return reverse("outreach:template", args=[company_id, step.template]) if step.template else ""


@company_view(Permission.EDIT_RULER)
@require_POST
def install(request: CompanyRequest) -> HttpResponse:
    """Publish the rulers that come with the program."""
    services.install_shipped(request.scope)
    messages.success(request, _("As réguas que vêm com o Receba foram publicadas."))
    return redirect("ruler:rulers", request.company.pk)


@company_view(Permission.EDIT_RULER)
@require_POST
def assign(request: CompanyRequest) -> HttpResponse:
    """Give a portfolio its ruler, or none."""
    form = AssignForm(request.scope, request.POST)
    if not form.is_valid():
        messages.error(request, _("Escolha uma carteira e uma régua que existam."))
        return redirect("ruler:rulers", request.company.pk)
    portfolio, ruler = form.cleaned_data["portfolio"], form.cleaned_data["ruler"]
    if ruler is None:
        services.unassign_portfolio(request.scope, portfolio_id=portfolio.pk)
        messages.success(request, _("A carteira %(p)s ficou sem régua.") % {"p": portfolio.name})
    else:
        services.assign(request.scope, code=ruler.code, portfolio_id=portfolio.pk)
        messages.success(request, _("A carteira %(p)s segue a régua %(r)s.") % {"p": portfolio.name, "r": ruler.name})
    return redirect("ruler:rulers", request.company.pk)


@company_view(Permission.EDIT_RULER)
@require_POST
def assign_special(request: CompanyRequest) -> HttpResponse:
    """Give one customer or one title a ruler of its own."""
    form = SpecialForm(request.scope, request.POST)
    if not form.is_valid():
        return _rulers_page(request, form)
    services.assign(request.scope, code=form.cleaned_data["ruler"].code, **form.cleaned_data["target"])
    told = _("%(what)s segue a régua %(r)s.") % {
        "what": form.cleaned_data["code"],
        "r": form.cleaned_data["ruler"].name,
    }
    messages.success(request, told)
    return redirect("ruler:rulers", request.company.pk)


@company_view(Permission.EDIT_RULER)
@require_POST
def unassign(request: CompanyRequest, assignment_id: int) -> HttpResponse:
    """Take the ruler of one customer or title away."""
    try:
        if assignment_id > _BIGGEST:
            raise Assignment.DoesNotExist
        services.unassign(request.scope, assignment_id=assignment_id)
    except Assignment.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("A régua própria foi retirada: volta a valer a da carteira."))
    return redirect("ruler:rulers", request.company.pk)


@company_view(Permission.EDIT_RULER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Write a ruler that is not there yet, beginning with a short example."""
    form = EditForm(request.POST if request.method == "POST" else None, initial={"body": _example(), "based_on": 0})
    if request.method != "POST":
        return _edit_page(request, None, form)
    document, answer = _judged(request, None, form)
    if document is None or answer is not None:
        return answer or _edit_page(request, None, form, status=422)
    code = slugify(document.name)[:60]
    if not code:
        form.add_error(None, _("O nome da régua precisa ter letras ou números."))
        return _edit_page(request, None, form, status=422)
    try:
        services.publish(request.scope, code=code, document=document, new=True)
    except services.CodeTaken:
        form.add_error(None, _("Já existe uma régua com este nome: edite a que existe ou dê outro nome."))
        return _edit_page(request, None, form, status=409)
    told = _("Régua %(r)s publicada. Diga agora que carteira a segue.") % {"r": document.name}
    messages.success(request, told)
    return redirect("ruler:rulers", request.company.pk)


def _example() -> str:
    """Return the text that a new ruler begins with: a reminder, a notice of delay, a call."""
    steps = (
        Step("lembrete-3", -3, "email", "lembrete"),
        Step("atraso-2", 2, "email", "atraso_leve"),
        Step("ligar-10", 10, "task", owner=_("cobrança")),
    )
    return Document(_("Nova régua"), steps).to_text()


@company_view(Permission.EDIT_RULER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: CompanyRequest, ruler_id: int) -> HttpResponse:
    """Show the newest version's text; check what was written, and publish it when asked and sound."""
    ruler = Ruler.objects.prefetch_related("versions").filter(pk=ruler_id).first() if ruler_id <= _BIGGEST else None
    if ruler is None:
        raise Http404
    newest = ruler.versions.all()[0]
    if request.method != "POST":
        form = EditForm(initial={"body": newest.document.to_text(), "based_on": newest.number})
        return _edit_page(request, ruler, form)
    form = EditForm(request.POST)
    document, answer = _judged(request, ruler, form)
    if document is None or answer is not None:
        return answer or _edit_page(request, ruler, form, status=422)
    if form.cleaned_data["based_on"] != newest.number:
        form.add_error(None, _("A régua já está na versão %(n)d: confira antes o que mudou.") % {"n": newest.number})
        return _edit_page(request, ruler, form, status=409)
    version = services.publish(request.scope, code=ruler.code, document=document)
    same = version.number == newest.number
    told = _("O texto é o da versão %(n)d: nada a publicar.") if same else _("Versão %(n)d publicada.")
    messages.success(request, told % {"n": version.number})
    return redirect("ruler:rulers", request.company.pk)


def _judged(
    request: CompanyRequest, ruler: Ruler | None, form: EditForm
) -> tuple[Document | None, TemplateResponse | None]:
    """Return the document written, and the page to show instead of publishing it, if there is one."""
    if not form.is_valid():
        return None, _edit_page(request, ruler, form, status=422)
    document, found = _checked(form.cleaned_data["body"])
    if document is None or found:
        return None, _edit_page(request, ruler, form, found=found, status=422)
    return document, None if "publish" in request.POST else _edit_page(request, ruler, form, sound=document)


def _checked(text: str) -> tuple[Document | None, list[Fault]]:
    """Return the document of a text and everything that is wrong with it."""
    try:
        document = Document.from_text(text)
    except Misread as wrong:
        return None, [Fault("misread", "", wrong.args[0])]
    return document, faults(document)


def _edit_page(
    request: CompanyRequest,
    ruler: Ruler | None,
    form: EditForm,
    *,
    found: list[Fault] | None = None,
    sound: Document | None = None,
    status: int = 200,
) -> TemplateResponse:
    shown = sound or (_readable(form) if found else None)
    by_step: dict[str, list[Fault]] = {}
    for fault in found or []:
        by_step.setdefault(fault.step, []).append(fault)
    newest = ruler.versions.all()[0].document if ruler else None
    context = {
        "ruler": ruler,
        "form": form,
        "faults": found or [],
        "sound": sound,
        "shown": shown,
        "steps": [{**_step(step), "faults": by_step.get(step.key, [])} for step in _in_order(shown)],
        "changed": changes(newest, sound) if newest and sound else [],
        "under": queries.debtors_under(request.scope).get(ruler.pk, 0) if ruler else 0,
    }
    return TemplateResponse(request, "ruler/edit.html", context, status=status)


def _readable(form: EditForm) -> Document | None:
    """Return what was written where it can be drawn although it has faults."""
    try:
        document = Document.from_text(form.cleaned_data["body"])
    except Misread:
        return None
    return document if len(document.steps) <= MOST_STEPS else None
