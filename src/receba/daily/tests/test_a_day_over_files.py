"""A portfolio in Parquet files gives the database's answers, in any number of parts, and an earlier day its own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from receba.daily import files
from receba.demo.core.scale import generate_portfolio, next_day, pieces
from receba.engine.backends import connect
from receba.engine.contract import arrow_schema
from receba.kernel.days import day_number
from receba.kernel.tables import (
    DEBTORS,
    DECISIONS,
    ENTRIES,
    HOLDS,
    POSITIONS,
    SCORES,
    SEGMENTS,
    TERMS,
    TITLES,
    HoldKind,
)
from receba.ruler.core.rules import rungs
from receba.ruler.core.tables import ASSIGNED, LADDER, SEEN, ladder_table
from receba.ruler.shipped import shipped

ON = date(2026, 11, 23)
WRITTEN = (POSITIONS.name, SCORES.name, SEGMENTS.name, DECISIONS.name, SEEN.name, "queue", "kpis")


def portfolio(titles=4_000, on=ON):
    made = generate_portfolio(titles, 11, on)
    ladder = ladder_table(rungs(1, shipped("empresas")))
    assigned = [{"level": 1, "target_id": portfolio, "version_id": 1} for portfolio in (1, 2)]  # the third has none
    holds = [
        {"hold_id": n, "debtor_id": n, "title_id": 0, "kind": int(HoldKind.PROMISE), "from_day": 0, "until_day": 65535}
        for n in range(1, 40)
    ]
    return {
        **made,
        LADDER: ladder,
        ASSIGNED: pa.Table.from_pylist(assigned, schema=arrow_schema(ASSIGNED)),
        HOLDS: pa.Table.from_pylist(holds, schema=arrow_schema(HOLDS)),
    }


def read(folder, name):
    rows = pq.read_table(folder / name, partitioning=None)
    return rows.sort_by([(column, "ascending") for column in rows.column_names]).combine_chunks()


def results(out, on=ON, names=WRITTEN):
    (folder,) = out.glob(f"company=*/date={on}")
    return {name: read(folder, name) for name in names}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("carteiras")
    files.write_base(connect(), folder, "1", ON, portfolio(), buckets=8)
    return folder


def run(folder, out, *, on=ON, parts=1):
    (base,) = files.bases(folder, on)
    return files.run(connect(), base, on, out, parts=parts)


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_the_number_of_parts_changes_nothing(base, tmp_path, parts):
    whole, cut = run(base, tmp_path / "1"), run(base, tmp_path / "n", parts=parts)
    assert whole.counts == cut.counts
    assert whole.counts["send"] > 10 and whole.counts["silent"] > 10 and whole.counts["scored"] > 300
    one, many = results(tmp_path / "1"), results(tmp_path / "n")
    for name, rows in one.items():
        assert rows.num_rows > 0 and rows.equals(many[name]), name


def test_the_number_of_buckets_changes_nothing(base, tmp_path):
    files.write_base(connect(), tmp_path / "b", "1", ON, portfolio(), buckets=3)
    run(base, tmp_path / "1")
    run(tmp_path / "b", tmp_path / "2", parts=2)
    one, other = results(tmp_path / "1"), results(tmp_path / "2")
    assert all(rows.equals(other[name]) for name, rows in one.items())


def test_a_base_written_in_pieces_is_the_one_written_whole(tmp_path):
    made = list(pieces(6_000, 11, ON, 3))
    small = {table: rows for table, rows in {**portfolio(), **made[0]}.items() if table in (TERMS, LADDER, ASSIGNED)}
    together = {table: pa.concat_tables([piece[table] for piece in made]) for table in (TITLES, ENTRIES, DEBTORS)}
    whole = files.write_base(connect(), tmp_path / "whole", "1", ON, {**together, **small}, buckets=6)
    first = {**made[0], **small}
    pieced = files.write_base(connect(), tmp_path / "pieces", "1", ON, first, buckets=6, more=made[1:])
    assert whole.about == pieced.about and whole.about["titles"] == 6_000
    one, other = rows_of(whole.folder), rows_of(pieced.folder)
    assert one.keys() == other.keys()
    assert [name for name in one if name.endswith(".parquet") and one[name] != other[name]] == []


def test_pieces_whose_debtors_fall_into_one_bucket_are_refused_and_nothing_is_written(tmp_path):
    made = list(pieces(4_000, 11, ON, 2))
    with pytest.raises(ValueError, match="one bucket"):
        files.write_base(connect(), tmp_path, "1", ON, made[0], buckets=5, more=made[1:])
    assert list(tmp_path.rglob("*.parquet")) == []


def test_the_day_again_gives_the_same_bytes_of_meaning_and_replaces_the_day_whole(base, tmp_path):
    run(base, tmp_path)
    first = results(tmp_path)
    (folder,) = tmp_path.glob("company=*/date=*")
    (folder / "left-over").touch()
    run(base, tmp_path)
    assert all(rows.equals(results(tmp_path)[name]) for name, rows in first.items())
    assert not (folder / "left-over").exists() and not (folder / "work").exists()


def test_a_day_that_fails_leaves_the_one_before_as_it_was(base, tmp_path, monkeypatch):
    run(base, tmp_path)
    before = results(tmp_path)
    monkeypatch.setattr(files.casework, "queue", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(base, tmp_path)
    assert all(rows.equals(results(tmp_path)[name]) for name, rows in before.items())
    assert [path.name for path in tmp_path.glob("company=1/.*")] == []


def test_standings_written_with_the_base_are_what_the_entries_say(base, tmp_path):
    """The same facts in the base of a later day: the day is then recomputed from every entry."""
    later = ON + timedelta(9)
    files.write_base(connect(), tmp_path / "later", "1", later, portfolio(), buckets=4)
    run(base, tmp_path / "1")
    run(tmp_path / "later", tmp_path / "2", parts=3)
    names = (POSITIONS.name, SCORES.name, SEGMENTS.name, "kpis")
    one, other = results(tmp_path / "1", names=names), results(tmp_path / "2", names=names)
    for name in names:
        assert one[name].equals(other[name]), name
    (folder,) = (tmp_path / "2").glob("company=*/date=*")
    assert not (folder / DECISIONS.name).exists(), "what had been said until then is in the base of that day only"


def test_an_earlier_day_knows_nothing_of_what_came_after(tmp_path):
    """Entries recorded after the day, however early they count, are not in it."""
    tables, day = portfolio(), ON - timedelta(40)
    number = day_number(day)
    entries = tables[ENTRIES]
    late = pc.greater(entries["recorded_day"], number)
    forgotten = tables | {ENTRIES: entries.filter(pc.invert(late))}
    backdated = pc.if_else(late, pa.scalar(number - 5, pa.int32()), entries["effective_day"])
    told = tables | {
        ENTRIES: entries.set_column(entries.column_names.index("effective_day"), "effective_day", backdated)
    }
    assert pc.sum(late).as_py() > 50
    files.write_base(connect(), tmp_path / "a", "1", ON, told)
    files.write_base(connect(), tmp_path / "b", "1", ON, forgotten)
    for name in ("a", "b"):
        run(tmp_path / name, tmp_path / f"out-{name}", on=day)
    names = (POSITIONS.name, SCORES.name, SEGMENTS.name, "kpis")
    one, other = (results(tmp_path / f"out-{name}", on=day, names=names) for name in ("a", "b"))
    assert all(one[name].equals(other[name]) for name in names)


def test_a_day_that_no_base_knows_is_refused(base, tmp_path):
    with pytest.raises(files.NoBase, match="24/11/2026"):
        files.bases(base, ON + timedelta(1))
    with pytest.raises(files.NoBase):
        files.bases(tmp_path / "nothing", ON)


def test_a_portfolio_below_the_minimum_load_has_a_day_without_scores(tmp_path):
    tables = portfolio(1_000)
    few = tables[TITLES].slice(0, 3)
    files.write_base(connect(), tmp_path / "b", "1", ON, tables | {TITLES: few})
    report = run(tmp_path / "b", tmp_path / "o", parts=2)
    assert report.refusal and report.counts["scored"] == 0
    assert read(tmp_path / "o" / "company=1" / f"date={ON}", SCORES.name).num_rows == 0


def test_the_terminal_makes_a_base_and_runs_its_day_without_a_database(tmp_path, monkeypatch):
    from receba.cli import app

    def receba(*args):
        return CliRunner().invoke(app, [str(arg) for arg in args])

    made = receba("tables", "make", "--titles", 2000, "--on", "23/11/2026", "--out", tmp_path / "b", "--json")
    assert json.loads(made.stdout)["titles"] == 2000, made.output
    day = ("run-day", "--tables", tmp_path / "b", "--on", "2026-11-23", "--out", tmp_path / "o", "--json")
    (told,) = json.loads(receba(*day).stdout)
    assert told["counts"]["open_titles"] == 230 and told["counts"]["send"] > 0
    assert {"measure", "learn", "score", "plan", "report"} <= told["steps"].keys()
    assert receba(*day[:5], "--json").exit_code == 2, "without --out"
    assert receba(*day, "--company", "2").exit_code == 2
    assert receba(*day, "--engine", "abacus").exit_code == 2


def test_a_flat_ledger_becomes_a_base_with_the_scores_of_the_score_command(tmp_path):
    from receba.cli import app

    rows = ["cliente;titulo;emissao;vencimento;pagamento;valor;valor pago"]
    for customer in range(8):
        for month in range(12):
            due = date(2025, 1, 20) + timedelta(30 * month + customer)
            paid = due + timedelta(3 * customer)
            amount = "" if month == 11 else f"{90 + customer}0,00"
            rows.append(f"C{customer};T{customer}-{month};{due - timedelta(30)};{due};{paid};1000,00;{amount}")
    path = tmp_path / "carteira.csv"
    path.write_text("\n".join(rows), "utf-8")
    scored = CliRunner().invoke(app, ["score", str(path), "--on", "2026-02-01", "--out", str(tmp_path / "s"), "--json"])
    assert scored.exit_code == 0, scored.output
    told = CliRunner().invoke(
        app, ["tables", "import", str(path), "--on", "2026-02-01", "--out", str(tmp_path / "b"), "--json"]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["titles"] == 96
    report = run(tmp_path / "b", tmp_path / "o", on=date(2026, 2, 1))
    assert report.counts["scored"] == json.loads(scored.stdout)["customers_scored"] == 8
    assert report.counts["idc"] == json.loads(scored.stdout)["idc"]
    assert report.counts["open_titles"] == 0, "what was paid short of a settled title is a discount"


@pytest.mark.req("S0.5")
def test_the_database_and_its_files_give_the_same_day(committed, cast, tmp_path):
    """Eight debtors owe, every second one pays late; the day of the database and the day over its export agree."""
    from receba.daily import services
    from receba.daily.export import export
    from receba.kernel.tables import EntryKind, PersonKind
    from receba.ledger import services as ledger
    from receba.ledger.services import News, NewTitle
    from receba.ruler import services as ruler
    from receba.ruler.models import Decision
    from receba.scoring.models import Score
    from receba.segments.models import Membership

    on, recorded = date(2026, 6, 15), datetime(2026, 6, 1, 12, tzinfo=UTC)
    ruler.install_shipped(cast.scope)
    new, news = [], []
    for n in range(8):
        with cast.scope.active():
            debtor = cast.debtor(f"d{n}", f"Cliente {n}", PersonKind.PF, "", f"c{n}@exemplo.example" if n % 3 else "")
        for month in range(12):
            due = date(2025, 6, 5) + timedelta(33 * month + 5 * n)
            code = f"T{n}-{month}"
            issued = due - timedelta(40)
            new.append(NewTitle(code, debtor.pk, cast.portfolio.pk, cast.terms.pk, issued, due, 1_000_00 + n))
            if n % 2 and month < 10:
                news.append((code, due + timedelta(n)))
    titles = ledger.open_titles(cast.scope, new, recorded_at=recorded)
    paid = [News(f"P{code}", titles[code], EntryKind.PAYMENT, 1_000_00, day) for code, day in news]
    ledger.post(cast.scope, paid, recorded_at=recorded)
    base = export(cast.scope, on=on, folder=tmp_path / "b", buckets=2)
    services.run_day(cast.scope, on=on, known_on=on)
    files.run(connect(), files.bases(tmp_path / "b", on)[0], on, tmp_path / "o", parts=2)
    assert base.company == str(cast.serra_azul.pk)
    told = results(tmp_path / "o", on=on, names=(DECISIONS.name, SCORES.name, SEGMENTS.name))
    with cast.scope.active():
        stored = {
            d.debtor_id: (d.outcome, d.reason, d.step, d.overdue_centavos) for d in Decision.objects.filter(on=on)
        }
        scores = set(Score.objects.filter(on=on).values_list("debtor_id", "idc", "idi", "limit_return_centavos"))
        cells = set(Membership.objects.values_list("debtor_id", "risk", "behaviour", "value"))
    rows = told[DECISIONS.name].to_pylist()
    assert {r["debtor_id"]: (r["outcome"], r["reason"], r["step"], r["overdue_centavos"]) for r in rows} == stored
    fields = ("debtor_id", "idc", "idi", "limit_return_centavos")
    assert {tuple(row[name] for name in fields) for row in told[SCORES.name].to_pylist()} == scores
    fields = ("debtor_id", "risk", "behaviour", "value")
    assert {tuple(row[name] for name in fields) for row in told[SEGMENTS.name].to_pylist()} == cells
    assert len(stored) == len(scores) == len(cells) == 8 and len({outcome for outcome, *_ in stored.values()}) == 2


def bytes_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def rows_of(folder):
    """Return what bytes_of would, by content: DuckDB marks a column as never null by how it came to know it."""
    return {
        str(path.relative_to(folder)): pq.read_table(path, partitioning=None).to_pydict()
        for path in folder.rglob("*.parquet")
    }


def three_days(folder):
    """Write the bases of 9, 10 and 12 November: on the 10th some pay and buy, on the 12th a due day is corrected."""
    first, second, third = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 12)
    made = portfolio(on=first)
    files.write_base(connect(), folder, "1", first, made, buckets=8)
    made = next_day(made, 11, second)
    files.write_base(connect(), folder, "1", second, made, buckets=8)
    due = pc.if_else(
        pc.less(made[TITLES]["title_id"], 20), pc.subtract(made[TITLES]["due_day"], 2), made[TITLES]["due_day"]
    ).cast(pa.int32())
    corrected = made[TITLES].set_column(made[TITLES].column_names.index("due_day"), "due_day", due)
    files.write_base(connect(), folder, "1", third, {**made, TITLES: corrected}, buckets=8)
    return first, second, third


def run_on(folder, on, out, **options):
    (found,) = files.bases(folder, on)
    return files.run(connect(), found, on, out, **options)


@pytest.mark.req("S3.1", "S3.6")
@pytest.mark.parametrize("parts", [(1, 1, 1), (2, 3, 1)])
def test_only_customers_touched_since_yesterday_are_read_again_and_the_bytes_are_those_of_a_full_day(
    tmp_path, monkeypatch, parts
):
    days = three_days(tmp_path / "bases")
    read_again = []
    learn = files.scoring.known_of

    def counted(engine, history, *rest, **options):
        read_again.append(engine.collect(history.select("debtor_id").unique()).num_rows)
        return learn(engine, history, *rest, **options)

    monkeypatch.setattr(files.scoring, "known_of", counted)
    touched = []
    for on, count in zip(days, parts, strict=True):
        run_on(tmp_path / "bases", on, tmp_path / "out", parts=count)
        touched.append(sum(read_again))
        read_again.clear()
        run_on(tmp_path / "bases", on, tmp_path / "full" / on.isoformat(), parts=count)
        everybody = sum(read_again)
        read_again.clear()
        content = bytes_of if len(set(parts)) == 1 else rows_of
        mine, whole = (
            content(home / "company=1" / f"date={on}")
            for home in (tmp_path / "out", tmp_path / "full" / on.isoformat())
        )
        assert mine.keys() == whole.keys()
        assert [name for name in whole if mine[name] != whole[name]] == []
    assert touched[0] == everybody or touched[0] > 300
    assert 0 < touched[1] < everybody // 2
    assert 0 < touched[2] < everybody // 2


@pytest.mark.req("S3.6")
def test_a_state_learned_with_other_numbers_is_not_used_and_old_ones_are_forgotten(tmp_path, monkeypatch):
    days = three_days(tmp_path / "bases")
    for on in days:
        run_on(tmp_path / "bases", on, tmp_path / "out", parts=1)
    home = tmp_path / "out" / "company=1"
    assert [path.parent.name for path in sorted(home.glob("date=*/state"))] == [f"date={on}" for on in days[1:]]
    other = files.ScoringParameters(prior_strength=9)
    run_on(tmp_path / "bases", days[2], tmp_path / "out", parts=1, parameters=other)
    run_on(tmp_path / "bases", days[2], tmp_path / "full", parts=1, parameters=other)
    assert bytes_of(home / f"date={days[2]}") == bytes_of(tmp_path / "full" / "company=1" / f"date={days[2]}")
