"""The queue in columns against one debtor at a time, on random portfolios."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.casework.core import columns, rules
from receba.casework.core.tables import CASES, NO_IDC, QUEUE, REACHABLE, Action, Promise, Why
from receba.engine.backends import connect
from receba.engine.contract import arrow_schema, conform
from receba.kernel.days import day_number
from receba.kernel.tables import HOLDS, POSITIONS, SCORES, HoldKind
from receba.ledger.core.rules import bucket_of

ON_DAY = day_number(date(2026, 6, 15))
DEBTORS = range(6)


def table(of, rows):
    empty = dict.fromkeys(of.columns, 0)
    return pa.Table.from_pylist([empty | row for row in rows], schema=arrow_schema(of))


@st.composite
def portfolios(draw):
    positions = []
    for number in range(draw(st.integers(0, 20))):
        late = draw(st.one_of(st.just(0), st.integers(1, 400)))
        positions.append(
            {
                "title_id": number + 1,
                "debtor_id": draw(st.sampled_from(DEBTORS)),
                "portfolio_id": draw(st.integers(1, 2)),
                "principal_centavos": draw(st.one_of(st.just(-50), st.just(0), st.integers(1, 2_000_000))),
                "days_late": late,
                "bucket": bucket_of(late),
            }
        )
    holds = [
        {
            "hold_id": n,
            "debtor_id": debtor,
            "title_id": title,
            "kind": int(kind),
            "from_day": ON_DAY + from_,
            "until_day": ON_DAY + until,
        }
        for n, (debtor, title, kind, from_, until) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(DEBTORS),
                        st.sampled_from([0, 0, 1, 2, 3]),
                        st.sampled_from(list(HoldKind)),
                        st.integers(-3, 1),
                        st.integers(-1, 3),
                    ),
                    max_size=6,
                )
            )
        )
    ]
    scores = [
        {"debtor_id": d, "idc": draw(st.integers(0, 1000)), "reason_change_e4": draw(st.integers(-2000, 2000))}
        for d in draw(st.lists(st.sampled_from(DEBTORS), unique=True))
    ]
    cases = [
        {
            "debtor_id": d,
            "last_contact_micros": draw(st.sampled_from([0, 1_700_000_000_000_000])),
            "promise": int(draw(st.sampled_from(Promise))),
            "call_back_day": draw(st.sampled_from([0, ON_DAY, ON_DAY + 1])),
        }
        for d in draw(st.lists(st.sampled_from(DEBTORS), unique=True))
    ]
    reachable = [{"debtor_id": d} for d in draw(st.lists(st.sampled_from(DEBTORS), unique=True))]
    return {
        "positions": table(POSITIONS, positions),
        "holds": table(HOLDS, holds),
        "scores": table(SCORES, scores),
        "cases": table(CASES, cases),
        "reachable": table(REACHABLE, reachable),
    }


def plainly(tables, by_portfolio):
    """Build the queue by loops over rows."""
    rows = {name: data.to_pylist() for name, data in tables.items()}
    active = [h for h in rows["holds"] if h["from_day"] <= ON_DAY <= h["until_day"]]
    scores = {s["debtor_id"]: s for s in rows["scores"]}
    cases = {c["debtor_id"]: c for c in rows["cases"]}
    grouped = {}
    for p in rows["positions"]:
        if p["principal_centavos"] > 0:
            part = p["portfolio_id"] if by_portfolio else columns.ALL
            grouped.setdefault((part, p["debtor_id"]), []).append(p)
    overdue = {key: sum(p["principal_centavos"] for p in ps if p["bucket"]) for key, ps in grouped.items()}
    result = {}
    for part in {part for part, _debtor in grouped}:
        largest = sorted((key for key in grouped if key[0] == part and overdue[key]), key=lambda k: (-overdue[k], k))
        total, running, places = sum(overdue[k] for k in largest), 0, []
        for key in largest:
            debtor = key[1]
            mine = [h for h in active if h["debtor_id"] == debtor]
            case = cases.get(debtor, {"promise": 0, "call_back_day": 0, "last_contact_micros": 0})
            score = scores.get(debtor, {"idc": NO_IDC, "reason_change_e4": 0})
            late = tuple(
                rules.Late(
                    p["principal_centavos"],
                    p["bucket"],
                    p["days_late"],
                    any(h["kind"] in rules.PAUSING and h["title_id"] == p["title_id"] for h in active)
                    or any(h["kind"] in rules.PAUSING and h["title_id"] == 0 for h in mine),
                )
                for p in grouped[key]
                if p["bucket"]
            )
            place = rules.place(
                rules.Case(
                    late,
                    score["idc"],
                    score["reason_change_e4"],
                    Promise(case["promise"]),
                    case["call_back_day"] == ON_DAY,
                    case["last_contact_micros"] > 0,
                    debtor in {r["debtor_id"] for r in rows["reachable"]},
                    any(h["kind"] in rules.LEAVE_ALONE and h["title_id"] == 0 for h in mine),
                    running * 100 < total * 80,
                )
            )
            running += overdue[key]
            places.append((key, place, late))
        places.sort(key=lambda p: (p[1].last, -p[1].priority_centavos, p[0]))
        for rank, (key, place, late) in enumerate(places, start=1):
            result[key] = {
                "rank": rank,
                "open_centavos": sum(p["principal_centavos"] for p in grouped[key]),
                "overdue_centavos": overdue[key],
                "oldest_days_late": max(t.days_late for t in late),
                "titles_overdue": len(late),
                "expected_centavos": place.expected_centavos,
                "priority_centavos": place.priority_centavos,
                "why": int(place.why),
                "next_action": int(place.action),
            }
    return result


@settings(max_examples=60, deadline=None)
@given(portfolios())
def test_columns_and_the_plain_rule_build_the_same_queue(tables):
    engine = connect()
    for by_portfolio in (False, True):
        frames = {name: engine.open(f"q_{name}", data) for name, data in tables.items()}
        made = columns.queue(engine, frames, on_day=ON_DAY, by_portfolio=by_portfolio)
        fast = conform(QUEUE, engine.collect(made)).to_pylist()
        wanted = plainly(tables, by_portfolio)
        assert {
            (r["portfolio_id"], r["debtor_id"]): {name: r[name] for name in next(iter(wanted.values()))} for r in fast
        } == wanted


def late(reais, days, paused=False):
    return rules.Late(reais * 100, bucket_of(days), days, paused)


def test_a_good_payer_a_few_days_late_is_expected_to_pay_nearly_all():
    place = rules.place(rules.Case((late(1_000, 10),), idc=850, contacted=True))
    assert place.expected_centavos == 855_00  # 90 % for the index, 95 % for the age
    assert place.why == Why.LIKELY
    assert place.action == Action.CALL


def test_a_broken_promise_goes_before_the_same_debt_without_one():
    plain = rules.place(rules.Case((late(1_000, 40),), contacted=True))
    broken = rules.place(rules.Case((late(1_000, 40),), contacted=True, promise=Promise.BROKEN))
    assert broken.priority_centavos == plain.priority_centavos * 3 // 2
    assert broken.action == Action.CHARGE_PROMISE


def test_what_is_disputed_is_not_expected_and_waits_at_the_end():
    place = rules.place(rules.Case((late(1_000, 40, True),)))
    assert (place.expected_centavos, place.last, place.action) == (0, True, Action.SETTLE_DISPUTE)


def test_who_asked_not_to_be_contacted_is_left_alone_whatever_is_owed():
    place = rules.place(rules.Case((late(1_000_000, 40),), left_alone=True, promise=Promise.BROKEN))
    assert (place.action, place.last) == (Action.LEAVE_ALONE, True)
