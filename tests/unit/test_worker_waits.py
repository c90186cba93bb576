"""Workers that have to wait: for a store that is away, and for a version that another worker has already."""

import errno
import threading
import time

import pytest
from sqlalchemy import select

from jobs.files import paths
from jobs.local_runner import run_until_idle
from jobs.missing_versions import PAUSE, MissingVersions
from jobs.work import chunks as doing
from jobs.work import job_kinds
from ml.service import open_service
from ml.translation import translated
from store.errors import StoreUnavailable
from store.files import Files
from store.jobs import JobTable
from store.tables import chunks
from tests.small import people, small_model, small_service
from tests.unit.test_jobs import House, expected, table

KEY = "loan@3f9a1c2b"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture(scope="module")
def frame():
    return people(rows=110, seed=9)


@pytest.fixture
def house(service, tmp_path, monkeypatch):
    monkeypatch.setattr(doing, "RECORDS", 40)
    return House(service, tmp_path)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def go_away(house):
    house.store._breaker.failed(OSError("gone"))


def come_back(house):
    house.store._breaker.succeeded()


def attempts(house):
    with house.store.jobs._engine().connect() as connection:
        return list(connection.scalars(select(chunks.c.attempts)))


# ---- a store that is away -----------------------------------------------------------------------


def test_while_the_store_is_away_there_is_no_work_and_afterwards_all_of_it(house, service, frame):
    job, worker = house.send(table(frame)), house.worker()
    go_away(house)
    assert not worker.step()
    assert not worker.waits
    come_back(house)
    house.work(worker)
    assert house.result(job) == expected(service, frame)


def test_a_chunk_in_work_when_the_store_went_away_is_given_back_and_costs_no_attempt(
    house, service, frame, monkeypatch
):
    scored = []

    def score(*given):
        scored.append(given[-1].chunk.number)
        if scored.count(2) == 1:
            go_away(house)
        doing.score(*given)

    monkeypatch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(doing.split, score))
    job, worker = house.send(table(frame)), house.worker(lease=600)
    house.work(worker)
    assert worker.waits
    assert not worker.step()
    come_back(house)
    house.work(worker)
    assert not worker.waits
    assert scored == [1, 2, 2, 3]
    assert house.result(job) == expected(service, frame)
    assert attempts(house) == [1, 1, 1, 1]


def test_a_chunk_that_was_recorded_though_no_answer_came_is_not_done_again(house, service, frame, monkeypatch):
    scored = []

    def score(*given):
        doing.score(*given)
        scored.append(given[-1].chunk.number)
        raise StoreUnavailable("no answer to the commit")

    monkeypatch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(doing.split, score))
    job = house.send(table(frame))
    house.work()
    assert scored == [1, 2, 3]
    assert house.result(job) == expected(service, frame)


@pytest.mark.parametrize("lost", [1, 2, 4])  # the claim of the splitting, of the first chunk, of the last one
def test_a_chunk_is_given_back_whose_claim_was_carried_out_though_no_answer_came(
    house, service, frame, monkeypatch, lost
):
    claim, owners = JobTable.claim, []

    def claiming(self, lease, job, without, owner):
        chunk = claim(self, lease, job, without, owner)
        owners.append(owner)
        if len(owners) == lost:
            raise StoreUnavailable("no answer to the commit")
        return chunk

    monkeypatch.setattr(JobTable, "claim", claiming)
    job, worker = house.send(table(frame)), house.worker(lease=600)
    house.work(worker)  # until a step does nothing: the one without an answer
    house.work(worker)
    assert house.result(job) == expected(service, frame)
    assert attempts(house) == [1, 1, 1, 1]
    assert len(set(owners)) == len(owners)


def test_a_claim_that_is_carried_out_late_is_given_back_too(house, service, frame, monkeypatch):
    claim, calls = JobTable.claim, []

    def claiming(self, lease, job, without, owner):
        calls.append((self, lease, job, without, owner))
        if len(calls) == 2:
            raise StoreUnavailable("gone")
        if len(calls) == 3:  # the second, which stood in a socket until now
            claim(*calls[1])
        return claim(self, lease, job, without, owner)

    monkeypatch.setattr(JobTable, "claim", claiming)
    job, worker = house.send(table(frame)), house.worker(lease=600)
    house.work(worker)
    house.work(worker)
    assert house.result(job) == expected(service, frame)
    assert attempts(house) == [1, 1, 1, 1]


def test_claims_without_an_answer_are_forgotten_once_their_leases_have_expired(house, frame, monkeypatch):
    given_back = []
    monkeypatch.setattr(JobTable, "give_back_claims", lambda self, owners: given_back.append(len(owners)))
    worker = house.worker(lease=0.2)
    go_away(house)
    worker.step()
    worker.step()
    come_back(house)
    worker.step()
    assert given_back[-1] == 2
    time.sleep(0.25)
    worker.step()
    assert given_back[-1] == 2
    assert not worker._unanswered


