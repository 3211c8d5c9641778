"""What is wrong with a row is stored as a Portuguese sentence with its code, and told in the language of who reads."""

from __future__ import annotations

import pytest
from django.utils import translation

from receba.intake import labels
from receba.intake.core.fields import TITLES
from receba.intake.core.parsing import parse
from receba.intake.core.reasons import REASON_WORDING, Reason
from receba.intake.labels import told
from receba.intake.readers import read_bytes

FILE = "titulo;codigo_cliente;emissao;vencimento;valor\nT1;9;01/02/2026;30/02/2026;em {value} e {field}\n"


@pytest.fixture
def marked(monkeypatch):
    """Let translation be seen: every text that is looked up comes back between brackets."""
    monkeypatch.setattr(labels, "gettext", lambda text: f"[{text}]")
    monkeypatch.setattr(labels, "translated", lambda text: f"[{text}]")


def problems():
    return list(parse(read_bytes(FILE.encode()), TITLES).rejected.iter_rows(named=True))


def test_the_sentence_is_translated_and_what_the_file_says_is_not(marked):
    assert [told(problem)["message"] for problem in problems()] == [
        "[“30/02/2026” não é uma data válida em [vencimento].]",
        "[“em {value} e {field}” não é um valor em dinheiro em [valor do título].]",
    ]
    assert all(told(problem)["remedy"] == f"[{problem['remedy']}]" for problem in problems())


@pytest.mark.parametrize("reason", list(Reason))
def test_every_wording_is_known_again_when_it_was_filled(marked, reason):
    wording = REASON_WORDING[reason]
    filled = {
        "reason": reason.value,
        "message": wording.message.format(field="valor", value="a “b” em c", other="7"),
        "remedy": wording.remedy.format(other="60"),
    }
    again = told(filled)
    assert again["message"] != filled["message"] == again["message"].replace("[", "").replace("]", "")
    assert again["remedy"] == f"[{filled['remedy']}]"


def test_a_sentence_of_an_older_wording_stands_as_it_was_written(marked):
    assert told({"reason": "not_a_date", "message": "Data ruim.", "remedy": "Mude."})["message"] == "Data ruim."


def test_in_portuguese_nothing_changes():
    with translation.override("pt-br"):
        assert [told(problem) for problem in problems()] == problems()
