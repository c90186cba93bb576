"""Words in figures: as many decimals everywhere, and lines that a phone has room for."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ml.metrics.evaluation import evaluation_of
from ml.plots.decisions import profit_curve, worst_segments
from ml.plots.drawn_plots import drawn
from ml.plots.plot import View
from ml.plots.row_layout import LINE, WIDEST, fitted, named_rows, names_above
from ml.plots.shared_options import measure_text
from ml.slices.expected_errors import LOSS, WRONG
from ml.slices.largest_errors import largest_errors
from ml.slices.slice_finder import WorstSegments
from tests.small import small_service

LONG = "Income: 100 thousand $ a year or more"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "multiclass", "independent")


def plain(annotation):
    return [line.replace("<b>", "").replace("</b>", "") for line in annotation.text.split("<br>")]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("log_loss", 0.34, "0.340"),
        ("f1", 0, "0.000"),
        ("mcc", -0.5, "−0.500"),
        ("mcc", -0.0001, "0.000"),
        ("precision", 0.34, "34\u00a0%"),
        ("f1", None, "undefined"),
    ],
)
def test_a_measure_has_three_decimals_everywhere(key, value, words):
    assert measure_text(key, value) == words


def test_a_name_gives_way_to_the_words_behind_it_and_keeps_its_beginning():
    assert fitted("a" * 38, "2 %") == "a" * 38
    assert fitted("a" * 50, "2.6 points") == "a" * (WIDEST - 12 - 1) + "…"
    assert fitted("a" * 50, "b" * 60) == "a" * 15 + "…"


def test_a_name_without_words_behind_it_is_never_cut():
    (name,) = names_above(["word " * 20])
    assert name["text"].replace("<br>", " ") == ("word " * 20).strip()
    assert max(map(len, name["text"].split("<br>"))) <= LINE


@pytest.mark.parametrize("by", [WRONG, LOSS])
def test_worst_segments_keep_their_number_and_fit_on_a_phone(service, by):
    found = WorstSegments(
        by=by, segment=[LONG, f"Region: Bay Area; {LONG}", "Age: 30"],
        parts=[[LONG], ["Region: Bay Area", LONG], ["Age: 30"]], error=[0.22, 0.27, 0.2],
        expected=[0.1] * 3, rest=[0.1] * 3, own=True,
        records=[2288, 101, 30], chance=[0.01] * 3, found=3, whole=0.1, looked_at=417, rows=1250, least=30, cut_off=0.5,
    )  # fmt: skip
    bundle = service.model("independent")
    figure = worst_segments.draw(found, View(bundle.outcomes, "loan", {}, 100))
    lines = [plain(note) for note in figure.layout.annotations]
    value = "22\u00a0%" if by == WRONG else "0.220"
    assert lines[0] == ["Income: 100 thousand $ a year or", "more", f"{value} of 2,288 records"]
    assert [len(each) for each in lines] == [3, 4, 2]
    assert all(len(line) <= LINE for each in lines for line in each)


def test_the_link_of_an_error_leaves_a_word_that_is_a_features_alone(service):
    bundle = service.model("independent")
    answers = evaluation_of(bundle).of("loan")
    assert largest_errors(bundle, answers, "loan", "both", 1).link[0].endswith("&outcome=loan")
    called_so = copy(bundle)
    first, *rest = bundle.schema.features
    called_so.schema = replace(bundle.schema, features=(replace(first, name="outcome"), *rest))
    (link,) = largest_errors(called_so, answers, "loan", "both", 1).link
    assert "outcome" not in link


def test_the_best_profit_is_named_on_paper_of_its_own(service):
    for key in ("profit", "profit-share"):
        (note,) = drawn(service, "independent", key, "loan").figure.layout.annotations
        assert note.text.startswith("<b>best: ")
        assert note.bgcolor == "#ffffff"
    assert profit_curve._named(SimpleNamespace(best=None), []) == []


def test_a_name_written_from_right_to_left_moves_not_its_value():
    [arabic, german] = named_rows(["العمر", "Größe"], ["44", "45"], ["", ""], 0.0)
    assert (arabic["text"], german["text"]) == ("\u2066العمر\u2069  <b>44</b>", "Größe  <b>45</b>")
