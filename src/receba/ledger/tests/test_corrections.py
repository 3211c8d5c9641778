"""Due dates and face values corrected later: many at once is the same as one by one, again changes nothing."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from receba.kernel.tables import EntryKind
from receba.ledger import services
from receba.ledger.checks import faults
from receba.ledger.models import DueChange, Entry, OpenTitle
from receba.ledger.services import NewDue, NewFace, News, NewTitle

ISSUED, DUE = date(2026, 3, 2), date(2026, 4, 10)
LEARNED = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in (7, 8, 9)]


def opened(cast, prefix, seed, count=25):
    """Open titles with up to three payments each, early, late, partial and beyond the debt; return their ids."""
    draw = random.Random(seed)
    faces = [draw.randrange(1, 90_000) for _ in range(count)]
    new = [
        NewTitle(f"{prefix}{n}", cast.aurora.pk, cast.portfolio.pk, cast.terms.pk, ISSUED, DUE, face)
        for n, face in enumerate(faces)
    ]
    ids = list(services.open_titles(cast.scope, new, recorded_at=LEARNED[0]).values())
    paid = [
        News(f"{prefix}{n}.{m}", ids[n], EntryKind.PAYMENT, draw.randrange(1, face + 2_000), ISSUED + timedelta(day))
        for n, face in enumerate(faces)
        for m in range(draw.randrange(4))
        for day in [draw.randrange(1, 120)]
    ]
    services.post(cast.scope, paid, recorded_at=LEARNED[0])
    return ids


def corrections(prefix, ids, draw):
    faces = [NewFace(f"{prefix}f{draw.random()}", title, draw.randrange(1, 90_000)) for title in ids]
    dues = [
        NewDue(f"{prefix}d{draw.random()}", title, ISSUED + timedelta(draw.randrange(90)), "errata") for title in ids
    ]
    return faces, dues


def told(cast, ids, prefix):
    """Return what the ledger holds of each title, without ids and with the prefix left out of the keys."""
    with cast.scope.active():
        entries = Entry.objects.filter(title__in=ids).order_by("title_id", "key")
        keys = [
            (e.key.replace(prefix, ""), e.kind, e.component, e.amount_centavos, e.effective_on, e.recorded_at)
            for e in entries
        ]
        still_open = OpenTitle.objects.filter(title__in=ids).order_by("title_id")
        dues = DueChange.objects.filter(title__in=ids).order_by("title_id", "id")
        return (
            sorted(keys),
            list(still_open.values_list("principal_centavos", "due_on", "effective_due_on")),
            list(dues.values_list("due_on", "effective_due_on", "reason", "recorded_at")),
        )


@pytest.mark.req("S3.6")
@pytest.mark.parametrize("seed", range(4))
def test_many_at_once_are_the_same_as_one_by_one(cast, seed):
    ids = {prefix: opened(cast, prefix, seed) for prefix in ("many", "single")}
    for learned in LEARNED[1:]:  # twice: what was adjusted is adjusted again
        for prefix, titles in ids.items():
            faces, dues = corrections(prefix, titles, random.Random(f"{seed} {learned}"))
            size = len(titles) if prefix == "many" else 1
            for start in range(0, len(titles), size):
                services.correct_faces(cast.scope, faces[start : start + size], recorded_at=learned)
                services.change_dues(cast.scope, dues[start : start + size], recorded_at=learned)
    assert told(cast, ids["many"], "many") == told(cast, ids["single"], "single")
    assert len(told(cast, ids["many"], "many")[0]) > 100
    assert list(faults(cast.scope)) == []


def test_the_same_corrections_again_post_nothing(cast):
    ids = opened(cast, "T", 7)
    faces, dues = corrections("T", ids, random.Random(7))
    assert services.correct_faces(cast.scope, faces) == services.change_dues(cast.scope, dues) == len(ids)
    before = told(cast, ids, "T")
    assert services.correct_faces(cast.scope, faces) == services.change_dues(cast.scope, dues) == 0
    right_already = [NewFace(f"again {face.key}", face.title_id, face.face_centavos) for face in faces]
    assert services.correct_faces(cast.scope, right_already) == 0
    assert told(cast, ids, "T") == before


def test_two_corrections_of_one_title_follow_each_other(cast):
    [title] = opened(cast, "T", 1, count=1)
    faces = [NewFace("a", title, 500_00), NewFace("b", title, 700_00), NewFace("a", title, 1)]
    assert services.correct_faces(cast.scope, faces) == 2
    with cast.scope.active():
        assert sum(Entry.objects.filter(kind=EntryKind.FACE).values_list("amount_centavos", flat=True)) == 700_00


def test_a_title_of_another_company_is_refused(cast):
    [title] = opened(cast, "T", 1, count=1)
    with pytest.raises(services.OutsideScope):
        services.correct_faces(cast.stranger_scope, [NewFace("a", title, 1)])
    with pytest.raises(services.OutsideScope):
        services.change_dues(cast.stranger_scope, [NewDue("a", title, DUE, "x")])
