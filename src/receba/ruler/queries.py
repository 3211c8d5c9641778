"""The questions about rulers and plans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from receba.access.reading import read_tables
from receba.access.scope import Scope
from receba.engine.contract import arrow_schema
from receba.kernel.tables import Table
from receba.ruler.core.document import Step
from receba.ruler.core.rules import Outcome, Reason
from receba.ruler.core.tables import ASSIGNED, CONTACTS, TAKEN
from receba.ruler.models import REASON_LABELS, Assignment, Decision, DecisionTitle, Ruler, RulerVersion

_DAY = "({} - DATE '1970-01-01')"
MEMORY_DAYS = 400
"""Steps taken longer ago than this are forgotten; no catch-up window reaches so far."""


def current_versions(scope: Scope, *, known_at: datetime | None = None) -> list[RulerVersion]:
    """Return the newest version of every ruler, as published until a moment (None: now)."""
    with scope.active():
        found = RulerVersion.objects.filter(published_at__lte=known_at) if known_at else RulerVersion.objects.all()
        return list(found.order_by("ruler_id", "-number").distinct("ruler_id").select_related("ruler"))


def past_tables(
    scope: Scope, *, on: date, versions: list[RulerVersion], known_at: datetime | None = None
) -> dict[Table, pa.Table]:
    """Return ASSIGNED, TAKEN and CONTACTS for planning `on`: only what was approved before that day counts as said.

    A step is known by its key across versions; it is told here by its place in the given versions. What was approved
    after `known_at` is left out; assignments are those of now.
    """
    seen = f"d.approved_at <= TIMESTAMPTZ '{known_at.isoformat()}'" if known_at else "TRUE"
    newest = {version.ruler_id: version for version in versions}
    with scope.active():
        assigned = [
            {"level": level, "target_id": target, "version_id": newest[a.ruler_id].pk}
            for a in Assignment.objects.all()
            if a.ruler_id in newest
            for level, target in ((1, a.portfolio_id), (2, a.debtor_id), (3, a.title_id))
            if target
        ]
        ruler_of = dict(RulerVersion.objects.values_list("pk", "ruler_id"))
        keys = {v.pk: [s.key for s in v.document.steps] for v in RulerVersion.objects.filter(ruler_id__in=newest)}
    said = read_tables(
        scope,
        {
            _SAID: f"""
            SELECT t.title_id, t.step::integer AS step, coalesce(t.version_id, d.version_id) AS version_id,
                   {_DAY.format("t.effective_due_on")} AS effective_due_day
              FROM ruler_decisiontitle t JOIN ruler_decision d ON d.id = t.decision_id
             WHERE t.spoken AND d.approved_at IS NOT NULL AND {seen} AND d."on" < '{on:%Y-%m-%d}'
               AND d."on" >= DATE '{on:%Y-%m-%d}' - {MEMORY_DAYS}""",
            CONTACTS: f"""
            SELECT debtor_id, max({_DAY.format('"on"')}) AS last_day FROM ruler_decision d
             WHERE approved_at IS NOT NULL AND {seen} AND "on" < '{on:%Y-%m-%d}'
               AND "on" >= DATE '{on:%Y-%m-%d}' - {MEMORY_DAYS} GROUP BY debtor_id""",
        },
    )
    return {
        ASSIGNED: pa.Table.from_pylist(assigned, schema=arrow_schema(ASSIGNED)),
        TAKEN: _renumbered(said[_SAID], _places(keys, ruler_of, newest)),
        CONTACTS: said[CONTACTS],
    }


_SAID = Table(
    "said",
    "one step said of a title, by the version that said it",
    {"title_id": "int64", "step": "int32", "version_id": "int64", "effective_due_day": "int32"},
    (),
)


def _places(
    keys: dict[int, list[str]], ruler_of: dict[int, int], newest: dict[int, RulerVersion]
) -> list[dict[str, int]]:
    """Return, for each step of each version, its place in the ruler's newest version; steps that are gone are left out."""
    rows = []
    for version, names in keys.items():
        last = newest[ruler_of[version]].pk
        rows += [
            {"version_id": version, "step": n, "newest": last, "place": keys[last].index(key)}
            for n, key in enumerate(names)
            if key in keys[last]
        ]
    return rows


def _renumbered(said: pa.Table, places: list[dict[str, int]]) -> pa.Table:
    schema = pa.schema(
        [("version_id", pa.int64()), ("step", pa.int32()), ("newest", pa.int64()), ("place", pa.int32())]
    )
    joined = said.join(pa.Table.from_pylist(places, schema=schema), ["version_id", "step"], join_type="inner")
    return pa.table(
        {
            "title_id": joined["title_id"],
            "version_id": joined["newest"],
            "step": joined["place"],
            "effective_due_day": joined["effective_due_day"],
        },
        schema=arrow_schema(TAKEN),
    )


def rulers(scope: Scope) -> list[Ruler]:
    """Return the company's rulers with their versions and assignments."""
    with scope.active():
        return list(Ruler.objects.prefetch_related("versions", "assignments__portfolio", "assignments__debtor"))


