"""The alarm in a service of two workers: the webhook is called once, whatever is killed and started again."""

from __future__ import annotations

import base64
import json
import os
import signal
import time

import pytest
from sqlalchemy import select, update

from feedback.results.watch import DUTY
from settings import Settings
from store.db import open_store
from store.tables import duties
from tests.bench.serving import children_of
from tests.faults.places import wait_until
from tests.results import shop, story
from tests.serving import app, free_port, starter, text_of, wait_for
from tests.unit.test_alarm_watch import Hook, hook  # noqa: F401 - a fixture

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.mark.nightly
def test_one_alert_comes_of_two_workers_a_kill_and_a_restart(tmp_path, hook):  # noqa: F811
    key = shop(tmp_path / "models")
    settings = Settings.from_environ({"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path / "var")})
    (tmp_path / "var").mkdir()
    store = open_store(settings.database_url)
    story(store, key, 0.55)
    environ = {"ALERT_URL": hook, "CALLBACK_SECRET": SECRET, "WEB_CONCURRENCY": "2", "AUTH": "none"}
    with starter(tmp_path / "models", tmp_path) as run:
        port = free_port()
        process, log = run(app(), PORT=str(port), **environ)
        wait_for(port)
        (episode,) = wait_until(lambda: store.outcomes.episodes.of("shop"))
        os.kill(children_of(process.pid)[0], signal.SIGKILL)
        wait_until(lambda: store.outcomes.alerts.states(episode.id) == {"webhook": "sent"}, 120)
        process.terminate()
        process.wait(timeout=30)
        with store.outcomes.engine().begin() as connection:
            connection.execute(update(duties).where(duties.c.name == DUTY).values(due=0.0))
        port = free_port()
        run(app(), PORT=str(port), **environ)
        wait_for(port)
        wait_until(lambda: _due(store) > 0.0, 120)  # somebody has begun to look again
        assert store.outcomes.episodes.going_on("shop")["yes"].id == episode.id
        assert text_of(log).count("are off: what comes is not what they say") == 1
    ((headers, body),) = Hook.got
    assert json.loads(body)["episode"] == episode.id
    assert abs(time.time() - int({name.lower(): value for name, value in headers.items()}["webhook-timestamp"])) < 600


def _due(store) -> float:
    with store.outcomes.engine().connect() as connection:
        return connection.execute(select(duties.c.due).where(duties.c.name == DUTY)).scalar_one()
