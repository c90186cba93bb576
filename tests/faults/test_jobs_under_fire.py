"""Whoever is killed in the middle of a job: the result is whole, in order, each row once, the numbers right."""

import csv
import io
import itertools
import os
import signal
import time
import urllib.request
from pathlib import Path

import orjson
import pytest

from jobs.campaign_service import CampaignService
from jobs.downloads import Downloads
from jobs.job_service import JobService
from jobs.local_runner import LOCK
from ml.advice.score_known import ESTIMATOR
from ml.batch.score_lines import result_line, score_rows
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.applications import applications
from tests.bench.serving import children_of
from tests.faults.places import Processes, Rabbit, Redis, database, get, is_locked, kill_all, wait_until
from tests.lanes import fewer
from tests.serving import free_port

LEASE_SECONDS = 3  # seconds: a test does not wait for 30
SOME, BEGUN = 60_000, 5_000  # seconds of work: whoever is killed is in the middle of it
MANY, MANY_BEGUN = fewer(200_000, SOME), fewer(20_000, BEGUN)


@pytest.fixture(scope="module")
def models(models_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "loan").symlink_to(models_dir / "loan")
    return folder


@pytest.fixture(scope="module")
def applicants():
    """Applications without their ids, and their columns; one of them cannot be scored."""
    rows = [{name: cell for name, cell in row.items() if name != "Loan_ID"} for row in applications()]
    rows[7]["ApplicantIncome"] = "a lot"
    return rows


@pytest.fixture(scope="module")
def cells(models, applicants):
    """What stands behind each applicant's columns in a result: by the service, record by record."""
    service = open_service(models)
    bundle = service.model("loan")
    found = []
    for applicant in applicants:
        row = {"Loan_ID": "x", **applicant}
        found.append(result_line(len(row), bundle, row, score_rows(service, bundle, [row], ESTIMATOR)[0])[len(row) :])
    return found


def file_of(applicants, rows):
    """So many applications, each with an id of its own."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Loan_ID", *applicants[0]])
    writer.writerows([f"R{n:07d}", *applicant.values()] for n, applicant in _repeated(applicants, rows))
    return text.getvalue().encode()


def result_of(applicants, cells, rows):
    """The result that is to come of that file, byte by byte, and how many of its rows are refused."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Loan_ID", *applicants[0], "label", "probability_N", "probability_Y", "problems"])
    lines = [[*applicant.values(), *more] for applicant, more in zip(applicants, cells, strict=True)]
    refused = 0
    for n, line in zip(range(rows), itertools.cycle(lines), strict=False):
        writer.writerow([f"R{n:07d}", *line])
        refused += line[-1] != ""
    return text.getvalue().encode(), refused


def _repeated(applicants, rows):
    return zip(range(rows), itertools.cycle(applicants), strict=False)


class House:
    """A store, files and models of the test's own, and the processes that work on them."""

    def __init__(self, models, folder, url, broker=None, lease=LEASE_SECONDS, **more):
        self.folder, self.broker, self.log = folder, broker, folder / "log"
        self.settings = Settings(
            models_dir=models, var_dir=folder, database_url=url, job_lease=lease,
            broker_url=broker.url if broker else "", port=free_port(), **more,
        )  # fmt: skip
        self.processes = Processes(self.settings.to_environ() | {"OMP_NUM_THREADS": "1"}, self.log)
        self.store, self.files = open_store(url), Files(self.settings.files_url)
        self.address = f"http://127.0.0.1:{self.settings.port}"

    def send(self, data):
        return JobService(open_service(self.settings.models_dir), self.store, self.files, str).accept(
            "loan", [data], {}
        )[0]

    def serve(self):
        web = self.processes.start("app.py")
        wait_until(self.is_served, 60)
        return web

    def is_served(self):
        try:
            return get(f"{self.address}/healthz")
        except OSError:
            return None

    def done(self, job):
        return self.store.jobs.get(job.id).done

    def half_way(self, job, least):
        """Wait until some records are scored, and be sure that not all are."""
        wait_until(lambda: self.done(job) >= least, 60, 0.02)
        found = self.store.jobs.get(job.id)
        assert found.state == "running", found

    def is_over(self, job):
        found = self.store.jobs.get(job.id)
        assert found.state in ("waiting", "running", "done"), found
        return found.state == "done"

    def check(self, job, applicants, cells, rows):
        """Each row once, in the order of the file, with the service's numbers."""
        job_service = JobService(open_service(self.settings.models_dir), self.store, self.files, str)
        expected, refused = result_of(applicants, cells, rows)
        assert b"".join(Downloads(job_service, CampaignService(job_service)).csv(job.id).read()) == expected, (
            "the result is not what the service gives"
        )
        found = self.store.jobs.get(job.id)
        assert (found.done, found.total, found.refused) == (rows, rows, refused)


@pytest.fixture
def house(models, tmp_path, request):
    """Made by what the test asks: (database, broker); all that was started is ended after it."""
    kind, broker = getattr(request, "param", ("sqlite", None))
    made = {None: lambda: None, "redis": lambda: Redis(tmp_path), "rabbitmq": Rabbit}[broker]()
    try:
        with database(kind, tmp_path) as url:
            found = House(models, tmp_path, url, made)
            try:
                yield found
            finally:
                found.processes.end()
                found.store._engine().dispose()
    finally:
        if made:
            made.end()


