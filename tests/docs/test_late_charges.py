"""The worked examples of docs/reference/late-charges.md, computed by the program."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from receba.kernel.days import day_number, effective_due, month_number
from receba.kernel.money import to_centavos
from receba.kernel.tables import EntryKind
from receba.ledger.core import rules
from receba.ledger.core.indices import IndexSeries

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/late-charges.md").read_text(encoding="utf-8")


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of the table under `<!-- example: NAME -->`."""
    block = re.search(rf"<!-- example: {name} -->\n((?:\|.*\n)+)", PAGE)
    assert block, f"the page has no example {name}"
    head, _rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block[1].splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def centavos(text: str) -> int:
    return to_centavos(Decimal(text.replace(".", "").replace(",", ".")))


def brazilian(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def series(name: str) -> IndexSeries | None:
    if name == "none":
        return None
    months = {
        month_number(date(int(row["month"][3:]), int(row["month"][:2]), 1)): Decimal(row[name].replace(",", "."))
        for row in table("indices")
        if row[name] != "–"
    }
    return IndexSeries(months)


def terms(**changes: object) -> rules.TermsFacts:
    return rules.TermsFacts(fine_bps=200, interest_bps_month=100, **changes)  # type: ignore[arg-type]


def title(face_centavos: int, due: date) -> tuple[rules.TitleFacts, rules.EntryFacts]:
    facts = rules.TitleFacts(day_number(due), day_number(effective_due(due)), face_centavos)
    return facts, rules.EntryFacts("face", EntryKind.FACE, face_centavos, day_number(due) - 30)


@pytest.mark.parametrize("row", table("owed"), ids=lambda row: f"{row['due']} on {row['on']} {row['index']}")
def test_what_is_owed(row):
    index = series(row["index"])
    facts, face = title(centavos(row["principal"]), brazilian(row["due"]))
    owed = rules.position(
        facts, terms(rise=index.rise if index else rules.no_index), [face], day_number(brazilian(row["on"]))
    )
    assert [
        owed.days_late,
        owed.correction_centavos,
        owed.fine_centavos,
        owed.interest_centavos,
        owed.total_centavos,
    ] == [int(row["days late"]), *(centavos(row[name]) for name in ("correction", "fine", "interest", "total"))]


@pytest.mark.parametrize("row", table("paid"), ids=lambda row: f"{row['paid']} with {row['unpaid charges']}")
def test_where_a_payment_goes(row):
    facts, face = title(centavos(row["principal"]), brazilian(row["due"]))
    agreed = terms(waive_unpaid=row["unpaid charges"] == "waive")
    day = day_number(brazilian(row["on"]))
    payment = rules.EntryFacts("p", EntryKind.PAYMENT, -centavos(row["paid"]), day)
    derived = rules.derive(facts, agreed, [face, payment])
    entries = [face, payment] + [
        rules.EntryFacts(str(n), kind, amount, at, component=component, payment=key)
        for n, ((key, kind, component, at), amount) in enumerate(derived.items())
    ]
    settled = {kind: sum(e.amount_centavos for e in entries if e.kind == kind) for kind in EntryKind}
    left = rules.position(facts, agreed, entries, day)
    assert [
        settled[EntryKind.FINE],
        settled[EntryKind.INTEREST],
        -settled[EntryKind.DISCOUNT],
        left.principal_centavos,
        left.total_centavos,
    ] == [
        centavos(row[name]) for name in ("fine", "interest", "waived or discounted", "principal left", "owed that day")
    ]


@pytest.mark.parametrize("row", table("early"), ids=lambda row: row["on"])
def test_the_discount_for_paying_early(row):
    facts, face = title(centavos(row["face"]), brazilian(row["due"]))
    agreed = terms(early_discounts=((10, 500), (5, 200)))
    owed = rules.position(facts, agreed, [face], day_number(brazilian(row["on"])))
    assert owed.early_discount_centavos == centavos(row["discount"])


@pytest.mark.parametrize("row", table("calendar"), ids=lambda row: row["due"])
def test_until_when_paying_is_on_time(row):
    assert effective_due(brazilian(row["due"])) == brazilian(row["last day on time"])
