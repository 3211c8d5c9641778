"""The day of a small portfolio by loops over rows: the plain rules that the columns must agree with."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa

from plain.day import CUTS, Outputs
from plain.portfolio import ON_DAY, PLAIN_TERMS, RUNGS, Portfolio
from receba.casework.core.tables import CASES, REACHABLE
from receba.casework.tests.test_queue_columns_agree import plainly as queue_plainly
from receba.kernel.tables import (
    DEBTORS,
    DECISIONS,
    HISTORY,
    HOLDS,
    NOT_SETTLED,
    PAYMENTS,
    POSITIONS,
    SCORES,
    SEGMENTS,
    EntryKind,
)
from receba.ledger.core import rules as ledger
from receba.reporting.core.kpis import Facts
from receba.reporting.tests.test_kpis_agree_with_brute_force import plainly as kpis_plainly
from receba.ruler.core import rules as ruler
from receba.ruler.core.tables import ASSIGNED, CONTACTS, TAKEN
from receba.scoring.core.parameters import ScoringParameters
from receba.scoring.core.reference import score_plainly
from receba.scoring.core.rules import Payment, Title
from receba.segments.core import rules as segments
from receba.segments.core.tables import BANDS

Rows = list[dict[str, Any]]


def positions(given: Portfolio) -> dict[int, dict[str, int]]:
    """Return what each awkward title owes; those that owe nothing and are owed nothing are left out."""
    told = {}
    for case in given.awkward:
        made = ledger.position(case.facts, PLAIN_TERMS[case.terms_id], case.entries, ON_DAY, ON_DAY)
        if made.principal_centavos or made.total_centavos:
            names = ("principal", "fine", "interest", "correction", "total")
            told[case.title_id] = {f"{n}_centavos": getattr(made, f"{n}_centavos") for n in names} | {
                "days_late": made.days_late, "bucket": ledger.bucket_of(made.days_late),
            }  # fmt: skip
    return told


def payments(given: Portfolio) -> list[tuple[int, int, int, int]]:
    """Return (title, debtor, day, centavos) of what came in and was not learned later."""
    return sorted(
        (case.title_id, case.debtor_id, fact.effective_day, -fact.amount_centavos)
        for case in given.awkward
        for fact in case.entries
        if max(fact.effective_day, fact.recorded_day) <= ON_DAY
        and (fact.kind == EntryKind.PAYMENT or (fact.kind, fact.component) == (EntryKind.REVERSAL, EntryKind.PAYMENT))
    )


def scores(made: Outputs, parameters: ScoringParameters) -> Rows:
    """Return the published recipe's rows from history and payments."""
    titles = [Title(**_only(row, Title)) for row in made[HISTORY.name].to_pylist()]
    paid = [Payment(**_only(row, Payment)) for row in made[PAYMENTS.name].to_pylist()]
    return score_plainly(titles, paid, ON_DAY, parameters, 0).rows


def _only(row: dict[str, int], kind: type) -> dict[str, int]:
    return {name: row[name] for name in kind.__slots__}


def cells(given: Portfolio, made: Outputs) -> dict[int, tuple[int, int, int, int]]:
    """Return risk, behaviour, value and worsened of each debtor."""
    idc = {row["debtor_id"]: row["idc"] for row in made[SCORES.name].to_pylist()}
    before = {row["debtor_id"]: row["risk"] for row in given.tables[BANDS].to_pylist()}
    window, oldest = defaultdict(list), defaultdict(lambda: -1)
    for row in made[HISTORY.name].to_pylist():
        if row["due_day"] >= ON_DAY - CUTS.window_days:
            window[row["debtor_id"]].append(row)
    for row in made[POSITIONS.name].to_pylist():
        oldest[row["debtor_id"]] = max(oldest[row["debtor_id"]], row["days_late"])
    seen = {}
    for debtor in given.tables[DEBTORS]["debtor_id"].to_pylist():
        mine = window[debtor]
        late = [ON_DAY if r["settled_day"] == NOT_SETTLED else r["settled_day"] for r in mine]
        count = sum(d - r["effective_due_day"] >= CUTS.late_from_days for d, r in zip(late, mine, strict=True))
        if mine or oldest[debtor] >= 0:
            bought = sum(r["face_centavos"] for r in mine)
            seen[debtor] = segments.Seen(idc.get(debtor), len(mine), count, oldest[debtor], bought)
    values = segments.values_of([(debtor, known.bought_centavos) for debtor, known in seen.items()], CUTS)
    told = {}
    for debtor, known in seen.items():
        risk, was = int(segments.risk_of(known.idc, CUTS)), before.get(debtor, 0)
        behaviour = int(segments.behaviour_of(known, CUTS))
        told[debtor] = (risk, behaviour, int(values[debtor]), int(0 < was < risk))
    return told


