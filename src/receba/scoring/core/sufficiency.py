"""Is there enough history? The refusal below the minimum load, and the meter above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from receba.kernel.days import from_day_number
from receba.scoring.core.normal import ratio_half_up
from receba.scoring.core.parameters import WEIGHT_ONE, ScoringParameters, memory_weight

KINDS = {
    "on_time": "títulos pagos em dia",
    "paid_late": "títulos pagos com atraso",
    "is_open": "títulos vencidos em aberto",
}


class InsufficientHistory(Exception):
    """The portfolio is below the minimum load; the message (pt-BR) says exactly what is missing.

    `ready` customers have enough titles, `needed` must have; `missing_titles` says how many titles each of the
    closest others lacks.
    """

    def __init__(self, on_day: int, ready: int, closest: tuple[int, ...], parameters: ScoringParameters) -> None:
        self.ready = ready
        self.needed = parameters.minimum_customers
        self.titles_each = parameters.minimum_titles
        self.missing_titles = tuple(self.titles_each - titles for titles in closest)
        super().__init__(_refusal(on_day, self, closest))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _listed(numbers: tuple[int, ...]) -> str:
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} e {words[-1]}"


def _refusal(on_day: int, refused: InsufficientHistory, closest: tuple[int, ...]) -> str:
    lacking = refused.needed - refused.ready
    day = from_day_number(on_day).strftime("%d/%m/%Y")
    text = (
        f"Histórico insuficiente em {day}: "
        f"o IDC precisa de pelo menos {_plural(refused.needed, 'cliente', 'clientes')} "
        f"com {_plural(refused.titles_each, 'título', 'títulos')} de desfecho conhecido cada um "
        f"(vencidos até a véspera e pagos, ou em aberto com atraso confirmado). "
        f"{_have(refused.ready)}; {'falta' if lacking == 1 else 'faltam'} {lacking}."
    )
    if closest:
        text += f" {_nearest(closest, refused.missing_titles)}"
    if len(closest) < lacking:
        new = lacking - len(closest)
        new_customers = _plural(new, "cliente novo", "clientes novos")
        text += f" Além disso, {'falta' if new == 1 else 'faltam'} {new_customers} na carga."
    return text


def _nearest(closest: tuple[int, ...], missing: tuple[int, ...]) -> str:
    nouns = "título" if closest == (1,) else "títulos"
    lacks = f"{'falta' if missing == (1,) else 'faltam'} {_listed(missing)}"
    if len(closest) == 1:
        return f"O mais próximo tem {closest[0]} {nouns}: {lacks}."
    return f"Os mais próximos têm {_listed(closest)} {nouns}: {lacks}."


def _have(ready: int) -> str:
    if ready == 0:
        return "Não há nenhum cliente assim"
    return f"Há {_plural(ready, 'cliente assim', 'clientes assim')}"


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
