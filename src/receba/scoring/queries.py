"""The questions about indices: today's, their history, and the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from receba.access.scope import Scope
from receba.scoring.models import IndexDay, Score


@dataclass(frozen=True, slots=True)
class Reason:
    """One factor and how much it moves the debtor away from the portfolio's middle, in 1e-4 parts of the index."""

    text: str
    effect_e4: int


def index_day(scope: Scope, *, on: date) -> IndexDay | None:
    """Return the last global indices until `on`."""
    with scope.active():
        return IndexDay.objects.filter(on__lte=on).last()


def index_history(scope: Scope, *, until: date, days: int = 400) -> list[IndexDay]:
    """Return the global indices of the last days, oldest first."""
    with scope.active():
        return list(IndexDay.objects.filter(on__lte=until).order_by("-on")[:days])[::-1]


def score_of(scope: Scope, debtor_id: int, *, on: date) -> Score | None:
    """Return the debtor's last score until `on`; None means no history, never a default number (S3.32)."""
    with scope.active():
        return Score.objects.filter(debtor_id=debtor_id, on__lte=on).order_by("-on").first()


def score_history(scope: Scope, debtor_id: int, *, until: date, days: int = 400) -> list[Score]:
    """Return a debtor's scores, oldest first."""
    with scope.active():
        return list(Score.objects.filter(debtor_id=debtor_id, on__lte=until).order_by("-on")[:days])[::-1]


def reasons(score: Score) -> list[Reason]:
    """Return the factors of a score, the strongest first (S3.18)."""
    return sorted(_told(score), key=lambda reason: -abs(reason.effect_e4))


def _told(score: Score) -> list[Reason]:
    """Return the factors of a score, always in the same order."""
    return [
        Reason(
            _("atrasos: %(late)d de %(known)d títulos conhecidos")
            % {"late": score.titles_late, "known": score.titles_known},
            score.reason_late_e4,
        ),
        Reason(_("mudança de comportamento nos últimos 90 dias"), score.reason_change_e4),
        Reason(_("%(months)d meses com pagamento") % {"months": score.months_paid}, score.reason_history_e4),
        Reason(_("volume pago por mês"), score.reason_volume_e4),
    ]


@dataclass(frozen=True, slots=True)
class Mover:
    """A debtor whose IDC moved: the score now, the IDC before, and the factor that moved it most."""

    score: Score
    before: int
    reason: str

    @property
    def moved(self) -> int:
        return self.score.idc - self.before


def movers(scope: Scope, *, on: date, since: date, limit: int = 8) -> tuple[list[Mover], list[Mover]]:
    """Return who went up and who went down most between two scored days, the largest first."""
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
              SELECT n.id AS now_id, b.id AS before_id, n.idc - b.idc AS by FROM scoring_score n
                JOIN scoring_score b ON b.debtor_id = n.debtor_id AND b."on" = %(since)s AND b.company_id = %(company)s
               WHERE n.company_id = %(company)s AND n."on" = %(on)s AND n.idc <> b.idc)
            (SELECT now_id, before_id FROM moved WHERE by > 0 ORDER BY by DESC, now_id LIMIT %(limit)s)
            UNION ALL
            (SELECT now_id, before_id FROM moved WHERE by < 0 ORDER BY by, now_id LIMIT %(limit)s)
            """,
            {"on": on, "since": since, "company": scope.company_id, "limit": limit},
        )
        pairs = cursor.fetchall()
        rows = Score.objects.select_related("debtor").in_bulk([pk for pair in pairs for pk in pair])
    made = [_mover(rows[now], rows[before]) for now, before in pairs]
    return [m for m in made if m.moved > 0], [m for m in made if m.moved < 0]


def _mover(now: Score, before: Score) -> Mover:
    """Return the move with the factor whose effect changed most in its direction."""
    up = now.idc > before.idc
    changes = [
        (after.effect_e4 - then.effect_e4, after.text) for after, then in zip(_told(now), _told(before), strict=True)
    ]
    change, text = max(changes) if up else min(changes)
    return Mover(now, before.idc, text if (change > 0) == up and change else _("mudou a posição na carteira"))


def scored_before(scope: Scope, *, on: date) -> date | None:
    """Return the last day until `on` on which debtors were scored."""
    with scope.active():
        return IndexDay.objects.filter(on__lte=on, idc__isnull=False).values_list("on", flat=True).last()


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One band of the predicted probability: its titles, what was predicted and what happened, in hundredths of %."""

    low_bps: int
    high_bps: int
    titles: int
    predicted_bps: int
    observed_bps: int


