"""Every plot of the Insights and Performance pages, in the order in which they are shown: one row each.

To add one, write ``ml/plots/<new>.py`` with ``compute``, ``draw`` and ``say``, and add its row here (a plot of
the Insights page: in ``catalogue_insights.py``): see ``docs/ADDING_A_PLOT.md``.
"""

from __future__ import annotations

from ml.errors import UnknownPlot
from ml.plots.catalogue_curves import CURVES
from ml.plots.catalogue_decisions import DECISIONS
from ml.plots.catalogue_insights import INSIGHTS
from ml.plots.plot import Plot

CATALOGUE: tuple[Plot, ...] = (
    *INSIGHTS,
    *CURVES,
    *DECISIONS,
)


def plots_of(page: str) -> tuple[Plot, ...]:
    """The plots of a page, in their order."""
    return tuple(plot for plot in CATALOGUE if plot.page == page)


def find(key: object) -> Plot:
    """The plot of that key; UnknownPlot when there is none."""
    for plot in CATALOGUE:
        if plot.key == key:
            return plot
    known = ", ".join(plot.key for plot in CATALOGUE)
    raise UnknownPlot(f"No plot is called {key!r}.", f"Known plots: {known}.")
