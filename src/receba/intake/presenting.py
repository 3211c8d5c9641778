"""Files, steps and refused rows as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy
from django.utils.translation import gettext as _

from receba.access import queries as access
from receba.access import trail
from receba.access.scope import Scope
from receba.access.words import translated
from receba.intake.core.fields import SPECS
from receba.intake.core.fields import Field as TableField
from receba.intake.core.guessing import Evidence
from receba.intake.core.mapping import Mapping as Columns
from receba.intake.core.reasons import Reason
from receba.intake.core.trying import Sample, Tried
from receba.intake.labels import problem, told
from receba.intake.models import ImportFile, ImportProgress, RejectedRow, named
from receba.intake.queries import Problem
from receba.kernel.money import format_brl
from receba.kernel.words import said

MOST_ROWS, LEAST_ROWS, MOST_CELLS = 25, 5, 800
"""Refused rows of a page: fewer where the file is wide, so that a form stays below Django's thousand fields."""

STATE_TONES = {
    "done": "good",
    "failed": "bad",
    "stopped": "warn",
    "running": "info",
    "stopping": "warn",
    "queued": "info",
}

_STEPS: Mapping[str, Sequence[str]] = {
    "customers": (said("leitura"), said("comparação"), said("clientes")),
    "titles": (said("leitura"), said("comparação"), said("clientes"), said("títulos")),
    "settlements": (said("leitura"), said("comparação"), said("baixas")),
    "ledger": (said("leitura"), said("comparação"), said("clientes"), said("títulos e baixas")),
}
"""The steps of an import by kind of file; only their number and order are promised."""

_BESIDE = {
    Reason.DUE_BEFORE_ISSUE: ("issued",), Reason.PAID_BEFORE_ISSUE: ("issued",),
    Reason.MISSING_PAID_DATE: ("paid_amount",), Reason.MISSING_REVERSED: ("kind",),
    Reason.CONFLICTING_TITLE: ("customer", "issued", "due", "amount"), Reason.PAID_AGAIN: ("paid_amount",),
    Reason.KEY_REUSED: ("title", "paid", "paid_amount"), Reason.OTHER_CUSTOMER: ("customer",),
    Reason.CONSUMER_TERMS: ("terms",), Reason.REVERSAL_AMOUNT: ("reverses",),
}  # fmt: skip
"""Fields that one looks at, and may have to change, together with the one that the reason names."""

_EVIDENCE = {
    "ours": gettext_lazy("nome igual ao do modelo"), "known": gettext_lazy("nome conhecido"),
    "part": gettext_lazy("nome parecido"), "joined": gettext_lazy("colunas que andam juntas"),
    "other": gettext_lazy("outro nome"),
}  # fmt: skip
GOOD_FIT = 90


