"""Pictures: every chart with much, with one point, with nothing, and with the worst words."""

from __future__ import annotations

from datetime import date
from typing import Any

TITLE = "Gráficos"
MONTHS = [date(2026, month, 1) for month in range(1, 13)]
EVIL = "<b>Construtora & Incorporadora</b> Vértice do Vale do Paraíba Participações S.A."


def _cohorts() -> list[tuple[str, list[tuple[str, int | None]]]]:
    """Return a triangle: what fell due in a month is paid by its age, the last months less yet."""
    return [
        (f"{month:%m/%Y}", [(str(age), min(10_000, 6_200 + 240 * n % 900 + 620 * age)) for age in range(12 - n)])
        for n, month in enumerate(MONTHS)
    ]


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    ages = [("a vencer", 40), ("1 a 30", 12), ("31 a 90", 9), ("mais de 90", 5)]
    tile = {
        "name": "Vencido", "formula": "principal em aberto dos títulos vencidos", "value": "R$ 123.456.789,01",
        "address": "#", "rows": "#", "unit": "brl", "course": [10, 12, 11, None, 15, 18],
        "change": {"sign": "▲", "size": "3,2%", "tone": "bad", "word": "pior"},
    }  # fmt: skip
    return {
        "kinds": [
            ("stacked", "Em aberto por faixa, mês a mês", "brl",
             [(name, [(month, size * (9 + n) * 1_000_000) for n, month in enumerate(MONTHS)]) for name, size in ages]),
            ("band", "Recebimento previsto, com intervalo", "brl",
             [(month, 90_000_00 + n * 5_000_00, 80_000_00 + n * 3_000_00, 100_000_00 + n * 8_000_00) for n, month in enumerate(MONTHS)]),
            ("heat", "Recuperação por mês de vencimento", "bps", _cohorts()),
            ("heat", "Clientes por risco e comportamento", "count",
             [(risk, [(word, (n * 37 + m * 53) % 97 * 12) for m, word in enumerate(("pontual", "às vezes", "sempre", "parou"))])
              for n, risk in enumerate("ABCDE")]),
        ],
        "single": [
            ("bars", "count", [("um", 1)]), ("columns", "count", [("um", 1)]), ("line", "bps", [(MONTHS[0], 5000)]),
            ("band", "bps", [(MONTHS[0], 5000, 4000, 6000)]), ("stacked", "count", [("um", [("jan", 1)])]),
            ("heat", "bps", [("01/2026", [("0", 9000)])]), ("pareto", "count", [(1, 1.0)]), ("strip", "brl", [("um", 1)]),
        ],
        "worst": [
            ("bars", "brl", [(EVIL, 123_456_789_01), ("b", 1)]),
            ("stacked", "brl", [(EVIL, [(EVIL, 123_456_789_01), ("b", 5)]), ("outro", [(EVIL, 1), ("b", 123_456_789_01)])]),
            ("heat", "brl", [(EVIL, [(EVIL, 123_456_789_01), ("b", None), ("c", 5)])]),
        ],
        "kinds_of_nothing": ["bars", "columns", "histogram", "strip", "line", "band", "stacked", "heat", "pareto"],
        "none": [],
        "tiles": [tile, {**tile, "change": {"sign": "▼", "size": "1,25 p.p.", "tone": "good", "word": "melhor"}},
                  {**tile, "change": {"sign": "=", "size": "0,0%", "tone": "", "word": ""}, "course": []},
                  {**tile, "value": "—", "change": None, "course": []}],
    }  # fmt: skip
