"""The questions about files that came in. They never write."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from receba.access.core.roles import Permission
from receba.access.models import Portfolio
from receba.access.scope import NotAllowed, Scope
from receba.intake import labels
from receba.intake.base import base_for, known_customers
from receba.intake.core import mending
from receba.intake.core.comparing import Comparison, amount_changed, compare, customer_counts, due_changed
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Mapping
from receba.intake.core.parsing import Policy, parse
from receba.intake.core.raw import HEAD_ROWS, RawTable, from_head
from receba.intake.core.reading import Reading
from receba.intake.core.trying import Trial, try_mapping
from receba.intake.models import (
    ImportContent,
    ImportFile,
    ImportProgress,
    RejectedRow,
    SavedMapping,
    WaitingSettlement,
)
from receba.intake.readers import read_bytes
from receba.kernel.money import divide_half_up


def require_import(scope: Scope) -> None:
    """Raise NotAllowed unless the actor may import files here: the permission, over the whole company.

    A file may bring customers and titles of any portfolio; who sees only some of them cannot answer for it.
    """
    scope.require(Permission.IMPORT)
    if scope.portfolios is not None:
        raise NotAllowed(Permission.IMPORT)


def files(scope: Scope) -> QuerySet[ImportFile]:
    """Return the company's files, newest first.

    With `open_rows`, how many refused rows nobody has mended yet, and `same_as`, the name of an earlier file of the
    same content and kind.
    """
    require_import(scope)
    with scope.active():
        still_open = RejectedRow.objects.filter(file=OuterRef("pk"), state=RejectedRow.State.OPEN).order_by()
        counted = still_open.values("file").annotate(n=Count("pk")).values("n")
        earlier = ImportFile.objects.filter(
            sha256=OuterRef("sha256"), table=OuterRef("table"), pk__lt=OuterRef("pk")
        ).order_by("-pk")
        return ImportFile.objects.annotate(
            open_rows=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
            same_as=Subquery(earlier.values("name")[:1]),
        )


def file(scope: Scope, file_id: int) -> ImportFile:
    """Return one file; raises ImportFile.DoesNotExist for another company's."""
    require_import(scope)
    with scope.active():
        return ImportFile.objects.get(pk=file_id)


def sent_before(scope: Scope, file_id: int) -> ImportFile | None:
    """Return an earlier import of exactly the same content as the same table, if there is one."""
    this = file(scope, file_id)
    with scope.active():
        return (
            ImportFile.objects.filter(sha256=this.sha256, table=this.table, state=ImportFile.State.DONE, pk__lt=this.pk)
            .order_by("-pk")
            .first()
        )


def progress(scope: Scope, file_id: int) -> ImportProgress | None:
    """Return how far the import of a file is."""
    require_import(scope)
    with scope.active():
        return ImportProgress.objects.filter(file_id=file_id).first()


def raw_table(scope: Scope, file_id: int) -> RawTable:
    """Return a file as raw text, with the mends that people made to its refused rows."""
    this = file(scope, file_id)
    with scope.active():
        content = gzip.decompress(bytes(this.content.data))
        mended = this.rejected_rows.exclude(mended=None)
        mends: dict[int, mending.Values] = {row.line: row.mended for row in mended if row.mended is not None}
    return mending.with_mends(read_bytes(content, Mapping.from_json(this.mapping).delimiter), mends)


def reading_of(scope: Scope, file_id: int, raw: RawTable | None = None, *, on: date) -> Reading:
    """Return what a file says under its mapping, read on a day. Raises IntakeError when it cannot be read."""
    this = file(scope, file_id)
    text = raw or raw_table(scope, file_id)
    return parse(text, SPECS[this.table], Mapping.from_json(this.mapping), Policy(this.document_required), today=on)


