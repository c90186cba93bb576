"""Profit, segments, fairness, versions and errors: the figures show what their results hold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ml.errors import LikelyError, NothingToShow, UnknownOption
from ml.plots.catalogue import find
from ml.plots.decisions.profit_curve import PAYOFF_OPTIONS
from ml.plots.drawn_plots import drawn, plot_rows, result_of, view_of
from ml.plots.plot import View
from ml.text.number_words import percent
from tests.small import SORTS, small_service

WITH_PROBABILITIES = ["binary", "multiclass", "independent", "constant"]
KEYS = ["profit", "profit-share", "segments", "segment-pairs", "worst-segments", "groups", "mistakes"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *SORTS)


def found(service, sort: str, key: str, outcome: str | None = None, options: dict | None = None):
    """The result, its view and its figure; the test is over where the sort has none."""
    bundle, plot = service.model(sort), find(key)
    view = view_of(bundle, plot, outcome, options)
    result = result_of(service, bundle, plot, view)
    return result, view, plot.draw(result, view)


@pytest.mark.parametrize("sort", WITH_PROBABILITIES)
@pytest.mark.parametrize(("key", "column"), [("profit", "cut_off"), ("profit-share", "selected")])
def test_profit_figures_show_the_results_points(small, sort, key, column):
    for name in small.model(sort).outcomes.names:
        result, view, figure = found(small, sort, key, name)
        low, high, curve, *best = figure.data
        for trace, values in ((low, result.low), (high, result.high), (curve, result.profit)):
            assert list(trace.x) == getattr(result, column)
            assert list(trace.y) == values
        assert curve.line.color == view.colour
        assert (best[0].x[0], best[0].y[0]) == (getattr(result, column)[result.best], result.profit[result.best])


def test_typed_values_are_counted_and_both_profit_plots_take_the_same(small):
    assert find("profit").options is find("profit-share").options is PAYOFF_OPTIONS
    typed = {"true_positive": "50", "false_positive": 0, "call": "10", "most_calls": "100"}
    one, _, _ = found(small, "binary", "profit", "yes", typed)
    other, _, _ = found(small, "binary", "profit-share", "yes", typed)
    assert one == other
    assert one.payoff["true_positive"] == 50
    assert one.payoff["call"] == 10
    assert one.selected[one.best] <= 0.1
    sentence = drawn(small, "binary", "profit", "yes", typed).sentence
    assert "at most 100 of 1,000" in sentence
    assert "No value of a decision" not in sentence
    assert "No value of a decision" in drawn(small, "binary", "profit", "yes").sentence


def test_limits_that_cannot_be_kept_are_said_in_both_plots(small):
    asked = {"most_calls": 10, "least_recall": 100}
    assert "No cut-off keeps to both limits" in drawn(small, "binary", "profit", "yes", asked).sentence
    assert "no share keeps to both limits" in drawn(small, "binary", "profit-share", "yes", asked).sentence


@pytest.mark.parametrize("sort", [*WITH_PROBABILITIES, "labels-only"])
def test_segments_figure_shows_each_part_with_its_interval(small, sort):
    result, _, figure = found(small, sort, "segments", None, {"feature": "region", "measure": "recall"})
    whole, spans, dots = figure.data
    known = [at for at, value in enumerate(result.value) if value is not None]
    assert list(dots.x) == [result.value[at] for at in known]
    assert [text.split("<br>")[0] for text in dots.hovertext] == [f"<b>{result.parts[at]}</b>" for at in known]
    ends = [end for at in known for end in (result.low[at], result.high[at])]
    assert [x for x in spans.x if x is not None] == ends
    assert set(whole.x) - {None} == ({result.whole} if result.whole is not None else set())


@pytest.mark.parametrize("sort", [*WITH_PROBABILITIES, "labels-only"])
def test_pairs_show_each_cell_and_grey_out_the_small_ones(small, sort):
    result, _, figure = found(small, sort, "segment-pairs", None, {"feature": "region", "by": "income", "least": 12})
    tiles, few, words = figure.data
    for r, line in enumerate(result.value):
        for c, value in enumerate(line):
            enough = value is not None and result.counted[r][c] >= 12
            assert tiles.z[r][c] == (value if enough else None)
            assert (few.z[r][c] is None) == enough
            assert f"{result.counted[r][c]:.0f}" in words.text[r][c] or not result.records[r][c]


@pytest.mark.parametrize("sort", ["binary", "multiclass", "labels-only"])
def test_worst_segments_are_filled_where_they_are_beyond_chance(small, sort):
    result, _, figure = found(small, sort, "worst-segments", None, {"least": 10})
    _whole, _stems, dots = figure.data
    assert list(dots.x) == result.error
    assert list(dots.marker.symbol).count("circle") == result.found == sum(p <= 0.05 for p in result.chance)


@pytest.mark.parametrize("sort", [*WITH_PROBABILITIES, "labels-only"])
@pytest.mark.parametrize("rate", ["selection", "recall", "precision"])
def test_groups_figure_shows_the_ratios(small, sort, rate):
    result, view, figure = found(small, sort, "groups", None, {"feature": "region", "rate": rate, "cut_off": 0.3})
    _one, spans, dots = figure.data
    assert list(dots.x) == [value for value in result.ratio[rate] if value]
    assert result.rate["selection"][result.reference] == max(result.rate["selection"])
    low = [value for value in result.low[rate] if value is not None]
    assert [x for x in spans.x if x is not None][::2] == pytest.approx([max(value, 0.02) for value in low])
    assert "why they differ" in find("groups").say(result, view) or not result.rate[rate][result.reference]


@pytest.mark.parametrize("sort", WITH_PROBABILITIES)
def test_mistakes_table_shows_what_was_said_and_where_it_leads(small, sort):
    result, _, table = found(small, sort, "mistakes")
    said = [percent(probability) for probability in result.probability]
    assert [tuple(row[1:3]) for row in table.rows] == list(zip(said, result.was, strict=True))
    assert table.links == result.link


def test_the_cut_off_moves_the_segments(small):
    shares = [
        found(small, "binary", "segments", "yes", {"measure": "selected", "cut_off": cut_off})[0].whole
        for cut_off in (0, 0.3, 0.9)
    ]
    assert shares[0] == 1 > shares[1] > shares[2]


@pytest.mark.parametrize("key", KEYS)
def test_rows_are_as_long_as_their_header(small, key):
    for sort in SORTS:
        try:
            header, rows = plot_rows(small, sort, key)
        except LikelyError:
            continue
        assert rows
        assert all(len(row) == len(header) for row in rows)
        assert len(set(header)) == len(header)


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("segments", {"cut_off": "2"}),
        ("segments", {"feature": "nobody"}),
        ("segments", {"measure": ["a"]}),
        ("segment-pairs", {"least": "-1"}),
        ("profit", {"true_positive": "1e400"}),
        ("profit", {"call": "-3"}),
        ("profit", {"most_calls": "many"}),
        ("groups", {"rate": "x"}),
        ("mistakes", {"sort": {}}),
    ],
)
def test_a_strange_choice_is_refused_in_words(small, key, options):
    with pytest.raises(UnknownOption) as caught:
        drawn(small, "binary", key, "yes", options)
    assert re.match("Accepted: ", caught.value.hint)


@pytest.mark.parametrize("key", KEYS)
def test_an_emptied_field_is_no_error(small, key):
    empty = {option.key: "" for option in find(key).options if option.choices is None}
    assert drawn(small, "binary", key, "yes", empty).sentence


def test_a_model_with_one_version_says_how_to_get_another(small):
    with pytest.raises(NothingToShow, match="one version only"):
        drawn(small, "binary", "challenger")


def test_records_are_named_for_the_outcome(small):
    assert "Will pay" in drawn(small, "binary", "mistakes", "yes").sentence
    assert isinstance(view_of(small.model("binary"), find("mistakes"), "yes"), View)


def test_a_part_with_a_single_record_is_not_named_as_the_extreme(small):
    result, view, _ = found(small, "binary", "segments", "yes", {"feature": "region", "measure": "precision"})
    lone = replace(result, value=[1.0, 0.4, 0.6], counted=[1.0, 30.0, 20.0])
    assert "from 40\u00a0% (“south”) to 60\u00a0% (“west”)" in find("segments").say(lone, view)


def test_the_stroke_of_all_records_ends_below_the_names_however_many_lines_these_have(small):
    result, _, figure = found(small, "binary", "worst-segments", "yes", {"least": 10})
    stroke = figure.data[0]
    assert set(stroke.x) == {result.whole, None}
    first, last = figure.layout.yaxis.range
    pixels = (figure.layout.height - 80) / len(result.segment)  # of a row; names begin 7 pixels above its middle
    ends = [y for y in stroke.y if y is not None]
    for row, (above, below) in enumerate(zip(ends[::2], ends[1::2], strict=True)):
        assert 0 < (row - above) * pixels <= 7
        assert 0 < (below - row) * pixels <= 20
    assert first > last
