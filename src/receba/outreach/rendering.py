"""From a template and the facts of one debtor to the words that leave; and what is wrong with a template."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import Context, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import ForNode, IfNode
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from receba.kernel.documents import format_document
from receba.kernel.money import format_brl
from receba.outreach.core import wording
from receba.outreach.core.figures import Key, TitleFigure, total_of
from receba.outreach.core.wording import Fault, Problem
from receba.outreach.sandbox import ENGINE

DATA = Path(__file__).parent / "data"
PARTS = ("subject", "text", "html")
_LONGEST = 20_000

NAMES: Mapping[str, str | Promise] = {
    "devedor.nome": "Maria Aparecida da Silva",
    "devedor.primeiro_nome": "Maria",
    "credor.nome": _("nome fantasia"),
    "credor.razao_social": _("razão social"),
    "credor.documento": _("CNPJ ou CPF formatado"),
    "credor.endereco": _("endereço"),
    "credor.telefone": _("telefone"),
    "credor.email": _("e-mail de atendimento"),
    "credor.site": _("site"),
    "hoje": _("data da mensagem, dd/mm/aaaa"),
    "quantidade": _("quantos títulos"),
    "total": "R$ 1.234,56",
    "titulos": _("a lista, para usar em {% for titulo in titulos %}"),
    "tabela_de_titulos": _("a tabela pronta"),
    "identificacao_do_credor": _("razão social, CNPJ, endereço e contatos (CDC art. 42-A)"),
    "como_responder": _("como tirar dúvidas, contestar e sair da lista"),
}
"""Every name that a template may use, with an example or what it gives. What leaves is Portuguese: no other text is marked."""
TITLE_NAMES = ("numero", "descricao", "vencimento", "valor_original", "encargos", "total", "dias_de_atraso")
_DEBT_NAMES = frozenset({"total", "titulos", "quantidade", "tabela_de_titulos"})
_ONE_TITLE = "titulos[]"
_LOOP_NAMES = frozenset({"forloop.counter", "forloop.first", "forloop.last"})
_IDENTITY = frozenset({"credor.razao_social", "credor.documento", "credor.endereco"})


@dataclass(frozen=True, slots=True)
class Source:
    """The three parts of a template as written."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three parts of a message as read; `html` is a whole document."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who speaks. Name, document and address are mandatory in every message (CDC art. 42-A)."""

    name: str
    trade_name: str
    document: str
    address: str
    phone: str = ""
    email: str = ""
    website: str = ""

    @property
    def identified(self) -> bool:
        return all(text.strip() for text in (self.name, self.document, self.address))

    @property
    def homes(self) -> tuple[str, ...]:
        """Where a link in a message may lead, in lower case without a final slash."""
        mail = f"mailto:{self.email}" if self.email else ""
        tel = f"tel:{self.phone}" if self.phone else ""
        return tuple(home.lower().rstrip("/") for home in (self.website, mail, tel) if home)


@dataclass(frozen=True, slots=True)
class Speech:
    """Everything that one message says, before it has words."""

    key: Key
    creditor: Creditor
    debtor_name: str
    is_person: bool
    on: date
    figures: Sequence[TitleFigure]


@lru_cache(maxsize=1)
def library() -> Mapping[Key, Source]:
    """Return the templates that come with the program."""
    texts = {key: tomllib.loads((DATA / "templates" / f"{key}.toml").read_text("utf-8")) for key in Key}
    return {key: Source(*(row[part].strip() for part in PARTS)) for key, row in texts.items()}


@lru_cache(maxsize=1)
def forbidden_words() -> tuple[wording.WordList, ...]:
    """Return the words that no message may hold."""
    return wording.word_lists(tomllib.loads((DATA / "forbidden_words.toml").read_text("utf-8")))


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return Template(source, engine=ENGINE)


# ------------------------------------------------------------------------------------------------ words


def render(source: Source, speech: Speech) -> Rendered:
    """Return the message that a template makes of the facts. Raises TemplateSyntaxError for a broken template."""
    names = _context(speech)
    text_blocks, html_blocks = _text_blocks(speech), _html_blocks(speech)
    subject = _compiled(source.subject).render(Context(names, autoescape=False))
    text = _compiled(source.text).render(Context(names | text_blocks, autoescape=False))
    body = _compiled(source.html).render(Context(names | html_blocks, autoescape=True))
    return Rendered(" ".join(subject.split()), text.strip() + "\n", _framed(body))


def _context(speech: Speech) -> dict[str, Any]:
    creditor = speech.creditor
    return {
        "devedor": {"nome": speech.debtor_name, "primeiro_nome": _first_name(speech)},
        "credor": {
            "nome": creditor.trade_name or creditor.name,
            "razao_social": creditor.name,
            "documento": format_document(creditor.document),
            "endereco": creditor.address,
            "telefone": creditor.phone,
            "email": creditor.email,
            "site": creditor.website,
        },
        "hoje": _day(speech.on),
        "quantidade": len(speech.figures),
        "total": format_brl(_total(speech)),
        "titulos": [_title(figure) for figure in speech.figures],
    }


def _total(speech: Speech) -> int:
    return total_of(speech.figures) if speech.key.collects else sum(f.face_centavos for f in speech.figures)


def _first_name(speech: Speech) -> str:
    words = speech.debtor_name.split()
    return words[0].capitalize() if speech.is_person and words else speech.debtor_name


def _title(figure: TitleFigure) -> dict[str, Any]:
    return {
        "numero": figure.code,
        "descricao": figure.description,
        "vencimento": _day(figure.due_on),
        "valor_original": format_brl(figure.face_centavos),
        "encargos": format_brl(figure.charges_centavos),
        "total": format_brl(figure.total_centavos),
        "dias_de_atraso": figure.days_late,
    }


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _identity(creditor: Creditor) -> list[str]:
    label = "CPF" if len(creditor.document) == 11 else "CNPJ"
    reach = " · ".join(text for text in (creditor.phone, creditor.email, creditor.website) if text)
    return [
        creditor.name,
        f"{label} {format_document(creditor.document)}",
        creditor.address,
        *([f"Contato: {reach}"] if reach else []),
    ]


def _ways_out(speech: Speech) -> list[str]:
    phone = f" ou ligue para {speech.creditor.phone}" if speech.creditor.phone else ""
    lines = [
        f"Ficou com dúvida ou não reconhece esta mensagem? Responda a este e-mail{phone}.",
        "Se não é você a pessoa procurada, responda avisando: deixaremos de usar este endereço.",
        "Para não receber mais mensagens neste endereço, responda com a palavra SAIR.",
    ]
    if speech.key.collects:
        lines.insert(1, "Discorda do valor ou está com dificuldade para pagar? Responda também: queremos ouvir você.")
    return lines


def _columns(speech: Speech) -> list[tuple[str, str, list[str]]]:
    """Return (heading, side, cells) for each column; charges only where some title has them."""
    rows = [_title(figure) for figure in speech.figures]
    columns = [
        ("Título", "left", [row["numero"] for row in rows]),
        ("Vencimento", "left", [row["vencimento"] for row in rows]),
        ("Valor original", "right", [row["valor_original"] for row in rows]),
    ]
    if speech.key.collects:
        paid = [f.face_centavos - f.principal_centavos for f in speech.figures]
        if any(paid):
            columns.append(("Já abatido", "right", [format_brl(amount) for amount in paid]))
        columns.append(("Encargos", "right", [row["encargos"] for row in rows]))
        columns.append(("Valor atualizado", "right", [row["total"] for row in rows]))
    return columns


def _text_blocks(speech: Speech) -> dict[str, str]:
    columns = _columns(speech)
    lines = []
    for n in range(len(speech.figures)):
        first, *others = ((heading, cells[n]) for heading, _side, cells in columns)
        lines.append(f"- {first[0]} {first[1]}")
        lines += [f"  {heading}: {cell}" for heading, cell in others]
    if speech.key.collects:
        lines.append(f"Total em {_day(speech.on)}: {format_brl(_total(speech))}")
    return {
        "tabela_de_titulos": "\n".join(lines),
        "identificacao_do_credor": "\n".join(_identity(speech.creditor)),
        "como_responder": "\n".join(_ways_out(speech)),
    }


_CELL = "padding:6px 12px 6px 0;border-bottom:1px solid #d5d5d5;vertical-align:top;text-align:"


def _html_blocks(speech: Speech) -> dict[str, SafeString]:
    columns = _columns(speech)
    heads = [f'<th scope="col" style="{_CELL}{side}">{escape(heading)}</th>' for heading, side, _cells in columns]
    rows = [
        "<tr>" + "".join(f'<td style="{_CELL}{side}">{escape(cells[n])}</td>' for _h, side, cells in columns) + "</tr>"
        for n in range(len(speech.figures))
    ]
    table = (
        '<table style="border-collapse:collapse;width:100%;font-size:14px">'
        f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    if speech.key.collects:
        table += f"<p><strong>Total em {_day(speech.on)}: {escape(format_brl(_total(speech)))}</strong></p>"
    return {
        "tabela_de_titulos": mark_safe(table),
        "identificacao_do_credor": _small(tuple(_identity(speech.creditor))),
        "como_responder": _small(tuple(_ways_out(speech))),
    }


@lru_cache(maxsize=64)
def _small(lines: tuple[str, ...]) -> SafeString:
    """Return lines in small print; the same for thousands of messages of one creditor."""
    told = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
    return format_html('<p style="font-size:13px;color:#444444">{}</p>', told)


def _framed(body: str) -> str:
    """Return a whole document around the body: one column, legible on a telephone, nothing loaded from elsewhere."""
    return (
        '<!doctype html>\n<html lang="pt-BR"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>\n'
        '<body style="margin:0;padding:24px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;'
        'color:#1c1c1c;background:#ffffff"><div style="max-width:600px;margin:0 auto">\n'
        f"{body.strip()}\n</div></body></html>\n"
    )


# ------------------------------------------------------------------------------------------------ faults


def problems(key: Key, source: Source, homes: Sequence[str] = ()) -> list[Problem]:
    """Return what is wrong with a template; it may be published when nothing but warnings is left."""
    found: list[Problem] = list(wording.subject_problems(source.subject))
    for part in PARTS:
        found += _problems_of(key, part, getattr(source, part), homes)
    return found


def _problems_of(key: Key, part: str, text: str, homes: Sequence[str]) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(part, Fault.EMPTY)
        return
    if len(text) > _LONGEST:
        yield Problem(part, Fault.SYNTAX, f"mais de {_LONGEST} caracteres")
        return
    try:
        template = Template(text, engine=ENGINE)
    except TemplateSyntaxError as wrong:
        yield Problem(part, Fault.SYNTAX, str(wrong))
        return
    used = list(_names(template.nodelist, frozenset(), always=True))
    yield from (Problem(part, Fault.UNKNOWN_NAME, name) for name, _always in used if not _known(name))
    words = "".join(_literals(template.nodelist))
    if part == "html":
        words, unfit = wording.read_html(words, homes)
        yield from unfit
    yield from wording.forbidden(part, words, forbidden_words())
    if part == "subject":
        told = sorted({name for name, _a in used if name.split(".")[0] in _DEBT_NAMES | {"titulo"}})
        yield from (Problem(part, Fault.SUBJECT_TELLS, name, "CL-2") for name in told)
    else:
        yield from wording.hard_sentences(part, words)
        yield from _missing(key, part, {name for name, always in used if always})


def _missing(key: Key, part: str, always: set[str]) -> Iterator[Problem]:
    """Yield what the law wants in every message and this part does not always say."""
    if "identificacao_do_credor" not in always and not always >= _IDENTITY:
        yield Problem(part, Fault.NO_IDENTIFICATION, rule="CDC 42-A")
    if "como_responder" not in always:
        yield Problem(part, Fault.NO_WAY_OUT, rule="ME-2")
    if key.collects and not always & {"tabela_de_titulos", "titulos"}:
        yield Problem(part, Fault.NO_TITLES, rule="SE-6")


def _known(name: str) -> bool:
    head, _dot, rest = name.partition(".")
    return name in NAMES or name in _LOOP_NAMES or (head == _ONE_TITLE and rest in TITLE_NAMES)


def _names(nodes: NodeList, loop: frozenset[str], *, always: bool) -> Iterator[tuple[str, bool]]:
    """Yield every name that the nodes use, and whether it is said in every message whatever the facts."""
    for node in nodes:
        if isinstance(node, VariableNode):
            yield from ((name, always) for name in _of_expression(node.filter_expression, loop))
        elif isinstance(node, ForNode):
            each: Any = node
            yield from ((name, always) for name in _of_expression(each.sequence, loop))
            if loop or len(each.loopvars) != 1 or getattr(each.sequence.var, "var", "") != "titulos":
                yield ("{% for %}", False)  # only over the titles, and not one inside another
            yield from _names(each.nodelist_loop, loop | set(each.loopvars), always=False)
            yield from _names(each.nodelist_empty, loop, always=False)
        elif isinstance(node, IfNode):
            for condition, inside in node.conditions_nodelists:
                yield from ((name, False) for name in _of_condition(condition, loop))
                yield from _names(inside, loop, always=False)


def _of_condition(condition: Any, loop: frozenset[str]) -> Iterator[str]:
    if isinstance(getattr(condition, "value", None), FilterExpression):
        yield from _of_expression(condition.value, loop)
    for side in (getattr(condition, "first", None), getattr(condition, "second", None)):
        if side is not None:
            yield from _of_condition(side, loop)


def _of_expression(expression: FilterExpression, loop: frozenset[str]) -> Iterator[str]:
    variables = [expression.var, *(value for _f, args in expression.filters for is_var, value in args if is_var)]
    for variable in variables:
        if isinstance(variable, Variable) and variable.lookups:
            name = str(variable.var)
            head, dot, rest = name.partition(".")
            # Inside a loop its variable stands for a title, whatever the text calls it.
            yield f"{_ONE_TITLE}{dot}{rest}" if head in loop else name


def _literals(nodes: NodeList) -> Iterator[str]:
    """Yield the words that are written in the template itself, in order; a value leaves a word of its own."""
    for node in nodes:
        if isinstance(node, TextNode):
            yield node.s
        elif isinstance(node, VariableNode):
            name = str(getattr(node.filter_expression.var, "var", ""))
            yield wording.OWN_LINKS.get(name, " x ") if not node.filter_expression.filters else " x "
        else:
            yield from _literals(_children(node))


def _children(node: Node) -> NodeList:
    names = getattr(node, "child_nodelists", ("nodelist",))
    if isinstance(node, IfNode):
        return NodeList(child for _c, inside in node.conditions_nodelists for child in inside)
    return NodeList(child for name in names for child in getattr(node, name, ()) or ())
