"""Circuit breaker: when a backend is asked, and what the log says of an outage."""

import logging
import sqlite3
import threading

import psycopg
import pytest

from auth.recent import REMEMBERED_WHILE_AWAY, Recent
from store.connection.circuit_breaker import CircuitBreaker
from store.errors import StoreUnavailable
from store.sql import is_outage


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def breaker(now):
    return CircuitBreaker("The store", logging.getLogger("store"), 5.0, lambda: now[0])


def test_it_allows_everything_until_something_fails(breaker):
    assert [breaker.allows() for _ in range(3)] == [True] * 3
    breaker.succeeded()
    assert breaker.allows()


def test_after_a_failure_one_trial_every_cool_off(breaker, now):
    breaker.failed(OSError("gone"))
    assert not breaker.allows()
    now[0] += 4.999
    assert not breaker.allows()
    now[0] += 0.001
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed(OSError("still gone"))
    now[0] += 4.999
    assert not breaker.allows()
    now[0] += 0.001
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True] * 3


def test_a_trial_that_never_ends_is_followed_by_another(breaker, now):
    breaker.failed(OSError("gone"))
    for _ in range(3):
        now[0] += 5
        assert [breaker.allows(), breaker.allows()] == [True, False]


def test_of_many_at_once_one_tries(breaker, now):
    breaker.failed(OSError("gone"))
    now[0] += 5
    start, allowed = threading.Barrier(8), []

    def ask():
        start.wait()
        allowed.append(breaker.allows())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 7 + [True]


def test_an_outage_is_two_lines_in_the_log(breaker, now, caplog):
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            breaker.failed(OSError("gone\nfor good"))
            now[0] += 5
            assert breaker.allows()
        for _ in range(3):
            breaker.succeeded()
    assert [record.getMessage() for record in caplog.records] == [
        "The store does not answer; it is asked again every 5 seconds: OSError: gone for good",
        "The store answers again, after 25 seconds.",
    ]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.errors.AdminShutdown("terminating connection"), True),
        (psycopg.errors.TooManyConnections("sorry, too many clients already"), True),
        (psycopg.errors.DeadlockDetected("deadlock detected"), False),
        (psycopg.errors.SerializationFailure("could not serialize"), False),
        (psycopg.errors.UniqueViolation("duplicate key"), False),
        (psycopg.ProgrammingError("no such thing"), False),
        (ValueError("ours"), False),
    ],
)
def test_what_the_database_answered_is_no_outage(error, away):
    assert is_outage(error) is away


@pytest.mark.parametrize(("name", "away"), [("IOERR_WRITE", True), ("CANTOPEN_ISDIR", True), ("BUSY_SNAPSHOT", False)])
def test_codes_of_sqlite_are_told_by_their_kind(name, away):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
    assert is_outage(error) is away


def test_who_was_recognised_stays_so_while_the_store_is_away(now):
    store = {"key": "ann"}

    def look_up(sent):
        if store is None:
            raise StoreUnavailable("away")
        return store.get(sent)

    recent = Recent(look_up, lambda: now[0])
    assert recent("key") == "ann"
    store, kept = None, store
    now[0] += REMEMBERED_WHILE_AWAY - 1
    assert recent("key") == "ann"
    with pytest.raises(StoreUnavailable):
        recent("another")
    now[0] += 2
    with pytest.raises(StoreUnavailable):
        recent("key")
    store = kept
    del store["key"]
    assert recent("key") is None
    store = None
    with pytest.raises(StoreUnavailable):  # what was ended does not come back with an outage
        recent("key")
