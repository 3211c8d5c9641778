"""A ruler as a document: its steps, its manners, and what can be wrong with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

CHANNELS = ("email", "task")
"""`task` is a job for a person: a call, a visit."""
TEMPLATES = ("lembrete", "vence_hoje", "atraso_leve", "atraso_firme", "atraso_final", "agradecimento")
RISKS = "NABCDE"
PERSONS = {"": 0, "PF": 1, "PJ": 2}
NO_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Step:
    """What to do `offset_days` after the effective due date (before it, when negative), and for whom.

    `risks` are the IDC bands it is for ("" means all, N is no score). A `worsened` step is preventive: it is taken on
    the day on which the risk band falls, from `offset_days` before the due date on.
    """

    key: str
    offset_days: int
    channel: str
    template: str = ""
    owner: str = ""
    min_centavos: int = 0
    max_centavos: int = NO_LIMIT
    person: str = ""
    risks: str = ""
    worsened: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a ruler. A step missed by at most `catch_up_days` is still taken; between two messages to a
    debtor lie at least `rest_days`; debtors who owe less than `minimum_centavos` are left in peace."""

    name: str
    steps: tuple[Step, ...]
    catch_up_days: int = 3
    rest_days: int = 2
    minimum_centavos: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Document:
        """Return the document of plain values (JSON or TOML). Raises Misread with what is not understood."""
        try:
            steps = tuple(Step(**step) for step in data["steps"])
            rest = {
                field.name: data[field.name] for field in fields(cls) if field.name in data and field.name != "steps"
            }
            return cls(steps=steps, **rest)
        except (TypeError, KeyError, AttributeError) as wrong:
            raise Misread(str(wrong)) from wrong

    @classmethod
    def from_text(cls, text: str) -> Document:
        """Return the document of a JSON text. Raises Misread."""
        try:
            return cls.from_json(json.loads(text))
        except json.JSONDecodeError as wrong:
            raise Misread(f"linha {wrong.lineno}, coluna {wrong.colno}: {wrong.msg}") from wrong


class Misread(ValueError):
    """The text is no ruler."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a ruler: a code, the step, and what to do (pt-BR)."""

    code: str
    step: str
    message: str


def faults(document: Document) -> list[Fault]:
    """Return everything that forbids publishing a ruler; nothing when it is sound."""
    found = (
        [Fault("no_steps", "", "A régua não tem nenhum passo: acrescente ao menos um.")] if not document.steps else []
    )
    for name in ("catch_up_days", "rest_days", "minimum_centavos"):
        if getattr(document, name) < 0:
            found.append(Fault("negative", "", f"{name} não pode ser negativo."))
    for key, count in Counter(step.key for step in document.steps).items():
        if count > 1 or not key:
            found.append(
                Fault("key_twice", key, f"O nome de passo {key!r} aparece {count} vezes: dê um nome a cada passo.")
            )
    for step in document.steps:
        found += _of_step(step)
    return found + _unreachable(document)


def _of_step(step: Step) -> list[Fault]:
    checks = (
        (step.channel not in CHANNELS, "channel", f"Canal {step.channel!r} desconhecido: use {' ou '.join(CHANNELS)}."),
        (
            step.channel == "email" and step.template not in TEMPLATES,
            "template",
            f"Modelo {step.template!r} desconhecido: use um de {', '.join(TEMPLATES)}.",
        ),
        (
            not -60 <= step.offset_days <= 1825,
            "offset",
            "O passo deve ficar entre 60 dias antes e 5 anos depois do vencimento.",
        ),
        (
            step.min_centavos > step.max_centavos,
            "contradiction",
            "O valor mínimo é maior que o máximo: ninguém é alcançado.",
        ),
        (step.person not in PERSONS, "person", "Tipo de pessoa deve ser PF, PJ ou vazio."),
        (bool(set(step.risks) - set(RISKS)), "risk", f"Faixas de risco são letras de {RISKS}."),
        (
            step.worsened and step.offset_days >= 0,
            "contradiction",
            "Um passo por piora de risco é preventivo: o prazo deve ser negativo.",
        ),
        (
            step.template.startswith("atraso") and step.offset_days <= 0,
            "contradiction",
            "Um aviso de atraso não pode sair até o vencimento.",
        ),
    )
    return [Fault(code, step.key, message) for wrong, code, message in checks if wrong]


def _covers(wide: Step, narrow: Step) -> bool:
    return (
        wide.worsened == narrow.worsened
        and wide.min_centavos <= narrow.min_centavos
        and wide.max_centavos >= narrow.max_centavos
        and wide.person in ("", narrow.person)
        and set(narrow.risks or RISKS) <= set(wide.risks or RISKS)
    )


def _unreachable(document: Document) -> list[Fault]:
    """Find steps that an earlier one on the same day always takes from them."""
    return [
        Fault("unreachable", step.key, f"O passo {other.key!r}, no mesmo dia, alcança todos antes deste.")
        for n, step in enumerate(document.steps)
        for other in document.steps[:n]
        if other.offset_days == step.offset_days and other.worsened == step.worsened and _covers(other, step)
    ]


def risk_mask(risks: str) -> int:
    """Return the IDC bands as bits: bit n for band n of segments (N is 0)."""
    return sum(1 << RISKS.index(letter) for letter in set(risks or RISKS))
