"""Every plot of the Insights and Performance pages, in the order in which they are shown: one row each.

To add one, write ``ml/plots/<new>.py`` with ``compute``, ``draw`` and ``say``, and add its row here:
see ``docs/ADDING_A_PLOT.md``.
"""

from __future__ import annotations

from ml.curves import RocCurve
from ml.decisions import Confusion
from ml.errors import UnknownPlot
from ml.insights import Importance
from ml.plots import confusion, importance, roc
from ml.plots.plot import Need, Plot

PROBABILITIES: frozenset[Need] = frozenset({"probabilities"})

CATALOGUE: tuple[Plot, ...] = (
    Plot(
        key="importance",
        title="Permutation importance",
        question="Which features does the model lean on?",
        page="insights",
        result=Importance,
        compute=importance.compute,
        draw=importance.draw,
        say=importance.say,
        per_outcome=False,
    ),
    Plot(
        key="confusion",
        title="Confusion matrix",
        question="Which outcomes does the model mix up?",
        page="performance",
        result=Confusion,
        compute=confusion.compute,
        draw=confusion.draw,
        say=confusion.say,
    ),
    Plot(
        key="roc",
        title="ROC curve",
        question="How well are records told apart, at any cut-off?",
        page="performance",
        result=RocCurve,
        compute=roc.compute,
        draw=roc.draw,
        say=roc.say,
        needs=PROBABILITIES,
    ),
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
