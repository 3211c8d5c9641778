"""What a message says about titles: the figures, and whether the sentence is still true when it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Key(StrEnum):
    """What a template says."""

    REMINDER = "lembrete"
    DUE_TODAY = "vence_hoje"
    LATE_SOFT = "atraso_leve"
    LATE_FIRM = "atraso_firme"
    LATE_LAST = "atraso_final"
    THANKS = "agradecimento"

    @property
    def collects(self) -> bool:
        """Whether it asks for money."""
        return self is not Key.THANKS


@dataclass(frozen=True, slots=True)
class TitleFigure:
    """One title as a message shows it: what it owes on the day of the message."""

    title_id: int
    code: str
    description: str
    due_on: date
    effective_due_on: date
    face_centavos: int
    principal_centavos: int
    charges_centavos: int
    days_late: int

    @property
    def total_centavos(self) -> int:
        return self.principal_centavos + self.charges_centavos

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it is kept with the message."""
        days = {"due_on": self.due_on.isoformat(), "effective_due_on": self.effective_due_on.isoformat()}
        kept = {name: getattr(self, name) for name in self.__slots__}
        return kept | days | {"total_centavos": self.total_centavos}


def figure_from(kept: Mapping[str, Any]) -> TitleFigure:
    """Return the figure that a message kept."""
    facts = {name: value for name, value in kept.items() if name != "total_centavos"}
    days = {name: date.fromisoformat(kept[name]) for name in ("due_on", "effective_due_on")}
    return TitleFigure(**(facts | days))


def to_speak_of(key: Key, figures: Sequence[TitleFigure], on: date) -> list[TitleFigure]:
    """Return the titles of which the template's sentence is true on a day, oldest due first.

    A title that was paid is never asked for; "vence hoje" is said on the day only, "em atraso" of late titles only.
    """
    return sorted((f for f in figures if _true_of(key, f, on)), key=lambda f: (f.due_on, f.code))


def _true_of(key: Key, figure: TitleFigure, on: date) -> bool:
    if key is Key.THANKS:
        return figure.principal_centavos <= 0
    if figure.total_centavos <= 0:
        return False
    if key is Key.REMINDER:
        return on < figure.due_on
    if key is Key.DUE_TODAY:
        return on in (figure.due_on, figure.effective_due_on)
    return figure.days_late > 0


def total_of(figures: Sequence[TitleFigure]) -> int:
    """Return what the titles owe together, in centavos."""
    return sum(figure.total_centavos for figure in figures)
