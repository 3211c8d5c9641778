"""The answer to "why was this customer contacted?" and to "why not?": facts, path, checks, what was left for later.

Where a step was due the decision kept its facts, and is made again from them. Where none was, the titles are read from
the ledger as it was known on the day of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receba.access.queries import names_of
from receba.access.scope import Scope
from receba.kernel.days import day_number, from_day_number
from receba.kernel.money import format_brl
from receba.ledger import queries as ledger
from receba.ledger.core import rules as ledger_rules
from receba.ledger.models import Hold, Title
from receba.ruler import queries
from receba.ruler.core.document import RISKS
from receba.ruler.core.rules import (
    HOLD_BASE,
    DebtorSeen,
    Look,
    Outcome,
    Rung,
    Seen,
    TitleSeen,
    decide,
    next_rung,
    rungs,
    with_the_rest,
)  # fmt: skip
from receba.ruler.models import LOOK_LABELS, REASON_LABELS, Assignment, Decision, DecisionTitle, RulerVersion

_NAMED = 5


def few(codes: Sequence[str]) -> str:
    """Return codes as a sentence holds them: the first ones, and how many more there are."""
    named, rest = ", ".join(codes[:_NAMED]), len(codes) - _NAMED
    if rest <= 0:
        return named
    return _("%(codes)s e mais %(n)s") % {"codes": named, "n": rest}


@dataclass(frozen=True, slots=True)
class TitleLooked:
    """One title as the decision saw it, what was found, and the next step of its ruler, if one is to come."""

    title_id: int
    code: str
    effective_due_on: date
    days_late: int
    total_centavos: int
    ruler: str
    step: str
    found: str
    spoken: bool
    next_step: str
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing asked before the step that was due: what was found, and whether it let the contact pass."""

    name: str
    found: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a debtor was contacted or left in peace on a day: sentences (pt-BR) and what they stand on.

    `headline` is the answer in one sentence; `about` says, sentence by sentence, what it speaks of (debt, score, step,
    outcome, note, titles, rest).

    `again` tells whether deciding again from the facts kept gives the same decision; None where the facts were read
    from the ledger, or are partly out of the reader's portfolios.
    """

    decision: int
    debtor: str
    on: date
    outcome: str
    reason: str
    headline: str
    sentences: list[str]
    about: list[str]
    titles: list[TitleLooked]
    checks: list[Check]
    again: bool | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def explain(scope: Scope, decision_id: int) -> Explanation | None:
    """Return the explanation of one decision, or None when the scope has no such decision."""
    with scope.active():
        found = Decision.objects.select_related("debtor", "version__ruler", "title").filter(pk=decision_id).first()
        if found is None:
            return None
        versions = {v.pk: v for v in RulerVersion.objects.select_related("ruler")}
        kept = list(DecisionTitle.objects.filter(decision=found).select_related("title"))
        debtor = _debtor(
            found, _kept(found, kept, scope.portfolios is None) if kept else _from_ledger(scope, found, versions)
        )
        codes = dict(Title.objects.filter(pk__in=[t.title_id for t in debtor.titles]).values_list("pk", "code"))
    ladder = [rung for pk in {t.version_id for t in debtor.titles} & set(versions) for rung in _rungs(versions[pk])]
    made, seen = decide(debtor, ladder, day_number(found.on)) if debtor.titles else (None, [])
    again = None
    if kept and scope.portfolios is None and made is not None:
        again = found.approved_at is not None or _same(found, made)
    known = sorted((s for s in seen if s.title.title_id), key=lambda s: (not s.spoken, s.look))
    looked = [_looked(s, debtor, ladder, versions, codes, found.on) for s in known]
    chain = [*_owed(found, debtor), *_decided(scope, found), *_titles_in_words(looked, debtor)]
    return Explanation(
        found.pk,
        found.debtor.name,
        found.on,
        str(found.get_outcome_display()),
        str(REASON_LABELS[found.reason]),
        _headline(found, over=(queries.last_day(scope) or found.on) > found.on),
        [sentence for _kind, sentence in chain],
        [kind for kind, _sentence in chain],
        looked,
        list(_checks(found, debtor, ladder)),
        again,
    )


def _debtor(found: Decision, titles: Iterable[TitleSeen]) -> DebtorSeen:
    return DebtorSeen(
        found.debtor_id, found.person_kind, found.risk, found.worsened, found.has_email, found.hold,
        day_number(found.last_contact_on) if found.last_contact_on else None,
        tuple(sorted(titles, key=lambda t: (t.effective_due_day, t.title_id))),
    )  # fmt: skip


def _kept(found: Decision, rows: Iterable[DecisionTitle], whole: bool) -> tuple[TitleSeen, ...]:
    """Return the titles as they were kept with the decision; the sum of the others only to who may see them all."""
    titles = [
        TitleSeen(
            row.title_id, day_number(row.effective_due_on), row.days_late, row.total_centavos, row.version_id or 0,
            row.hold, frozenset({row.step}) if row.look == Look.TAKEN else frozenset(),
        )
        for row in rows
    ]  # fmt: skip
    if not whole:
        return tuple(titles)
    sums = {"open_centavos": found.open_centavos, "overdue_centavos": found.overdue_centavos}
    return with_the_rest(titles, days_late=found.days_late, **sums)


def _from_ledger(scope: Scope, found: Decision, versions: Mapping[int, RulerVersion]) -> Iterator[TitleSeen]:
    """Yield the debtor's open titles of that day as the ledger was known when the plan was made."""
    on, known = day_number(found.on), day_number(timezone.localdate(found.planned_at))
    portfolios = dict(Title.objects.filter(debtor_id=found.debtor_id).values_list("pk", "portfolio_id"))
    held: dict[int, int] = {}
    for hold in Hold.objects.filter(debtor_id=found.debtor_id, title__isnull=False, from_on__lte=found.on):
        if hold.until_on is None or hold.until_on >= found.on:
            held[hold.title_id or 0] = min(hold.kind, held.get(hold.title_id or 0, hold.kind))
    climbs = _versions_of(found, portfolios, versions)
    said = _said(found, portfolios, versions)
    for title_id, (title, terms, entries) in ledger.title_facts(scope, portfolios).items():
        owed = ledger_rules.position(title, terms, [entry for _id, entry in entries], on, known)
        version = climbs.get(title_id, 0)
        if owed.principal_centavos > 0:
            taken = said.get((title_id, title.effective_due_day, versions[version].ruler_id if version else 0), ())
            keys = [step.key for step in versions[version].document.steps] if version else []
            places = frozenset(keys.index(key) for key in taken if key in keys)
            yield TitleSeen(
                title_id, title.effective_due_day, owed.days_late, owed.total_centavos, version,
                held.get(title_id, 0), places,
            )  # fmt: skip


