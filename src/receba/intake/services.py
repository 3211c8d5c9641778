"""The verbs of importing: receive a file, map it, import it, mend what was refused.

Importing is idempotent: rows are known by their keys, so the same file again, or the rest of an import that was cut
short or stopped, adds only what is missing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime

import polars as pl
import structlog
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from receba.access.scope import Scope
from receba.intake import queries, storing, writing
from receba.intake.base import base_for
from receba.intake.core import mending
from receba.intake.core.comparing import compare
from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import SPECS
from receba.intake.core.guessing import guess, guess_table
from receba.intake.core.mapping import Mapping
from receba.intake.core.raw import RawTable, head_of
from receba.intake.following import Follower, Stopped
from receba.intake.models import (
    ImportContent,
    ImportFile,
    RejectedRow,
    SavedMapping,
)
from receba.intake.readers import read_bytes
from receba.kernel.words import kept, said

log = structlog.get_logger()

AT_ONCE = 500
"""Mended rows that are imported while the person waits; more go through the queue of imports, with its progress."""


class ImportIsRunning(Exception):
    """Another import of this company is running; imports wait for each other."""


class NotMendable(Exception):
    """The row does not exist, or is no longer open."""


def upload(
    scope: Scope, *, name: str, content: bytes, table: str | None = None, portfolio_id: int | None = None
) -> ImportFile:
    """Keep a file with a proposed mapping: the company's own where it fits the header, else a guess.

    Without `table` the kind of file is guessed too. Raises IntakeError when the content is no table.
    """
    queries.require_import(scope)
    raw = read_bytes(content)
    head = raw.frame.head(500)
    kind = table or guess_table(raw.header, head)
    with scope.active(), transaction.atomic():
        saved = SavedMapping.objects.filter(table=kind).first()
        proposed = _fitting(saved, raw, kind) or guess(raw.header, head, SPECS[kind]).mapping
        file = ImportFile.objects.create(
            company_id=scope.company_id,
            name=name[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            table=kind,
            header=list(raw.header),
            mapping=proposed.to_json(),
            portfolio_id=portfolio_id,
            document_required=bool(saved and saved.document_required),
            uploaded_at=timezone.now(),
            uploaded_by=str(scope.actor),
        )
        ImportContent.objects.create(
            company_id=scope.company_id, file=file, data=gzip.compress(content, 6), head=_packed_head(raw)
        )
    return file


def _packed_head(raw: RawTable) -> bytes:
    return gzip.compress(json.dumps(head_of(raw), ensure_ascii=False).encode(), 6)


def _fitting(saved: SavedMapping | None, raw: RawTable, table: str) -> Mapping | None:
    """Return the saved mapping if all of its columns are in this header."""
    if saved is None:
        return None
    try:
        return Mapping.from_json(saved.mapping).bound_to(raw.header, SPECS[table])
    except IntakeError:
        return None


def map_columns(
    scope: Scope,
    file_id: int,
    mapping: Mapping,
    *,
    table: str | None = None,
    document_required: bool | None = None,
    save: bool = True,
) -> ImportFile:
    """Set how a file is read and, if `save`, keep it for the company's next files of this kind.

    Raises IntakeError when the mapping does not fit the file.
    """
    queries.require_import(scope)
    with scope.active(), transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        file.table = table or file.table
        if not file.header or mapping.delimiter != Mapping.from_json(file.mapping).delimiter:
            raw = read_bytes(gzip.decompress(bytes(file.content.data)), mapping.delimiter)
            file.header = list(raw.header)
            ImportContent.objects.filter(file=file).update(head=_packed_head(raw))
        file.mapping = mapping.bound_to(tuple(file.header), SPECS[file.table]).to_json()
        if document_required is not None:
            file.document_required = document_required
        file.save(update_fields=["table", "header", "mapping", "document_required"])
        if save:
            SavedMapping.objects.update_or_create(
                company_id=scope.company_id,
                table=file.table,
                defaults={
                    "mapping": file.mapping,
                    "document_required": file.document_required,
                    "name": file.name,
                    "saved_at": timezone.now(),
                    "saved_by": str(scope.actor),
                },
            )
    return file


def change_table(scope: Scope, file_id: int, table: str) -> ImportFile:
    """Take a file for another kind of table: the company's mapping of that kind where it fits, else a guess."""
    queries.require_import(scope)
    raw = queries.head(scope, file_id)
    with scope.active(), transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        saved = SavedMapping.objects.filter(table=table).first()
        proposed = _fitting(saved, raw, table) or guess(raw.header, raw.frame, SPECS[table]).mapping
        file.table, file.mapping = table, proposed.to_json()
        file.save(update_fields=["table", "mapping"])
    return file


