"""Plots of the Insights page: what each figure shows is what its result holds, and so is its table."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from callbacks import router
from layouts.shared import ids
from ml.data.outcomes import Outcome, Outcomes
from ml.errors import NothingToShow, UnknownOption
from ml.plots.catalogue import find
from ml.plots.drawn_plots import drawn, plot_rows, result_of, view_of
from ml.plots.insights import shapley_scatter
from ml.plots.insights.partial_dependence_of_two import LEAST_RANGE
from ml.plots.insights.shapley_scatter import ShapleyScatter
from ml.plots.plot import View
from ml.service import Service
from tests.contract.figures import CHECKS
from tests.small import small_service

SORTS = ("binary", "multiclass", "independent", "constant", "absent")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    return small_service(tmp_path_factory.mktemp("models"), *SORTS)


def each(service: Service, key: str, sort: str, options: dict | None = None):
    """View, result, figure and table of a plot for each outcome; the figure shows the result."""
    bundle, plot = service.model(sort), find(key)
    for name in bundle.outcomes.names:
        view = view_of(bundle, plot, name, options)
        result = result_of(service, bundle, plot, view)
        figure = plot.draw(result, view)
        CHECKS[key](result, view, figure)
        yield view, result, figure, plot.rows(result, view)


@pytest.mark.parametrize("sort", SORTS)
def test_contributions_are_the_results_in_falling_order(small, sort):
    for view, result, _figure, (_, rows) in each(small, "contributions", sort):
        sizes = result.size[view.index]
        errors = result.error[view.index]
        assert sorted(rows) == sorted(list(row) for row in zip(result.features, sizes, errors, strict=True))
        assert all(before[1] >= after[1] for before, after in pairwise(rows))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("feature", ["income", "shoe_size"])
def test_dependence_draws_mean_single_records_and_the_distribution(small, sort, feature):
    for view, result, figure, (header, rows) in each(small, "dependence", sort, {"feature": feature}):
        assert result.feature == feature
        assert [row[1] for row in rows] == result.mean[view.index]
        assert len(header) == len(rows[0]) == 4 + len(figure.data[:-2])


def test_dependence_on_a_choice_draws_a_row_for_each(small):
    for _view, result, figure, _ in each(small, "dependence", "multiclass", {"feature": "region"}):
        assert len(figure.data) == 1
        assert len(result.names) == 3


@pytest.mark.parametrize("sort", SORTS)
def test_tiles_of_two_features_are_the_results_means(small, sort):
    for view, result, figure, (_, rows) in each(small, "dependence-of-two", sort):
        (tiles,) = figure.data
        mean = result.mean[view.index]
        assert tiles.zmax - tiles.zmin >= LEAST_RANGE - 1e-12
        assert [row[2] for row in rows] == [value for line in mean for value in line]


def test_two_features_must_differ(small):
    with pytest.raises(NothingToShow, match="two different"):
        drawn(small, "binary", "dependence-of-two", "yes", {"first": "debt", "second": "debt"})


@pytest.mark.parametrize("sort", SORTS)
def test_the_swarm_has_a_point_for_each_record_and_stays_in_its_row(small, sort):
    for _view, result, figure, (_, rows) in each(small, "beeswarm", sort):
        for swarm in figure.data:
            assert len(set(zip(swarm.x, swarm.y, strict=True))) == len(swarm.x)
        assert sum(len(swarm.x) for swarm in figure.data) <= 400
        assert len(rows) == sum(map(len, result.contributions))


@pytest.mark.parametrize("feature", ["income", "region"])
def test_contribution_by_value_draws_value_and_contribution(small, feature):
    for _view, result, _figure, (_, rows) in each(small, "contribution-by-value", "independent", {"feature": feature}):
        assert result.ordered == (feature == "income")
        assert [row[1:] for row in rows] == [
            list(pair) for pair in zip(result.contributions, result.errors, strict=True)
        ]
        assert len(rows) <= 300


def test_contribution_by_value_says_how_far_its_points_are_sampled():
    view = View(Outcomes((Outcome("no", "No", 0), Outcome("yes", "Yes", 1)), True, "yes"), "yes", {}, 10)
    given = {"feature": "Income", "axis": "Income", "ordered": True, "places": [1.0, 2.0], "names": ["1", "2"]}
    found = ShapleyScatter(**given, choices=[], contributions=[0.05, -0.02], errors=[0.003, 0.004], records=2)
    assert "They are sampled, most within ± 0.7 points." in shapley_scatter.say(found, view)  # 1.96 · √((9 + 16) / 2)
    assert list(shapley_scatter.draw(found, view).data[0].hovertext) == [
        "1<br><b>+5 points</b> ± 0.6 points", "2<br><b>−2 points</b> ± 0.8 points",
    ]  # fmt: skip
    sure = replace(found, errors=[0.0, 0.0001])
    assert "sampled" not in shapley_scatter.say(sure, view)
    assert "±" not in str(shapley_scatter.draw(sure, view))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("feature", ["income", "region"])
def test_distribution_draws_both_sides(small, sort, feature):
    for _view, result, _figure, (_, rows) in each(small, "distribution", sort, {"feature": feature}):
        assert result.ordered == (feature == "income")
        assert [row[-2:] for row in rows[:-1]] == [
            list(pair) for pair in zip(result.positive, result.negative, strict=True)
        ]
        names = [list(pair) for pair in pairwise(result.edges)] or [[name] for name in result.names]
        assert [row[:-2] for row in rows[:-1]] == names
        assert set(rows[-1][:-2]) == {None}


@pytest.mark.parametrize("sort", SORTS)
def test_association_draws_each_pair_once(small, sort):
    for _view, result, figure, (_, rows) in each(small, "association", sort):
        (tiles,) = figure.data
        size = len(result.features)
        shown = {
            (result.features[x], result.features[y + 1]): value
            for y, line in enumerate(tiles.z)
            for x, value in enumerate(line)
            if value is not None
        }
        assert len(rows) == size * (size - 1) / 2
        for first, second, strength, _measure in rows:
            assert shown[first, second] == abs(strength)


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "constant"])
def test_rules_are_bars_of_their_probability_under_their_words(small, sort):
    for _view, result, _figure, (_, rows) in each(small, "rules", sort):
        assert [row[0] for row in rows] == result.rules
        assert [row[1] for row in rows] == result.probability


def test_the_cut_off_of_the_rules_is_checked(small):
    with pytest.raises(UnknownOption, match="Cut-off"):
        drawn(small, "binary", "rules", "yes", {"cut_off": 2})
    assert "cut-off 30" in drawn(small, "binary", "rules", "yes", {"cut_off": 0.3}).sentence


def test_the_rules_open_at_the_cut_off_in_use(small, monkeypatch):
    monkeypatch.setattr(small, "cut_off", lambda *_: 0.2)
    for options in ({}, {"cut_off": ""}):
        assert "cut-off 20" in drawn(small, "binary", "rules", "yes", options).sentence
    page = router.show_page(small, "/binary/insights", "")
    named = ids.plot_option(small.model("binary").key, "yes", "rules", "cut_off")
    field = next(part for part in page._traverse() if getattr(part, "id", None) == named)
    assert field.value == "0.2"


def test_the_rules_open_at_the_cards_cut_off(small, monkeypatch):
    monkeypatch.setitem(small.model("binary").card, "cut_offs", {"yes": 0.35})
    for options in ({}, {"cut_off": ""}):
        assert "cut-off 35" in drawn(small, "binary", "rules", "yes", options).sentence


@pytest.mark.parametrize("sort", ["binary", "independent"])
def test_leaks_draws_each_features_auc_from_a_half(small, sort):
    for _view, result, _figure, (_, rows) in each(small, "leaks", sort):
        assert [row[1] for row in rows] == result.alone


def test_income_alone_decides_the_card_and_is_looked_at(small):
    result = result_of(
        small, small.model("independent"), find("leaks"), View(*(small.model("independent").outcomes, "card"))
    )
    assert result.features[0] == "Income"
    assert result.suspects == [True, False, False, False]
    assert drawn(small, "independent", "leaks", "card").sentence.startswith("Look at Income: it alone reaches")
    assert drawn(small, "independent", "leaks", "loan").sentence.startswith("Nothing looks like a leak")


def test_an_unknown_feature_is_refused_in_words(small):
    for raw in ("height", ["income"], 3, {"a": 1}):
        with pytest.raises(UnknownOption, match="Feature is"):
            drawn(small, "binary", "dependence", "yes", {"feature": raw})


def test_features_stand_in_order_of_importance_where_the_card_has_it(small, monkeypatch):
    bundle = small.model("binary")
    monkeypatch.setitem(bundle.card, "order", ["region", "debt", "income", "shoe_size"])
    plot = find("dependence-of-two")
    first, second = (option.opens_with(bundle, "yes") for option in plot.options)
    assert (first, second) == ("region", "debt")
    assert [value for value, _ in plot.options[1].choices(bundle, "yes")] == ["debt", "region", "income", "shoe_size"]
    monkeypatch.delitem(bundle.card, "order")
    assert [value for value, _ in plot.options[0].choices(bundle, "yes")] == list(bundle.schema.names)


def test_a_compiled_path_needs_neither_scikit_learn_nor_pandas_for_any_insight(small):
    code = """
import sys
from ml.errors import NothingToShow
from ml.plots.catalogue import plots_of
from ml.plots.drawn_plots import result_of, view_of
from ml.service import open_service
service = open_service(sys.argv[1])
bundle = service.model("binary")
assert bundle.card["path"]["kind"] == "compiled"
for plot in plots_of("insights"):
    try:
        result_of(service, bundle, plot, view_of(bundle, plot))
    except NothingToShow:
        assert plot.key == "missing"
assert not {"sklearn", "pandas", "scipy", "plotly"} & set(sys.modules), sorted(sys.modules)
"""
    root = Path(__file__).parents[2]
    folder = small.model("binary").folder.parents[1]
    run = subprocess.run([sys.executable, "-c", code, folder], cwd=root, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-500:]


def test_csv_tables_have_a_cell_for_each_head(small):
    for key in ("importance", "contributions", "dependence", "dependence-of-two", "interaction", "beeswarm",
                "contribution-by-value", "distribution", "association", "rules", "leaks"):  # fmt: skip
        header, rows = plot_rows(small, "multiclass", key)
        assert rows
        assert all(len(row) == len(header) for row in rows)