EVERYWHERE = [
    pytest.param((kind, broker), id=f"{kind}-{broker or 'no-broker'}")
    for kind, broker in [("sqlite", None), ("postgresql", "rabbitmq"), ("postgresql", "redis")]
]


def test_a_worker_is_killed_in_the_middle_of_many_rows(house, applicants, cells):
    job = house.send(file_of(applicants, MANY))
    first = house.processes.start("-m", "jobs", "--workers", "2")
    house.half_way(job, MANY_BEGUN)
    kill_all(first)
    assert house.done(job) < MANY
    second = house.processes.start("-m", "jobs", "--workers", "2")
    wait_until(lambda: house.is_over(job), 180)
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0
    house.check(job, applicants, cells, MANY)


@pytest.mark.parametrize("house", EVERYWHERE[1:], indirect=True)
def test_workers_of_a_broker_are_killed_and_so_is_the_broker(house, applicants, cells):
    job = house.send(file_of(applicants, MANY))
    first, second = (house.processes.start("-m", "jobs", "--workers", "1") for _ in range(2))
    house.half_way(job, MANY_BEGUN)
    kill_all(first)
    house.broker.kill()
    assert house.done(job) < MANY
    time.sleep(1)
    house.broker.come_back()
    wait_until(lambda: house.is_over(job), 180)
    second.send_signal(signal.SIGTERM)
    second.wait(30)
    house.check(job, applicants, cells, MANY)


@pytest.mark.nightly
def test_the_web_service_is_killed_with_its_runner_and_started_again(house, applicants, cells):
    web = house.serve()
    address, data = f"{house.address}/api/v1/models/loan/jobs", file_of(applicants, SOME)
    request = urllib.request.Request(address, data, {"Content-Type": "text/csv"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        job = house.store.jobs.get(orjson.loads(answer.read())["id"])
    house.half_way(job, BEGUN)
    kill_all(web)
    again = house.serve()
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, SOME)
    with urllib.request.urlopen(f"{house.address}/api/v1/jobs/{job.id}/result", timeout=30) as answer:
        assert sum(1 for _ in answer) == SOME + 1
    assert is_locked(house.folder / LOCK)
    again.send_signal(signal.SIGTERM)
    again.wait(30)


@pytest.mark.nightly
def test_a_runner_goes_on_when_only_the_web_master_is_killed(house, applicants, cells):
    web = house.serve()
    request = urllib.request.Request(
        f"{house.address}/api/v1/models/loan/jobs", file_of(applicants, MANY), {"Content-Type": "text/csv"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        job = house.store.jobs.get(orjson.loads(answer.read())["id"])
    house.half_way(job, MANY_BEGUN)
    os.kill(web.pid, signal.SIGKILL)
    web.wait()
    assert house.done(job) < MANY
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, MANY)


@pytest.mark.parametrize("house", EVERYWHERE[:2], indirect=True)
def test_a_worker_that_is_told_to_end_leaves_no_chunk_behind(house, applicants, cells):
    """Nobody has to wait for a lease: the next worker takes up at once what was given back."""
    job = house.send(file_of(applicants, SOME))
    first = house.processes.start("-m", "jobs", "--workers", "2")
    house.half_way(job, BEGUN)
    helpers = children_of(first.pid)
    assert helpers
    first.send_signal(signal.SIGTERM)
    assert first.wait(15) == 0
    assert not [pid for pid in helpers if Path(f"/proc/{pid}").exists()]
    done = house.done(job)
    assert 0 < done < SOME
    with house.store._engine().connect() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM pieces WHERE state = 'running'").scalar()
    assert held == 0
    house.processes.start("-m", "jobs", "--workers", "1")
    wait_until(lambda: house.is_over(job), 180)
    house.check(job, applicants, cells, SOME)


def test_the_helpers_of_a_killed_worker_end(house):
    first = house.processes.start("-m", "jobs", "--workers", "2")
    helper = wait_until(lambda: children_of(first.pid), 20)[0]
    time.sleep(2)
    first.kill()
    first.wait()
    wait_until(lambda: not Path(f"/proc/{helper}").exists(), 15)


def test_without_its_cache_the_service_is_right_and_says_so(models, tmp_path):
    cache = Redis(tmp_path)
    house = House(models, tmp_path, f"sqlite:///{tmp_path / 'likely.db'}", redis_url=cache.url)
    path = "/api/v1/models/loan/plots/roc.csv?outcome=Y"
    try:
        house.serve()
        assert orjson.loads(get(f"{house.address}/readyz"))["parts"]["cache"] is None
        before = get(house.address + path)
        cache.kill()
        assert get(house.address + path) == before
        ready = orjson.loads(get(f"{house.address}/readyz"))
        assert (ready["ready"], ready["degraded"]) == (True, True)
        assert ready["parts"]["cache"] == "The cache does not keep what is written to it."
    finally:
        house.processes.end()
        cache.end()
