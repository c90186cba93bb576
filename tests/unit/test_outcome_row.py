"""The row by which outcomes are told, for models of every sort: what it offers, and nothing that nobody needs."""

from __future__ import annotations

import json
import re

import pytest

from layouts.predict.history import Told, history
from layouts.predict.outcome_row import Claim, OutcomeRowContext, outcome_row
from tests.small import small_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "multiclass", "independent", "labels-only")


def row(service, sort, **desk):
    made = outcome_row(service.model(sort), OutcomeRowContext(**desk), {"income": "50"}, named=False)
    return made[0].html, made


def buttons(html):
    """Kind and words of each button of the row."""
    found = re.findall(r'<button [^>]*data-outcome="(\w+)"[^>]*><span class="outcome-word">([^<]*)<', html)
    return [each for each in found if each[0] not in ("undo", "next")]


def test_where_calls_are_made_the_four_answers_stand_in_one_row_with_their_keys(service):
    html, _ = row(service, "binary", seller=True)
    kinds = [kind for kind, _ in buttons(html)[:4]]
    assert kinds == ["came", "missed", "no_answer", "call_back"]
    assert re.findall(r'aria-keyshortcuts="(\d)"', html) == ["1", "2", "3", "4"]
    assert "I disagree" in html
    assert {kind for kind, _ in buttons(html)[4:]} == {"call_back", "override"}


def test_of_two_classes_without_calls_one_says_which_it_was(service):
    html, _ = row(service, "binary")
    outcomes = service.model("binary").outcomes
    assert buttons(html) == [("came", item.label) for item in outcomes.items]
    assert re.findall(r'data-name="(\w+)"', html) == list(outcomes.names)
    assert "No answer" not in html
    assert "I disagree" not in html


def test_of_several_classes_one_chooses_which_came(service):
    html, _ = row(service, "multiclass")
    outcomes = service.model("multiclass").outcomes
    assert re.findall(r'<option value="(\w+)"', html) == list(outcomes.names)
    assert buttons(html) == [("came", "Note it")]


def test_of_independent_outcomes_the_words_are_of_the_one_in_focus(service):
    html, _ = row(service, "independent", seller=True)
    outcomes = service.model("independent").outcomes
    first = outcomes[outcomes.positive].label
    assert buttons(html)[:2] == [("came", "Yes"), ("missed", "No")]
    assert f'<p class="outcome-about">{first}</p>' in html
    assert [name for name in re.findall(r'aria-label="([^"]*)"', html) if first in name] == [
        f"{first}: yes",
        f"{first}: no",
    ]
    assert "data-name" not in html  # the script takes that in focus, and its words
    words = json.loads(row(service, "independent")[1][0].attributes["data-words"])
    assert list(words) == list(outcomes.names)
    assert words[outcomes.positive] == {
        "about": first, "came": "Yes", "missed": "No", "whole": [f"{first}: yes", f"{first}: no"],
    }  # fmt: skip


def test_a_model_without_probabilities_has_nothing_to_disagree_with(service):
    html, _ = row(service, "labels-only", seller=True)
    assert "I disagree" not in html
    assert "No answer" in html


def test_the_row_waits_until_something_is_known(service):
    bundle = service.model("binary")
    for record, named, hidden in (({"income": " "}, False, True), ({"income": "5"}, False, False), ({}, True, False)):
        made = outcome_row(bundle, OutcomeRowContext(), record, named=named)[0]
        assert bool(made.attributes.get("hidden")) is hidden


def test_only_a_customer_of_a_list_has_a_next_one_and_a_claim(service):
    html, made = row(service, "binary", seller=True)
    claimed, more = row(service, "binary", seller=True, claim=Claim("a" * 32, 7, "p"))
    assert ("Next customer" in html, "Next customer" in claimed) == (False, True)
    assert len(more) - len(made) == 4
    assert next(each for each in more if getattr(each, "id", "") == "claim-held").data == {
        "list": "a" * 32, "row": 7, "page": "p",
    }  # fmt: skip


def test_a_history_shows_three_lines_and_folds_the_others():
    assert history([]) is None
    lines = [Told(f"Told {at}", "ann", 1e9 + at, "a <note>" if at == 0 else "") for at in range(5)]
    html = history(lines).children[0].html
    shown, _, folded = html.partition("<details")
    assert [f"Told {at}" in shown for at in range(5)] == [True, True, True, False, False]
    assert ("Told 3" in folded, "Told 4" in folded) == (True, True)
    assert "a &lt;note&gt;" in html
    assert 'datetime="2001-09-09T01:46:40+00:00"' in html.lower().replace("t01", "T01")
