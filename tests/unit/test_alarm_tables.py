"""Of each outcome one episode goes on; the alarm goes off once, and each alert is sent by one; both databases."""

import threading

import pytest

from store.db import open_store
from tests.faults.places import database

KEY, OTHER = "loan@3f9a1c2b", "loan@0a0b0c0d"


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield open_store(url).outcomes


def test_of_many_processes_that_begin_an_episode_one_does(tables):
    tables.episodes.going_on("loan")
    gate, got = threading.Barrier(6), []

    def begin() -> None:
        gate.wait()
        got.append(tables.episodes.begin(KEY, "Y"))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({each.id for each in got}) == 1
    assert tables.episodes.going_on("loan") == {"Y": got[0]}
    assert got[0].began == 0.0


def test_an_episode_goes_off_once_and_owes_one_alert_a_channel(tables):
    episode = tables.episodes.begin(KEY, "Y")
    assert tables.episodes.advance(episode.id, '{"outcomes": 3}', 17)
    assert tables.episodes.go_off(episode.id, 500.0, 100.0, ["webhook", "email"])
    assert not tables.episodes.go_off(episode.id, 600.0, 100.0, ["webhook", "email"])
    (held,) = tables.episodes.of("loan")
    assert (held.evidence, held.seen, held.alarmed, held.since) == ('{"outcomes": 3}', 17, 500.0, 100.0)
    assert held.checked > 1e9
    assert tables.alerts.states(episode.id) == {"webhook": "waiting", "email": "waiting"}


def test_what_is_over_stays_as_it_was_and_the_next_one_counts_from_then(tables):
    first = tables.episodes.begin(KEY, "Y")
    assert tables.episodes.end(first.id, "person 1", "We know.")
    assert not tables.episodes.end(first.id, "person 2", "Me too.")
    assert not tables.episodes.advance(first.id, "{}", 1)
    assert not tables.episodes.go_off(first.id, 1.0, None, ["email"])
    assert tables.episodes.going_on("loan") == {}
    assert tables.episodes.of("loan") == []
    assert tables.episodes.begin(KEY, "Y").began > 1e9
    assert tables.episodes.begin(KEY, "N").began == 0.0


def test_a_version_that_was_never_watched_counts_all_of_its_outcomes(tables):
    tables.episodes.end(tables.episodes.begin(KEY, "Y").id, "", "promoted")
    assert tables.episodes.begin(OTHER, "Y").began == 0.0
    assert list(tables.episodes.going_on("loan")) == ["Y"]
    assert tables.episodes.going_on("iris") == {}


def test_an_alert_is_claimed_by_one_and_sent_once(tables):
    episode = tables.episodes.begin(KEY, "Y")
    tables.episodes.go_off(episode.id, 500.0, 100.0, ["email"])
    claimed = tables.alerts.claim(60)
    assert (claimed.channel, claimed.attempts, claimed.episode.alarmed) == ("email", 1, 500.0)
    assert tables.alerts.claim(60) is None
    assert tables.alerts.sent(claimed)
    assert not tables.alerts.missed(claimed, "late", 0.0)
    assert tables.alerts.states(episode.id) == {"email": "sent"}
    assert tables.alerts.claim(60) is None


def test_an_alert_that_failed_is_tried_again_until_it_is_given_up(tables):
    episode = tables.episodes.begin(KEY, "Y")
    tables.episodes.go_off(episode.id, 500.0, 100.0, ["webhook"])
    assert tables.alerts.missed(tables.alerts.claim(60), "No answer.", 0.0)
    again = tables.alerts.claim(60)
    assert again.attempts == 2
    assert tables.alerts.missed(again, "No answer.", 3600.0)
    assert tables.alerts.claim(60) is None


def test_a_sender_whose_lease_ran_out_no_longer_owns_the_alert(tables):
    episode = tables.episodes.begin(KEY, "Y")
    tables.episodes.go_off(episode.id, 500.0, 100.0, ["webhook"])
    slow = tables.alerts.claim(0.0)
    quick = tables.alerts.claim(60)
    assert quick.attempts == 1  # nothing is known of what the other tried
    assert not tables.alerts.sent(slow)
    assert tables.alerts.missed(quick, "It answered with 410.", None)
    assert tables.alerts.states(episode.id) == {"webhook": "failed"}
