"""Every plot of the catalogue for every sort of model: what the figure shows is what the result holds."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

import pytest

from ml.errors import LikelyError, NoProbabilities, NothingToShow, OneOutcomeOnly
from ml.plots.catalogue import CATALOGUE, MODULES, declared, plots_of
from ml.plots.columns import MOST_ROWS
from ml.plots.curves import roc_curve
from ml.plots.drawn_plots import Drawn, drawn, result_of, shown_table
from ml.plots.plot import Plot, View
from ml.plots.table import TextTable
from ml.service import Service
from tests.contract.figures import (
    CHECKS,
    is_drawn_or_says_why,
    needs_probabilities,
    shows_its_result,
    shows_nothing_else,
)
from tests.small import SORTS, small_model, small_service

ROOT = Path(__file__).parents[2]
MODELS = (*SORTS, "gaps")
WITH_ANOTHER_VERSION = ("binary", "multiclass", "independent", "labels-only", "gaps")
OF_BOTH_SIDES = {
    *("cells", "roc", "precision-recall", "calibration", "scores", "lift", "gain", "ks", "det", "threshold"),
    *("decision-curve", "profit", "profit-share", "leaks"),
}


@pytest.mark.parametrize("name", MODULES)
def test_the_first_line_of_a_plot_says_its_key(name):
    """The key stands in addresses, and is not always the name of the file: a search for it ends there."""
    module = import_module(f"ml.plots.{name}")
    assert f"``{module.PLOT.key}``" in module.__doc__.splitlines()[0]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("models")
    for sort in WITH_ANOTHER_VERSION:
        small_model(sort, folder, training=120)
    return small_service(folder, *MODELS)


def views(service: Service, sort: str) -> list[View]:
    outcomes = service.model(sort).outcomes
    return [View(outcomes, name) for name in outcomes.names]


def can_be_drawn(service: Service, plot: Plot, sort: str, view: View) -> type | None:
    """The error that is to be met, or None: written down here for each plot that has a check of its own.

    Of a plot without one the error that is met: it must only say what to do about it.
    """
    if plot.key not in CHECKS:
        try:
            return drawn(service, sort, plot.key, view.outcome) and None
        except LikelyError as error:
            return type(error)
    if sort == "labels-only" and needs_probabilities(plot):
        return NoProbabilities
    if plot.key == "challenger" and sort not in WITH_ANOTHER_VERSION:
        return NothingToShow
    if plot.key == "missing" and sort != "gaps":
        return NothingToShow
    if plot.key == "worst-segments" and (sort, view.outcome) in (("independent", "card"), ("absent", "gold")):
        return NothingToShow  # no decision on it is wrong, or none more than expected
    return OneOutcomeOnly if plot.key in OF_BOTH_SIDES and (sort, view.outcome) == ("absent", "gold") else None


@pytest.mark.parametrize("sort", MODELS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_plot_is_drawn_or_says_why(small, plot, sort):
    for view in views(small, sort):
        is_drawn_or_says_why(small, sort, plot.key, view.outcome, can_be_drawn(small, plot, sort, view))


@pytest.mark.parametrize("sort", MODELS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_result_goes_through_json_and_back_unchanged(small, plot, sort):
    bundle = small.model(sort)
    for view in views(small, sort):
        if can_be_drawn(small, plot, sort, view):
            continue
        result = result_of(small, bundle, plot, view)
        again = plot.result(**json.loads(json.dumps(asdict(result), allow_nan=False)))
        assert plot.draw(again, view) == plot.draw(result, view)
        assert plot.say(again, view) == plot.say(result, view)


@pytest.mark.parametrize("sort", MODELS)
@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_figure_has_its_data_in_words_from_the_rows_of_the_file(small, plot, sort):
    bundle = small.model(sort)
    for view in views(small, sort):
        if can_be_drawn(small, plot, sort, view):
            continue
        result = result_of(small, bundle, plot, view)
        shown = Drawn(plot.draw(result, view), "", plot, result, view)
        found = shown_table(shown)
        assert (found is None) == isinstance(shown.figure, TextTable)
        if found is None:
            continue
        header, body = plot.rows(result, view)
        assert found.total == len(body)
        assert len(found.table.rows) == min(len(body), MOST_ROWS)
        assert len(set(found.table.heads)) == len(found.table.heads) > 1
        assert not [head for head in found.table.heads if "_" in head]
        columns = plot.columns(result, view)
        assert set(columns) <= set(header)
        of_file = [[row[header.index(name)] for name in columns] for row in (body[0], body[-1])]
        for cells, values in zip((found.table.rows[0], found.table.rows[-1]), of_file, strict=False):
            says_the_same(cells, values)


def says_the_same(cells, values):
    """Numbers of a table for people are those of the file, as far as their digits go."""
    for cell, value in zip(cells, values, strict=True):
        assert isinstance(cell, str)
        assert cell
        number = re.search(r"[−\d][\d,]*\.?\d*", cell)
        if isinstance(value, (str, bool)) or value is None or not number:
            continue
        said = float(number[0].replace(",", "").replace("−", "-"))
        digits = len(number[0].partition(".")[2])
        near = [abs(said - each) <= 1.01 * 10**-digits for each in (value, 100 * value)]
        assert any(near) or cell.startswith(("over", "under"))


def test_one_small_model_has_every_plot(small):
    view = View(small.model("gaps").outcomes, "yes")
    assert not [plot.key for plot in CATALOGUE if can_be_drawn(small, plot, "gaps", view)]


def test_no_check_is_left_over():
    assert set(CHECKS) <= {plot.key for plot in CATALOGUE}


@pytest.mark.parametrize("key", ["roc", "calibration", "ks", "profit", "interaction"])
def test_the_check_of_plots_without_one_of_their_own_sees_an_invented_number(small, key):
    shown = drawn(small, "gaps", key, "yes")
    shows_nothing_else(shown.result, shown.view, shown.figure)
    shown.figure.add_scatter(x=[0, 1], y=[0, 0.123456])
    with pytest.raises(AssertionError):
        shows_nothing_else(shown.result, shown.view, shown.figure)


@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_the_check_of_a_plot_sees_other_numbers(small, plot):
    shown = drawn(small, "gaps", plot.key, "yes")
    if isinstance(shown.figure, TextTable):
        shown = replace(
            shown, figure=replace(shown.figure, rows=[(*row[:1], "1.7", *row[2:]) for row in shown.figure.rows])
        )
    for name in ("x", "z"):
        for trace in getattr(shown.figure, "data", ()):
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


def test_every_file_of_the_rooms_is_in_the_catalogue_once():
    rooms = [path for path in (ROOT / "ml" / "plots").glob("*/*.py") if path.stem != "__init__"]
    assert sorted(MODULES) == sorted(f"{path.parent.name}.{path.stem}" for path in rooms)


def test_no_folder_of_plots_is_too_long_to_be_read():
    folders = [ROOT / "ml" / "plots", *(path.parent for path in (ROOT / "ml" / "plots").glob("*/__init__.py"))]
    assert {len([*folder.glob("*.py")]) <= 20 for folder in folders} == {True}


@pytest.mark.parametrize("found", [None, (), "roc", (None,)])
def test_a_file_without_a_plot_is_refused_by_name(monkeypatch, found):
    monkeypatch.setattr(roc_curve, "PLOT", found)
    with pytest.raises(TypeError, match=r"ml/plots/curves/roc_curve\.py declares no PLOT"):
        list(declared(["curves.lift_curve", "curves.roc_curve"]))


def test_a_file_may_declare_several_plots(monkeypatch):
    first, second = replace(roc_curve.PLOT, key="first"), replace(roc_curve.PLOT, key="second")
    monkeypatch.setattr(roc_curve, "PLOT", (first, second))
    assert list(declared(["curves.roc_curve"])) == [first, second]
