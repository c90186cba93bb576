"""The figures of the Performance page's curves show what their results hold."""

from __future__ import annotations

import pytest

from ml.metrics.threshold_table import threshold_table_of
from ml.plots.catalogue import find, plots_of
from ml.plots.curves.confusion_at_cut_off import counts_at
from ml.plots.cut_off_mark import RADIUS
from ml.plots.drawn_plots import drawn, plot_rows, result_of, view_of
from ml.plots.plot import View
from ml.service import Service
from ml.text.number_words import count, percent
from tests.small import small_service

CURVES = [plot for plot in plots_of("performance") if plot.section == "curves"]
DRAWABLE = ("binary", "multiclass", "independent", "constant")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    return small_service(tmp_path_factory.mktemp("models"), *DRAWABLE, "labels-only")


def of(service: Service, sort: str, key: str, **options: object) -> tuple:
    """Result and traces of the model's positive outcome."""
    plot, bundle = find(key), service.model(sort)
    view = view_of(bundle, plot, None, options)
    result = result_of(service, bundle, plot, view)
    return result, plot.draw(result, view).data, view


@pytest.mark.parametrize("cut_off", ["0", "0.37", "1"])
@pytest.mark.parametrize("sort", DRAWABLE)
def test_the_cells_are_those_of_the_table_of_counts(small, sort, cut_off):
    result, (tiles,), view = of(small, sort, "cells", cut_off=cut_off)
    counted = threshold_table_of(small.model(sort), view.outcome)
    row = counted.at(float(cut_off))
    names = (("true_negative", "false_positive"), ("false_negative", "true_positive"))
    expected = [[counted.columns[name][row] for name in line] for line in names]
    assert counts_at(result, row) == expected == [list(line) for line in tiles.customdata]
    rates = (("specificity", "false_positive_rate"), ("false_negative_rate", "recall"))
    assert [list(line) for line in tiles.z] == [
        pytest.approx([counted.columns[name][row] for name in line]) for line in rates
    ]
    assert tiles.meta == {"mark": "cells"}
    assert tiles.text[1][1].startswith(f"<b>{count(expected[1][1])}</b>")


@pytest.mark.parametrize("sort", ["multiclass", "independent"])
def test_the_confusion_matrix_shows_what_was_chosen(small, sort):
    result, (by_truth,), _ = of(small, sort, "confusion", show="truth")
    _, (by_label,), _ = of(small, sort, "confusion", show="label")
    for row, line in enumerate(result.counts):
        for column, cell in enumerate(line):
            of_row, of_column = sum(line), sum(each[column] for each in result.counts)
            assert by_truth.z[row][column] == pytest.approx(cell / of_row)
            assert by_truth.text[row][column] == f"<b>{percent(cell / of_row)}</b>"
            assert by_label.z[row][column] == pytest.approx(cell / of_column if of_column else 0)
    assert list(by_truth.customdata[0]) == result.counts[0]


def test_what_is_only_drawn_is_not_computed_again():
    for key in ("confusion", "cells"):
        assert [option.computed for option in find(key).options] == [False]


@pytest.mark.parametrize("plot", [plot for plot in CURVES if plot.mark], ids=lambda plot: plot.key)
def test_every_mark_is_a_column_of_the_table_and_lies_on_the_figure(small, plot):
    bundle = small.model("binary")
    counted = threshold_table_of(bundle, "yes")
    mark = plot.mark
    columns = {"cut_off": counted.cut_off} | counted.columns
    assert mark.x in columns
    assert not mark.y or mark.y in columns
    layout = drawn(small, "binary", plot.key, "yes").figure.layout
    low, high = layout.xaxis.range
    assert all(low <= value <= high for value in columns[mark.x] if value is not None)


@pytest.mark.parametrize("key", ["roc", "precision-recall", "gain", "det"])
def test_the_mark_is_whole_at_every_cut_off(small, key):
    """Its radius has room above and below, where a figure of 380 pixels leaves 300 to the curve."""
    counted = threshold_table_of(small.model("binary"), "yes").columns[find(key).mark.y]
    low, high = drawn(small, "binary", key, "yes").figure.layout.yaxis.range
    for value in counted:
        if value is not None:
            assert min(value - low, high - value) / (high - low) * 300 > RADIUS + 1


@pytest.mark.parametrize(
    ("key", "x", "y"),
    [
        ("roc", "false_positive_rate", "true_positive_rate"),
        ("precision-recall", "recall", "precision"),
        ("gain", "selected", "found"),
        ("lift", "selected", "lift"),
        ("det", "x", "y"),
    ],
)
def test_the_mark_moves_along_the_drawn_curve(small, key, x, y):
    """The small hold-out has fewer probabilities than are drawn, so each row of the table lies on a point."""
    result, _, _ = of(small, "binary", key)
    plot, counted = find(key), threshold_table_of(small.model("binary"), "yes")
    points = {(round(a, 9), round(b, 9)) for a, b in zip(getattr(result, x), getattr(result, y), strict=True)}
    for a, b in zip(counted.columns[plot.mark.x], counted.columns[plot.mark.y], strict=True):
        if a is not None and b is not None:
            assert (round(a, 9), round(b, 9)) in points


@pytest.mark.parametrize("plot", CURVES, ids=lambda plot: plot.key)
def test_every_curve_is_given_as_a_table(small, plot):
    header, rows = plot_rows(small, "multiclass", plot.key, "gold")
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(header)}


def test_no_more_than_a_few_hundred_points_are_drawn(small):
    for plot in CURVES:
        figure = drawn(small, "binary", plot.key, "yes").figure
        assert sum(len(trace.x) for trace in figure.data if trace.x is not None) < 1_200


def test_a_view_without_options_draws_at_half(small):
    bundle = small.model("binary")
    view = View(bundle.outcomes, "yes")
    result = result_of(small, bundle, find("cells"), view)
    row = result.cut_off.index(0.5)
    assert [list(line) for line in find("cells").draw(result, view).data[0].customdata] == counts_at(result, row)
