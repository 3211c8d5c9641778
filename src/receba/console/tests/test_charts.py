"""Pictures: the lengths are right, every letter is escaped, nothing hangs over the edge."""

from __future__ import annotations

import itertools
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.console import charts
from receba.console.charts import SLIM, WIDE, figure_of, short, tell, ticks
from receba.console.charts.paper import light_colours, on_paper

NS = {"s": "http://www.w3.org/2000/svg"}
EVIL = '<script>alert("1")</script>&'


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def rects(svg: str, css: str) -> list[dict[str, float]]:
    return [
        {name: float(r.attrib[name]) for name in ("x", "y", "width", "height")}
        for r in read(svg).iterfind(".//s:rect", NS)
        if css in r.attrib["class"].split()
    ]


def points(svg: str) -> list[list[tuple[float, float]]]:
    lines = read(svg).iterfind(".//s:polyline", NS)
    return [[tuple(map(float, p.split(","))) for p in line.attrib["points"].split()] for line in lines]  # type: ignore[misc]


def test_bars_are_as_long_as_their_values():
    lengths = [r["width"] for r in rects(charts.bars([("a", 100), ("b", 50), ("c", 0), ("d", -5)]), "bar")]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=0.1)
    assert lengths[2:] == [0, 0]


def test_columns_stand_on_zero_and_hang_below_it():
    up, down = rects(charts.columns([("a", 40), ("b", -20)]), "bar")
    assert up["y"] + up["height"] == pytest.approx(down["y"], abs=0.11)
    assert up["height"] == pytest.approx(2 * down["height"], abs=0.11)


def test_the_strip_is_cut_by_shares_and_fills_the_sheet():
    parts = rects(charts.strip([("a", 75), ("b", 25), ("c", 0)]), "part")
    assert [part["width"] for part in parts] == [WIDE.width * 0.75, WIDE.width * 0.25]
    assert parts[1]["x"] == parts[0]["width"]


def test_a_strip_of_nothing_is_an_empty_bar_and_no_division_by_zero():
    assert rects(charts.strip([("a", 0)]), "none") == [{"x": 0, "y": 0, "width": WIDE.width, "height": 40}]


def test_a_gap_in_a_line_stays_a_gap():
    runs = points(charts.line([("jan", 1), ("fev", 2), ("mar", None), ("abr", 4)]))
    assert [len(run) for run in runs] == [2, 1]


def test_dates_stand_where_they_are_in_time():
    (run,) = points(charts.line([(date(2026, 1, 1), 1), (date(2026, 1, 2), 1), (date(2026, 1, 11), 1)]))
    (a, b, c) = (x for x, _y in run)
    assert (b - a) * 9 == pytest.approx(c - b, abs=1)


def test_the_pareto_curve_names_how_many_make_eighty_percent():
    svg = charts.pareto([(1, 0.5), (2, 0.79), (3, 0.81), (10, 1.0)])
    assert "80% em 3<" in svg
    ((*_, last),) = points(svg)
    assert last == (WIDE.width - 14, 14)


@pytest.mark.parametrize("kind", ["bars", "columns", "histogram", "strip"])
@pytest.mark.parametrize("sheet", [WIDE, SLIM])
def test_words_of_others_cannot_become_markup(kind, sheet):
    svg = charts.CHARTS[kind]([(EVIL, 5, f"?q={EVIL}")], EVIL, "count", sheet, EVIL)
    tree = read(svg)
    assert not list(tree.iter("{http://www.w3.org/2000/svg}script"))
    assert tree.findtext("s:title", namespaces=NS) == EVIL
    assert tree.find(".//s:a", NS).attrib["href"] == f"?q={EVIL}"


def test_words_of_others_cannot_become_markup_in_lines():
    svg = charts.line([(EVIL, [(EVIL, 1), (EVIL, 2)]), ("b", [("x", 1), ("y", 2)])], EVIL)
    assert EVIL not in svg and read(svg).findtext("s:title", namespaces=NS) == EVIL


@pytest.mark.parametrize("kind", list(charts.CHARTS))
def test_nothing_to_show_is_still_a_picture(kind):
    for sheet in (WIDE, SLIM):
        read(charts.CHARTS[kind]([], "nada", "count", sheet, ""))
    assert figure_of(kind, [], "nada").rows == ()