def who(scope: Scope, actors: Iterable[str]) -> dict[str, str]:
    """Return who each actor is, in words."""
    several = set(actors)
    names = access.names_of(scope, several)
    return {actor: trail.actor_name(actor, names) for actor in several if actor}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in the list: `money` is what came in with its accepted rows, in centavos."""

    file: ImportFile
    tone: str
    by: str
    money: int | None


def listed(file: ImportFile, names: Mapping[str, str]) -> Listed:
    """Return a file as the list shows it."""
    money = file.money.get("amount") or file.money.get("paid_amount") or {}
    tone = STATE_TONES.get(file.state, "")
    return Listed(file, tone, names.get(file.uploaded_by, ""), money.get("accepted_centavos"))


# --- steps of a running import


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, done, now or still to come, with the rows and seconds it took."""

    name: str
    state: str
    rows: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How far an import is. `per_second` and `seconds_left` are of the present step; None while nobody can know."""

    state: str
    steps: Sequence[Step]
    name: str = ""
    done: int = 0
    total: int = 0
    per_second: int | None = None
    left: str = ""


def course(file: ImportFile, moment: ImportProgress | None) -> Course:
    """Return how far the import of a file is, step by step."""
    planned = [translated(name) for name in _STEPS[file.table]]
    if moment is None or file.state == ImportFile.State.QUEUED:
        return Course(file.state, [Step(name, "todo") for name in planned])
    past = [
        Step(gettext(name), "done", rows, seconds)
        for name, rows, seconds in ((b["step"], b["rows"], b["seconds"]) for b in moment.past)
    ]
    now = Step(gettext(moment.step), "now", moment.done)
    ahead = [Step(name, "todo") for name in planned[len(past) + 1 :]]
    speed, left = _speed(moment)
    return Course(
        file.state, [*past, now, *ahead], now.name, moment.done, moment.total, speed, left
    )  # fmt: skip


def _speed(moment: ImportProgress) -> tuple[int | None, str]:
    began: datetime | None = moment.step_at
    seconds = (moment.updated_at - began).total_seconds() if began else 0
    if seconds < 1 or not moment.done:
        return None, ""
    speed = moment.done / seconds
    return round(speed), duration((moment.total - moment.done) / speed)


def duration(seconds: float) -> str:
    """Return a time that is left, roughly, as people say it."""
    if seconds < 10:
        return _("alguns segundos")
    if seconds < 90:
        return _("%(n)d segundos") % {"n": 5 * round(seconds / 5)}
    return _("%(n)d minutos") % {"n": round(seconds / 60)}


def written(counts: Mapping[str, int]) -> str:
    """Return counts in one sentence: `clientes novos: 3, títulos novos: 20`."""
    return ", ".join(f"{label}: {n:,}".replace(",", ".") for label, n in named(counts))


# --- columns


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A value of the file, what it is read as (empty: it stands as it is), and what it would be otherwise."""

    text: str
    read: str
    otherwise: str
    sound: bool


def sample(kind: TableField, one: Sample) -> ShownSample:
    """Return a value of the file as read, in words."""
    if kind.kind not in ("date", "money"):
        return ShownSample(one.text, "", "", sound=True)
    if one.value is None:
        return ShownSample(one.text, "", "", sound=False)
    return ShownSample(one.text, _value(one.value), _value(one.otherwise) if one.otherwise is not None else "", True)


def _value(value: date | int | str) -> str:
    if isinstance(value, date):
        text = date_format(value, "DATE_FORMAT")
        return text.lower() if (get_language() or "").startswith("pt") else text  # months are small in Portuguese
    return format_brl(value) if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Proof:
    """What speaks for a column, in words, and whether it is enough."""

    words: str
    tone: str


def proof(found: Evidence | None) -> Proof | None:
    """Return why a column is thought to fill a field."""
    if found is None:
        return None
    words = str(_EVIDENCE[found.name])
    if found.fits is not None:
        words += " · " + _("%(n)d%% dos valores servem") % {"n": found.fits}
    sure = found.name in ("ours", "known", "joined") and (found.fits is None or found.fits >= GOOD_FIT)
    return Proof(words, "good" if sure else "warn")


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field beside the column that fills it: the two inputs, what is read, why."""

    tried: Tried
    choice: Any
    expression: Any
    samples: Sequence[ShownSample]
    proof: Proof | None
    order: str


_ORDERS = {
    "dmy": gettext_lazy("dia/mês/ano"), "mdy": gettext_lazy("mês/dia/ano"), "ymd": gettext_lazy("ano-mês-dia"),
    "relative": gettext_lazy("dias a partir do dia zero"), "comma": gettext_lazy("vírgula decimal"),
    "dot": gettext_lazy("ponto decimal"),
}  # fmt: skip


def field_shown(tried: Tried, choice: Any, expression: Any) -> FieldShown:
    """Return a field of the mapping as the page shows it."""
    order = str(_ORDERS[tried.found.value]) if tried.found else ""
    samples = [sample(tried.field, one) for one in tried.samples]
    return FieldShown(tried, choice, expression, samples, proof(tried.evidence), order)


# --- rows


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a refused row: its column, its place in the file, its text now and as it was sent."""

    column: str
    number: int
    text: str
    sent: str
    wrong: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A refused row as the page shows it: first the cells to look at, then the rest of the line.

    `alike`: how many open rows have the same value in the same trouble. `text`: a line that is not cut into cells.
    """

    line: int
    state: str
    reasons: Sequence[Mapping[str, Any]]
    first: Sequence[Cell]
    rest: Sequence[Cell]
    text: str = ""
    alike: int = 0
    problem: str = ""
    by: str = ""
    at: datetime | None = None
    note: str = ""
    trouble: str = ""

    @property
    def cells(self) -> list[Cell]:
        """Return all cells in the order of the file."""
        return sorted([*self.first, *self.rest], key=lambda cell: cell.number)


def worded(table: str, reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return problems with the name of their field, as people know it, beside its key."""
    labels = {each.key: translated(each.label) for each in SPECS[table].fields}
    return [{**told(reason), "label": labels.get(reason["field"], _("linha"))} for reason in reasons]


