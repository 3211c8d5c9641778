"""Imports in the background: one at a time for each company."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from receba.access.scope import Scope
from receba.intake import queries, services
from receba.intake.core.errors import IntakeError
from receba.intake.models import ImportFile
from receba.intake.writing import IMPORTER


@app.task(
    queue="default",
    name="intake.import_file",
    retry=RetryStrategy(max_attempts=30, wait=10, retry_exceptions={services.ImportIsRunning}),
)
def import_file(company_id: int, file_id: int, confirmed_by: str) -> None:
    """Import a confirmed file; what is wrong with it is on the file's page. One stopped while it waited is left alone."""
    scope = Scope(company_id, IMPORTER, reason=f"arquivo {file_id}, confirmado por {confirmed_by}")
    if queries.file(scope, file_id).state in (ImportFile.State.STOPPED, ImportFile.State.DONE):
        return
    try:
        services.import_file(scope, file_id)
    except IntakeError:
        return  # told to the user by the file's state; trying again would say the same