def head(scope: Scope, file_id: int) -> RawTable:
    """Return the first rows of a file, as they were sent."""
    require_import(scope)
    with scope.active():
        packed = ImportContent.objects.values_list("head", flat=True).get(file_id=file_id)
    if packed is not None:
        return from_head(json.loads(gzip.decompress(bytes(packed))))
    raw = raw_table(scope, file_id)  # sent before heads were kept
    return RawTable(raw.frame.head(HEAD_ROWS), format=raw.format, encoding=raw.encoding, delimiter=raw.delimiter)


def columns_of(scope: Scope, file_id: int, *, values: int = 5) -> dict[str, list[str]]:
    """Return the columns of a file with some of their values, for the screen that maps them."""
    raw = head(scope, file_id)
    return {
        name: raw.frame[name].drop_nulls().unique(maintain_order=True).head(values).to_list() for name in raw.header
    }


def trial(
    scope: Scope, file_id: int, mapping: Mapping, *, document_required: bool = False, on: date | None = None
) -> Trial:
    """Return what a mapping, whole or not, makes of the first rows of a file; nothing is kept."""
    this = file(scope, file_id)
    day = on or timezone.localdate()
    return try_mapping(head(scope, file_id), SPECS[this.table], mapping, Policy(document_required), day)


def saved_mapping(scope: Scope, table: str) -> SavedMapping | None:
    """Return the mapping that the company confirmed last for a kind of file."""
    require_import(scope)
    with scope.active():
        return SavedMapping.objects.filter(table=table).first()


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do; nothing was written.

    `counts` has the keys of ImportFile.counts. `refused`: every problem, those that only the base shows included.
    """

    reading: Reading
    comparison: Comparison
    refused: pl.DataFrame
    counts: dict[str, int]
    new_portfolios: list[str]
    earlier: ImportFile | None

    @property
    def unchanged(self) -> dict[str, int]:
        """Return how many customers, titles and settlements are known and stay as they are."""
        titles = self.comparison.titles.filter(pl.col("title_id").is_not_null())
        return {
            "customers": self.counts["customers_known"] - self.counts["customers_changed"],
            "titles": titles.filter(~(amount_changed() | due_changed())).height,
            "settlements": self.counts["settlements_known"],
        }

    @property
    def accepted_centavos(self) -> int:
        """Return the money that accepted rows bring: of titles their value, of settlements what was paid."""
        key = "amount" if "amount" in self.reading.totals.money else "paid_amount"
        kept = self.reading.accepted.join(self.refused, on="line", how="anti")
        return int(kept[key].sum())

    def as_dict(self) -> dict[str, Any]:
        """Return what a terminal or an API shows: counts, reasons, warnings, money, findings."""
        reasons = self.refused.group_by("reason").len().sort("reason")
        return {
            **self.counts,
            "new_portfolios": self.new_portfolios,
            "reasons": dict(reasons.iter_rows()),
            "warnings": self.reading.warnings_by_code(),
            "money": {key: asdict(totals) for key, totals in self.reading.totals.money.items()},
            "findings": [finding.message for finding in self.reading.findings],
            "mapping": self.reading.mapping.to_json(),
            "sent_before": self.earlier.imported_at if self.earlier else None,
        }


def preview(scope: Scope, file_id: int, *, on: date | None = None) -> Preview:
    """Return what importing the file on a day (default: today) would change. Raises IntakeError when unreadable."""
    reading = reading_of(scope, file_id, on=on or timezone.localdate())
    comparison = compare(reading.spec, reading.accepted, base_for(scope, reading.accepted))
    refused = pl.concat([reading.rejected, comparison.refused]).sort("line", maintain_order=True)
    registered = known_customers(scope, comparison.customers["customer"].unique().to_list())
    rejected = refused["line"].n_unique()
    counts = {
        "rows": reading.totals.rows,
        "accepted": reading.totals.rows - rejected,
        "rejected": rejected,
        "repeated": reading.totals.repeated_rows,
        "blank_lines": reading.totals.blank_lines,
        **customer_counts(comparison.customers, registered),
        **comparison.counts(),
    }
    return Preview(reading, comparison, refused, counts, new_portfolios(scope, comparison), sent_before(scope, file_id))


def new_portfolios(scope: Scope, comparison: Comparison) -> list[str]:
    """Return the portfolios that the titles name and the company does not have yet."""
    named = comparison.titles["portfolio"].drop_nulls().unique().sort().to_list()
    known = portfolio_ids(scope)
    return [name for name in named if name.casefold() not in known]


def portfolio_ids(scope: Scope) -> dict[str, int]:
    """Return the company's portfolios by code and by name, case folded; `""` is the one for titles that name none."""
    with scope.active():
        rows = list(Portfolio.objects.filter(company_id=scope.company_id).order_by("pk"))
    by_name = {row.name.casefold(): row.pk for row in rows} | {row.code.casefold(): row.pk for row in rows}
    if rows:
        by_name[""] = by_name.get("geral", rows[0].pk)
    return by_name


