"""Callbacks of the Results page take whatever a browser sends, and say what is wrong."""

import pytest

from auth.access import NotAllowed
from auth.caller import Caller, Request, use_request
from auth.permissions import ROLES, Permission
from callbacks.results import acknowledge, show_analysts, show_results
from callbacks.router import show_page
from feedback.results.model_results import ModelResults
from feedback.service import Feedback
from ml.runtime.deadline import StillWorking
from ml.service import open_service
from store.db import open_store
from store.errors import StoreUnavailable
from tests.results import shop
from tests.small import small_service
from tests.unit.test_results_page import words


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    shop(folder)
    return folder


@pytest.fixture
def results(models, tmp_path):
    return ModelResults(Feedback(open_service(models), open_store(f"sqlite:///{tmp_path / 'likely.db'}"), None))


@pytest.fixture
def episode(results):
    made = results._feedback.store.outcomes.episodes.begin(results._service.model("shop").key, "yes")
    results._feedback.store.outcomes.episodes.go_off(made.id, 5.0, 1.0, [])
    return made.id


def by(role):
    return use_request(Request(Caller("ann", ROLES[role]), Permission.READ))


@pytest.mark.parametrize("request_", [None, 5, [], {}, {"model": 5}, {"model": "shop", "outcome": "maybe"}])
def test_a_request_that_is_none_is_refused_in_words(results, request_):
    shown, over = show_results(results._service, results, request_)
    assert over
    assert "There is no" in words(shown) or "No model" in words(shown) or "maybe" in words(shown)


def test_answers_come_and_nothing_more_is_asked_for(results):
    shown, over = show_results(results._service, results, {"model": "shop", "outcome": None})
    assert over
    assert "Has it been right?" in words(shown)
    assert "Estimated performance" in words(show_analysts(results, 1, None, {"model": "shop"})[0])


def test_what_is_still_computed_is_asked_for_again(results, monkeypatch):
    def late(*_):
        raise StillWorking

    monkeypatch.setattr(results, "of", late)
    assert show_results(results._service, results, {"model": "shop"})[1] is False


def test_a_store_that_is_away_is_said(results, monkeypatch):
    def away(*_):
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr(results, "of", away)
    shown, over = show_results(results._service, results, {"model": "shop"})
    assert "The store does not answer." in words(shown)
    assert over


@pytest.mark.parametrize("reason", [None, "", "   ", 5])
def test_an_alarm_is_not_ended_without_a_reason(results, episode, reason):
    said = acknowledge(results, 1, reason, episode, {"model": "shop"})[1]
    assert said == "Say in a few words what is being done about it."
    assert results._feedback.store.outcomes.episodes.going_on("shop")["yes"].id == episode


def test_an_alarm_is_ended_by_who_may_and_once(results, episode):
    with by("seller"), pytest.raises(NotAllowed):
        results.acknowledge("shop", episode, "We know.")
    with by("manager"):
        assert acknowledge(results, 1, "We know.", episode, {"model": "shop"})[1] == ""
        again = acknowledge(results, 1, "We know.", episode, {"model": "shop"})[1]
    assert "This alarm is over already." in again
    assert results.episodes("shop")[0].ended_why == "We know."
    new = results._feedback.store.outcomes.episodes.going_on("shop")["yes"]
    assert new.id != episode
    assert new.began > 5.0


def test_an_episode_that_has_not_gone_off_is_not_ended(results):
    made = results._feedback.store.outcomes.episodes.begin(results._service.model("shop").key, "yes")
    assert "over already" in acknowledge(results, 1, "x", made.id, {"model": "shop"})[1]


def test_a_model_without_probabilities_says_that_it_has_none(tmp_path):
    shown = show_page(small_service(tmp_path, "labels-only"), "/labels-only/results", "")
    assert "no probabilities" in words(shown)
