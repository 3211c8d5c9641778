"""Templates: what they must say, what they may not say, and that they can do nothing but speak."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.outreach.core.figures import Key, TitleFigure, figure_from, to_speak_of
from receba.outreach.core.wording import Fault
from receba.outreach.rendering import Creditor, Source, Speech, library, problems, render

CREDITOR = Creditor(
    "Distribuidora Serra Azul Ltda",
    "Serra Azul",
    "11222333000181",
    "Rua das Acácias, 100, Campinas, SP",
    "1933334444",
    "atendimento@serraazul.example",
    "https://serraazul.example",
)
TODAY = date(2026, 11, 24)
LATE = TitleFigure(
    1, "NF-77/1", "Farinha <tipo 1>", date(2026, 9, 10), date(2026, 9, 10), 1_500_00, 1_500_00, 67_50, 75
)
ALSO = TitleFigure(2, "NF-78/1", "", date(2026, 10, 25), date(2026, 10, 26), 1_000_00, 600_00, 25_00, 30)
GOOD = library()[Key.LATE_SOFT]


def faults(key=Key.LATE_SOFT, homes=CREDITOR.homes, **parts):
    source = Source(**{"subject": GOOD.subject, "text": GOOD.text, "html": GOOD.html} | parts)
    return {(p.part, p.fault) for p in problems(key, source, homes) if not p.warning}


def said(key, *figures, debtor="Padaria Aurora Ltda", is_person=False):
    return render(library()[key], Speech(key, CREDITOR, debtor, is_person, TODAY, figures))


@pytest.mark.req("S1.59")
@pytest.mark.parametrize("key", list(Key))
def test_the_texts_that_come_with_the_program_are_lawful_and_easy(key):
    assert problems(key, library()[key], CREDITOR.homes) == []


@pytest.mark.req("S1.59", "S0.63")
@pytest.mark.parametrize("key", list(Key))
def test_every_message_names_the_creditor_its_document_and_its_address(key):
    words = said(key, LATE)
    for part in (words.text, words.html):
        for fact in (
            "Distribuidora Serra Azul Ltda",
            "11.222.333/0001-81",
            "Rua das Acácias, 100, Campinas, SP",
            "SAIR",
        ):
            assert fact in part


def test_figures_are_written_the_brazilian_way_and_add_up():
    words = said(Key.LATE_FIRM, LATE, ALSO)
    for part in (words.text, words.html):
        for fact in ("NF-77/1", "10/09/2026", "R$ 1.500,00", "R$ 67,50", "R$ 1.567,50", "R$ 400,00", "R$ 2.192,50"):
            assert fact in part
    assert "Total em 24/11/2026: R$ 2.192,50" in words.text


def test_the_subject_tells_nothing_of_the_debt():
    for key in Key:
        subject = said(key, LATE, debtor="MARIA APARECIDA DA SILVA", is_person=True).subject
        assert subject.startswith("Serra Azul: ")
        assert "Maria" in subject
        assert not any(c.isdigit() for c in subject)


def test_names_cannot_bring_markup_or_headers_with_them():
    words = said(Key.LATE_SOFT, LATE, debtor='<img src=x onerror="alert(1)">\r\nBcc: todos@exemplo.example')
    assert "<img" not in words.html
    assert "&lt;img" in words.html
    assert "\n" not in words.subject


@pytest.mark.req("S1.59")
@pytest.mark.parametrize(
    "threat",
    [
        "Chamaremos a polícia.",
        "Isto é CRIME.",
        "Você será <b>pre</b>so.",
        "Pri&#115;ão para quem não paga.",
        "Faremos a penhora imediata.",
        "po\u200bl\u00edcia",
        "Seu nome\nserá exposto.",
        "Um oficial de justiça irá à sua casa.",
        "Caloteiro!",
        "ÚLTIMA CHANCE",
    ],
)
def test_threats_are_found_however_they_are_dressed(threat):
    assert ("html", Fault.FORBIDDEN_WORD) in faults(html=GOOD.html + f"<p>{threat}</p>")
    if "<" not in threat and "&" not in threat:
        assert ("text", Fault.FORBIDDEN_WORD) in faults(text=GOOD.text + threat)


def test_innocent_words_that_look_like_threats_pass():
    text = GOOD.text + "\nA empresa presenteia quem se apresenta. O caixa policromado. Descrimine os itens."
    assert faults(text=text) == set()


@pytest.mark.parametrize(
    "subject",
    [
        "Sua dívida",
        "R$10",
        "{{ credor.nome }}: boleto vencido",
        "R$ 10",
        "Aviso de ATRASO",
        "{{ total }}",
        "{{ quantidade }} avisos",
    ],
)
def test_a_subject_that_tells_is_refused(subject):
    assert ("subject", Fault.SUBJECT_TELLS) in faults(subject=subject)


def test_identification_may_not_be_missing_nor_conditional():
    cut = GOOD.html.replace("{{ identificacao_do_credor }}", "")
    assert faults(html=cut) == {("html", Fault.NO_IDENTIFICATION)}
    maybe = cut + "{% if total %}{{ identificacao_do_credor }}{% endif %}"
    assert faults(html=maybe) == {("html", Fault.NO_IDENTIFICATION)}
    by_hand = cut + "<p>{{ credor.razao_social }} {{ credor.documento }} {{ credor.endereco }}</p>"
    assert faults(html=by_hand) == set()
    assert faults(text=GOOD.text.replace("{{ como_responder }}", "")) == {("text", Fault.NO_WAY_OUT)}
    assert faults(text=GOOD.text.replace("{{ tabela_de_titulos }}", "")) == {("text", Fault.NO_TITLES)}
    assert faults(Key.THANKS, text=GOOD.text.replace("{{ tabela_de_titulos }}", "")) == set()


@pytest.mark.parametrize(
    ("piece", "fault"),
    [
        ("<script>x</script>", Fault.HTML_TAG),
        ("<img src='https://rastreio.example/x.gif'>", Fault.HTML_TAG),
        ("<p onclick='x'>", Fault.HTML_ATTRIBUTE),
        ("<p style='color:red'>", Fault.HTML_ATTRIBUTE),
        ("<a href='https://outro.example'>pague</a>", Fault.FOREIGN_LINK),
        ("<a href='https://serraazul.example.golpe.example'>pague</a>", Fault.FOREIGN_LINK),
        ("<a href='javascript:x'>pague</a>", Fault.FOREIGN_LINK),
        ("<{{ devedor.nome }}>", Fault.HTML_TAG),
        ("<!-- x -->", Fault.HTML_TAG),
    ],
)
def test_html_that_could_do_harm_does_not_travel(piece, fault):
    assert ("html", fault) in faults(html=GOOD.html + piece)


def test_links_to_the_creditor_itself_may_travel():
    links = (
        "<a href='https://serraazul.example/pagar?x=1'>site</a><a href='{{ credor.site }}'>site</a>"
        "<a href='mailto:{{ credor.email }}'>e-mail</a><a href='tel:{{ credor.telefone }}'>telefone</a>"
    )
    assert faults(html=GOOD.html + links) == set()


@pytest.mark.parametrize(
    "code",
    [
        "{% load static %}",
        "{% include '/etc/passwd' %}",
        "{% extends 'base.html' %}",
        "{% now 'Y' %}",
        "{% debug %}",
        "{% csrf_token %}",
        "{{ devedor.nome|safe }}",
        "{{ devedor.nome|ljust:'99999999' }}",
        "{% url 'x' %}",
    ],
)
def test_a_template_can_neither_load_nor_run_anything(code):
    assert ("text", Fault.SYNTAX) in faults(text=GOOD.text + code)


@pytest.mark.parametrize(
    "name",
    [
        "{{ devedor.cpf }}",
        "{{ settings.SECRET_KEY }}",
        "{{ credor.__class__ }}",
        "{% if segredo %}x{% endif %}",
        "{{ titulo.numero }}",
        "{% for t in titulos %}{{ t.juros }}{% endfor %}",
        "{% for a in titulos %}{% for b in titulos %}x{% endfor %}{% endfor %}",
        "{% for letra in devedor.nome %}x{% endfor %}",
        "{{ titulos.pop }}",
        "{{ total|default:segredo }}",
    ],
)
def test_a_name_that_does_not_exist_is_an_error_not_a_blank(name):
    found = faults(text=GOOD.text + name)
    assert found & {("text", Fault.UNKNOWN_NAME), ("text", Fault.SYNTAX)}


def test_a_company_may_write_its_own_table():
    loop = "{% for t in titulos %}{{ forloop.counter }}. {{ t.numero }} {{ t.vencimento }} {{ t.total }}\n{% endfor %}"
    text = GOOD.text.replace("{{ tabela_de_titulos }}", loop)
    assert faults(text=text) == set()
    words = render(
        Source(GOOD.subject, text, GOOD.html), Speech(Key.LATE_SOFT, CREDITOR, "X", False, TODAY, [LATE, ALSO])
    )
    assert "2. NF-78/1 25/10/2026 R$ 625,00" in words.text


def test_a_sentence_that_nobody_understands_is_pointed_out_without_blocking():
    long = "\n\n" + "palavra " * 31 + ".\n"
    warnings = [p for p in problems(Key.LATE_SOFT, Source(GOOD.subject, GOOD.text + long, GOOD.html)) if p.warning]
    assert [(p.part, p.fault) for p in warnings] == [("text", Fault.LONG_SENTENCE)]


figures = st.builds(
    TitleFigure,
    title_id=st.integers(1, 9),
    code=st.text("AB1", min_size=1, max_size=3),
    description=st.just(""),
    due_on=st.dates(date(2026, 11, 1), date(2026, 12, 20)),
    effective_due_on=st.dates(date(2026, 11, 1), date(2026, 12, 20)),
    face_centavos=st.integers(1, 10**8),
    principal_centavos=st.integers(-(10**8), 10**8),
    charges_centavos=st.integers(0, 10**6),
    days_late=st.integers(0, 50),
)


@given(st.lists(figures, max_size=4), st.sampled_from(list(Key)))
def test_what_is_spoken_of_is_true(some, key):
    for figure in to_speak_of(key, some, TODAY):
        assert (figure.total_centavos > 0) or key is Key.THANKS
        if key is Key.REMINDER:
            assert figure.due_on > TODAY
        if key in (Key.LATE_SOFT, Key.LATE_FIRM, Key.LATE_LAST):
            assert figure.days_late > 0
        assert figure_from(figure.as_json()) == figure
