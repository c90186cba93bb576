"""Workers whose database goes away: they wait, say so once, and the result is whole when it is back."""

import signal
import time

import pytest
from sqlalchemy import select

from jobs.local_runner import IDLE
from store.connection.circuit_breaker import COOL_OFF
from store.db import open_store
from store.tables import chunks
from tests.faults.places import Door, database, wait_until
from tests.faults.test_jobs_under_fire import (  # noqa: F401 - fixtures
    BEGUN,
    SOME,
    House,
    applicants,
    cells,
    file_of,
    models,
)

LEASE_SECONDS = 120  # seconds, longer than any wait here: what is not given back is not done in time
AWAY = COOL_OFF + 3


@pytest.fixture
def door():
    """The way of the workers to PostgreSQL; the test itself goes past it."""
    found = Door("127.0.0.1", 5432)
    yield found
    found.slam()


@pytest.fixture
def house(door, models, tmp_path):  # noqa: F811
    with database("postgresql", tmp_path) as url:
        found = House(models, tmp_path, url.replace(":5432", f":{door.port}"), lease=LEASE_SECONDS)
        found.store = open_store(url)
        try:
            yield found
        finally:
            found.processes.end()
            found.store._engine().dispose()


def attempts(house):
    with house.store.jobs._engine().connect() as connection:
        return set(connection.scalars(select(chunks.c.attempts)))


def slam(door):
    door.slam()
    time.sleep(AWAY)
    door.open()


def freeze(door):
    door.signal(signal.SIGSTOP)
    time.sleep(AWAY)
    door.signal(signal.SIGCONT)


@pytest.mark.parametrize("outage", [slam, freeze])
def test_workers_wait_for_a_database_that_went_away(house, door, applicants, cells, outage):  # noqa: F811
    door.open()
    job = house.send(file_of(applicants, SOME))
    worker = house.processes.start("-m", "jobs", "--workers", "2")
    house.half_way(job, BEGUN)
    outage(door)
    assert worker.poll() is None
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, SOME)
    assert attempts(house) == {1}
    wait_until(lambda: house.log.read_text().count("The store answers again") == 2, 20)
    said = house.log.read_text()
    assert "Traceback" not in said
    assert said.count("The store does not answer") == 2  # the worker and its helper
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0


def test_a_worker_waits_for_a_database_that_is_away_when_it_starts(house, door, applicants, cells):  # noqa: F811
    job = house.send(file_of(applicants, BEGUN))
    worker = house.processes.start("-m", "jobs", "--workers", "1")
    wait_until(lambda: "The store does not answer" in house.log.read_text(), 30)
    time.sleep(2)
    assert worker.poll() is None
    door.open()
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, BEGUN)
    said = house.log.read_text()
    assert "Traceback" not in said
    assert said.count("The store does not answer") == 1


@pytest.mark.nightly
def test_a_runner_does_not_end_as_idle_while_it_cannot_know(house, door, applicants, cells):  # noqa: F811
    job = house.send(file_of(applicants, BEGUN))
    runner = house.processes.start("-m", "jobs", "--until-idle")
    wait_until(lambda: "The store does not answer" in house.log.read_text(), 30)
    time.sleep(IDLE + 5)
    assert runner.poll() is None
    door.open()
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, BEGUN)
    assert runner.wait(IDLE + 30) == 0
    assert "Traceback" not in house.log.read_text()
