"""A ruler as a document: its steps, its manners, and what can be wrong with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

from receba.kernel.words import said

CHANNELS = ("email", "task")
"""`task` is a job for a person: a call, a visit."""
TEMPLATES = ("lembrete", "vence_hoje", "atraso_leve", "atraso_firme", "atraso_final")
RISKS = "NABCDE"
PERSONS = {"": 0, "PF": 1, "PJ": 2}
NO_LIMIT = 10**12
MOST_STEPS = 100
LONGEST_DAYS = 365
"""No waiting time is longer: planning remembers about a year of what was said."""


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

    def to_text(self) -> str:
        """Return JSON for people: what is as usual is left out, a line per field."""
        steps = [_unusual(step) for step in self.steps]
        return json.dumps(_unusual(self) | {"steps": steps}, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, data: object) -> Document:
        """Return the document of plain values (JSON or TOML). Raises Misread with what is not understood."""
        values = _values(cls, data, said("a régua"))
        steps = values["steps"]
        if not isinstance(steps, list | tuple):
            raise Misread(said("steps deve ser uma lista de passos."))
        read = [
            Step(**_values(Step, step, said("o passo {number}", number=number))) for number, step in enumerate(steps, 1)
        ]
        return cls(**values | {"steps": tuple(read)})

    @classmethod
    def from_text(cls, text: str) -> Document:
        """Return the document of a JSON text. Raises Misread."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as wrong:
            raise Misread(
                said("O texto não é JSON: linha {line}, coluna {column}.", line=wrong.lineno, column=wrong.colno)
            ) from wrong
        except (ValueError, RecursionError) as wrong:  # a number of thousands of digits, brackets without end
            raise Misread(said("O texto não é JSON que se possa ler.")) from wrong
        return cls.from_json(data)


class Misread(ValueError):
    """The text is no ruler."""


_TYPES: dict[str, tuple[type, str]] = {
    "int": (int, said("um número inteiro")),
    "str": (str, said("um texto entre aspas")),
    "bool": (bool, said("true ou false")),
}


def _unusual(part: Step | Document) -> dict[str, Any]:
    """Return the fields that are not as usual."""
    return {field.name: value for field in fields(part) if (value := getattr(part, field.name)) != field.default}


def _values(kind: type[Step] | type[Document], data: object, where: str) -> dict[str, Any]:
    """Return the fields given, each of its type; none missing, none unknown. Raises Misread."""
    if not isinstance(data, Mapping):
        raise Misread(said("Em {where}: aqui se espera um objeto, com campos entre chaves.", where=where))
    known = {field.name: field for field in fields(kind)}
    if strange := sorted(str(name) for name in set(data) - set(known)):
        raise Misread(
            said(
                "Em {where}: campo desconhecido {strange}; existem {known}.",
                where=where,
                strange=strange,
                known=list(known),
            )
        )
    for name, field in known.items():
        if name not in data:
            if field.default is MISSING:
                raise Misread(said("Em {where}: falta o campo {name}.", where=where, name=name))
            continue
        wanted, told = _TYPES.get(str(field.type), (object, ""))
        if wanted is not object and type(data[name]) is not wanted:
            raise Misread(said("Em {where}: {name} deve ser {told}.", where=where, name=name, told=told))
        if wanted is str and not data[name].isprintable():
            raise Misread(said("Em {where}: {name} tem um caractere que não se imprime.", where=where, name=name))
    return dict(data)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a ruler: a code, the step, and what to do (pt-BR)."""

    code: str
    step: str
    message: str


def faults(document: Document) -> list[Fault]:
    """Return everything that forbids publishing a ruler; nothing when it is sound."""
    if len(document.steps) > MOST_STEPS:
        return [Fault("too_many_steps", "", said("A régua tem mais de {most} passos.", most=MOST_STEPS))]
    found = (
        [Fault("no_steps", "", said("A régua não tem nenhum passo: acrescente ao menos um."))]
        if not document.steps
        else []
    )
    if not document.name.strip() or len(document.name) > 200:
        found.append(Fault("name", "", said("Dê à régua um nome de até 200 caracteres.")))
    for name, most in (("catch_up_days", LONGEST_DAYS), ("rest_days", LONGEST_DAYS), ("minimum_centavos", NO_LIMIT)):
        if not 0 <= getattr(document, name) <= most:
            found.append(Fault("limit", "", said("{name} deve ficar entre 0 e {most}.", name=name, most=most)))
    for key, count in Counter(step.key for step in document.steps).items():
        if count > 1 or not key:
            found.append(
                Fault(
                    "key_twice",
                    key,
                    said(
                        "O nome de passo {key!r} aparece {count} vezes: dê um nome a cada passo.", key=key, count=count
                    ),
                )
            )
    for step in document.steps:
        found += _of_step(step)
    return found + _unreachable(document)


def _of_step(step: Step) -> list[Fault]:
    checks = (
        (
            not (0 <= step.min_centavos <= NO_LIMIT and 0 <= step.max_centavos <= NO_LIMIT),
            "limit",
            said("Os valores do passo devem ficar entre 0 e {most} centavos.", most=NO_LIMIT),
        ),
        (
            step.channel not in CHANNELS,
            "channel",
            said("Canal {channel!r} desconhecido: use um de {known}.", channel=step.channel, known=CHANNELS),
        ),
        (
            step.channel == "email" and step.template not in TEMPLATES,
            "template",
            said("Modelo {template!r} desconhecido: use um de {known}.", template=step.template, known=TEMPLATES),
        ),
        (
            not -60 <= step.offset_days <= 1825,
            "offset",
            said("O passo deve ficar entre 60 dias antes e 5 anos depois do vencimento."),
        ),
        (
            step.min_centavos > step.max_centavos,
            "contradiction",
            said("O valor mínimo é maior que o máximo: ninguém é alcançado."),
        ),
        (step.person not in PERSONS, "person", said("Tipo de pessoa deve ser PF, PJ ou vazio.")),
        (bool(set(step.risks) - set(RISKS)), "risk", said("Faixas de risco são letras de {letters}.", letters=RISKS)),
        (
            step.worsened and step.offset_days >= 0,
            "contradiction",
            said("Um passo por piora de risco é preventivo: o prazo deve ser negativo."),
        ),
        (
            step.template.startswith("atraso") and step.offset_days <= 0,
            "contradiction",
            said("Um aviso de atraso não pode sair até o vencimento."),
        ),
        (
            step.template == "lembrete" and step.offset_days >= 0,
            "contradiction",
            said("Um lembrete só sai antes do vencimento: o prazo deve ser negativo."),
        ),
        (
            step.template == "vence_hoje" and step.offset_days != 0,
            "contradiction",
            said("“Vence hoje” só é verdade no dia: o prazo deve ser 0."),
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
        Fault("unreachable", step.key, said("O passo {key!r}, no mesmo dia, alcança todos antes deste.", key=other.key))
        for n, step in enumerate(document.steps)
        for other in document.steps[:n]
        if other.offset_days == step.offset_days and other.worsened == step.worsened and _covers(other, step)
    ]


def risk_mask(risks: str) -> int:
    """Return the IDC bands as bits: bit n for band n of segments (N is 0)."""
    return sum(1 << RISKS.index(letter) for letter in set(risks or RISKS))
