"""Every plot of the catalogue for every sort of model: what the figure shows is what the result holds."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest

from ml.errors import NoProbabilities, NothingToShow, OneOutcomeOnly
from ml.plots.catalogue import CATALOGUE, plots_of
from ml.plots.plot import Study, View
from ml.plots.results import drawn, result_of
from ml.service import Service, open_service
from tests.contract.figures import CHECKS, WITHOUT_PROBABILITIES, is_drawn_or_says_why, shows_its_result
from tests.small import SORTS, small_model

ROOT = Path(__file__).parents[2]
MODELS = (*SORTS, "gaps")
WITH_ANOTHER_VERSION = ("binary", "multiclass", "independent", "labels-only", "gaps")
OF_BOTH_SIDES = {
    *("cells", "roc", "precision-recall", "calibration", "scores", "lift", "gain", "ks", "det", "threshold"),
    *("decision-curve", "profit", "profit-share", "leaks"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("models")
    for sort in WITH_ANOTHER_VERSION:
        small_model(sort, folder, training=120)
    for sort in MODELS:
        small_model(sort, folder)
    return open_service(folder)


def views(service: Service, sort: str) -> list[View]:
    outcomes = service.model(sort).outcomes
    return [View(outcomes, name) for name in outcomes.names]


def can_be_drawn(plot, sort: str, view: View) -> type | None:
    """The error that is to be met, or None: written down here, not asked of the code."""
    if sort == "labels-only" and plot.key not in WITHOUT_PROBABILITIES:
        return NoProbabilities
    if plot.key == "challenger" and sort not in WITH_ANOTHER_VERSION:
        return NothingToShow
    if plot.key == "missing" and sort != "gaps":
        return NothingToShow
    if (plot.key, sort, view.outcome) == ("worst-segments", "independent", "card"):
        return NothingToShow  # no decision on it is wrong
    return OneOutcomeOnly if plot.key in OF_BOTH_SIDES and (sort, view.outcome) == ("absent", "gold") else None


@pytest.mark.parametrize("sort", MODELS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_plot_is_drawn_or_says_why(small, plot, sort):
    for view in views(small, sort):
        is_drawn_or_says_why(small, sort, plot.key, view.outcome, can_be_drawn(plot, sort, view))


@pytest.mark.parametrize("sort", MODELS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_result_goes_through_json_and_back_unchanged(small, plot, sort):
    bundle = small.model(sort)
    for view in views(small, sort):
        if can_be_drawn(plot, sort, view):
            continue
        result = result_of(small, bundle, plot, view)
        again = plot.result(**json.loads(json.dumps(asdict(result), allow_nan=False)))
        assert plot.draw(again, view) == plot.draw(result, view)
        assert plot.say(again, view) == plot.say(result, view)


def test_one_small_model_has_every_plot(small):
    view = View(small.model("gaps").outcomes, "yes")
    assert not [plot.key for plot in CATALOGUE if can_be_drawn(plot, "gaps", view)]


def test_every_plot_has_a_check_and_no_check_is_left_over():
    assert set(CHECKS) == {plot.key for plot in CATALOGUE}


@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_the_check_of_a_plot_sees_other_numbers(small, plot):
    shown = drawn(small, "gaps", plot.key, "yes")
    for name in ("x", "z"):
        for trace in shown.figure.data:
            if getattr(trace, name, None) is not None:
                trace[name] = moved(trace[name])
    with pytest.raises(AssertionError):
        shows_its_result(shown)


def moved(values):
    """The same numbers, each a little larger."""
    if isinstance(values, str) or values is None:
        return values
    return values + 0.003 if isinstance(values, (int, float)) else [moved(value) for value in values]


def test_keys_are_unique_and_every_plot_has_a_page():
    keys = [plot.key for plot in CATALOGUE]
    assert len(set(keys)) == len(keys)
    assert [*plots_of("insights"), *plots_of("performance")] == list(CATALOGUE)


def test_only_the_plots_import_plotly_and_every_plot_file_is_in_the_catalogue():
    files = {path.stem for path in (ROOT / "ml" / "plots").glob("*.py")}
    used = {plot.draw.__module__.split(".")[-1] for plot in CATALOGUE}
    assert files - used == {
        "__init__", "catalogue", "catalogue_curves", "catalogue_decisions", "catalogue_insights", "choices",
        "marks", "option", "plot", "results", "rows", "theme",
    }  # fmt: skip


def test_the_plot_in_the_guide_works_as_it_stands_there(small, monkeypatch):
    guide = (ROOT / "docs" / "ADDING_A_PLOT.md").read_text(encoding="utf-8")
    written = ModuleType("spread")
    monkeypatch.setitem(sys.modules, "spread", written)  # where a dataclass looks for its own module
    exec(guide.split("```python")[1].split("```")[0], written.__dict__)
    bundle = small.model("independent")
    view = View(bundle.outcomes, "card")
    result = written.compute(Study(bundle, "card"))
    assert sum(result.shares) == pytest.approx(1)
    assert list(written.draw(result, view).data[0].y) == result.shares
    assert "“Credit card”" in written.say(result, view)
