"""Every text that a person reads is marked, and every marked text has its English; nothing else is in the catalogue."""

from __future__ import annotations

import re
import sys

import pytest

from architecture.house import REPO, SOURCE
from words.unmarked import in_python, in_template

sys.path.insert(0, str(REPO / "scripts"))
import messages

PLACES = re.compile(r"%(?:\(\w+\))?[-+0-9.]*[a-zA-Z]|%%|\{\{?\s*[\w.]*(?:!r)?\s*\}?\}")
TAGS = re.compile(r"</?[a-z]+[^>]*>")

PORTUGUESE = {
    "kernel/typed.py": "the words for days that people type, in both languages",
    "cli/": "the terminal speaks Portuguese",
    "demo/": "made-up people and companies",
    "config/settings.py": "the language's own name",
    "daily/tasks.py": "the actor's name in the audit trail",
    "intake/core/examples.py": "made-up rows of the examples of files",
    "intake/writing.py": "the actor's name in the audit trail, and the name of a step, which the page translates",
    "kernel/tables.py": "what a Portuguese word means",
    "ledger/checks.py": "only the terminal says it, in English: it is for who repairs a base",
    "scoring/core/evaluation.py": "only the terminal says it",
    "outreach/core/gate.py": "the law, quoted",
    "outreach/rendering.py": "what leaves to customers is Portuguese",
}
"""Where Portuguese text stands without a mark, and why."""


@pytest.fixture(scope="module")
def source():
    return messages.extracted()


@pytest.fixture(scope="module", params=messages.catalogues(), ids=lambda path: path.parts[-3])
def catalogue(request):
    return messages.read(request.param)


def texts(catalogue):
    return {(message.context, message.id) for message in catalogue if message.id}


def pairs(catalogue):
    """Give (original, translation) of every form of every text."""
    for message in catalogue:
        if message.id:
            originals = [message.id] if isinstance(message.id, str) else list(message.id)
            yield from zip(originals, messages.strings(message), strict=True)


def test_the_catalogue_holds_the_texts_of_the_source_and_no_others(source, catalogue):
    assert len(texts(source)) > 1000
    missing, gone = texts(source) - texts(catalogue), texts(catalogue) - texts(source)
    assert not missing and not gone, f"run `make messages`\nnew: {missing}\ngone: {gone}"


def test_every_text_has_its_translation(catalogue):
    assert messages.faults(catalogue) == []


def test_a_translation_has_the_places_and_the_tags_of_its_original(catalogue):
    wrong = [
        (original, told)
        for original, told in pairs(catalogue)
        for pattern in (PLACES, TAGS)
        if sorted(pattern.findall(original)) != sorted(pattern.findall(told))
    ]
    assert not wrong, wrong


def test_a_translation_begins_and_ends_as_its_original(catalogue):
    """A label stays a label: small letter by small letter, full stop by full stop."""
    wrong = [
        (original, told)
        for original, told in pairs(catalogue)
        if (original[-1] in ".:?" and told[-1] != original[-1]) or (original[0].islower() and told[0].isupper())
    ]
    assert [pair for pair in wrong if pair[1] not in ("Sunday",)] == []


def places(suffixes):
    for path in sorted(SOURCE.rglob("*")):
        # the specimens of console/design are made up, in Portuguese, and shown to developers only
        if path.suffix in suffixes and not {"tests", "migrations", "design"} & set(path.relative_to(SOURCE).parts):
            yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def test_every_word_of_a_template_is_marked():
    said = [f"{name}:{line}: {text}" for name, text in places({".html"}) for line, text in in_template(text)]
    assert not said, "\n".join(said)


def test_every_text_that_python_shows_is_marked():
    said = {name: in_python(text) for name, text in places({".py"})}
    free = [f"{name}:{line}: {text}" for name, found in said.items() for line, text in found
            if not name.startswith(tuple(PORTUGUESE))]  # fmt: skip
    assert not free, "\n".join(free)
    idle = [place for place in PORTUGUESE if not any(found and name.startswith(place) for name, found in said.items())]
    assert not idle, f"no such text any more: {idle}"


@pytest.mark.parametrize(
    "template, words",
    [
        ('<p title="{% translate "Dia" %}">{% translate "Dia" %} {{ day }} · 3</p>', []),
        ("{% blocktranslate count n=3 %}um dia{% plural %}dias{% endblocktranslate %} a mais", ["a mais"]),
        ('<img alt="Marca"{% if x %} class="big"{% endif %}>', ["Marca"]),
        ('<a class="{% url "x" %}">IDC</a><script>let word</script><input type="submit" value="Enviar">', ["Enviar"]),
    ],
)
def test_the_finder_finds_words_outside_the_marks(template, words):
    assert [said for _line, said in in_template(template)] == words


def test_the_finder_tells_a_text_from_a_docstring_and_a_mark():
    code = '"""Régua."""\nlabel = _("Título")\nhead = ["Título", label]\nraise Wrong(f"Não há {label}")\n'
    assert in_python(code) == [(3, "Título"), (4, "Não há ")]


@pytest.mark.parametrize(
    "code, words",
    [
        ('forms.CharField(label="Nome")', ["Nome"]),
        ('forms.CharField(label=_("Nome"))', []),
        ('forms.ChoiceField(choices=[("a", "b")], label=f"Dia {n}")', ["Dia "]),
        ('messages.success(request, "Salvo.")', ["Salvo."]),
        ('log.info("saved")', []),
        ('form.add_error("name", "Falta o nome.")', ["Falta o nome."]),
        ('raise IntakeError("empty_file", said("Vazio {n}", n="já"))', ["já"]),
        ('STATE_LABELS = {State.A: "pronta", State.B: _("enviada"), State.C: "SMS"}', ["pronta"]),
    ],
)
def test_the_finder_knows_where_python_speaks_to_people(code, words):
    assert [said for _line, said in in_python(code)] == words