@pytest.mark.parametrize("kind", ["bars", "columns", "histogram", "strip"])
@given(
    data=st.lists(
        st.tuples(st.text(max_size=30).filter(str.isprintable), st.integers(-(10**14), 10**14)), min_size=1, max_size=20
    ),
    unit=st.sampled_from(["count", "brl", "bps", "days"]),
)
def test_shapes_stay_on_the_sheet(kind, data, unit):
    for sheet in (WIDE, SLIM):
        svg = charts.CHARTS[kind](data, "t", unit, sheet, "")
        high = float(read(svg).attrib["viewBox"].split()[3])
        for rect in rects(svg, "bar") + rects(svg, "part"):
            assert rect["x"] >= -0.2 and rect["x"] + rect["width"] <= sheet.width + 0.2
            assert rect["y"] >= -0.2 and rect["y"] + rect["height"] <= high + 0.2
            assert rect["width"] >= 0 and rect["height"] >= 0


@given(
    values=st.lists(st.none() | st.integers(-(10**14), 10**14), min_size=1, max_size=40),
    unit=st.sampled_from(["count", "brl", "bps", "days"]),
)
def test_lines_stay_on_the_sheet(values, unit):
    for sheet in (WIDE, SLIM):
        for run in points(charts.line([(str(n), v) for n, v in enumerate(values)], "t", unit, sheet)):
            assert all(0 <= x <= sheet.width and 0 <= y <= sheet.height for x, y in run)
    for run in points(charts.sparkline(values)):
        assert all(0 <= x <= 120 and 0 <= y <= 28 for x, y in run)


HUNDREDTHS = st.integers(-(10**17), 10**17).map(lambda n: n / 100)
"""What charts show: centavos, basis points, days, counts; nothing is smaller than a hundredth."""


@given(low=HUNDREDTHS, high=HUNDREDTHS)
def test_an_axis_has_few_even_steps_around_its_values_and_zero(low, high):
    steps = ticks(min(low, high), max(low, high))
    assert 2 <= len(steps) <= 6
    assert steps[0] <= min(low, high, 0) and steps[-1] >= max(low, high, 0)
    gaps = {round((b - a) / (steps[1] - steps[0]), 6) for a, b in itertools.pairwise(steps)}
    assert gaps == {1.0}


@pytest.mark.parametrize(
    "value, unit, whole, few",
    [
        (123456789, "brl", "R$ 1.234.567,89", "R$ 1,2 mi"),
        (-5, "brl", "-R$ 0,05", "-R$ 0,05"),
        (99_999_999, "brl", "R$ 999.999,99", "R$ 1 mi"),
        (0, "brl", "R$ 0,00", "R$ 0"),
        (7904, "bps", "79,04%", "79%"),
        (1234, "count", "1.234", "1,2 mil"),
        (2.5, "count", "2,50", "2,5"),
        (1, "days", "1 dia", "1 d"),
        (1234, "days", "1.234 dias", "1,2 mil d"),
    ],
)
def test_numbers_read_the_brazilian_way(value, unit, whole, few):
    assert tell(value, unit).replace("\N{NO-BREAK SPACE}", " ") == whole
    assert short(value, unit).replace("\N{NO-BREAK SPACE}", " ") == few