def rejected_rows(scope: Scope, *, file_id: int | None = None, state: str | None = None) -> QuerySet[RejectedRow]:
    """Return refused rows by file and line."""
    require_import(scope)
    with scope.active():
        rows = RejectedRow.objects.select_related("file")
        rows = rows.filter(file_id=file_id) if file_id else rows
        return rows.filter(state=state) if state else rows


def rows_of(
    scope: Scope, file_id: int, *, state: str = RejectedRow.State.OPEN, problem: str = ""
) -> QuerySet[RejectedRow]:
    """Return refused rows of a file in one state, by line.

    With `problem` (`field:reason`) those whose first it is, by its wrong value and line: equal ones stand together.
    """
    rows = rejected_rows(scope, file_id=file_id, state=state)
    return rows.filter(problem=problem).order_by("wrong", "line") if problem else rows.order_by("line")


def page_of(scope: Scope, rows: QuerySet[RejectedRow], start: int, stop: int) -> list[RejectedRow]:
    """Return some rows of `rows_of` by their place, found by the index alone before they are read."""
    with scope.active():
        places = list(rows.values_list("pk", flat=True)[start:stop])
        found = RejectedRow.objects.in_bulk(places)
    return [found[pk] for pk in places if pk in found]


VALUES_SHOWN = 8
"""Wrong values of a problem that are counted one by one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem (`field:reason`), the open rows that have it, and its commonest wrong values with their rows."""

    code: str
    rows: int
    values: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many refused rows of a file there are in each state, and the problems of the open ones, most rows first."""

    states: dict[str, int]
    problems: list[Problem]


_STATES = """
    SELECT state, count(*) FROM intake_rejectedrow WHERE company_id = %s AND file_id = %s GROUP BY state
"""
_PROBLEMS = """
    WITH counted AS (
        SELECT problem, wrong, count(*) AS n FROM intake_rejectedrow
         WHERE company_id = %s AND file_id = %s AND state = 'open' GROUP BY problem, wrong
    ), ranked AS (
        SELECT problem, wrong, n, sum(n) OVER (PARTITION BY problem)::bigint AS total,
               row_number() OVER (PARTITION BY problem ORDER BY n DESC, wrong) AS place
          FROM counted
    )
    SELECT problem, total, wrong, n FROM ranked WHERE place <= %s ORDER BY total DESC, problem, place
