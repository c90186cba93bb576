"""Threads that call a function every few seconds: ended by an event, not by errors, and once in each process."""

import logging
import threading

import pytest

from jobs.work import periodic_thread
from jobs.work.lease_renewal import on_duty
from jobs.work.periodic_thread import PeriodicThread
from store.db import open_store
from store.errors import StoreUnavailable
from tests.faults.places import database

PATIENCE = 60.0  # seconds that a test waits for a thread before it fails
NEVER = 1e6


class Work:
    """Work of a thread that does what the next of its steps says, and then nothing more."""

    def __init__(self, *steps):
        self.steps, self.over, self.threads = list(steps), threading.Event(), []

    def __call__(self):
        self.threads.append(threading.current_thread())
        step = self.steps.pop(0) if self.steps else False
        if not self.steps:
            self.over.set()
        if isinstance(step, Exception):
            raise step
        return step


def made(work, pause=0.001, **more):
    return PeriodicThread("letters", work, "Letters could not be looked for", pause, **more)


def test_it_calls_again_and_again_until_it_is_told_to_stop():
    work, stop = Work(False, False, False), threading.Event()
    made(work).start(stop)
    assert work.over.wait(PATIENCE)
    stop.set()
    work.threads[0].join(PATIENCE)
    assert not work.threads[0].is_alive()
    assert {thread.name for thread in work.threads} == {"letters"}
    assert work.threads[0].daemon


def test_it_can_be_stopped_without_an_event_of_others():
    work = Work(False)
    thread = made(work)
    thread.start()
    assert work.over.wait(PATIENCE)
    thread.stop()
    work.threads[0].join(PATIENCE)
    assert not work.threads[0].is_alive()


def test_it_is_started_once_however_often_it_is_asked():
    work = Work(*[False] * 20)
    thread = made(work)
    starting = [threading.Thread(target=thread.start) for _ in range(8)]
    for each in starting:
        each.start()
    for each in starting:
        each.join()
    assert work.over.wait(PATIENCE)
    thread.stop()
    assert len(set(work.threads)) == 1


def test_what_has_more_to_do_is_called_again_without_a_pause():
    work = Work(True, True, True, False)
    thread = made(work, pause=NEVER, first=0.0)
    thread.start()
    assert work.over.wait(PATIENCE)
    thread.stop()


def test_an_error_ends_nothing_and_has_a_pause_of_its_own():
    work = Work(ValueError("a"), ValueError("b"), False)
    thread = made(work, pause=NEVER, first=0.0, pause_after_error=0.0)
    thread.start()
    assert work.over.wait(PATIENCE)
    thread.stop()


def test_of_an_outage_the_first_error_is_logged(caplog):
    thread = made(Work(OSError(), OSError(), ValueError(), False, OSError(), 7))
    with caplog.at_level(logging.WARNING):
        assert [thread.call() for _ in range(6)] == [None, None, None, False, None, 7]
    said = [record.getMessage().rpartition(": ")[2] for record in caplog.records]
    assert said == ["OSError", "ValueError", "OSError"]
    assert caplog.records[0].getMessage() == "Letters could not be looked for: OSError"


def test_a_database_that_is_away_is_in_the_log_already(caplog):
    with caplog.at_level(logging.WARNING):
        assert made(Work(StoreUnavailable("away"))).call() is None
    assert not caplog.records


def test_pauses_differ_a_little(monkeypatch):
    asked = []
    monkeypatch.setattr(periodic_thread.random, "uniform", lambda *limits: asked.append(limits) or limits[1])
    waited = []

    class Stop(threading.Event):
        def wait(self, timeout=None):
            waited.append(timeout)
            return len(waited) > 2

    made(Work(True, False), pause=10.0, first=2.0)._run(Stop())
    assert waited == pytest.approx([2.2, 0.0, 11.0])
    assert asked == [(0.9, 1.1)] * 3


def test_after_a_fork_it_is_started_again(monkeypatch):
    """In the child the number of the process is another, and the thread of the parent is not there."""
    work = Work(False)
    thread = made(work)
    thread.start()
    assert work.over.wait(PATIENCE)
    thread.stop()
    work.threads[0].join(PATIENCE)
    work.over.clear()
    monkeypatch.setattr(periodic_thread.os, "getpid", lambda: -1)
    thread.start()
    assert work.over.wait(PATIENCE)
    thread.stop()
    assert work.threads[-1] is not work.threads[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    with database(request.param, tmp_path) as url:
        made = open_store(url)
        made._engine()  # where there is no database yet, no duty is done
        yield made


def test_a_duty_is_done_by_one_and_due_again_after_its_pause(store):
    def work():
        assert on_duty(store, "sweep", lambda: "mine, too", 60.0, 0.0) is None
        return "done"

    assert on_duty(store, "sweep", work, 60.0, 0.0) == "done"
    assert on_duty(store, "sweep", lambda: "again", 60.0, 3600.0) == "again"
    assert on_duty(store, "sweep", lambda: "too soon", 60.0, 0.0) is None
    assert on_duty(store, "another", lambda: "done", 60.0, 0.0) == "done"


def test_a_duty_that_failed_is_due_after_its_lease_at_the_latest(store):
    def fail():
        raise ValueError("It went wrong.")

    with pytest.raises(ValueError, match="It went wrong"):
        on_duty(store, "sweep", fail, 0.0, 3600.0)
    assert on_duty(store, "sweep", lambda: "done", 60.0, 3600.0) == "done"
