"""What the worker does without being asked: send what is ready, take up what was left behind."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from receba.access.models import Company
from receba.access.scope import Actor, Scope
from receba.outreach import services


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="outreach-send-all", pass_context=False)
def send_all(timestamp: int) -> None:
    """Ask for a round of sending in each company; a company whose round still runs gets none."""
    for company_id in Company.objects.values_list("pk", flat=True):
        ask_for_round(company_id)


def ask_for_round(company_id: int) -> bool:
    """Ask the worker for a round of sending; False when one is asked for already."""
    name = f"outreach-send-{company_id}"
    try:
        with transaction.atomic():
            send_company.configure(lock=name, queueing_lock=name).defer(company_id=company_id)
    except AlreadyEnqueued:
        return False
    return True


@app.task(queue="default")
def send_company(company_id: int, limit: int = 1000) -> dict[str, int]:
    """Take up what silent workers left, then send what is ready."""
    scope = Scope(company_id, Actor("job", "outreach"), reason="send what is ready")
    services.rescue(scope, at=timezone.now())
    return services.send_ready(scope, at=timezone.now(), limit=limit).counts