"""


def counted(scope: Scope, file_id: int) -> dict[str, Any]:
    """Return how the refused rows of a file stand, counted now, as ImportFile.refusals keeps it."""
    require_import(scope)
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(_STATES, [scope.company_id, file_id])
        states = dict(cursor.fetchall())
        cursor.execute(_PROBLEMS, [scope.company_id, file_id, VALUES_SHOWN])
        problems: dict[str, tuple[int, list[tuple[str, int]]]] = {}
        for code, total, wrong, n in cursor.fetchall():
            problems.setdefault(code, (total, []))[1].append((wrong, n))
    return {"states": states, "problems": [[code, total, values] for code, (total, values) in problems.items()]}


def tally(scope: Scope, file_id: int) -> Tally:
    """Return how the refused rows of a file stand, as counted when they last changed."""
    kept = file(scope, file_id).refusals or counted(scope, file_id)
    problems = [Problem(code, rows, [(wrong, n) for wrong, n in values]) for code, rows, values in kept["problems"]]
    return Tally(dict.fromkeys(RejectedRow.State.values, 0) | kept["states"], problems)


def alike(scope: Scope, file_id: int, rows: Sequence[RejectedRow], tally: Tally) -> dict[tuple[str, str], int]:
    """Return how many open rows of the file share problem and wrong value with some of `rows`, those counted too.

    The commonest values, which may have thousands of rows, are counted in the tally already.
    """
    known = {(problem.code, wrong): n for problem in tally.problems for wrong, n in problem.values}
    rare = {(row.problem, row.wrong) for row in rows} - known.keys()
    wanted = rows_of(scope, file_id).filter(problem__in={c for c, _w in rare}, wrong__in={w for _c, w in rare})
    found = wanted.order_by().values_list("problem", "wrong").annotate(Count("pk"))
    with scope.active():
        counts = known | ({(code, wrong): n for code, wrong, n in found} if rare else {})
    return {pair: n for pair, n in counts.items() if n > 1}


_CELLS = """
    SELECT line, coalesce(CASE WHEN mended ? %s THEN mended ->> %s ELSE raw ->> %s END, '')
      FROM intake_rejectedrow
     WHERE company_id = %s AND file_id = %s AND state = 'open' AND problem = %s AND (raw ? %s OR mended ? %s)
"""


def cells(scope: Scope, file_id: int, problem: str, column: str) -> dict[int, str]:
    """Return line → text of one column, as it stands now, of the open rows that have a problem."""
    require_import(scope)
    parameters: list[Any] = [column, column, column, scope.company_id, file_id, problem, column, column]
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(_CELLS, parameters)
        return dict(cursor.fetchall())


def rejected_csv(scope: Scope, file_id: int) -> bytes:
    """Return the open refused rows of a file as a CSV that can be mended and sent back (see services.mend_with_csv)."""
    require_import(scope)
    header = raw_table(scope, file_id).header
    with scope.active():
        rows = list(RejectedRow.objects.filter(file_id=file_id, state=RejectedRow.State.OPEN))
    return mending.to_csv(header, [_refused(row) for row in rows])


def _refused(row: RejectedRow) -> mending.Refused:
    told = [labels.told(reason) for reason in row.reasons]
    values = {**row.raw, **(row.mended or {})}
    return mending.Refused(row.line, values, [r["message"] for r in told], [r["remedy"] for r in told])


QUALITY_DAYS = 365
"""How long the rows that a file lost count against what is concluded from the rest."""


def rejected_bps(scope: Scope, *, known_on: date) -> int:
    """Return the share of rows that the files of the year until `known_on` lost, in 1/100 of a percent.

    Rows mended since are not lost. The same content sent again counts once, as it was imported last.
    """
    since = known_on - timedelta(QUALITY_DAYS)
    with scope.active():
        files = ImportFile.objects.filter(imported_at__date__gt=since, imported_at__date__lte=known_on)
        rows = files.order_by("imported_at").values_list("sha256", "table", "counts")
        last = {(sha256, table): counts for sha256, table, counts in rows}
    read = sum(counts.get("rows", 0) for counts in last.values())
    return divide_half_up(10_000 * sum(counts.get("rejected", 0) for counts in last.values()), read) if read else 0


def waiting(scope: Scope) -> QuerySet[WaitingSettlement]:
    """Return the settlements that wait for their title, oldest first."""
    require_import(scope)
    with scope.active():
        return WaitingSettlement.objects.filter(state=WaitingSettlement.State.WAITING)
