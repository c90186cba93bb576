"""From a model, a plot and an outcome to what is shown: the result from the cache, drawn and said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ml.evaluation import evaluation_of, no_probabilities
from ml.plots.catalogue import find
from ml.plots.plot import Plot, View

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle import Bundle
    from ml.service import Service


@dataclass(frozen=True)
class Drawn:
    """What a page shows of one plot: its figure and the sentence under it."""

    figure: go.Figure
    sentence: str


def drawn(service: Service, model: str, plot_key: object, outcome: str | None = None) -> Drawn:
    """A plot of the catalogue, ready to be shown.

    Parameters
    ----------
    service : Service
    model : str
        Name or key of the model.
    plot_key : str
    outcome : str or None
        Name of an outcome; None is the positive one.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownPlot, UnknownOutcome
    NoProbabilities, OneOutcomeOnly
        When this plot cannot be drawn for this model or outcome; the text says what to do.
    """
    plot, bundle = find(plot_key), service.model(model)
    view = View(bundle.outcomes, bundle.outcomes.positive if outcome is None else outcome)
    result = result_of(service, bundle, plot, view)
    return Drawn(plot.draw(result, view), plot.say(result, view))


def result_of(service: Service, bundle: Bundle, plot: Plot, view: View) -> Any:
    """The plot's result: from the cache, or computed by one caller while others wait."""
    _check(plot, bundle)
    view.outcomes.index(view.outcome)  # an unknown outcome is refused before it becomes part of a key
    of = view.outcome if plot.per_outcome else None

    def compute() -> dict[str, Any]:
        return asdict(plot.compute(bundle, evaluation_of(bundle), view.outcome))

    return plot.result(**service.result((bundle.key, plot.key, plot.revision, of), compute))


def _check(plot: Plot, bundle: Bundle) -> None:
    if "probabilities" in plot.needs and bundle.offers != "probabilities":
        raise no_probabilities()