def special_assignments(scope: Scope, most: int = 200) -> tuple[list[Assignment], int]:
    """Return the customers and titles with a ruler of their own, and how many there are in all."""
    with scope.active():
        found = Assignment.objects.filter(portfolio=None).select_related("ruler", "debtor", "title__debtor")
        return list(found.order_by("-pk")[:most]), found.count()


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step of the day's plan: how many debtors, how much they owe, how many are approved, by whom and when last.

    `refusals` are (reason, how many debtors) of those who were taken out of it together.
    """

    version: RulerVersion
    step: int
    debtors: int
    overdue_centavos: int | None
    open_centavos: int | None
    approved: int
    approved_at: datetime | None = None
    approvers: tuple[str, ...] = ()
    refusals: tuple[tuple[str, int], ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        return self.version.pk, self.step

    @property
    def said(self) -> Step:
        return self.version.document.steps[self.step]

    @property
    def channel(self) -> str:
        return self.said.channel

    @property
    def waiting(self) -> int:
        return self.debtors - self.approved


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The plan of a day: contacts by step, silences by reason; together, everyone in scope."""

    on: date
    steps: list[StepCount]
    silences: list[dict[str, Any]]
    planned_at: datetime | None = None

    @property
    def approved(self) -> int:
        return sum(step.approved for step in self.steps)

    @property
    def approved_at(self) -> datetime | None:
        return max((step.approved_at for step in self.steps if step.approved_at), default=None)

    @property
    def approvers(self) -> list[str]:
        return sorted({name for step in self.steps for name in step.approvers})

    @property
    def send(self) -> int:
        return sum(step.debtors for step in self.steps)

    @property
    def waiting(self) -> int:
        return sum(step.waiting for step in self.steps)

    @property
    def explained(self) -> int:
        return sum(row["debtors"] for row in self.silences)

    def waiting_by(self, channel: str) -> int:
        """Return how many debtors an approval of everything reaches by a channel."""
        return sum(step.waiting for step in self.steps if step.channel == channel)

    @property
    def in_scope(self) -> int:
        return self.send + self.explained


def plan_of(scope: Scope, *, on: date) -> DayPlan:
    """Return the plan of a day in numbers.

    A decision's sums are of the whole debtor: who sees some portfolios only gets the counts, and None for the sums.
    """
    whole = scope.portfolios is None
    with scope.active():
        versions = {v.pk: v for v in RulerVersion.objects.select_related("ruler")}
        sums = {
            "debtors": Count("id"),
            "overdue": Sum("overdue_centavos"),
            "open": Sum("open_centavos"),
            "approved": Count("approved_at"),
            "planned": Max("planned_at"),
        }
        who = ArrayAgg("approved_by", distinct=True, default=[], filter=Q(approved_at__isnull=False))
        sent, silent = (Decision.objects.filter(on=on, outcome=outcome) for outcome in (Outcome.SEND, Outcome.SKIP))
        steps_of: list[dict[str, Any]] = [
            dict(row) for row in sent.values("version_id", "step").annotate(**sums, last=Max("approved_at"), who=who)
        ]
        silences_of: list[dict[str, Any]] = [dict(row) for row in silent.values("reason").annotate(**sums)]
        refused = defaultdict[tuple[int, int], list[tuple[str, int]]](list)
        taken_out = silent.filter(reason=Reason.EXCLUDED, step__gte=0).values_list("version_id", "step", "note")
        for version, step, note, many in taken_out.annotate(n=Count("id")).order_by("-n", "note"):
            refused[version, step].append((note, many))
        counted = {(r["version_id"], r["step"]): r for r in steps_of}
        steps = [
            StepCount(
                versions[place[0]],
                place[1],
                row.get("debtors", 0),
                row.get("overdue", 0) if whole else None,
                row.get("open", 0) if whole else None,
                row.get("approved", 0),
                row.get("last"),
                tuple(row.get("who", ())),
                tuple(refused.get(place, ())),
            )
            for place in {**counted, **refused}
            for row in [counted.get(place, {})]
        ]
        silences = [
            {
                "reason": r["reason"],
                "label": REASON_LABELS[r["reason"]],
                "debtors": r["debtors"],
                "overdue": r["overdue"] if whole else None,
            }
            for r in silences_of
        ]
    steps.sort(key=lambda s: (s.version.ruler.name, s.said.offset_days, s.version.number, s.step))
    planned = max((row["planned"] for row in (*steps_of, *silences_of)), default=None)
    return DayPlan(on, steps, sorted(silences, key=lambda row: -row["debtors"]), planned)


def last_day(scope: Scope) -> date | None:
    """Return the last day that was planned."""
    with scope.active():
        found: date | None = Decision.objects.aggregate(last=Max("on"))["last"]
    return found


