"""What changed between two versions of a ruler, in words."""

from __future__ import annotations

from collections.abc import Iterator

from receba.kernel.money import format_brl
from receba.kernel.words import said
from receba.ruler.core.document import Document, Step


def changes(old: Document, new: Document) -> list[str]:
    """Return sentences (pt-BR), one a change: manners first, then the steps in the order of time. A step is its key."""
    return [*_of_manners(old, new), *_of_steps(old, new)]


def _of_manners(old: Document, new: Document) -> Iterator[str]:
    if old.name != new.name:
        yield said("o nome passa de “{old}” para “{new}”", old=old.name, new=new.name)
    if old.rest_days != new.rest_days:
        yield said("o descanso entre contatos passa de {old} para {new} dias", old=old.rest_days, new=new.rest_days)
    if old.catch_up_days != new.catch_up_days:
        yield said(
            "um passo perdido vale por {new} dias, em vez de {old}", old=old.catch_up_days, new=new.catch_up_days
        )
    if old.minimum_centavos != new.minimum_centavos:
        amounts = {"old": format_brl(old.minimum_centavos), "new": format_brl(new.minimum_centavos)}
        yield said("o valor mínimo passa de {old} para {new}", **amounts)


def _of_steps(old: Document, new: Document) -> Iterator[str]:
    before, after = ({step.key: step for step in document.steps} for document in (old, new))
    for key, step in sorted({**before, **after}.items(), key=lambda pair: pair[1].offset_days):
        if key not in before:
            yield said("entra o passo {key}, no dia {day}", key=key, day=f"D{step.offset_days:+d}")
        elif key not in after:
            yield said("sai o passo {key}, do dia {day}", key=key, day=f"D{step.offset_days:+d}")
        else:
            yield from _of_step(before[key], after[key])


def _of_step(old: Step, new: Step) -> Iterator[str]:
    if old.offset_days != new.offset_days:
        days = {"old": f"D{old.offset_days:+d}", "new": f"D{new.offset_days:+d}"}
        yield said("o passo {key} muda do dia {old} para o dia {new}", key=new.key, **days)
    if old.channel != new.channel:
        yield said("o passo {key} muda de canal", key=new.key)
    if old.template != new.template and new.template:
        yield said("o passo {key} muda de texto", key=new.key)
    if old.owner != new.owner:
        yield said("o passo {key} muda de responsável", key=new.key)
    if _chooses(old) != _chooses(new):
        yield said("o passo {key} muda de condições", key=new.key)


_CONDITIONS = ("min_centavos", "max_centavos", "person", "risks", "worsened")


def _chooses(step: Step) -> tuple[object, ...]:
    """Return for whom a step is."""
    return tuple(getattr(step, name) for name in _CONDITIONS)
