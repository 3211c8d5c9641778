"""The questions about indices: today's, their history, and the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
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
    told = [
        Reason(
            _("atrasos: %(late)d de %(known)d títulos conhecidos")
            % {"late": score.titles_late, "known": score.titles_known},
            score.reason_late_e4,
        ),
        Reason(_("mudança de comportamento nos últimos 90 dias"), score.reason_change_e4),
        Reason(_("%(months)d meses com pagamento") % {"months": score.months_paid}, score.reason_history_e4),
        Reason(_("volume pago por mês"), score.reason_volume_e4),
    ]
    return sorted(told, key=lambda reason: -abs(reason.effect_e4))


def distribution(scope: Scope, *, on: date, width: int = 100) -> list[tuple[int, int]]:
    """Return (lower edge of the IDC band, customers) for every band, empty ones included."""
    with scope.active():
        counted: dict[int, int] = {}
        for idc, count in Score.objects.filter(on=on).values_list("idc").annotate(n=Count("id")):
            band = min(idc, 999) // width * width
            counted[band] = counted.get(band, 0) + count
    return [(band, counted.get(band, 0)) for band in range(0, 1000, width)]


def scores_on(scope: Scope, *, on: date) -> QuerySet[Score]:
    """Return the day's scores with their debtors, worst first."""
    return (
        Score.objects.filter(company_id=scope.company_id, on=on).select_related("debtor").order_by("idc", "debtor_id")
    )
