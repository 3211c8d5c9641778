"""Two versions of a ruler are compared in sentences; what is the same is not told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receba.ruler.core.changes import changes
from receba.ruler.core.document import Document, Step

SOFT, FIRM = Step("d5", 5, "email", "atraso_leve"), Step("d12", 12, "email", "atraso_firme")
OLD = Document("Empresas", (SOFT, FIRM), rest_days=2, catch_up_days=3, minimum_centavos=10_00)


@pytest.mark.parametrize(
    "new, told",
    [
        (OLD, []),
        (replace(OLD, steps=(FIRM, SOFT)), []),
        (replace(OLD, name="PJ"), ["o nome passa de “Empresas” para “PJ”"]),
        (replace(OLD, rest_days=4), ["o descanso entre contatos passa de 2 para 4 dias"]),
        (replace(OLD, catch_up_days=1), ["um passo perdido vale por 1 dias, em vez de 3"]),
        (replace(OLD, minimum_centavos=25_00), ["o valor mínimo passa de R$ 10,00 para R$ 25,00"]),
        (replace(OLD, steps=(SOFT,)), ["sai o passo d12, do dia D+12"]),
        (replace(OLD, steps=(Step("antes", -3, "email", "lembrete"), SOFT, FIRM)), ["entra o passo antes, no dia D-3"]),
        (
            replace(OLD, steps=(replace(SOFT, offset_days=7, template="atraso_firme", risks="DE"), FIRM)),
            ["o passo d5 muda do dia D+5 para o dia D+7", "o passo d5 muda de texto", "o passo d5 muda de condições"],
        ),
        (
            replace(OLD, steps=(SOFT, Step("d12", 12, "task", owner="cobrança"))),
            ["o passo d12 muda de canal", "o passo d12 muda de responsável"],
        ),
    ],
)
def test_what_changed_is_said(new, told):
    assert changes(OLD, new) == told
