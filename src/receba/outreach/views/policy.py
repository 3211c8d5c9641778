"""The rules of contact: what stands, what was published, what the company changed and why, and a new change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from receba.access import queries as access
from receba.access import trail
from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.outreach import queries, services
from receba.outreach.core.policy import choices_of
from receba.outreach.forms import PolicyForm
from receba.outreach.labels import POLICY_LABELS, policy_value
from receba.outreach.policy_words import rules_in_words, state_holidays, weeks


@company_view(Permission.SETTINGS)
def policy(request: CompanyRequest) -> HttpResponse:
    """Show the contact policy; a POST replaces the company's changes from a day on."""
    today = timezone.localdate()
    reading = queries.contact_policy(request.scope, today)
    form = PolicyForm(request.POST or None, reading=reading, today=today)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        services.change_policy(request.scope, since=told["since"], changes=form.changes(), reason=told["reason"])
        messages.success(request, _("As regras de contato foram registradas."))
        return redirect("outreach:policy", request.company.pk)
    names = access.names_of(request.scope, (change.recorded_by for change in reading.changes))
    context = {
        "form": form,
        "rules": list(_rules(reading)),
        "words": list(rules_in_words(reading.current)),
        "weeks": weeks(reading.current),
        "holidays": state_holidays(reading.current, today.year),
        "today": today,
        "changes": [
            {
                "change": change,
                "who": trail.actor_name(change.recorded_by, names),
                "words": [(POLICY_LABELS[name], policy_value(value)) for name, value in sorted(change.changes.items())],
            }
            for change in reading.changes
        ],
    }
    return TemplateResponse(request, "outreach/policy.html", context)


def _rules(reading: queries.PolicyReading) -> Iterator[dict[str, Any]]:
    """Give each rule that may change: its value, the published one, and whose rule it is."""
    current, standard = choices_of(reading.current), choices_of(reading.standard)
    whose = {
        "email_outside_hours": reading.standard.outside_rule.source,
        "prescription": reading.standard.prescription.source,
        "max_age_days": reading.standard.sending.source,
    }
    for name, label in POLICY_LABELS.items():
        yield {
            "label": label,
            "value": policy_value(current[name]),
            "standard": policy_value(standard[name]),
            "changed": current[name] != standard[name],
            "source": whose.get(name, reading.standard.caps.rule.source),
        }