def _versions_of(
    found: Decision, portfolios: Mapping[int, int], versions: Mapping[int, RulerVersion]
) -> dict[int, int]:
    """Return the version that each title followed: that of its nearest assignment, as published by then."""
    newest: dict[int, int] = {}
    for version in sorted(versions.values(), key=lambda v: v.number):
        if version.published_at <= found.planned_at:
            newest[version.ruler_id] = version.pk
    rows = list(Assignment.objects.all())
    by_portfolio = {a.portfolio_id: a.ruler_id for a in rows if a.portfolio_id}
    by_debtor = {a.debtor_id: a.ruler_id for a in rows if a.debtor_id}
    by_title = {a.title_id: a.ruler_id for a in rows if a.title_id}
    return {
        title: newest.get(by_title.get(title) or by_debtor.get(found.debtor_id) or by_portfolio.get(portfolio, 0), 0)
        for title, portfolio in portfolios.items()
    }


def _said(
    found: Decision, titles: Iterable[int], versions: Mapping[int, RulerVersion]
) -> dict[tuple[int, int, int], set[str]]:
    """Return the keys of the steps taken before that day, by (title, effective due day, ruler)."""
    said: dict[tuple[int, int, int], set[str]] = {}
    rows = DecisionTitle.objects.filter(
        title_id__in=list(titles), spoken=True, decision__approved_at__isnull=False, decision__on__lt=found.on
    ).select_related("decision")
    for row in rows:
        version = versions[row.version_id or row.decision.version_id or 0]
        place = (row.title_id, day_number(row.effective_due_on), version.ruler_id)
        said.setdefault(place, set()).add(version.document.steps[row.step].key)
    return said