def decisions(given: Portfolio, made: Outputs) -> tuple[dict[int, dict[str, int]], list[tuple[int, int, int, int]]]:
    """Return each debtor's decision, and (title, look, step, spoken) of the titles that it keeps."""
    debtors = {row["debtor_id"]: row for row in given.tables[DEBTORS].to_pylist()}
    cell = {row["debtor_id"]: row for row in made[SEGMENTS.name].to_pylist()}
    contacted = {row["debtor_id"]: row["last_day"] for row in given.tables[CONTACTS].to_pylist()}
    version = {(row["level"], row["target_id"]): row["version_id"] for row in given.tables[ASSIGNED].to_pylist()}
    active = [row for row in given.tables[HOLDS].to_pylist() if row["from_day"] <= ON_DAY <= row["until_day"]]
    taken = defaultdict(set)
    for row in given.tables[TAKEN].to_pylist():
        taken[row["title_id"], row["version_id"], row["effective_due_day"]].add(row["step"])

    def hold(**which: int) -> int:
        return min((h["kind"] for h in active if all(h[name] == value for name, value in which.items())), default=0)

    owing = defaultdict(list)
    for row in made[POSITIONS.name].to_pylist():
        if row["principal_centavos"] > 0:
            keys = [(3, row["title_id"]), (2, row["debtor_id"]), (1, row["portfolio_id"])]
            found = next((version[key] for key in keys if key in version), 0)
            steps = frozenset(taken[row["title_id"], found, row["effective_due_day"]])
            owing[row["debtor_id"]].append(
                ruler.TitleSeen(
                    row["title_id"], row["effective_due_day"], row["days_late"], row["total_centavos"], found,
                    hold(title_id=row["title_id"]), steps,
                )
            )  # fmt: skip
    told, kept = {}, []
    for debtor, titles in owing.items():
        person, mine = debtors[debtor], cell.get(debtor, {"risk": 0, "worsened": 0})
        seen = ruler.DebtorSeen(
            debtor, person["person_kind"], mine["risk"], bool(mine["worsened"]), bool(person["has_email"]),
            hold(debtor_id=debtor, title_id=0), contacted.get(debtor), tuple(titles),
        )  # fmt: skip
        decision, looked = ruler.decide(seen, RUNGS, ON_DAY)
        told[debtor] = {name: int(getattr(decision, name)) for name in DECISIONS.columns if hasattr(decision, name)}
        kept += [
            (found.title.title_id, int(found.look), found.rung.step if found.rung else -1, int(found.spoken))
            for found in looked
            if found.look in ruler.KEPT and decision.step >= 0
        ]
    return told, sorted(kept)


def queue(given: Portfolio, made: Outputs, by_portfolio: bool) -> dict[tuple[int, int], dict[str, int]]:
    """Return the queue's rows by (portfolio, debtor)."""
    tables: dict[str, pa.Table] = {
        "positions": made[POSITIONS.name], "scores": made[SCORES.name],
        **{table.name: given.tables[table] for table in (HOLDS, CASES, REACHABLE)},
    }  # fmt: skip
    return queue_plainly(tables, by_portfolio)


def kpis(given: Portfolio, made: Outputs, portfolio: int | None) -> dict[tuple[str, int], int | None]:
    """Return every KPI of one portfolio, or of all."""
    facts = Facts(*(made[name] for name in ("positions", "standings", "payments")))
    return kpis_plainly(facts, given.tables, portfolio)