def confirm(scope: Scope, file_id: int) -> ImportFile:
    """Put a file in the queue of imports; a worker does the rest (see tasks). A queued or running one stays so."""
    from receba.intake import tasks

    queries.require_import(scope)
    with scope.active(), transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        if file.state not in ImportFile.MOVING:
            file.state, file.error, file.failure, file.stopped = ImportFile.State.QUEUED, "", None, {}
            file.save(update_fields=["state", "error", "failure", "stopped"])
            job = tasks.import_file.configure(lock=f"intake:{scope.company_id}")
            job.defer(company_id=scope.company_id, file_id=file_id, confirmed_by=str(scope.actor))
    return file


def stop(scope: Scope, file_id: int) -> ImportFile:
    """Ask an import to stop: a queued one stops here, a running one before its next batch. One that is over stays so.

    What was written until then stays; importing the file again writes the rest.
    """
    queries.require_import(scope)
    with scope.active(), transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        waits = file.state == ImportFile.State.QUEUED
        if waits or file.state == ImportFile.State.RUNNING:
            file.state = ImportFile.State.STOPPED if waits else ImportFile.State.STOPPING
            file.stopped = {"by": str(scope.actor), "at": timezone.now().isoformat()}
            file.stopped |= {"written": {}} if waits else {}
            file.save(update_fields=["state", "stopped"])
    return file


def import_file(
    scope: Scope,
    file_id: int,
    *,
    on: date | None = None,
    recorded_at: datetime | None = None,
    progress: writing.Progress = lambda step, done, total: None,
) -> ImportFile:
    """Import a file: accepted rows into the register and the ledger, refused rows aside, waiting ones in line.

    Every chunk is whole or nothing; repeating adds only what is missing. If somebody asks it to `stop`, it comes back
    stopped, with what was written. `recorded_at` says when the facts became
    known (default: now), `on` the day of the import (default: today): nothing was paid after it, disputes begin on it.
    Raises ImportIsRunning, and IntakeError for a file that cannot be read, which is then marked as failed.
    """
    queries.require_import(scope)
    with _alone(scope):
        _begin(scope, file_id)
        written = writing.Written()
        try:
            return _import(scope, file_id, None, on, recorded_at, progress, written)
        except Stopped:
            return _stopped(scope, file_id, written)
        except Exception as failure:
            told = (
                failure.message
                if isinstance(failure, IntakeError)
                else said("Erro inesperado; o registro técnico tem os detalhes.")
            )
            _fail(scope, file_id, told)
            log.warning("import failed", company=scope.company_id, file=file_id, error=type(failure).__name__)
            raise


def mend(scope: Scope, file_id: int, rows: MappingABC[int, MappingABC[str, str | None]]) -> ImportFile:
    """Replace values of open refused rows (line → header → text) and import them; what is still wrong stays open.

    Raises NotMendable for lines that are not open refused rows of this file.
    """
    queries.require_import(scope)
    with _alone(scope):
        with scope.active(), transaction.atomic():
            found = RejectedRow.objects.select_for_update().filter(
                file_id=file_id, line__in=list(rows), state=RejectedRow.State.OPEN
            )
            open_rows = {row.line: row for row in found}
            if missing := sorted(set(rows) - set(open_rows)):
                raise NotMendable(f"{missing}")
            for line, row in open_rows.items():
                row.mended = {**(row.mended or {}), **rows[line]}
                row.changed_at, row.changed_by = timezone.now(), str(scope.actor)
            RejectedRow.objects.bulk_update(open_rows.values(), ["mended", "changed_at", "changed_by"])
        return _import(scope, file_id, set(rows), None, None, lambda step, done, total: None, writing.Written())


@dataclass(frozen=True, slots=True)
class Mended:
    """What one correction of many rows did: how many it fitted, how many of them came in, or that they wait in line."""

    fitted: int
    came: int
    queued: bool


def mend_alike(scope: Scope, file_id: int, *, problem: str, column: str, correction: mending.Correction) -> Mended:
    """Correct a column of all open rows that have the same problem (`field:reason`), and import them.

    Rows that the correction does not fit stay as they are. More than AT_ONCE go through the queue of imports.
    """
    queries.require_import(scope)
    with _alone(scope):
        with scope.active(), transaction.atomic():
            cells = queries.cells(scope, file_id, problem, column)
            texts = {line: new for line, old in cells.items() if (new := correction(old)) not in (None, old)}
            storing.write_over(scope, file_id, column, texts)
        if not texts:
            return Mended(0, 0, queued=False)
        if len(texts) <= AT_ONCE:
            _import(scope, file_id, set(texts), None, None, lambda step, done, total: None, writing.Written())
            with scope.active():
                still = RejectedRow.objects.filter(
                    file_id=file_id, state=RejectedRow.State.OPEN, line__in=list(texts)
                ).count()
            return Mended(len(texts), len(texts) - still, queued=False)
    confirm(scope, file_id)
    return Mended(len(texts), 0, queued=True)