def row(file: ImportFile, one: RejectedRow, *, alike: int = 0, by: str = "", trouble: str = "") -> Row:
    """Return a refused row as the page shows it."""
    fields = Columns.from_json(file.mapping).fields
    labels = {c: translated(SPECS[file.table].field(k).label) for k, e in fields.items() for c in e.columns}
    named_fields = [reason["field"] for reason in one.reasons]
    beside = [key for reason in one.reasons for key in _BESIDE.get(reason["reason"], ())]
    wrong = {c for key in named_fields if key in fields for c in fields[key].columns}
    look = wrong | {c for key in beside if key in fields for c in fields[key].columns}
    values = {**one.raw, **(one.mended or {})}
    cells = [
        Cell(column, n, values.get(column) or "", one.raw.get(column) or "", column in wrong, labels.get(column, ""))
        for n, column in enumerate(file.header)
    ]
    ragged = "" in one.raw and not one.mended
    first = [cell for cell in cells if ragged or cell.column in look]
    first.sort(key=lambda cell: not cell.wrong)
    return Row(
        one.line, one.state, worded(file.table, one.reasons), first, [c for c in cells if c not in first],
        one.raw.get("", ""), alike, one.problem, by, one.changed_at, one.note, trouble,
    )  # fmt: skip


def rows_a_page(file: ImportFile) -> int:
    """Return how many refused rows of a file fit a page."""
    return max(LEAST_ROWS, min(MOST_ROWS, MOST_CELLS // max(1, len(file.header))))


def column_of(file: ImportFile, code: str) -> str | None:
    """Return the one column that a problem (`field:reason`) is about; None where it is about several or the line."""
    expression = Columns.from_json(file.mapping).fields.get(code.partition(":")[0])
    return expression.columns[0] if expression and len(expression.columns) == 1 else None


def order_of(file: ImportFile, code: str) -> str:
    """Return the order in which the dates of a problem's field were read; empty where nobody knows."""
    found = (f["value"] for f in file.findings if f["code"] == "date_order" and f["field"] == code.partition(":")[0])
    return next(found, "")


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one problem: how many, and how they can be mended together.

    `values`: (wrong value, rows). `swap`: an example of a date before and after its day and month change places.
    """

    code: str
    label: str
    rows: int
    values: Sequence[tuple[str, int]] = field(default_factory=list)
    swap: tuple[str, str] | None = None
    column: str = ""
    remedy: str = ""


def group(table: str, found: Problem) -> Group:
    """Return a problem and how many rows have it."""
    return Group(found.code, problem(table, found.code), found.rows, found.values)


# --- what was understood


def understood(table: str, rows: pl.DataFrame, keys: Iterable[str]) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    """Return the heads, and (line, values in words) of some accepted rows, of the fields that the file brings."""
    fields = [each for each in SPECS[table].fields if each.key in set(keys)]
    heads = [translated(each.label) for each in fields]
    shown = [(r["line"], [_cell(each, r[each.key]) for each in fields]) for r in rows.iter_rows(named=True)]
    return heads, shown


def _cell(kind: TableField, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("sim") if value else _("não")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return format_brl(value) if kind.kind == "money" else str(value)
