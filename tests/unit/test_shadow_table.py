"""Challengers are asked for decisions that wait in a table: once each, by one of many, and no more once stopped."""

from __future__ import annotations

import threading

import pytest

from store.db import open_store
from store.outcome_records import Decision
from store.outcomes.shadow import ATTEMPTS
from store.outcomes.shadow_records import Challenger, ShadowAnswer
from tests.faults.places import database

LIVE, OTHER = "loan@3f9a1c2b", "loan@81c0de55"


def decision(at: int) -> Decision:
    return Decision(
        f"{'a' * 24}-{at}", LIVE, made=100.0 + at, probabilities={"Y": 0.25, "N": 0.75}, sealed=f"sealed {at}"
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request, tmp_path):
    with database(request.param, tmp_path) as url:
        found = open_store(url).outcomes
        found.decisions.append([decision(at) for at in range(30)])
        yield found


def ids(*at: int) -> list[str]:
    return [decision(each).id for each in at]


def test_a_challenger_is_chosen_changed_and_stopped(tables):
    shadow = tables.shadow
    assert shadow.choose(Challenger("loan", OTHER, 0.2, by="ann", why="newer")) is None
    (found,) = shadow.challengers().values()
    assert (found.version, found.share, found.by, found.why, found.left_out) == (OTHER, 0.2, "ann", "newer", 0)
    assert found.since > 1e9
    shadow.queue({OTHER: ids(0, 1)}, 10)
    assert shadow.choose(Challenger("loan", OTHER, 0.5)).share == 0.2
    assert (shadow.challengers()["loan"].share, shadow.challengers()["loan"].since) == (0.5, found.since)
    assert shadow.counts(OTHER).waiting == 2
    assert shadow.choose(Challenger("loan", "loan@00000000", 1.0)).version == OTHER
    assert shadow.counts(OTHER).waiting == 0
    assert shadow.stop("loan").version == "loan@00000000"
    assert shadow.stop("loan") is None
    assert shadow.challengers() == {}


def test_a_decision_is_asked_about_once(tables):
    shadow = tables.shadow
    assert shadow.queue({OTHER: ids(0, 1)}, 10) == 2
    assert shadow.queue({OTHER: ids(1, 2)}, 10) == 1
    claimed = shadow.claim(10, 60.0)
    assert sorted(each.decision for each in claimed) == ids(0, 1, 2)
    (first,) = (each for each in claimed if each.decision == ids(0)[0])
    assert (first.challenger, first.live, first.probabilities, first.sealed) == (
        OTHER, LIVE, {"Y": 0.25, "N": 0.75}, "sealed 0"
    )  # fmt: skip
    assert shadow.claim(10, 60.0) == []
    shadow.give_back(claimed[:1])
    assert shadow.claim(10, 60.0) == claimed[:1]


def test_what_was_claimed_and_not_answered_is_asked_again_but_not_for_ever(tables):
    shadow = tables.shadow
    shadow.queue({OTHER: ids(0)}, 10)
    assert [len(shadow.claim(10, -1.0)) for _ in range(ATTEMPTS + 2)] == [1] * ATTEMPTS + [0, 0]
    assert shadow.expire(-60.0) == 1
    assert (shadow.counts(OTHER).failed, shadow.counts(OTHER).errors) == (1, {"It was never asked.": 1})


def test_answers_failures_and_times_are_counted(tables):
    shadow = tables.shadow
    shadow.queue({OTHER: ids(*range(21))}, 100)
    shadow.claim(100, 60.0)
    told = [
        ShadowAnswer(each, OTHER, {"Y": 0.5, "N": 0.5}, 0.001 * at, 0.002) for at, each in enumerate(ids(*range(1, 20)))
    ]
    told.append(ShadowAnswer(ids(20)[0], OTHER, error="It took longer than 5 s."))
    shadow.answer(told)
    counts = shadow.counts(OTHER)
    assert (counts.answered, counts.failed, counts.waiting) == (19, 1, 1)
    assert counts.errors == {"It took longer than 5 s.": 1}
    assert counts.seconds == pytest.approx((0.009, 0.017))  # of 0 to 18 ms
    assert counts.beside == pytest.approx((0.002, 0.002))
    assert shadow.answers(OTHER)[ids(1)[0]] == {"Y": 0.5, "N": 0.5}
    assert len(shadow.answers(OTHER)) == 19
    assert shadow.answers("loan@00000000") == {}


def test_an_answer_that_comes_after_the_stop_is_dropped(tables):
    shadow = tables.shadow
    shadow.choose(Challenger("loan", OTHER, 1.0))
    shadow.queue({OTHER: ids(0)}, 10)
    shadow.claim(10, 60.0)
    shadow.stop("loan")
    shadow.answer([ShadowAnswer(ids(0)[0], OTHER, {"Y": 0.5, "N": 0.5}, 0.1)])
    assert shadow.answers(OTHER) == {}


def test_too_many_that_wait_are_counted_and_not_kept(tables):
    shadow = tables.shadow
    shadow.choose(Challenger("loan", OTHER, 1.0))
    assert shadow.queue({OTHER: ids(*range(8))}, 5) == 5
    assert shadow.challengers()["loan"].left_out == 3
    assert shadow.queue({OTHER: ids(10)}, 5) == 0
    assert shadow.challengers()["loan"].left_out == 4


def test_of_many_who_ask_each_decision_has_one(tables):
    shadow = tables.shadow
    shadow.queue({OTHER: ids(*range(30))}, 100)
    claimed = []

    def ask():
        while some := shadow.claim(3, 60.0):
            claimed.extend(each.decision for each in some)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(ids(*range(30)))


def test_answers_go_with_their_decisions(tables):
    shadow = tables.shadow
    shadow.queue({OTHER: ids(0)}, 10)
    shadow.claim(10, 60.0)
    shadow.answer([ShadowAnswer(ids(0)[0], OTHER, {"Y": 0.5, "N": 0.5}, 0.1)])
    tables.erasure.expire(0.0)
    assert shadow.expire(3600.0) == 1
    assert shadow.answers(OTHER) == {}