def _rungs(version: RulerVersion) -> list[Rung]:
    return rungs(version.pk, version.document)


def _same(found: Decision, made: Any) -> bool:
    """Return whether what was decided again is what was decided; taking somebody out is a person's own."""
    told = (found.version_id or 0, found.step, found.title_id or 0, found.titles_due, found.open_centavos)
    news = (made.version_id, made.step, made.title_id, made.titles_due, made.open_centavos)
    return told == news and (bool(found.note) or (found.outcome, found.reason) == (made.outcome, made.reason))


def _looked(
    seen: Seen, debtor: DebtorSeen, ladder: list[Rung], versions: Mapping[int, RulerVersion], codes: Mapping[int, str],
    on: date,
) -> TitleLooked:  # fmt: skip
    version = versions.get(seen.title.version_id)
    steps = version.document.steps if version else ()
    following = next_rung(seen.title, debtor, ladder, day_number(on))
    due_on = from_day_number(seen.title.effective_due_day)
    return TitleLooked(
        seen.title.title_id,
        codes.get(seen.title.title_id, ""),
        due_on,
        seen.title.days_late,
        seen.title.total_centavos,
        f"{version.ruler.name} v{version.number}" if version else "",
        steps[seen.rung.step].key if seen.rung else "",
        str(LOOK_LABELS[seen.look]),
        seen.spoken,
        steps[following.step].key if following else "",
        due_on + timedelta(following.offset_days) if following else None,
    )


Told = Iterator[tuple[str, str]]
"""What a sentence speaks of, and the sentence."""


def _headline(found: Decision, over: bool) -> str:
    """Return the answer to "why?" in one sentence; `over` says that a later plan took the place of this one."""
    day = f"{found.on:%d/%m/%Y}"
    if found.outcome == Outcome.SKIP:
        return _("Em %(day)s este cliente não foi contatado: %(why)s.") % {
            "day": day,
            "why": REASON_LABELS[found.reason],
        }
    step = found.version.document.steps[found.step] if found.version else None
    by_mail = step is not None and step.channel == "email"
    if found.approved_at is None and over:
        told = _("Em %(day)s um passo da régua vencia, mas o plano não foi aprovado: este cliente não foi contatado.")
    elif found.approved_at is None:
        told = (
            _("Em %(day)s este cliente recebe um e-mail, se o plano for aprovado: um passo da régua vence neste dia.")
            if by_mail
            else _(
                "Em %(day)s este cliente vira tarefa de uma pessoa, se o plano for aprovado: um passo da régua vence neste dia."
            )
        )
    elif by_mail:
        told = _("Em %(day)s um e-mail a este cliente foi aprovado: um passo da régua vencia neste dia.")
    else:
        told = _("Em %(day)s uma tarefa sobre este cliente foi aprovada: um passo da régua vencia neste dia.")
    return told % {"day": day}


def _owed(found: Decision, debtor: DebtorSeen) -> Told:
    """Yield what was owed; of the titles that the reader may see."""
    late = [title for title in debtor.titles if title.days_late > 0]
    facts = {
        "day": f"{found.on:%d/%m/%Y}",
        "open": format_brl(sum(title.total_centavos for title in debtor.titles)),
        "overdue": format_brl(sum(title.total_centavos for title in late)),
    }
    if late:
        days = max(title.days_late for title in late)
        told = ngettext(
            "Em %(day)s o cliente devia %(open)s, dos quais %(overdue)s em atraso; o mais antigo, há %(days)d dia.",
            "Em %(day)s o cliente devia %(open)s, dos quais %(overdue)s em atraso; o mais antigo, há %(days)d dias.",
            days,
        )
        yield "debt", told % (facts | {"days": days})
    else:
        yield "debt", _("Em %(day)s o cliente devia %(open)s, nada em atraso.") % facts
    yield (
        "score",
        _("IDC %(idc)s, faixa de risco %(risk)s.")
        % {
            "idc": _("sem índice") if found.idc is None else found.idc,
            "risk": RISKS[found.risk],
        },
    )


