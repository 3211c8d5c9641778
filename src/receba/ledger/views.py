"""The terms of late and early payment: every version ever written, and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import localize
from django.utils.translation import gettext as _

from receba.access.core.roles import Permission
from receba.access.web import CompanyRequest, company_view
from receba.ledger import services
from receba.ledger.core.ceilings import Ceiling
from receba.ledger.forms import TermsForm
from receba.ledger.models import Terms


@company_view(Permission.SETTINGS)
def terms(request: CompanyRequest) -> HttpResponse:
    """List the versions, newest first; a POST adds one. Versions are never edited."""
    versions = Terms.objects.select_related("index").order_by("code", "-since")
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        if versions.filter(code=facts["code"], since=facts["since"]).exists():
            form.add_error("since", _("Este código já tem uma versão desta data, e versões não se editam."))
        else:
            try:
                services.add_terms(request.scope, **facts)
            except services.AboveCeiling as refusal:
                _tell(form, refusal.ceilings)
            else:
                messages.success(request, _("A nova versão foi registrada."))
                return redirect("ledger:terms", request.company.pk)
    return TemplateResponse(request, "ledger/terms.html", {"form": form, "versions": versions})


def _tell(form: TermsForm, ceilings: Sequence[Ceiling]) -> None:
    """Write beside each charge the lowest ceiling that it is above, and ask for the statement that would lift it."""
    told: set[str] = set()
    for ceiling in ceilings:
        if ceiling.charge not in told:
            told.add(ceiling.charge)
            limit = {"most": localize(Decimal(ceiling.most_bps) / 100), "source": ceiling.source}
            form.add_error(ceiling.charge, _("O teto é de %(most)s%% (%(source)s).") % limit)
    if {ceiling.rule for ceiling in ceilings} == {"declare"}:
        form.add_error("declared", _("Acima do teto usual, é preciso declarar."))
