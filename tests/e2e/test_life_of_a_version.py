"""Versions are promoted, rolled back and removed by the command line while a server of two workers answers."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

from ml.training.build import build_bundle
from tests.e2e.test_serving import ROOT, app, free_port, start, status, wait_for  # noqa: F401 - a fixture
from tests.unit.test_lifecycle import trained

RECORD = b'{"income": 50, "debt": 10}'
BOTH_WORKERS = 30  # requests, each by a connection of its own


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for c in (1.0, 0.1, 0.01):
        build_bundle(trained(c), folder)
    return folder


def ask(port, model="pay"):
    """Status, and the model key or the error's message."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/models/{model}/predict", RECORD, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)["model"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]["message"]


def ml(models, *words):
    done = subprocess.run(
        [sys.executable, "-m", "ml", *words],
        cwd=ROOT, env=os.environ | {"MODELS_DIR": str(models)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class Asking:
    """Somebody who asks all the time; `answers` is what came back."""

    def __init__(self, port):
        self.answers, self._over = [], threading.Event()
        self._thread = threading.Thread(target=self._ask, args=[port])

    def _ask(self, port):
        while not self._over.is_set():
            self.answers.append(ask(port))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


@pytest.mark.nightly
def test_all_of_a_versions_life_while_servers_run(start, models_dir):  # noqa: F811
    port = free_port()
    start(app("--port", str(port), "--workers", "2"))
    wait_for(port)
    first, second, third = (
        each["fingerprint"] for each in json.loads(ml(models_dir, "versions", "pay", "--json"))["events"]
    )
    for model in (f"pay@{first}", f"pay@{second}", "pay"):  # both workers have all of them in memory
        assert {ask(port, model)[0] for _ in range(BOTH_WORKERS)} == {200}

    with Asking(port) as asking:
        ml(models_dir, "rollback", "pay", "--why", "too many calls")
        assert {ask(port) for _ in range(BOTH_WORKERS)} == {(200, f"pay@{second}")}
        ml(models_dir, "promote", f"pay@{first}")
        assert {ask(port) for _ in range(BOTH_WORKERS)} == {(200, f"pay@{first}")}
        ml(models_dir, "remove", f"pay@{third}")
        ml(models_dir, "remove", f"pay@{second}")
    assert {code for code, _ in asking.answers} == {200}
    # no answer by a version after one by its successor: both workers switched at once
    seen = [key for at, (_, key) in enumerate(asking.answers) if at == 0 or asking.answers[at - 1][1] != key]
    assert seen == [f"pay@{each}" for each in (third, second, first)]

    for gone in (second, third):
        answers = {ask(port, f"pay@{gone}") for _ in range(BOTH_WORKERS)}
        assert {code for code, _ in answers} == {404}
        assert all(f"pay@{gone} was removed on 20" in message for _, message in answers)
    assert {ask(port)[0] for _ in range(BOTH_WORKERS)} == {200}

    ml(models_dir, "remove", "pay", "--yes")
    for model in ("pay", f"pay@{first}"):
        answers = {ask(port, model) for _ in range(BOTH_WORKERS)}
        assert {code for code, _ in answers} == {404}
        assert all("was removed on 20" in message for _, message in answers)
    assert status(port, "/pay/predict") == 404
    assert status(port) == 200

    again = build_bundle(trained(0.1), models_dir, action="hold")
    assert ask(port)[0] == 404
    ml(models_dir, "promote", again)
    assert {ask(port) for _ in range(BOTH_WORKERS)} == {(200, again)}