def mend_with_csv(scope: Scope, file_id: int, content: bytes) -> ImportFile:
    """Import the CSV of refused rows (queries.rejected_csv) after somebody mended it; rows no longer open are skipped.

    Raises IntakeError when it is not that CSV.
    """
    header = queries.raw_table(scope, file_id).header
    mends = mending.from_csv(read_bytes(content), header)
    with scope.active():
        still_open = set(
            RejectedRow.objects.filter(file_id=file_id, state=RejectedRow.State.OPEN).values_list("line", flat=True)
        )
    return mend(scope, file_id, {line: row for line, row in mends.items() if line in still_open})


def ignore(scope: Scope, row_ids: list[int], *, note: str) -> int:
    """Set refused rows aside for good, with a reason; return how many were open."""
    queries.require_import(scope)
    with scope.active(), transaction.atomic():
        rows = RejectedRow.objects.filter(pk__in=row_ids, state=RejectedRow.State.OPEN)
        files = list(rows.order_by().values_list("file_id", flat=True).distinct())
        return _set_aside(scope, rows, files, note)


def ignore_open(scope: Scope, file_id: int, *, note: str, problem: str = "") -> int:
    """Set the open refused rows of a file aside for good, all or those of one problem; return how many."""
    queries.require_import(scope)
    with scope.active(), transaction.atomic():
        return _set_aside(scope, queries.rows_of(scope, file_id, problem=problem), [file_id], note)


def _set_aside(scope: Scope, rows: QuerySet[RejectedRow], files: list[int], note: str) -> int:
    count = rows.update(
        state=RejectedRow.State.IGNORED, note=note[:300], changed_at=timezone.now(), changed_by=str(scope.actor)
    )
    for file_id in files:
        storing.count_refused(scope, file_id)
    return count


@contextmanager
def _alone(scope: Scope) -> Iterator[None]:
    """Hold the company's imports for this process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(715519, %s)", [scope.company_id])
        if not cursor.fetchone()[0]:
            raise ImportIsRunning
        try:
            yield
        finally:
            if not (connection.in_atomic_block and connection.needs_rollback):
                cursor.execute("SELECT pg_advisory_unlock(715519, %s)", [scope.company_id])


def _begin(scope: Scope, file_id: int) -> None:
    """Mark an import as running; one whose worker vanished while it was asked to stop stops before its first batch."""
    with scope.active(), transaction.atomic():
        ImportFile.objects.filter(pk=file_id).exclude(state=ImportFile.State.STOPPING).update(
            state=ImportFile.State.RUNNING, error="", failure=None, stopped={}
        )


def _stopped(scope: Scope, file_id: int, written: writing.Written) -> ImportFile:
    with scope.active(), transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        file.state = ImportFile.State.STOPPED
        file.stopped = {**file.stopped, "written": {name: n for name, n in asdict(written).items() if n}}
        file.save(update_fields=["state", "stopped"])
    return file


def _fail(scope: Scope, file_id: int, told: str) -> None:
    with scope.active(), transaction.atomic():
        ImportFile.objects.filter(pk=file_id).update(state=ImportFile.State.FAILED, error=str(told), failure=kept(told))


def _import(
    scope: Scope,
    file_id: int,
    only: set[int] | None,
    on: date | None,
    recorded_at: datetime | None,
    progress: writing.Progress,
    written: writing.Written,
) -> ImportFile:
    """Import all rows of a file, or `only` some of its lines; the whole file is read again, so that keys stay."""
    report = Follower(scope, file_id, progress)
    day = on or timezone.localdate()
    file = queries.file(scope, file_id)
    report(said("leitura"), 0, 0)
    raw = queries.raw_table(scope, file_id)
    whole = queries.reading_of(scope, file_id, raw, on=day)
    report(said("comparação"), 0, 0)
    wanted = whole if only is None else whole.only(only)
    base = base_for(scope, wanted.accepted)
    if wanted.spec.name in ("titles", "ledger") and base.terms.is_empty():
        raise IntakeError("no_terms", said("Cadastre as condições de atraso da empresa antes de importar títulos."))
    comparison = compare(wanted.spec, wanted.accepted, base)
    context = writing.Context(scope, file_id, file.name, file.portfolio_id, recorded_at or timezone.now(), day)
    writing.write(context, comparison, report, written)
    refused = pl.concat([wanted.rejected, comparison.refused])
    if refused.height:
        report(said("recusadas"), 0, 0)
    with scope.active(), transaction.atomic():
        storing.store_waiting(context, comparison)
        storing.store_refused(context, raw, refused, only)
        written.waiting_applied = storing.apply_waiting(context)
        return storing.finish(context, raw, whole, comparison, written, first=only is None)
