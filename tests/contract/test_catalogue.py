"""Every plot of the catalogue for every sort of model: what the figure shows is what the result holds."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest

from ml.errors import NoProbabilities, NothingToShow, OneOutcomeOnly
from ml.plots.catalogue import CATALOGUE, find, plots_of
from ml.plots.importance import MOST_SHOWN, ranked
from ml.plots.plot import Study, View
from ml.plots.results import drawn, result_of
from ml.plots.theme import count, percent
from ml.service import Service, open_service
from tests.small import SORTS, small_model

ROOT = Path(__file__).parents[2]
OF_PROBABILITIES = {
    "beeswarm", "contribution-by-value", "contributions", "dependence", "dependence-of-two", "interaction", "leaks",
    "rules",
}  # fmt: skip

DECIDED = {
    **{(key, "labels-only", "no"): NoProbabilities for key in ("profit", "profit-share", "mistakes")},
    **{(key, "labels-only", "yes"): NoProbabilities for key in ("profit", "profit-share", "mistakes")},
    **{(key, "absent", "gold"): OneOutcomeOnly for key in ("profit", "profit-share")},
    ("worst-segments", "independent", "card"): NothingToShow,  # no decision on it is wrong
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS:
        small_model(sort, folder)
    return open_service(folder)


def views(service: Service, sort: str) -> list[View]:
    outcomes = service.model(sort).outcomes
    return [View(outcomes, name) for name in outcomes.names]


CURVES = {
    *("cells", "roc", "precision-recall", "calibration", "scores", "lift"),
    *("gain", "ks", "det", "threshold", "decision-curve"),
}


def can_be_drawn(plot, sort: str, view: View) -> type | None:
    """The error that is to be met, or None: written down here, not asked of the code."""
    if plot.key == "challenger":
        return NothingToShow  # the small models have one version each
    if (plot.key, sort, view.outcome) in DECIDED:
        return DECIDED[plot.key, sort, view.outcome]
    if plot.key == "missing":
        return NothingToShow  # the small models' records have no gaps
    if plot.key in OF_PROBABILITIES and sort == "labels-only":
        return NoProbabilities
    if (plot.key, sort, view.outcome) == ("leaks", "absent", "gold"):
        return OneOutcomeOnly
    if plot.key in CURVES and sort == "labels-only":
        return NoProbabilities
    return OneOutcomeOnly if plot.key in CURVES and (sort, view.outcome) == ("absent", "gold") else None


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_plot_is_drawn_or_says_why(small, plot, sort):
    for view in views(small, sort):
        expected = can_be_drawn(plot, sort, view)
        if expected:
            with pytest.raises(expected) as caught:
                drawn(small, sort, plot.key, view.outcome)
            assert caught.value.message
            assert caught.value.hint
            continue
        shown = drawn(small, sort, plot.key, view.outcome)
        assert shown.figure.data
        assert shown.figure.layout.height > 100
        assert shown.sentence.endswith(".")
        assert "nan" not in shown.sentence
        assert "nan" not in shown.figure.to_json().lower()


@pytest.mark.parametrize("sort", SORTS)
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


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "constant", "absent"])
def test_roc_figure_shows_the_results_points(small, sort):
    for view in views(small, sort):
        if can_be_drawn(find("roc"), sort, view):
            continue
        result = result_of(small, small.model(sort), find("roc"), view)
        _guessing, curve, own = find("roc").draw(result, view).data
        assert list(curve.x) == result.false_positive_rate
        assert list(curve.y) == result.true_positive_rate
        assert (own.x[0], own.y[0]) == (result.own_false_positive_rate, result.own_true_positive_rate)
        assert curve.line.color == view.colour


@pytest.mark.parametrize("sort", SORTS)
def test_confusion_figure_shows_the_results_counts(small, sort):
    for view in views(small, sort):
        result = result_of(small, small.model(sort), find("confusion"), view)
        (tiles,) = find("confusion").draw(result, view).data
        assert [list(row) for row in tiles.customdata] == result.counts
        for row, shares, texts in zip(result.counts, tiles.z, tiles.text, strict=True):
            assert list(shares) == [cell / sum(row) if sum(row) else 0 for cell in row]
            assert list(texts) == [f"<b>{count(c)}</b><br>{percent(s)}" for c, s in zip(row, shares, strict=True)]


@pytest.mark.parametrize("sort", SORTS)
def test_importance_figure_shows_the_results_numbers_in_falling_order(small, sort):
    for view in views(small, sort):
        result = result_of(small, small.model(sort), find("importance"), view)
        (bars,) = find("importance").draw(result, view).data
        assert list(bars.x) == sorted(result.mean[view.index], reverse=True)[:MOST_SHOWN]
        for row, high, low in zip(ranked(result, view), bars.error_x.array, bars.error_x.arrayminus, strict=True):
            at = result.labels.index(row.label)
            assert row.mean == result.mean[view.index][at]
            assert row.mean + high == pytest.approx(result.high[view.index][at])
            assert row.mean - low == pytest.approx(result.low[view.index][at])


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
