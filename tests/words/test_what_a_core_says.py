"""A core says Portuguese, a page says it in the reader's language; what people wrote is never touched."""

from __future__ import annotations

import json
import sys
from copy import deepcopy

import pytest

from architecture.house import REPO
from receba.kernel.words import said, said_in, said_together
from receba.ruler.core.document import Document, Misread, Step, faults
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.sufficiency import InsufficientHistory, refusal

sys.path.insert(0, str(REPO / "scripts"))
import messages

ENGLISH = {message.id: message.string for message in messages.read(REPO / "src/receba/locale/en/LC_MESSAGES/django.po")}
ON_1_JUNE_2026 = 20605


def english(text: str) -> str:
    return said_in(text, lambda template: ENGLISH.get(template, template))


def test_a_sentence_is_its_portuguese():
    sentence = said("Em {where}: falta {names}.", where=said("o passo {n}", n=2), names=["key", "channel"])
    assert sentence == "Em o passo 2: falta key, channel."
    assert json.loads(json.dumps({"told": sentence})) == {"told": "Em o passo 2: falta key, channel."}
    assert said("80% {a}") == "80% {a}"


def test_a_sentence_is_translated_with_those_inside_it():
    words = {"Em {where}: {what}.": "In {where}: {what}.", "o passo {n}": "step {n}", "falta": "missing"}
    sentence = said("Em {where}: {what}.", where=said("o passo {n}", n=2), what=[said("falta"), said("nada")])
    assert said_in(sentence, lambda text: words.get(text, text)) == "In step 2: missing, nada."
    assert said_in(deepcopy(sentence), lambda text: words.get(text, text)) == "In step 2: missing, nada."


def test_what_somebody_wrote_is_not_translated_even_if_it_looks_like_a_template():
    sentence = said("“{text}” não existe.", text="{text} o passo {n}")
    assert said_in(sentence, lambda text: text.replace("não existe", "does not exist")) == (
        "“{text} o passo {n}” does not exist."
    )
    assert said_in("o passo {n}", str.upper) == "o passo {n}"


def test_sentences_one_after_another():
    assert said_together(said("Um."), said("Dois {n}.", n=2)) == "Um. Dois 2."


def test_what_is_wrong_with_a_ruler_is_told_in_english():
    step = Step("a", 3, "fax", "lembrete")
    told = [english(fault.message) for fault in faults(Document("", (step, step)))]
    assert "Give the ruler a name of at most 200 characters." in told
    assert "The step name 'a' appears 2 times: give each step a name." in told
    assert "Unknown channel 'fax': use one of email, task." in told
    with pytest.raises(Misread) as wrong:
        Document.from_text('{"name": "x", "steps": [{"key": 1}]}')
    assert english(wrong.value.args[0]) == "In step 1: key must be a text in quotes."


@pytest.mark.parametrize(
    "ready, closest, told",
    [
        (4, (9,), "There are 4 such customers; 1 missing. The closest has 9 titles: 1 missing."),
        (
            1,
            (7, 3),
            "There is 1 such customer; 4 missing. The closest have 7 and 3 titles: 3 and 7 missing. "
            "Besides, 2 new customers are missing from the load.",
        ),
        (
            0,
            (),
            "There is no such customer; 5 missing. Besides, 5 new customers are missing from the load.",
        ),
    ],
)
def test_the_refusal_below_the_minimum_load_is_told_in_english_from_what_was_kept(ready, closest, told):
    refused = InsufficientHistory(ON_1_JUNE_2026, ready, closest, ScoringParameters())
    kept = json.loads(json.dumps(refused.facts))
    again = refusal(ON_1_JUNE_2026, **kept)
    assert again == str(refused)
    assert english(again) == (
        "Not enough history on 01/06/2026: the IDC needs at least 5 customers with 10 titles of known outcome each "
        f"(due by the day before and paid, or open and confirmed late). {told}"
    )
