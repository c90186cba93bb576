"""Figure and sentence of a plot for a model and an outcome, from the cached result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ml.bundle.bundle import Bundle
from ml.decision.cut_offs import CUT_OFF
from ml.metrics.evaluation import no_probabilities
from ml.plots.catalogue import find
from ml.plots.columns import DataTable, data_table
from ml.plots.option import checked_options
from ml.plots.plot import Plot, Rows, Study, View
from ml.plots.table import TextTable
from ml.plots.theme import Figure
from ml.service import Service
from ml.translation import translated


@dataclass(frozen=True)
class Drawn:
    """A drawn plot: figure (or table) and sentence, with the result and view they are made from."""

    figure: Figure | TextTable
    sentence: str
    plot: Plot
    result: Any
    view: View


def drawn(service: Service, model: str, plot_key: object, outcome: str | None = None, options: object = None) -> Drawn:
    """Draw a plot of the catalogue.

    Parameters
    ----------
    model : str
        Name or key of the model.
    plot_key : str
    outcome : str or None
        Name of an outcome; None is the positive one.
    options : mapping of str to text or number, or None
        Chosen options; those left out have their default. May be any JSON value, as it comes from a
        browser.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownPlot, UnknownOutcome, UnknownOption
    NoProbabilities, OneOutcomeOnly
        When this plot cannot be drawn for this model or outcome; the text says what to do.
    """
    plot, result, view = plot_result(service, model, plot_key, outcome, options)
    return Drawn(plot.draw(result, view), plot.say(result, view), plot, result, view)


def plot_rows(
    service: Service, model: str, plot_key: object, outcome: str | None = None, options: object = None
) -> Rows:
    """The data of a plot as header and rows; parameters and errors as :func:`drawn`."""
    plot, result, view = plot_result(service, model, plot_key, outcome, options)
    return plot.rows(result, view)


def shown_table(shown: Drawn) -> DataTable | None:
    """The data of :func:`plot_rows` as a page shows it beside the figure; None where the plot draws a table itself."""
    plot, result, view = shown.plot, shown.result, shown.view
    columns = plot.columns(result, view)
    return data_table(columns, plot.rows(result, view), plot.ranked) if columns else None


def plot_result(
    service: Service, model: str, plot_key: object, outcome: str | None = None, options: object = None
) -> tuple[Plot, Any, View]:
    """A plot with its result and its view, not drawn; parameters and errors as :func:`drawn`."""
    plot, bundle = find(plot_key), service.model(model)
    view = view_of(bundle, plot, outcome, _with_cut_off(service, bundle, plot, outcome, options))
    return plot, result_of(service, bundle, plot, view), view


def _with_cut_off(service: Service, bundle: Bundle, plot: Plot, outcome: str | None, asked: object) -> object:
    """The requested options, with the cut-off in use where the plot has that option and none is given."""
    given = asked if isinstance(asked, Mapping) else {}
    follows = any(option.key == CUT_OFF for option in plot.options)
    if not follows or given.get(CUT_OFF) not in (None, ""):
        return asked
    return {**given, CUT_OFF: service.cut_off(bundle, bundle.outcomes.positive if outcome is None else outcome)}


def view_of(bundle: Bundle, plot: Plot, outcome: str | None = None, asked: object = None) -> View:
    """View of the requested outcome and options, checked; parameters and errors as :func:`drawn`."""
    name = bundle.outcomes.positive if outcome is None else outcome
    bundle.outcomes.index(name)  # raises before an unknown outcome becomes part of a key
    raws = asked if isinstance(asked, Mapping) else {}
    options = checked_options(plot.options, bundle, name, raws)
    return View(bundle.outcomes, name, options, bundle.card["rows"]["hold-out"])


def result_of(service: Service, bundle: Bundle, plot: Plot, view: View) -> Any:
    """The plot's result, cached and computed single-flight: one caller computes while others wait."""
    _check(plot, bundle)
    view.outcomes.index(view.outcome)
    options = view.options or view_of(bundle, plot, view.outcome).options
    chosen = {option.key: options[option.key] for option in plot.options if option.computed}
    study = Study(bundle, view.outcome, chosen, lambda fingerprint: service.model(f"{bundle.name}@{fingerprint}"))
    of = view.outcome if plot.per_outcome else None
    key = (bundle.key, plot.key, plot.revision, of, *(part for pair in chosen.items() for part in pair))
    typed = any(option.is_typed(bundle, view.outcome, chosen.get(option.key)) for option in plot.options)
    stored = service.result(key, lambda: asdict(plot.compute(study)), typed=typed)
    return plot.result(**stored | {name: translated(stored[name]) for name in plot.named})


def _check(plot: Plot, bundle: Bundle) -> None:
    if "probabilities" in plot.needs and bundle.offers != "probabilities":
        raise no_probabilities()