def _decided(scope: Scope, found: Decision) -> Told:
    """Yield the step that was due and what became of it."""
    if found.version is not None and found.step >= 0:
        step = found.version.document.steps[found.step]
        told = _(
            "Régua %(ruler)s, versão %(number)d: passo %(key)s, %(offset)+d dias do vencimento efetivo, canal %(channel)s."
        )
        channels = {"email": _("e-mail"), "task": _("tarefa para uma pessoa")}
        yield (
            "step",
            told
            % {
                "ruler": found.version.ruler.name,
                "number": found.version.number,
                "key": step.key,
                "offset": step.offset_days,
                "channel": channels.get(step.channel, step.channel),
            },
        )
    if found.outcome == Outcome.SKIP:
        yield "outcome", _("Não foi contatado: %(why)s.") % {"why": REASON_LABELS[found.reason]}
        if found.note:
            yield "note", _("Nota: %(note)s") % {"note": found.note}
    elif found.approved_at:
        yield (
            "outcome",
            _("Aprovado por %(who)s em %(when)s.")
            % {
                "who": names_of(scope, [found.approved_by]).get(found.approved_by, found.approved_by),
                "when": f"{timezone.localtime(found.approved_at):%d/%m/%Y %H:%M}",
            },
        )
    else:
        yield "outcome", _("Ainda não aprovado.")


def _titles_in_words(looked: list[TitleLooked], debtor: DebtorSeen) -> Told:
    spoken = [f"{row.code} ({row.effective_due_on:%d/%m/%Y})" for row in looked if row.spoken]
    if spoken:
        yield "titles", _("Títulos: %(titles)s.") % {"titles": few(spoken)}
    later = [row.code for row in looked if row.step and row.found == str(LOOK_LABELS[Look.DUE]) and not row.spoken]
    if later:
        yield (
            "titles",
            _("Ficam para outro dia, por pedirem outra mensagem ou outro canal: %(titles)s.") % {"titles": few(later)},
        )
    if rest := sum(title.total_centavos for title in debtor.titles if not title.title_id):
        yield "rest", _("Outros títulos em aberto, sem passo nesta data: %(sum)s.") % {"sum": format_brl(rest)}


def _checks(found: Decision, debtor: DebtorSeen, ladder: list[Rung]) -> Iterator[Check]:
    """Yield what was asked before the step that was due, in order."""
    due = [rung for rung in ladder if (rung.version_id, rung.step) == (found.version_id, found.step)]
    if not due:
        return
    rung = due[0]
    holding = REASON_LABELS.get(HOLD_BASE + debtor.hold) if debtor.hold else _("nenhuma")
    yield Check(_("Suspensão do cliente"), str(holding), not debtor.hold)
    owed = sum(title.total_centavos for title in debtor.titles if not title.hold)
    least = _("deve %(owed)s; a régua pede ao menos %(least)s")
    amounts = {"owed": format_brl(owed), "least": format_brl(rung.minimum_centavos)}
    yield Check(_("Valor mínimo"), least % amounts, owed >= rung.minimum_centavos)
    if rung.email:
        yield Check(_("E-mail"), _("tem") if debtor.has_email else _("não tem"), debtor.has_email)
    rest = _("nenhum contato antes")
    rested = True
    if found.last_contact_on is not None:
        days = (found.on - found.last_contact_on).days
        rested = days >= rung.rest_days
        rest = _("último contato em %(when)s, há %(days)d dias; a régua espera %(rest)d") % {
            "when": f"{found.last_contact_on:%d/%m/%Y}",
            "days": days,
            "rest": rung.rest_days,
        }
    yield Check(_("Descanso entre contatos"), rest, rested)
