"""Deadlines: a request waits no longer; its computation goes on, runs once, and is there when asked for again."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from dataclasses import replace

import pytest

from callbacks import performance, plots
from callbacks.performance import show_averages, show_threshold_table
from callbacks.plots import show_plot
from ml.errors import NothingToShow
from ml.metrics import overview
from ml.plots import drawn_plots
from ml.plots.catalogue import find
from ml.runtime import deadline as deadlines
from ml.runtime.deadline import MOST_TASKS, BackgroundTasks, BestEffort, StillWorking, deadline, strict_deadline
from ml.service import open_service
from tests.small import small_model

LONG = 20.0


class Slow:
    """A work that ends when it is told to."""

    def __init__(self) -> None:
        self.go, self.runs, self.threads = threading.Event(), 0, []

    def __call__(self) -> str:
        self.runs += 1
        self.threads.append(threading.current_thread())
        assert self.go.wait(LONG)
        return "done"


def test_without_a_deadline_it_is_computed_where_it_is_asked():
    work = Slow()
    work.go.set()
    assert BackgroundTasks().ask("a", work) == "done"
    assert work.threads == [threading.current_thread()]


def test_who_comes_again_gets_what_was_begun_before():
    background, work = BackgroundTasks(), Slow()
    with deadline(0.01):
        for _ in range(3):
            with pytest.raises(StillWorking, match="still being worked out"):
                background.ask("a", work)
    work.go.set()
    with deadline(LONG):
        assert background.ask("a", work) == "done"
        assert work.runs == 1
        assert background.ask("a", work) == "done"  # fetched means forgotten: the cache keeps it
    assert work.runs == 2


def test_an_error_reaches_who_asks_and_is_not_kept():
    def refuse() -> None:
        raise NothingToShow("No.", "")

    background = BackgroundTasks()
    with deadline(LONG):
        for _ in range(2):
            with pytest.raises(NothingToShow):
                background.ask("a", refuse)
        assert background.ask("a", lambda: 1) == 1


def test_a_work_waits_for_what_it_asks_for_itself():
    background, inner = BackgroundTasks(), Slow()
    with deadline(0.01), pytest.raises(StillWorking):
        background.ask("outer", lambda: background.ask("inner", inner))
    inner.go.set()
    with deadline(LONG):
        assert background.ask("outer", lambda: "begun twice") == "done"


def test_too_many_works_are_not_begun_behind_requests():
    background, works = BackgroundTasks(), [Slow() for _ in range(MOST_TASKS)]
    with deadline(0.001):
        for at, work in enumerate(works):
            with pytest.raises(StillWorking):
                background.ask(str(at), work)
        here: list[threading.Thread] = []
        background.ask("one more", lambda: here.append(threading.current_thread()))
        assert here == [threading.current_thread()]
    for work in works:
        work.go.set()
    with deadline(LONG):  # works that are over and were never fetched make room
        assert background.ask("0", works[0]) == "done"
        background.ask("yet one more", lambda: here.append(threading.current_thread()))
    assert here[1] is not threading.current_thread()


@pytest.fixture
def all_run(monkeypatch):
    """As many tasks run at a time as there may be."""
    monkeypatch.setattr(deadlines, "AT_ONCE", 2 * MOST_TASKS)


def test_a_deadline_is_for_all_that_is_asked_and_never_later_than_the_callers(all_run):
    background, works = BackgroundTasks(), [Slow() for _ in range(3)]
    start = time.monotonic()
    with deadline(0.2), deadline(LONG):
        for at, work in enumerate(works):
            with pytest.raises(StillWorking):
                background.ask(str(at), work)
    took = time.monotonic() - start
    for work in works:
        work.go.set()
    assert [work.runs for work in works] == [1, 1, 1]  # all are begun
    assert took < LONG / 2


def test_under_a_strict_deadline_nothing_is_computed_here_and_nobody_waits_for_room(all_run):
    background, works = BackgroundTasks(), [Slow() for _ in range(MOST_TASKS + 1)]
    with strict_deadline(0.001):
        for at, work in enumerate(works):
            with pytest.raises(StillWorking):
                background.ask(str(at), work)
    with deadline(0.001), pytest.raises(StillWorking):
        background.ask("one that may overrun", works[-1])  # for which they leave room
    for work in works:
        work.go.set()
    assert [work.runs for work in works] == [1] * (MOST_TASKS // 2) + [0] * (MOST_TASKS // 2) + [1]


def test_best_effort_work_has_a_timeout_and_is_begun_where_there_is_room():
    best_effort, work, seen = BestEffort(1), Slow(), ContextVar("seen", default="nothing")
    seen.set("what the asker sees")
    assert best_effort.ask(LONG, seen.get) == "what the asker sees"
    assert best_effort.ask(0.01, work) is None
    assert best_effort.ask(LONG, seen.get) is None  # no room
    work.go.set()
    while best_effort.ask(LONG, seen.get) is None:
        pass
    with pytest.raises(ZeroDivisionError):
        best_effort.ask(LONG, lambda: 1 / 0)


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A service, and a stop before every threshold table, plot of ROC and averages."""
    monkeypatch.setattr(plots, "ANSWER_DEADLINE", 0.05)
    monkeypatch.setattr(performance, "ANSWER_DEADLINE", 0.05)
    small_model("binary", tmp_path)
    work = Slow()
    real = overview.evaluation_of
    monkeypatch.setattr(overview, "evaluation_of", lambda bundle: (work(), real(bundle))[1])
    monkeypatch.setattr("ml.metrics.threshold_table.evaluation_of", lambda bundle: (work(), real(bundle))[1])
    roc = find("roc")
    slower = replace(roc, compute=lambda study: (work(), roc.compute(study))[1], mark=None)
    monkeypatch.setattr(drawn_plots, "find", lambda key: slower)
    return open_service(tmp_path), work


def test_a_plot_that_takes_long_says_so_and_is_asked_for_again(slow):
    service, work = slow
    asked = {"model": "binary", "plot": "roc", "outcome": "yes"}
    for _ in range(2):
        (shown,) = show_plot(service, asked).copy()
        assert shown.attributes["data-again"] == "true"
        assert "many records" in shown.html
    work.go.set()
    while len(shown := show_plot(service, asked)) == 1:
        pass
    assert shown[0].children[0].figure.data
    assert work.runs == 1


def test_a_table_of_counts_that_takes_long_says_so(slow):
    service, work = slow
    asked = {"model": "binary", "outcome": "yes", "cut_off": None}
    answer = show_threshold_table(service, **asked)
    assert (answer["again"], answer["outcome"]) == (True, "yes")
    (unfinished,) = show_averages(service, "binary")
    assert unfinished.attributes["data-again"] == "true"
    work.go.set()
    while "again" in (answer := show_threshold_table(service, **asked)):
        pass
    assert answer["row"] >= 0
