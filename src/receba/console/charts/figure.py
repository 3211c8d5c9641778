"""A picture with its words: the same numbers as a legend and as a table, and a sentence that says the main point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from receba.console.charts import courses, grids, lengths
from receba.console.charts.courses import between, named, reading
from receba.console.charts.scale import Unit, tell
from receba.console.charts.svg import SLIM, WIDE

CHARTS: dict[str, Callable[..., str]] = {
    "bars": lengths.bars,
    "columns": lengths.columns,
    "histogram": lengths.histogram,
    "strip": lengths.strip,
    "stacked": grids.stacked,
    "heat": grids.heat,
    "line": courses.line,
    "band": courses.band,
    "pareto": courses.pareto,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table beside a picture: what, its values as text, and where it leads."""

    label: str
    values: tuple[str, ...]
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in both widths and its words. `legend` is (css class of the swatch, label, value as text, address)."""

    title: str
    wide: str
    slim: str
    desc: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, str, str, str | None], ...]


def figure_of(kind: str, data: Any, title: str, unit: Unit = "count") -> Figure:
    """Return the figure of `data` by the chart `kind`; raises KeyError for a kind that is not in CHARTS."""
    draw, data = CHARTS[kind], list(data)
    headings, rows = _table(kind, data, title, unit)
    desc = _main_point(kind, data, unit)
    return Figure(
        title,
        draw(data, title, unit, WIDE, desc),
        draw(data, title, unit, SLIM, desc),
        desc,
        headings,
        rows,
        _legend(kind, data, title, unit),
    )


def _table(kind: str, data: list[Any], title: str, unit: Unit) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    if kind == "heat":
        heads = [reading(cell[0]) for cell in max((cells for _name, cells in data), key=len, default=[])]
        rows = [
            Row(name, tuple(tell(cell[1], unit) for cell in cells) + ("—",) * (len(heads) - len(cells)))
            for name, cells in data
        ]
        return ("", *heads), tuple(rows)
    if kind == "band":
        rows = [
            Row(reading(label), (tell(value, unit), between(low, high, unit) or "—"))
            for label, value, low, high in data
        ]
        return ("", title, _("Intervalo")), tuple(rows)
    if kind == "stacked":
        data = [(name, [part[:2] for part in parts]) for name, parts in data]
    if kind in ("line", "stacked"):
        series = named(data, title)
        labels = [reading(label) for label, _value in series[0][1]] if series else []
        columns = [{reading(label): value for label, value in points} for _name, points in series]
        rows = [Row(label, tuple(tell(column.get(label), unit) for column in columns)) for label in labels]
        return ("", *(name for name, _points in series)), tuple(rows)
    if kind == "pareto":
        rows = [Row(tell(n, unit), (tell(share * 10_000, "bps"),)) for n, share in data]
        return (_("Os maiores"), _("Parte do total")), tuple(rows)
    rows = [Row(part[0], (tell(part[1], unit),), part[2] if len(part) == 3 else None) for part in data]
    return ("", _("Valor")), tuple(rows)


def _legend(kind: str, data: list[Any], title: str, unit: Unit) -> tuple[tuple[str, str, str, str | None], ...]:
    if kind == "strip":
        return tuple(
            (f"part-{n % 8}", part[0], tell(part[1], unit), part[2] if len(part) == 3 else None)
            for n, part in enumerate(data)
        )
    if kind == "stacked":
        return tuple((f"part-{n % 8}", name, "", None) for n, (name, _parts) in enumerate(data))
    series = named(data, title) if kind == "line" else []
    if len(series) < 2:
        return ()
    return tuple((f"series-{n % 6 + 1}", name, "", None) for n, (name, _points) in enumerate(series))


def _main_point(kind: str, data: list[Any], unit: Unit) -> str:
    """Return one sentence for who hears the picture."""
    if kind == "pareto":
        enough = next((n for n, share in data if share >= 0.8), None)
        return "" if enough is None else _("%(n)s fazem 80%% do total.") % {"n": tell(enough, unit)}
    if kind in ("heat", "stacked"):
        data = [
            (f"{name} · {reading(cell[0])}", cell[1]) for name, cells in data for cell in cells if cell[1] is not None
        ]
    if kind == "band":
        kind, data = "line", [(label, value) for label, value, _low, _high in data]
    if kind == "line":
        said = []
        for name, points in named(data, ""):
            known = [(reading(label), value) for label, value in points if value is not None]
            if known:
                first, last = known[0], known[-1]
                said.append(
                    _("%(name)s de %(first)s (%(from)s) a %(last)s (%(to)s).")
                    % {
                        "name": name,
                        "first": tell(first[1], unit),
                        "from": first[0],
                        "last": tell(last[1], unit),
                        "to": last[0],
                    }
                )
        return " ".join(said).strip()
    if not data:
        return ""
    most = max(data, key=lambda part: part[1])
    return _("Maior: %(label)s, %(value)s.") % {"label": most[0], "value": tell(most[1], unit)}
