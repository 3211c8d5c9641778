"""Money is whole centavos; the one place where a division is rounded."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MAX_CENTAVOS = 10**12
"""Largest amount accepted for one title or entry (R$ 10 billion): keeps every product below 2**63."""


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return `numerator / denominator` rounded half away from zero, exactly.

    Raises ZeroDivisionError when `denominator` is 0.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    sign = -1 if numerator < 0 else 1
    return sign * ((abs(numerator) * 2 + denominator) // (denominator * 2))


def split_evenly(total_centavos: int, parts: int) -> list[int]:
    """Return installments that add up to the total; the first ones carry the odd centavos."""
    base, odd = divmod(total_centavos, parts)
    return [base + (n < odd) for n in range(parts)]


def to_centavos(reais: Decimal) -> int:
    """Return an amount in reais as centavos, rounded half up (Decimal only at the edges)."""
    return int((reais * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_reais(centavos: int) -> Decimal:
    """Return centavos as an exact Decimal amount in reais."""
    return Decimal(centavos).scaleb(-2)


def format_brl(centavos: int, symbol: str = "R$ ") -> str:
    """Return centavos the Brazilian way: `R$ 1.234.567,89`, `-R$ 0,05`."""
    whole, cents = divmod(abs(centavos), 100)
    sign = "-" if centavos < 0 else ""
    return f"{sign}{symbol}{whole:,}".replace(",", ".") + f",{cents:02d}"
