"""A service of two workers asks a challenger while it answers: one process of the machine, which goes with it."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest

from ml.training.build import build_bundle
from store.db import open_store
from store.outcomes.shadow_records import Challenger
from tests.e2e.test_serving import app, free_port, start, wait_for  # noqa: F401 - a fixture
from tests.unit.test_lifecycle import trained

LONGEST = 60.0  # seconds; the machine may be busy with other things


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    build_bundle(trained(1.0), folder)
    return folder


def children(models: Path) -> int:
    """Number of processes of challengers of that folder; beside this test others may run on the machine."""
    found = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        found += b"feedback.shadow.child" in words and str(models).encode() in words
    return found


def until(happens):
    end = time.monotonic() + LONGEST
    while not happens() and time.monotonic() < end:
        time.sleep(0.2)
    assert happens()


@pytest.mark.nightly
def test_a_challenger_is_asked_while_two_workers_answer(start, models_dir, tmp_path):  # noqa: F811
    other = build_bundle(trained(0.1), models_dir, action="hold")
    port, database = free_port(), f"sqlite:///{tmp_path / 'likely.db'}"
    start(app("--port", str(port), "--workers", "2"), DATABASE_URL=database)
    wait_for(port)

    def ask():
        body = json.dumps([{"income": 50, "debt": 10}] * 20).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/models/pay/predict", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)["model"]

    live, shadow = ask(), open_store(database).outcomes.shadow
    shadow.choose(Challenger("pay", other, 1.0))

    def is_answered():
        assert ask() == live
        return shadow.counts(other).answered >= 40

    until(is_answered)
    assert shadow.counts(other).failed == 0
    assert children(models_dir) == 1
    shadow.stop("pay")
    until(lambda: not children(models_dir))
