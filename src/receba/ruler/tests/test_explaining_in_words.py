"""Sentences of an explanation stay sentences, however many titles a customer has."""

from __future__ import annotations

from receba.ruler.explaining import few


def test_a_sentence_names_the_first_titles_and_counts_the_others():
    codes = [f"NF-{n}" for n in range(1, 401)]
    assert few(codes) == "NF-1, NF-2, NF-3, NF-4, NF-5 e mais 395"
    assert few(codes[:5]) == "NF-1, NF-2, NF-3, NF-4, NF-5"
    assert few([]) == ""
