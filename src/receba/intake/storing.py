"""What an import leaves behind in this room: refused rows, waiting settlements, counts and totals of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl
from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from receba.access.scope import Scope
from receba.engine.postgres import write_rows
from receba.intake import queries, writing
from receba.intake.base import base_for
from receba.intake.core.comparing import Comparison, compare
from receba.intake.core.fields import SETTLEMENTS
from receba.intake.core.raw import LINE, RawTable
from receba.intake.core.reading import Reading, accepted_schema
from receba.intake.models import ImportFile, RejectedRow, WaitingSettlement

_TOLD = ("settlement", "title", "paid", "paid_amount", "fine", "interest", "discount", "kind")
_TEXTS = ("method", "reverses")


def store_waiting(context: writing.Context, comparison: Comparison) -> None:
    """Keep the settlements whose title is not there yet; one that waits already stays as it came first."""
    rows = comparison.settlements.filter(pl.col("outcome") == "waiting")
    fixed = (WaitingSettlement.State.WAITING.value, context.recorded_at, context.recorded_at)
    with connection.cursor() as cursor:
        write_rows(
            cursor,
            "intake_waitingsettlement",
            ("company_id", "file_id", "line", *_TOLD, *_TEXTS, "state", "recorded_at", "changed_at"),
            (
                (
                    context.scope.company_id,
                    context.file_id,
                    row["line"],
                    *(row[name] for name in _TOLD),
                    *(row[name] or "" for name in _TEXTS),
                    *fixed,
                )
                for row in rows.iter_rows(named=True)
            ),
            on_conflict="ON CONFLICT (company_id, settlement) DO NOTHING",
        )


_KEEP_IGNORED = """
    ON CONFLICT (file_id, line) DO UPDATE SET reasons = excluded.reasons,
        state = CASE WHEN intake_rejectedrow.state = 'ignored' THEN 'ignored' ELSE 'open' END
"""


def store_refused(context: writing.Context, raw: RawTable, refused: pl.DataFrame, only: set[int] | None) -> None:
    """Keep refused rows with their reasons; open ones (of `only` these lines) that are accepted now are resolved."""
    reasons: dict[int, list[dict[str, Any]]] = {}
    for row in refused.iter_rows(named=True):
        reasons.setdefault(row.pop("line"), []).append(row)
    values = _raw_values(raw, set(reasons))
    scope, now, actor = context.scope, timezone.now(), str(context.scope.actor)
    with connection.cursor() as cursor:
        write_rows(
            cursor,
            "intake_rejectedrow",
            ("company_id", "file_id", "line", "raw", "reasons", "mended", "state", "note", "changed_at", "changed_by"),
            (
                (
                    scope.company_id,
                    context.file_id,
                    line,
                    Jsonb(values[line]),
                    Jsonb(told),
                    None,
                    "open",
                    "",
                    now,
                    actor,
                )
                for line, told in reasons.items()
            ),
            on_conflict=_KEEP_IGNORED,
        )
    accepted = RejectedRow.objects.filter(file_id=context.file_id, state=RejectedRow.State.OPEN)
    if only is not None:
        accepted = accepted.filter(line__in=only)
    accepted.exclude(line__in=list(reasons)).update(state=RejectedRow.State.RESOLVED, changed_at=now, changed_by=actor)


_WRITE_OVER = """
    UPDATE intake_rejectedrow r
       SET mended = coalesce(r.mended, '{}') || jsonb_build_object(%s::text, t.new), changed_at = %s, changed_by = %s
      FROM unnest(%s::bigint[], %s::text[]) t(line, new)
     WHERE r.company_id = %s AND r.file_id = %s AND r.line = t.line AND r.state = 'open'