JUDGED_DAYS = 30
"""Titles that fell due in so many days after a prediction are judged, so many days after they all were due."""
CALIBRATION_BPS = (0, 500, 1000, 2000, 4000, 6000, 10_000)


def calibration(scope: Scope, *, on: date, bad_after_days: int) -> tuple[date | None, list[Calibrated]]:
    """Return the day of a prediction old enough to be judged, and by band what it said and what happened.

    A title was late when it was settled `bad_after_days` or more after its effective due day, or is open still.
    """
    predicted = scored_before(scope, on=on - timedelta(2 * JUDGED_DAYS))
    if predicted is None:
        return None, []
    with scope.active(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
              SELECT t.id, t.effective_due_on, s.pd_e4 FROM scoring_score s
                JOIN ledger_title t ON t.debtor_id = s.debtor_id AND t.company_id = s.company_id
                 AND t.due_on > s."on" AND t.due_on <= s."on" + %(days)s
               WHERE s.company_id = %(company)s AND s."on" = %(predicted)s),
            paid AS (
              SELECT e.title_id, sum(e.amount_centavos) AS left_centavos,
                     max(e.effective_on) FILTER (WHERE e.amount_centavos < 0) AS last_on
                FROM ledger_entry e WHERE e.company_id = %(company)s AND e.title_id IN (SELECT id FROM due)
                 AND e.effective_on <= %(on)s GROUP BY e.title_id)
            SELECT width_bucket(least(d.pd_e4, 9999), %(edges)s::int[]) - 1 AS band, count(*), round(avg(d.pd_e4)),
                   round(10000.0 * count(*) FILTER (
                     WHERE p.left_centavos > 0 OR p.last_on >= d.effective_due_on + %(bad)s) / count(*))
              FROM due d JOIN paid p ON p.title_id = d.id GROUP BY band ORDER BY band
            """,
            {
                "company": scope.company_id, "predicted": predicted, "on": on, "days": JUDGED_DAYS,
                "bad": bad_after_days, "edges": list(CALIBRATION_BPS),
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    edges = CALIBRATION_BPS
    return predicted, [Calibrated(edges[b], edges[b + 1], n, int(said), int(seen)) for b, n, said, seen in rows]


@dataclass(frozen=True, slots=True)
class Advice:
    """The limits and terms that a day's scores suggest, summed up."""

    limit_return_centavos: int
    limit_risk_centavos: int
    without_limit: int
    terms: list[tuple[int, int]]


def advice(scope: Scope, *, on: date) -> Advice:
    """Return the sum of the suggested limits, how many have none, and (days, customers) by suggested term."""
    with scope.active():
        scores = Score.objects.filter(on=on)
        sums = scores.aggregate(
            best=Coalesce(Sum("limit_return_centavos"), 0), safe=Coalesce(Sum("limit_risk_centavos"), 0),
            none=Count("id", filter=Q(limit_return_centavos=0)),
        )  # fmt: skip
        terms = scores.order_by("term_days").values_list("term_days").annotate(n=Count("id"))
        return Advice(int(sums["best"]), int(sums["safe"]), sums["none"], list(terms))


def distribution(scope: Scope, *, on: date, width: int = 100, index: str = "idc") -> list[tuple[int, int]]:
    """Return (lower edge of the band of `idc` or `idi`, customers) for every band, empty ones included."""
    with scope.active():
        counted: dict[int, int] = {}
        for idc, count in Score.objects.filter(on=on).values_list(index).annotate(n=Count("id")):
            band = min(idc, 999) // width * width
            counted[band] = counted.get(band, 0) + count
    return [(band, counted.get(band, 0)) for band in range(0, 1000, width)]


def scores_on(scope: Scope, *, on: date) -> QuerySet[Score]:
    """Return the day's scores with their debtors, worst first."""
    return (
        Score.objects.filter(company_id=scope.company_id, on=on).select_related("debtor").order_by("idc", "debtor_id")
    )
