"""The working days of a company: what each step did, how long it took, and the button that runs one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from receba.access.core.roles import Permission
from receba.access.fields import DayField
from receba.access.web import CompanyRequest, company_view
from receba.daily import queries, services, tasks
from receba.daily.labels import LABELS, count, counted, what_came
from receba.daily.models import DailyRun, DailyStep, State
from receba.ledger import queries as ledger
from receba.outreach.services import AlreadyLeft
from receba.reporting import queries as reporting
from receba.reporting.labels import LABELS as KPI_LABELS
from receba.reporting.labels import shown
from receba.ruler import queries as ruler
from receba.ruler import services as ruler_services
from receba.ruler.services import PlanMoved

SHOWN = 30
BADGES = {State.DONE: "good", State.FAILED: "bad", State.RUNNING: "warn", State.WAITING: ""}


class RunForm(forms.Form):
    """Which day to run."""

    on = DayField(label=gettext_lazy("Dia"))
    force = forms.BooleanField(label=gettext_lazy("refazer mesmo sem novidades"), required=False)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("Este dia ainda não chegou."))
        return on


def _step(step: DailyStep, in_full: bool) -> dict[str, Any]:
    return {
        "label": LABELS.get(step.name, step.name),
        "state": step.get_state_display(),
        "badge": BADGES[State(step.state)],
        "milliseconds": step.milliseconds,
        "counts": [(counted(name), count(name, value)) for name, value in step.counts.items()],
        "error": step.error if in_full else "",
    }


def _run(run: DailyRun, in_full: bool) -> dict[str, Any]:
    steps = list(run.steps.all())
    return {
        "run": run,
        "badge": BADGES[State(run.state)],
        "steps": [_step(step, in_full) for step in steps],
        "done": sum(step.state in (State.DONE, State.FAILED) for step in steps),
        "milliseconds": sum(step.milliseconds or 0 for step in steps),
        "under_way": run.state == State.RUNNING,
    }


def _state(request: CompanyRequest) -> dict[str, Any]:
    """Return the last runs and what waits in the queue; an error's text is for who may run the day again."""
    may_run = request.scope.allows(Permission.RUN_DAY)
    shown = [_run(run, may_run) for run in queries.runs(request.scope, SHOWN)]
    jobs = ProcrastinateJob.objects.filter(
        task_name=tasks.run_company_day.name, args__company_id=request.company.pk, status__in=("todo", "doing")
    ).order_by("id")
    waiting = [{"on": date.fromisoformat(job.args["on"]), "doing": job.status == "doing"} for job in jobs]
    return {"runs": shown, "jobs": waiting, "busy": bool(waiting), "may_run": may_run}


@company_view(Permission.VIEW)
@require_safe
def runs(request: CompanyRequest) -> TemplateResponse:
    """Show the last days with their steps."""
    form = RunForm(initial={"on": timezone.localdate()})
    return TemplateResponse(request, "daily/runs.html", {"form": form, **_state(request)})


@company_view(Permission.VIEW)
@require_safe
def progress(request: CompanyRequest) -> TemplateResponse:
    """Show the runs alone; the page asks for this again and again while something is under way."""
    return TemplateResponse(request, "daily/_progress.html", _state(request))


@company_view(Permission.RUN_DAY)
@require_POST
def run(request: CompanyRequest) -> HttpResponse:
    """Put a day in the queue."""
    form = RunForm(request.POST)
    if not form.is_valid():
        return TemplateResponse(request, "daily/runs.html", {"form": form, **_state(request)}, status=422)
    on = form.cleaned_data["on"]
    if tasks.enqueue_day(request.scope, on=on, force=form.cleaned_data["force"]):
        messages.success(request, _("O dia %(on)s entrou na fila.") % {"on": f"{on:%d/%m/%Y}"})
    else:
        messages.info(request, _("O dia %(on)s já está na fila.") % {"on": f"{on:%d/%m/%Y}"})
    return redirect("daily:runs", request.company.pk)


LATE_FACTS_SHOWN = 100


class DayForm(forms.Form):
    """Which day to look at."""

    em = DayField()


@company_view(Permission.VIEW)
@require_safe
def restated(request: CompanyRequest) -> TemplateResponse:
    """Show a past day as it was published beside what it would be with all that is known now, and what came late."""
    form = DayForm(request.GET)
    on = form.cleaned_data["em"] if form.is_valid() else queries.last_day(request.scope)
    run = queries.run_of(request.scope, on) if on else None
    if run is None or on is None:
        return TemplateResponse(request, "daily/restated.html", {"run": None})
    then = reporting.panel(request.scope, on)
    now = reporting.panel(request.scope, on, timezone.localdate(), fresh=True)
    moved = [
        {"name": name, "then": shown(kpi, then.value(kpi)), "now": shown(kpi, now.value(kpi))}
        for kpi, (name, _formula) in KPI_LABELS.items()
        if then.value(kpi) != now.value(kpi)
    ]
    facts, many = ledger.late_facts(request.scope, on=on, since=run.read_at or run.started_at, limit=LATE_FACTS_SHOWN)
    told = [{"fact": fact, "what": what_came(fact)} for fact in facts]
    context = {
        "run": run,
        "moved": moved,
        "stored": then.stored,
        "facts": told,
        "many": many,
        "rest": many - len(facts),
    }
    return TemplateResponse(request, "daily/restated.html", context)