"""


def count_refused(scope: Scope, file_id: int) -> None:
    """Write down how the refused rows of a file stand."""
    ImportFile.objects.filter(pk=file_id).update(refusals=queries.counted(scope, file_id))


def write_over(scope: Scope, file_id: int, column: str, texts: Mapping[int, str]) -> None:
    """Mend one column of open refused rows: line → text."""
    parameters: list[Any] = [
        column,
        timezone.now(),
        str(scope.actor),
        list(texts),
        list(texts.values()),
        scope.company_id,
        file_id,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_OVER, parameters)


def _raw_values(raw: RawTable, lines: set[int]) -> dict[int, dict[str, str | None]]:
    """Return, for each line, its values by header; `{"": the line}` where it has not one for each."""
    wanted = pl.Series(sorted(lines), dtype=pl.Int64).implode()
    rows = raw.frame.filter(pl.col(LINE).is_in(wanted)).to_dicts()
    ragged = raw.ragged.filter(pl.col("line").is_in(wanted)).iter_rows(named=True)
    return {row.pop(LINE): row for row in rows} | {row["line"]: {"": row["text"]} for row in ragged}


def apply_waiting(context: writing.Context) -> int:
    """Post the waiting settlements whose title is there by now; return how many. Others are refused in their file."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.id FROM intake_waitingsettlement w
              JOIN ledger_title t ON t.company_id = w.company_id AND t.code = w.title
             WHERE w.company_id = %s AND w.state = 'waiting' FOR UPDATE OF w
            """,
            [context.scope.company_id],
        )
        ready: dict[int, WaitingSettlement] = WaitingSettlement.objects.in_bulk([pk for (pk,) in cursor.fetchall()])
    if not ready:
        return 0
    accepted = _as_accepted(ready)
    comparison = compare(SETTLEMENTS, accepted, base_for(context.scope, accepted))
    writing.write(context, comparison, lambda step, done, total: None, writing.Written())
    refused = set(comparison.refused["line"])
    _change(set(ready) - refused, WaitingSettlement.State.APPLIED)
    _change(refused, WaitingSettlement.State.REFUSED)
    for pk in refused:
        row = ready[pk]
        problems = comparison.refused.filter(pl.col("line") == pk).with_columns(line=pl.lit(row.line, dtype=pl.Int64))
        raw = queries.raw_table(context.scope, row.file_id)
        store_refused(writing.for_file(context, row.file_id), raw, problems, only={row.line})
        count_refused(context.scope, row.file_id)
    return len(ready) - len(refused)


def _as_accepted(ready: dict[int, WaitingSettlement]) -> pl.DataFrame:
    """Return waiting settlements as accepted rows; the line is their own id, which no two files share."""
    names = (*_TOLD, *_TEXTS)
    rows = [{name: getattr(row, name) or None for name in names} | {"line": pk} for pk, row in ready.items()]
    told = [
        {**row, "fine": w.fine, "interest": w.interest, "discount": w.discount}
        for row, w in zip(rows, ready.values(), strict=True)
    ]
    return pl.DataFrame(told, schema=accepted_schema(SETTLEMENTS))


def _change(ids: set[int], state: WaitingSettlement.State) -> None:
    WaitingSettlement.objects.filter(pk__in=ids).update(state=state, changed_at=timezone.now())


def finish(
    context: writing.Context,
    raw: RawTable,
    whole: Reading,
    comparison: Comparison,
    written: writing.Written,
    *,
    first: bool,
) -> ImportFile:
    """Write down what the import did; `first` false adds to what it did before."""
    file = ImportFile.objects.select_for_update().get(pk=context.file_id)
    refused = set(
        RejectedRow.objects.filter(file=file).exclude(state=RejectedRow.State.RESOLVED).values_list("line", flat=True)
    )
    did = asdict(written) | {"settlements_waiting": comparison.counts()["settlements_waiting"]}
    if not first:
        did = {name: file.counts.get(name, 0) + count for name, count in did.items()}
    file.counts = {
        "rows": whole.totals.rows,
        "accepted": whole.totals.rows - len(refused),
        "rejected": len(refused),
        "repeated": whole.totals.repeated_rows,
        "blank_lines": whole.totals.blank_lines,
        **did,
    }
    file.money = _money(whole, refused)
    file.findings = [asdict(finding) for finding in whole.findings]
    file.warnings = whole.warnings_by_code()
    file.header, file.refusals = list(raw.header), queries.counted(context.scope, context.file_id)
    file.state, file.error, file.failure = ImportFile.State.DONE, "", None
    file.imported_at = timezone.now()
    file.save()
    return file


def _money(whole: Reading, refused: set[int]) -> dict[str, dict[str, int]]:
    """Return the totals of each money field; what only the base refused moves from accepted to rejected."""
    late = whole.accepted.filter(pl.col("line").is_in(pl.Series(sorted(refused), dtype=pl.Int64).implode()))
    money = {}
    for key, totals in whole.totals.money.items():
        moved = int(late[key].sum())
        money[key] = asdict(totals) | {
            "accepted_centavos": totals.accepted_centavos - moved,
            "rejected_centavos": totals.rejected_centavos + moved,
        }
    return money
