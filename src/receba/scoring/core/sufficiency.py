"""Is there enough history? The refusal below the minimum load, and the meter above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receba.kernel.days import from_day_number
from receba.kernel.words import Said, said, said_together
from receba.scoring.core.normal import ratio_half_up
from receba.scoring.core.parameters import WEIGHT_ONE, ScoringParameters, memory_weight

KINDS = {
    "on_time": said("títulos pagos em dia"),
    "paid_late": said("títulos pagos com atraso"),
    "is_open": said("títulos vencidos em aberto"),
}


class InsufficientHistory(Exception):
    """The portfolio is below the minimum load; the message (pt-BR) says exactly what is missing.

    `ready` customers have enough titles, `needed` must have; `missing_titles` says how many titles each of the
    closest others lacks. `facts` are what `refusal` says it from again.
    """

    def __init__(self, on_day: int, ready: int, closest: tuple[int, ...], parameters: ScoringParameters) -> None:
        self.ready = ready
        self.needed = parameters.minimum_customers
        self.titles_each = parameters.minimum_titles
        self.missing_titles = tuple(self.titles_each - titles for titles in closest)
        self.facts: dict[str, Any] = {
            "ready": ready, "needed": self.needed, "titles_each": self.titles_each, "closest": list(closest),
        }  # fmt: skip
        super().__init__(refusal(on_day, **self.facts))


def refusal(on_day: int, *, ready: int, needed: int, titles_each: int, closest: Sequence[int]) -> Said:
    """Return what is missing on a day, in words; `closest` are the titles of the customers who lack fewest."""
    lacking = needed - ready
    sentences = [
        said(
            "Histórico insuficiente em {day}: o IDC precisa de pelo menos {customers} com {titles} de desfecho conhecido "
            "cada um (vencidos até a véspera e pagos, ou em aberto com atraso confirmado). {have}; {lacking}.",
            day=from_day_number(on_day).strftime("%d/%m/%Y"),
            customers=said("{n} cliente", n=needed) if needed == 1 else said("{n} clientes", n=needed),
            titles=_titles(titles_each),
            have=_have(ready),
            lacking=_lacking(lacking),
        )
    ]
    if closest:
        sentences.append(_nearest(closest, [titles_each - titles for titles in closest]))
    if len(closest) < lacking:
        new = lacking - len(closest)
        one, many = (
            said("Além disso, falta {n} cliente novo na carga.", n=new),
            said("Além disso, faltam {n} clientes novos na carga.", n=new),
        )
        sentences.append(one if new == 1 else many)
    return said_together(*sentences)


def _titles(count: int) -> Said:
    return said("{n} título", n=count) if count == 1 else said("{n} títulos", n=count)


def _lacking(count: int) -> Said:
    return said("falta {n}", n=count) if count == 1 else said("faltam {n}", n=count)


def _listed(numbers: Sequence[int]) -> str:
    return said("{most} e {last}", most=list(numbers[:-1]), last=numbers[-1])


def _nearest(closest: Sequence[int], missing: Sequence[int]) -> Said:
    if len(closest) == 1:
        return said("O mais próximo tem {titles}: {lacks}.", titles=_titles(closest[0]), lacks=_lacking(missing[0]))
    return said(
        "Os mais próximos têm {listed} títulos: faltam {missing}.", listed=_listed(closest), missing=_listed(missing)
    )


def _have(ready: int) -> Said:
    if ready == 0:
        return said("Não há nenhum cliente assim")
    return said("Há {n} cliente assim", n=ready) if ready == 1 else said("Há {n} clientes assim", n=ready)


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """How much a portfolio gives scoring to learn from; `level` is 0..1000.

    `kinds` counts the known titles by outcome; `missing_kinds` names (pt-BR) those of which there is none.
    """

    customers_known: int
    customers_ready: int
    customers_scored: int
    titles_known: int
    kinds: Mapping[str, int]
    days_since_last_fact: int
    rejected_bps: int
    diversity_e3: int
    level: int

    @property
    def missing_kinds(self) -> tuple[str, ...]:
        """Return the kinds of history that the portfolio does not show."""
        return tuple(name for kind, name in KINDS.items() if not self.kinds[kind])

    @property
    def quality_e3(self) -> int:
        """Return what every customer's confidence is multiplied by: diversity, less the share of refused rows."""
        return quality_e3(self.diversity_e3, self.rejected_bps)


def quality_e3(diversity: int, rejected_bps: int) -> int:
    """Return diversity (0..1000) less the share of rows that the intake refused."""
    return ratio_half_up(diversity * (10_000 - rejected_bps), 10_000)


def diversity_e3(kinds_present: int) -> int:
    """Return 1000 when all three outcomes are present, less when the portfolio shows fewer."""
    return 1000 * (len(KINDS) + kinds_present) // (2 * len(KINDS))


def refuse_if_insufficient(customers_by_titles: Mapping[int, int], on_day: int, parameters: ScoringParameters) -> int:
    """Return the customers with enough titles. `customers_by_titles` counts the customers with that many titles.

    Raises InsufficientHistory below the minimum load.
    """
    enough = parameters.minimum_titles
    ready = sum(customers for titles, customers in customers_by_titles.items() if titles >= enough)
    if ready >= parameters.minimum_customers:
        return ready
    lacking = parameters.minimum_customers - ready
    closest: list[int] = []
    for titles in sorted((titles for titles in customers_by_titles if 0 < titles < enough), reverse=True):
        closest += [titles] * min(customers_by_titles[titles], lacking - len(closest))
    raise InsufficientHistory(on_day, ready, tuple(closest), parameters)


def measure(
    *, customers_known: int, customers_ready: int, customers_scored: int, kinds: Mapping[str, int],
    days_since_last_fact: int, rejected_bps: int, parameters: ScoringParameters,
) -> Sufficiency:  # fmt: skip
    """Return the meter: customers with enough history, up to those that the curve needs, diversity and freshness."""
    diversity = diversity_e3(sum(bool(count) for count in kinds.values()))
    base = min(1000, ratio_half_up(1000 * customers_ready, max(parameters.small_base, 1)))
    fresh = memory_weight(days_since_last_fact, parameters.half_life_days)
    level = ratio_half_up(base * diversity * fresh * (10_000 - rejected_bps), 1000 * WEIGHT_ONE * 10_000)
    return Sufficiency(
        customers_known, customers_ready, customers_scored, sum(kinds.values()), dict(kinds), days_since_last_fact,
        rejected_bps, diversity, level,
    )  # fmt: skip
