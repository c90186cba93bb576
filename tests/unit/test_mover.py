"""The mover: the key of the values is there before its process serves, and a database that is away keeps nobody."""

import threading
import time
from unittest.mock import Mock

import pytest

from feedback import mover as module
from feedback.mover import Mover
from feedback.sealing import Sealer, new_key
from feedback.spool import Spool


@pytest.fixture
def started(tmp_path):
    """Start a mover whose key comes from a function; its thread ends with the test."""
    made = []

    def start(key):
        sealer = Sealer(key)
        made.append(Mover(Spool(tmp_path), sealer, Mock(), Mock()))
        made[-1].start()
        return sealer

    yield start
    for each in made:
        each._thread.stop()


def test_values_are_kept_from_the_first_decision_on_though_the_key_comes_slowly(started, monkeypatch):
    monkeypatch.setattr(module, "KEY_PATIENCE", 60)

    def slow():
        time.sleep(0.2)
        return new_key()

    assert started(slow).is_ready


def test_a_database_that_answers_later_keeps_no_process_from_serving(started, monkeypatch):
    monkeypatch.setattr(module, "KEY_PATIENCE", 0.01)
    answers = threading.Event()

    def frozen():
        answers.wait()
        return new_key()

    sealer = started(frozen)
    assert not sealer.is_ready
    answers.set()
    until = time.monotonic() + 60
    while not sealer.is_ready and time.monotonic() < until:
        time.sleep(0.01)
    assert sealer.is_ready


def test_an_error_of_the_database_is_not_waited_for(started, monkeypatch):
    monkeypatch.setattr(module, "KEY_PATIENCE", None)  # for ever: returns all the same

    def away():
        raise OSError("away")

    assert not started(away).is_ready
