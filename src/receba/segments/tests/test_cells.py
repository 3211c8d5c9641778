"""Every debtor is in exactly one cell; the columns say what the plain rule says; changes are dated."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import DEBTORS, HISTORY, NOT_SETTLED, POSITIONS, SCORES
from receba.segments import queries, services
from receba.segments.core import columns, rules
from receba.segments.core.tables import BANDS
from receba.segments.models import Membership

ON = date(2026, 6, 15)
TODAY = day_number(ON)
CUTS = rules.Cuts()


def table(kind, rows):
    full = [{name: row.get(name, 0) for name in kind.columns} for row in rows]
    return pa.Table.from_pylist(full, schema=arrow_schema(kind))


title = st.tuples(st.integers(-500, -1), st.one_of(st.none(), st.integers(-20, 60)), st.integers(1, 10**9))
debtor = st.tuples(st.lists(title, max_size=6), st.one_of(st.none(), st.integers(0, 1000)), st.integers(-1, 400))


@pytest.mark.req("S0.18")
@settings(max_examples=60, deadline=None)
@given(st.lists(debtor, min_size=1, max_size=8))
def test_columns_put_every_debtor_where_the_plain_rule_does(cast_of):
    history, positions, scores, seen = [], [], [], {}
    for n, (titles, idc, oldest) in enumerate(cast_of):
        in_window = [t for t in titles if t[0] >= -CUTS.window_days]
        late = sum((0 if paid is None else due + paid) - due >= CUTS.late_from_days for due, paid, _face in in_window)
        seen[n] = rules.Seen(idc, len(in_window), late, oldest, sum(face for _due, _paid, face in in_window))
        history += [
            {
                "debtor_id": n,
                "title_id": len(history) + i,
                "due_day": TODAY + due,
                "effective_due_day": TODAY + due,
                "settled_day": NOT_SETTLED if paid is None else TODAY + due + paid,
                "face_centavos": face,
            }
            for i, (due, paid, face) in enumerate(titles)
        ]
        positions += [{"debtor_id": n, "title_id": n, "days_late": oldest}] if oldest >= 0 else []
        scores += [{"debtor_id": n, "idc": idc}] if idc is not None else []
    engine = connect(threads=1)
    frames = [
        engine.open(k.name, table(k, rows))
        for k, rows in (
            (DEBTORS, [{"debtor_id": n, "person_kind": 1} for n in seen]),
            (HISTORY, history),
            (POSITIONS, positions),
            (SCORES, scores),
        )
    ]
    known = columns.habits(*frames[:3], on_day=TODAY, cuts=CUTS)
    fast = {r["debtor_id"]: r for r in engine.collect(columns.cells(known, frames[3], cuts=CUTS)).to_pylist()}
    there = {n: s for n, s in seen.items() if s.due_titles or s.oldest_open_days >= 0}
    assert fast.keys() == there.keys()
    values = rules.values_of([(n, s.bought_centavos) for n, s in there.items()], CUTS)
    for n, known in there.items():
        assert (fast[n]["risk"], fast[n]["behaviour"], fast[n]["value"]) == (
            rules.risk_of(known.idc, CUTS),
            rules.behaviour_of(known, CUTS),
            values[n],
        )


@pytest.mark.req("S0.18")
def test_a_change_ends_one_stay_and_begins_the_next_and_a_rerun_changes_nothing(cast):
    def day(on, idc):
        return services.assign_day(
            cast.scope,
            on=on,
            engine=connect(threads=1),
            positions=table(POSITIONS, [{"debtor_id": cast.aurora.pk, "title_id": 1, "days_late": 3}]),
            history=table(HISTORY, []),
            debtors=table(DEBTORS, [{"debtor_id": cast.aurora.pk, "person_kind": 2}]),
            scores=table(SCORES, [{"debtor_id": cast.aurora.pk, "idc": idc}]),
            bands=bands(on),
        )

    def bands(on):
        """Return BANDS as the query gives them, within the test's own transaction."""
        with cast.scope.active(), connection.cursor() as cursor:
            cursor.execute(queries.selects(on=on)[BANDS])
            return table(BANDS, [{"debtor_id": debtor, "risk": risk} for debtor, risk in cursor.fetchall()])

    assert day(ON, 850)["worsened"].to_pylist() == [0]
    later = ON + timedelta(5)
    assert day(later, 350)["worsened"].to_pylist() == [1]
    assert day(later, 350)["worsened"].to_pylist() == [1]
    with cast.scope.active():
        stays = list(Membership.objects.order_by("since_on").values_list("risk", "since_on", "until_on"))
    assert stays == [(1, ON, later - timedelta(1)), (4, later, None)]
    assert queries.cell_of(cast.scope, cast.aurora.pk, on=ON + timedelta(2)).risk == rules.Risk.A
    day(later, 850)
    with cast.scope.active():
        assert list(Membership.objects.values_list("risk", "since_on", "until_on")) == [(1, ON, None)]