def test_a_job_is_closed_though_the_store_went_away_before_its_last_finisher_could(house, service, frame, monkeypatch):
    job, close, tried = house.send(table(frame)), JobTable._close, []

    def closing(self, number):
        tried.append(number)
        if len(tried) == 4:  # the splitting and three chunks
            raise StoreUnavailable("gone")
        close(self, number)

    monkeypatch.setattr(JobTable, "_close", closing)
    house.work()
    assert house.result(job) == expected(service, frame)


def test_the_splitting_too_is_given_back_and_its_failures_are_none_of_the_file(house, service, frame, monkeypatch):
    add, tried = JobTable.add_chunks, []

    def adding(self, *given):
        tried.append(1)
        if len(tried) == 2:
            raise StoreUnavailable("gone")
        return add(self, *given)

    monkeypatch.setattr(JobTable, "add_chunks", adding)
    job = house.send(table(frame))
    house.work()
    assert house.result(job) == expected(service, frame)
    assert attempts(house) == [1, 1, 1, 1]


def test_a_worker_that_is_told_to_stop_while_the_store_is_away_ends(house, frame, monkeypatch):
    def score(*_):
        go_away(house)
        raise SystemExit

    monkeypatch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(doing.split, score))
    house.send(table(frame))
    worker = house.worker()
    worker.step()
    with pytest.raises(SystemExit):
        worker.step()


# ---- a version that is missing ------------------------------------------------------------------


def without(models):
    """A service that has no version of any model yet."""
    models.mkdir()
    return open_service(models)


def with_broken(models, key):
    """A service whose version is there and broken."""
    small_model("binary", models)
    (models / key.replace("@", "/") / "card.json").write_text("{}")
    return open_service(models)


@pytest.mark.parametrize("kind", ["missing", "broken"])
def test_a_worker_without_the_version_leaves_the_job_to_one_that_has_it(house, service, frame, tmp_path, caplog, kind):
    job = house.send(table(frame))
    old = without(tmp_path / "old") if kind == "missing" else with_broken(tmp_path / "old", job.model)
    house.service, clock, announced = old, Clock(), []
    lacking = house.worker(patience=PATIENCE, announce=announced.append)
    lacking._missing = MissingVersions(PATIENCE, clock)
    house.service = service
    able = house.worker()
    for _ in range(4):
        assert lacking.step()
        assert not lacking.step()  # not again for some seconds
        assert lacking.waits
        assert able.step()
        clock.now += 0.9 * PATIENCE  # in which somebody got on with it
    assert house.result(job) == expected(service, frame)
    assert attempts(house) == [1, 1, 1, 1]
    assert announced == [job.id] * 4
    assert caplog.text.count(f"Jobs of {job.model} are left to other workers") == 1
    clock.now += 2 * PAUSE
    assert not lacking.step()
    assert not lacking.waits


def test_a_version_that_nobody_has_fails_its_jobs_after_the_patience(house, frame, tmp_path):
    job, clock = house.send(table(frame)), Clock()
    house.service = without(tmp_path / "old")
    worker = house.worker(patience=PATIENCE)
    worker._missing = MissingVersions(PATIENCE, clock)
    steps = 0
    while worker.step():
        steps += 1
        assert house.job_service.get(job.id).state in ("running", "failed")
        clock.now += PAUSE
    assert steps == PATIENCE / PAUSE + 1
    over = house.job_service.get(job.id)
    said = f"There is no version {job.model!r}. The live version is served without @."
    assert (over.state, translated(over.message)) == ("failed", said)


def test_the_only_worker_there_can_be_fails_such_a_job_at_once_and_goes_on_with_the_next(house, frame, tmp_path):
    jobs = [house.send(table(frame)) for _ in range(2)]
    house.service = without(tmp_path / "old")
    worker = house.worker()
    house.work(worker)
    assert {house.job_service.get(job.id).state for job in jobs} == {"failed"}
    assert not worker.waits


def test_a_version_that_comes_while_it_is_waited_for_is_used(house, service, frame, tmp_path):
    job, clock = house.send(table(frame)), Clock()
    house.service = without(tmp_path / "old")
    worker = house.worker(patience=PATIENCE)
    worker._missing = MissingVersions(PATIENCE, clock)
    assert worker.step()
    small_model("binary", tmp_path / "old")
    clock.now += PAUSE
    house.work(worker)
    assert house.result(job) == expected(service, frame)


def test_other_jobs_go_on_while_one_is_left_to_others(house, service, frame):
    left, job = "a" * 32, house.send(table(frame))
    house.store.jobs.add(left, KEY, "d" * 64, 1, {}, None)
    house.work(house.worker(patience=PATIENCE))
    assert house.result(job) == expected(service, frame)
    assert house.job_service.get(left).state == "running"


