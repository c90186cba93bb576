"""A rolling deploy: workers of which some do not have the version of a job yet."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from store.tables import chunks
from tests.faults.places import Processes, wait_until
from tests.faults.test_jobs_under_fire import (  # noqa: F401 - fixtures
    BEGUN,
    EVERYWHERE,
    applicants,
    cells,
    file_of,
    house,
    models,
)

ROWS = 3 * BEGUN
LEFT = "are left to other workers"


@pytest.mark.parametrize("house", EVERYWHERE, indirect=True)
def test_a_job_is_left_to_the_worker_that_has_its_version(house, applicants, cells, tmp_path):  # noqa: F811
    (tmp_path / "empty").mkdir()
    old = replace(house.settings, models_dir=tmp_path / "empty")
    processes = Processes(old.to_environ() | {"OMP_NUM_THREADS": "1"}, house.log)
    try:
        job = house.send(file_of(applicants, ROWS))
        processes.start("-m", "jobs", "--workers", "1")
        wait_until(lambda: LEFT in house.log.read_text(), 60)
        assert house.store.jobs.get(job.id).state == "running"
        house.processes.start("-m", "jobs", "--workers", "1")
        wait_until(lambda: house.is_over(job), 180)
    finally:
        processes.end()
    house.check(job, applicants, cells, ROWS)
    with house.store.jobs._engine().connect() as connection:
        assert set(connection.scalars(select(chunks.c.attempts))) == {1}
    assert house.log.read_text().count(LEFT) == 1