def decisions(
    scope: Scope,
    *,
    on: date,
    step: tuple[int, int] | None = None,
    reason: int | None = None,
    after: tuple[int, int] | None = None,
) -> QuerySet[Decision]:
    """Return the day's decisions with debtors and versions, largest overdue first.

    `step` is (version, place) of those to be contacted by it, `reason` the silence; `after` is (overdue_centavos,
    debtor_id) of the row before the first one wanted. To who sees some portfolios only, whole debtors' sums do not show
    in the order either: theirs is that of the debtors, and the first number of `after` counts for nothing.
    """
    found = Decision.objects.filter(company_id=scope.company_id, on=on)
    if step is not None:
        found = found.filter(outcome=Outcome.SEND, version_id=step[0], step=step[1])
    if reason is not None:
        found = found.filter(outcome=Outcome.SKIP, reason=reason)
    if scope.portfolios is not None:
        found = found.filter(debtor_id__gt=after[1]) if after else found
        return found.select_related("debtor", "version__ruler", "title").order_by("debtor_id")
    if after is not None:
        less, same = Q(overdue_centavos__lt=after[0]), Q(overdue_centavos=after[0], debtor_id__gt=after[1])
        found = found.filter(less | same)
    return found.select_related("debtor", "version__ruler", "title").order_by("-overdue_centavos", "debtor_id")


@dataclass(frozen=True, slots=True)
class Contact:
    """An approved decision as whoever carries it out needs it: whom, with which text, about which titles."""

    decision_id: int
    debtor_id: int
    template: str
    title_ids: tuple[int, ...]


def contacts_of(scope: Scope, decision_ids: Collection[int]) -> list[Contact]:
    """Return what these decisions would send, approved or not; those that no step was due for are left out."""
    with scope.active():
        found = list(
            Decision.objects.filter(pk__in=list(decision_ids), step__gte=0).select_related("version").order_by("pk")
        )
        spoken = defaultdict[int, list[int]](list)
        rows = DecisionTitle.objects.filter(decision_id__in=[d.pk for d in found], spoken=True)
        for decision_id, title_id in rows.order_by("title_id").values_list("decision_id", "title_id"):
            spoken[decision_id].append(title_id)
    return [
        Contact(d.pk, d.debtor_id, d.version.document.steps[d.step].template, tuple(spoken[d.pk]))
        for d in found
        if d.version is not None
    ]


def sample_decisions(scope: Scope, *, on: date) -> dict[tuple[int, int], int]:
    """Return one decision for each step of the day's plan, by (version, place): that of its largest debtor.

    To who sees some portfolios only, the first debtor's: whole debtors' sums do not show in the choice either.
    """
    largest = ["-overdue_centavos"] if scope.portfolios is None else []
    with scope.active():
        rows = Decision.objects.filter(on=on, outcome=Outcome.SEND).order_by(
            "version_id", "step", *largest, "debtor_id"
        )
        return {(v, s): pk for v, s, pk in rows.distinct("version_id", "step").values_list("version_id", "step", "pk")}


def taken_since(scope: Scope, *, since: date) -> dict[tuple[int, str], int]:
    """Return how often each step was taken since a day, by (ruler, key of the step), whatever the version."""
    with scope.active():
        versions = {v.pk: v for v in RulerVersion.objects.all()}
        rows = Decision.objects.filter(on__gte=since, outcome=Outcome.SEND, approved_at__isnull=False)
        found: Counter[tuple[int, str]] = Counter()
        for version_id, place, many in rows.values_list("version_id", "step").annotate(n=Count("id")):
            version = versions[version_id]
            found[version.ruler_id, version.document.steps[place].key] += many
    return dict(found)


def debtors_under(scope: Scope) -> dict[int, int]:
    """Return how many debtors with open titles climb each ruler: the nearest assignment of each title counts."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute("""
            SELECT coalesce(t.ruler_id, d.ruler_id, p.ruler_id) AS ruler, count(DISTINCT o.debtor_id)
              FROM ledger_opentitle o
              LEFT JOIN ruler_assignment t ON t.title_id = o.title_id
              LEFT JOIN ruler_assignment d ON d.debtor_id = o.debtor_id AND d.title_id IS NULL
              LEFT JOIN ruler_assignment p ON p.portfolio_id = o.portfolio_id
             GROUP BY 1 HAVING coalesce(t.ruler_id, d.ruler_id, p.ruler_id) IS NOT NULL
        """)
        return dict(cursor.fetchall())


def approved_contacts(scope: Scope, *, on: date, channel: str) -> list[Contact]:
    """Return the approved contacts of a channel, in the order in which they were decided."""
    with scope.active(), transaction.atomic(), connection.cursor() as cursor:
        steps = {v.pk: v.document.steps for v in RulerVersion.objects.all()}
        cursor.execute("SET LOCAL enable_nestloop = off")  # statistics know nothing of rows written a moment ago
        cursor.execute(
            """
            SELECT d.id, d.debtor_id, d.version_id, d.step, array_agg(t.title_id ORDER BY t.title_id)
              FROM ruler_decision d JOIN ruler_decisiontitle t ON t.decision_id = d.id AND t.spoken
             WHERE d."on" = %s AND d.outcome = %s AND d.approved_at IS NOT NULL
             GROUP BY d.id ORDER BY d.id
            """,
            [on, Outcome.SEND],
        )
        rows = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
    return [
        Contact(pk, debtor_id, step.template, tuple(titles))
        for pk, debtor_id, version_id, place, titles in rows
        if (step := steps[version_id][place]).channel == channel
    ]