def test_labels_below_do_not_touch():
    days = [(date(2026, 1 + n // 28, 1 + n % 28), n) for n in range(200)]
    for sheet in (WIDE, SLIM):
        found = re.findall(
            r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" class="axis">([^<]+)<', charts.line(days, sheet=sheet)
        )
        places = [float(x) for x, _words in found]
        assert len(places) > 1
        assert all(b - a >= 8 * 7.4 for a, b in itertools.pairwise(places))


def test_the_table_says_what_the_picture_shows():
    figure = figure_of(
        "line", [("Vencido", [("jan", 100), ("fev", None)]), ("Pago", [("jan", 5), ("fev", 7)])], "x", "brl"
    )
    assert figure.headings == ("", "Vencido", "Pago")
    assert [(row.label, *row.values) for row in figure.rows] == [
        ("jan", "R$\N{NO-BREAK SPACE}1,00", "R$\N{NO-BREAK SPACE}0,05"),
        ("fev", "—", "R$\N{NO-BREAK SPACE}0,07"),
    ]
    assert [entry[:2] for entry in figure.legend] == [("series-1", "Vencido"), ("series-2", "Pago")]


def test_a_listener_hears_the_main_point():
    assert figure_of("bars", [("a", 1), ("b", 3)], "x").desc == "Maior: b, 3."
    assert figure_of("pareto", [(2, 0.9)], "x").desc == "2 fazem 80% do total."
    assert "<desc>Maior: b, 3.</desc>" in figure_of("bars", [("a", 1), ("b", 3)], "x").wide


def test_stacked_parts_stand_on_each_other_and_are_as_tall_as_their_values():
    low, high = rects(charts.stacked([("a", [("jan", 30)]), ("b", [("jan", 10)])]), "part")
    assert high["y"] + high["height"] == pytest.approx(low["y"], abs=0.11)
    assert low["height"] == pytest.approx(3 * high["height"], abs=0.3)


def test_an_interval_lies_around_its_line_and_ends_where_it_is_not_known():
    svg = charts.band([("jan", 5, 4, 6), ("fev", 5, 3, 7), ("mar", 5, None, None)])
    (area,) = read(svg).iterfind(".//s:polygon", NS)
    ys = [float(place.split(",")[1]) for place in area.attrib["points"].split()]
    (line,) = points(svg)
    assert len(ys) == 4 and len(line) == 3
    assert max(ys[:2]) < line[0][1] < min(ys[2:])
    assert "jan: 5 (4 – 6)" in svg


def test_a_triangle_has_a_cell_for_each_value_and_the_largest_is_darkest():
    svg = charts.heat([("jan", [("0", 10), ("1", 90)]), ("fev", [("0", 50), ("1", None)])], unit="bps")
    cells = rects(svg, "cell")
    assert len(cells) == 3
    assert cells[0]["x"] == cells[2]["x"] and cells[0]["y"] < cells[2]["y"]
    assert [re.search(rf"heat-(\d)\"/><text[^>]*>{n}%", svg)[1] for n in (0, 1)] == ["0", "4"]


@pytest.mark.parametrize("sheet", [WIDE, SLIM])
def test_words_in_cells_fit_their_cells(sheet):
    data = [("01/2026", [(str(age), 10_000) for age in range(12)])]
    for words in re.findall(r'class="in-cell[^"]*">([^<]+)<', charts.heat(data, "t", "bps", sheet)):
        assert len(words) * 7 <= (sheet.width - 60) / 12


@pytest.mark.parametrize("kind", ["stacked", "heat"])
@pytest.mark.parametrize("sheet", [WIDE, SLIM])
def test_words_of_others_cannot_become_markup_in_grids(kind, sheet):
    svg = charts.CHARTS[kind]([(EVIL, [(EVIL, 5, f"?q={EVIL}")])], EVIL, "count", sheet, EVIL)
    assert EVIL not in svg
    assert read(svg).find(".//s:a", NS).attrib["href"] == f"?q={EVIL}"


@given(
    data=st.lists(st.lists(st.integers(-(10**14), 10**14), min_size=3, max_size=3), min_size=1, max_size=9),
    unit=st.sampled_from(["count", "brl", "bps", "days"]),
)
def test_grids_stay_on_the_sheet(data, unit):
    rows = [(f"linha {n}", [(str(m), value) for m, value in enumerate(values)]) for n, values in enumerate(data)]
    for kind, sheet in itertools.product(("stacked", "heat"), (WIDE, SLIM)):
        svg = charts.CHARTS[kind](rows, "t", unit, sheet, "")
        high = float(read(svg).attrib["viewBox"].split()[3])
        for rect in rects(svg, "part") + rects(svg, "cell"):
            assert rect["x"] >= -0.2 and rect["x"] + rect["width"] <= sheet.width + 0.2
            assert rect["y"] >= -0.2 and rect["y"] + rect["height"] <= high + 0.2


def test_the_table_of_a_triangle_has_a_dash_where_there_is_no_cell():
    figure = figure_of("heat", [("jan", [("0", 10), ("1", 90)]), ("fev", [("0", 50)])], "x")
    assert figure.headings == ("", "0", "1")
    assert [row.values for row in figure.rows] == [("10", "90"), ("50", "—")]
    assert figure.desc == "Maior: jan · 1, 90."


def test_on_paper_a_picture_carries_the_light_colours_of_the_stylesheet_and_no_variable():
    drawn = on_paper(charts.heat([("jan", [("0", 10), ("1", 90)])]))
    tree = ElementTree.fromstring(drawn)
    style = tree.findtext("s:style", namespaces=NS)
    for name in ("series-1", "part-3", "heat-5", "on-heat-5", "ink", "line"):
        assert light_colours()[name] in style, name
    assert "var(" not in style and ":hover" not in style
    assert len(list(tree.iterfind(".//s:rect", NS))) == 2