class PlaceField(forms.RegexField):
    """A step of a plan as an address says it: `version.place`; an empty one is None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9]{1,18}\.[0-9]{1,4}$", empty_value=None, **options)

    def clean(self, value: Any) -> Any:
        told = super().clean(value)
        if told is None:
            return None
        version, place = told.split(".")
        return int(version), int(place)


class ApprovalForm(forms.Form):
    """Which day's contacts: those marked, when `only` says so; those of a step; otherwise all. `expected` were seen."""

    on = DayField()
    expected = forms.IntegerField(required=False)
    only = forms.BooleanField(required=False)
    step = PlaceField(required=False)


class RefusalForm(ApprovalForm):
    """Which step is refused, and why."""

    step = PlaceField()
    note = forms.CharField(max_length=300)


def _refusal(request: CompanyRequest, form: ApprovalForm, marked: list[int]) -> str:
    """Return why what was asked is not done; nothing when it is."""
    if form.cleaned_data["on"] != ruler.last_day(request.scope):
        return _("Só o último plano pode ser aprovado.")
    if form.cleaned_data["only"]:
        return "" if marked else _("Marque ao menos um cliente.")
    return ""


def _back(request: CompanyRequest, on: date | None = None, step: tuple[int, int] | None = None) -> HttpResponse:
    """Lead back to the plan, and to the step that was decided about."""
    address = reverse("ruler:plan", args=[request.company.pk])
    place = f"#passo-{step[0]}.{step[1]}" if step else ""
    return redirect(f"{address}?on={on.isoformat()}{place}" if on else address)


def _moved(waiting: int) -> str:
    return _("O plano mudou enquanto você olhava: agora são %(n)d à espera. Confira e aprove de novo.") % {"n": waiting}


@company_view(Permission.APPROVE_PLAN)
@require_POST
def approve_plan(request: CompanyRequest) -> HttpResponse:
    """Approve the last plan's contacts, or a step's, as the person saw them, and write their messages."""
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Diga o dia do plano."))
        return _back(request)
    asked = form.cleaned_data
    marked = [int(pk) for pk in request.POST.getlist("decision") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    if refusal := _refusal(request, form, marked):
        messages.error(request, refusal)
        return _back(request, asked["on"])
    # A person who sees everything at once approves what they saw; marked rows are seen one by one.
    chosen = {"decision_ids": marked} if asked["only"] else {"step": asked["step"], "expected": asked["expected"] or 0}
    try:
        approved = services.approve_plan(request.scope, on=asked["on"], **chosen)["approved"]
        told = ngettext("%(n)d contato aprovado.", "%(n)d contatos aprovados.", approved)
        messages.success(request, told % {"n": approved})
    except PlanMoved as moved:
        messages.error(request, _moved(moved.waiting))
    return _back(request, asked["on"], asked["step"])


@company_view(Permission.APPROVE_PLAN)
@require_POST
def refuse_step(request: CompanyRequest) -> HttpResponse:
    """Take everybody who waits for a step out of the last plan, with a reason."""
    form = RefusalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Diga o motivo da recusa."))
        return _back(request, form.cleaned_data.get("on"))
    asked = form.cleaned_data
    if refusal := _refusal(request, form, []):
        messages.error(request, refusal)
        return _back(request, asked["on"])
    try:
        refused = ruler_services.refuse_step(
            request.scope, on=asked["on"], step=asked["step"], note=asked["note"], expected=asked["expected"] or 0
        )
        told = ngettext(
            "%(n)d contato recusado: o motivo fica no plano.",
            "%(n)d contatos recusados: o motivo fica no plano.",
            refused,
        )
        messages.success(request, told % {"n": refused})
    except PlanMoved as moved:
        messages.error(request, _moved(moved.waiting))
    return _back(request, asked["on"], asked["step"])


@company_view(Permission.APPROVE_PLAN)
@require_POST
def undo_plan(request: CompanyRequest) -> HttpResponse:
    """Take back the approval of a step, or of the whole last plan, while nothing of it left; or a step's refusal."""
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Diga o dia do plano."))
        return _back(request)
    on, step, note = form.cleaned_data["on"], form.cleaned_data["step"], request.POST.get("note", "")
    if refusal := _refusal(request, form, []):
        messages.error(request, refusal)
        return _back(request, on)
    try:
        if note and step:
            waiting = ruler_services.readmit_step(request.scope, on=on, step=step, note=note)
        else:
            waiting = services.undo_approval(request.scope, on=on, step=step)
        told = ngettext(
            "Desfeito: %(n)d contato volta a esperar.", "Desfeito: %(n)d contatos voltam a esperar.", waiting
        )
        messages.success(request, told % {"n": waiting})
    except AlreadyLeft as left:
        told = ngettext(
            "Não dá mais para desfazer: %(n)d mensagem já saiu ou está saindo.",
            "Não dá mais para desfazer: %(n)d mensagens já saíram ou estão saindo.",
            left.args[0],
        )
        messages.error(request, told % {"n": left.args[0]})
    return _back(request, on, step)
