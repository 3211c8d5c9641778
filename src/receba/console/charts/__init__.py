"""Pictures as SVG text: few kinds, theme colours by class, a title for screen readers, no scripts and no styles inline.

Every picture takes plain data and a unit, and is drawn twice: `WIDE` for a desk, `SLIM` for a telephone, so that its
letters keep their size; the stylesheet shows one of them. `figure_of` also gives the same numbers as text, for the table
and the legend beside the picture. Data by kind:

- bars, columns, strip, histogram: `[(label, value), …]` or `[(label, value, address), …]`;
- line: `[(label, value), …]`, or by name `[(name, [(label, value), …]), …]`; a value None leaves a gap; labels that are
  dates are placed in time;
- band: `[(label, value, low, high), …]`, a line with the interval around it;
- stacked: by series `[(name, [(label, value), …]), …]`, every series with the same labels;
- heat: by row `[(name, [(column, value), …]), …]`, None leaves a cell out;
- pareto: `[(debtors so far, cumulative share 0..1), …]`.

Units: "count", "brl" (values in centavos), "bps" (hundredths of a percent), "days".
"""

from __future__ import annotations

from receba.console.charts.courses import band, line, pareto, sparkline
from receba.console.charts.figure import CHARTS, Figure, Row, figure_of
from receba.console.charts.grids import heat, stacked
from receba.console.charts.lengths import bars, columns, histogram, strip
from receba.console.charts.scale import short, tell, ticks
from receba.console.charts.svg import SLIM, WIDE

__all__ = [
    "CHARTS",
    "SLIM",
    "WIDE",
    "Figure",
    "Row",
    "band",
    "bars",
    "columns",
    "figure_of",
    "heat",
    "histogram",
    "line",
    "pareto",
    "short",
    "sparkline",
    "stacked",
    "strip",
    "tell",
    "ticks",
]