def test_who_was_not_asked_for_long_begins_to_wait_anew():
    clock = Clock()
    missing = MissingVersions(PATIENCE, clock)
    assert not missing.report(KEY, 0, "not there")
    clock.now += 100 * PATIENCE
    assert not missing.report(KEY, 0, "not there")
    clock.now += PATIENCE
    assert missing.report(KEY, 0, "not there")
    missing.forget(KEY)
    assert not missing.report(KEY, 0, "not there")


def test_a_runner_stays_while_its_worker_waits(house, frame, tmp_path):
    """It ends when idle, and the next one would begin to wait anew: the job would never fail."""
    house.send(table(frame))
    house.service = without(tmp_path / "old")
    worker, stop, asked = house.worker(patience=PATIENCE), threading.Event(), []

    def waits():
        asked.append(worker.waits)
        if len(asked) == 3:
            stop.set()
        return worker.waits

    assert run_until_idle(tmp_path, worker.step, stop, idle=0.0001, waited_for=waits)
    assert set(asked) == {True}


# ---- files that are away ------------------------------------------------------------------------------


def trial(worker):
    """The worker tries again, as five seconds later."""
    worker._place._next_trial = 0.0
    return worker.step()


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_place_of_files_that_is_away_costs_no_attempt_and_no_job(house, frame, service, caplog, steps):
    job, worker = house.send(table(frame)), house.worker()
    for _ in range(steps):
        worker.step()
    elsewhere = house.folder.with_name("elsewhere")
    house.folder.rename(elsewhere)
    for _ in range(6):
        trial(worker)
        assert not worker.step()  # no chunk is taken meanwhile
        assert worker.waits
    assert house.store.jobs.get(job.id).state in ("waiting", "running")
    assert caplog.text.count("The place of the files does not answer") == 1
    assert "Traceback" not in caplog.text
    elsewhere.rename(house.folder)
    trial(worker)
    house.work(worker)
    assert house.result(job) == expected(service, frame)
    assert set(attempts(house)) == {1}
    assert not worker.waits


def test_nothing_is_written_in_the_place_of_files_that_are_away(house, frame, service, monkeypatch):
    """A folder with a part of a job's files would look like a place that is there, and lack the others."""
    score, elsewhere = doing.score, house.folder.with_name("elsewhere")

    def goes_away(work, **given):
        """The place goes away after the chunk was read."""
        files = work.files
        add, files.add = files.add, lambda *written: (house.folder.rename(elsewhere), add(*written))[1]
        try:
            score(work, **given)
        finally:
            files.add = add

    job, worker = house.send(table(frame)), house.worker()
    assert worker.step()
    with monkeypatch.context() as patch:
        patch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(doing.split, goes_away))
        assert worker.step()
    for _ in range(6):
        trial(worker)
    assert not house.folder.exists()
    elsewhere.rename(house.folder)
    trial(worker)
    house.work(worker)
    assert house.result(job) == expected(service, frame)
    assert set(attempts(house)) == {1}


def test_an_object_store_that_is_away_costs_no_attempt_whatever_it_raises(house, frame, service, monkeypatch):
    class EndpointConnectionError(Exception):
        """As botocore has it: no OSError."""

    def away(*_):
        raise EndpointConnectionError

    job, worker = house.send(table(frame)), house.worker()
    assert worker.step()
    with monkeypatch.context() as patch:
        for name in ("open", "sizes"):
            patch.setattr(Files, name, away)
        for _ in range(6):
            trial(worker)
    trial(worker)
    house.work(worker)
    assert house.result(job) == expected(service, frame)
    assert set(attempts(house)) == {1}


def test_a_full_disk_costs_no_attempt(house, frame, service, monkeypatch):
    job, worker = house.send(table(frame)), house.worker()
    with monkeypatch.context() as patch:

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(Files, "add", full)
        for _ in range(6):
            trial(worker)
    trial(worker)
    house.work(worker)
    assert house.result(job) == expected(service, frame)


def test_a_file_that_is_missing_alone_fails_its_job(house, frame):
    """Its folder is there, so the place is not away: waiting would help nobody."""
    job, worker = house.send(table(frame)), house.worker()
    worker.step()
    next((house.folder / paths.folder(job.id)).glob("000001-in-*")).unlink()
    house.work(worker)
    assert house.store.jobs.get(job.id).state == "failed"


def test_files_that_stay_away_fail_their_job_in_the_end(house, frame, monkeypatch):
    job, worker = house.send(table(frame)), house.worker()
    house.folder.rename(house.folder.with_name("elsewhere"))
    trial(worker)
    monkeypatch.setattr("jobs.worker.FILES_PATIENCE", 0.0)
    for _ in range(3):
        trial(worker)
    assert house.store.jobs.get(job.id).state == "failed"
