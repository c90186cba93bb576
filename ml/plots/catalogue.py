"""Catalogue of every plot of the Insights and Performance pages, in display order.

To add a plot, write its file in one of the rooms beside this one (``insights``, ``curves``, ``decisions``) and add
the file's name to :data:`MODULES`; ``make messages`` then gathers its sentences. ``docs/ADDING_A_PLOT.md`` shows a
whole one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from ml.errors import UnknownPlot
from ml.plots.plot import Page, Plot
from ml.translation import text

# Names and not imports, so that a new plot is one line. A file declares `PLOT`, which is a Plot or a tuple of them.
MODULES: tuple[str, ...] = (
    "insights.permutation_importance",
    "insights.mean_shapley",
    "insights.partial_dependence",
    "insights.partial_dependence_of_two",
    "insights.interaction_strength",
    "insights.beeswarm",
    "insights.shapley_scatter",
    "insights.feature_distribution",
    "insights.missing_values",
    "insights.feature_association",
    "insights.surrogate_tree",
    "insights.leakage",
    "curves.confusion_matrix",
    "curves.confusion_at_cut_off",
    "curves.roc_curve",
    "curves.precision_recall_curve",
    "curves.reliability_diagram",
    "curves.score_distribution",
    "curves.lift_curve",
    "curves.cumulative_gain",
    "curves.kolmogorov_smirnov",
    "curves.det_curve",
    "curves.metrics_by_threshold",
    "curves.decision_curve",
    "decisions.profit_curve",
    "decisions.profit_by_share",
    "decisions.segments",
    "decisions.segment_pairs",
    "decisions.worst_segments",
    "decisions.group_fairness",
    "decisions.champion_challenger",
    "decisions.largest_errors",
)


def declared(modules: Sequence[str]) -> Iterator[Plot]:
    """The plots that files of the rooms declare as their `PLOT`, in the given order.

    Parameters
    ----------
    modules : sequence of str
        Names below ``ml.plots``: "curves.roc_curve".

    Raises
    ------
    TypeError
        A file declares no plot.
    """
    for name in modules:
        plot_or_plots = getattr(import_module(f"ml.plots.{name}"), "PLOT", None)
        plots = plot_or_plots if isinstance(plot_or_plots, tuple) else (plot_or_plots,)
        if not plots or not all(isinstance(plot, Plot) for plot in plots):
            raise TypeError(f"ml/plots/{name.replace('.', '/')}.py declares no PLOT. Accepted: PLOT = Plot(...).")
        yield from plots


CATALOGUE: tuple[Plot, ...] = tuple(declared(MODULES))


def plots_of(page: Page) -> tuple[Plot, ...]:
    """The plots of a page, in their order."""
    return tuple(plot for plot in CATALOGUE if plot.page == page)


def find(key: object) -> Plot:
    """The plot of that key; UnknownPlot when there is none."""
    for plot in CATALOGUE:
        if plot.key == key:
            return plot
    known = ", ".join(plot.key for plot in CATALOGUE)
    raise UnknownPlot(text("No plot is called {key}.", key=repr(key)), text("Known plots: {known}.", known=known))
