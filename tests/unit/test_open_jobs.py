"""What one person may have open at a time: jobs that are not over and bytes of their files, on all instances."""

import io
import threading
import uuid

import pytest
from sqlalchemy import update

from api import create_api
from auth.caller import EVERYBODY, STRANGER, Request, counted_for, use_request
from auth.gate import Gate
from auth.permissions import Permission
from jobs.campaign_service import CampaignService
from jobs.errors import TooMuchOpen
from jobs.job_service import JobService
from jobs.receive import FileLimits, Receiver
from jobs.retention.purge import purge
from jobs.worker import Worker
from ml.files.write.formats import EXCEL_CSV
from store.db import open_store
from store.files import Files
from store.tables import uploads
from store.uploads import SILENT, Quota
from tests.small import people, small_service
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases

KEY = "binary@3f9a1c2b"
JOBS = "/api/v1/models/binary/jobs"
DATA = people(rows=30, seed=4).to_csv(index=False).encode()
ME, YOU = "person 1", "key a (1)"


@pytest.fixture
def table(url):  # noqa: F811
    return open_store(url).jobs


def reserve(table, size=10, quota=None, who=ME):
    job = uuid.uuid4().hex
    return job, table.uploads.reserve(job, who, size, quota or Quota(), again=False)


def accept(table, job, size, who=ME, state="held"):
    assert table.add(job, KEY, "d" * 64, size, {}, None, state, who=who)


def test_what_is_sent_held_and_not_over_counts_for_its_sender_alone(table):
    sent, _ = reserve(table, 10)
    for size, state in ((100, "held"), (1_000, "waiting")):
        accept(table, reserve(table, size)[0], size, state=state)
    accept(table, "over", 10_000, state="waiting")
    assert table.cancel("over")
    accept(table, reserve(table, 5, who=YOU)[0], 5, who=YOU)
    _, others = reserve(table, quota=Quota(jobs=3))
    assert (others.jobs, others.size) == (3, 1_110)
    assert reserve(table, quota=Quota(jobs=4))[1] is None
    assert reserve(table, quota=Quota(jobs=2), who=YOU)[1] is None
    table.uploads.release(sent)
    assert reserve(table, quota=Quota(jobs=4))[1] is None  # in place of what was sent


def test_bytes_count_as_they_come_and_one_file_alone_may_be_of_any_size(table):
    quota = Quota(size=100)
    first, over = reserve(table, 10_000, quota)
    assert over is None
    assert table.uploads.grow(first, ME, 20_000, quota, again=False) is None
    assert table.uploads.grow(first, ME, 60, quota, again=False) is None
    second, over = reserve(table, 0, quota)
    assert over is None
    assert table.uploads.grow(second, ME, 40, quota, again=False) is None
    found = table.uploads.grow(second, ME, 41, quota, again=False)
    assert (found.jobs, found.size) == (1, 60)


def test_an_upload_that_is_not_heard_of_counts_no_longer_until_it_is(table):
    quota = Quota(jobs=1)
    lost, _ = reserve(table, 10, quota)
    with table._engine().begin() as connection:
        connection.execute(update(uploads).values(at=uploads.c.at - SILENT - 1))
    assert reserve(table, 10, quota)[1] is None
    assert (
        table.uploads.grow(lost, ME, 11, Quota(size=20), again=False).size == 10
    )  # it was slow only, and counts again
    assert table.uploads.expire() == 0
    with table._engine().begin() as connection:
        connection.execute(update(uploads).values(at=uploads.c.at - SILENT - 1))
    assert table.uploads.expire() == 2


def test_of_uploads_at_once_to_several_instances_no_more_pass_than_may(url):  # noqa: F811
    tables = [open_store(url).jobs for _ in range(6)]
    for each in tables:
        each.uploads.release("none")  # connected, and the tables there
    found, together = [], threading.Barrier(len(tables))

    def send(table):
        together.wait()
        found.append(reserve(table, 10, Quota(jobs=2))[1])

    threads = [threading.Thread(target=send, args=(each,)) for each in tables]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each is None for each in found) == [False] * 4 + [True] * 2


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


class House:
    """An API whose requests count for somebody, and a worker."""

    def __init__(self, service, folder, **quota):
        self.store, self.files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        limits = FileLimits(10_000_000, Quota(**quota))
        jobs = JobService(service, self.store, self.files, lambda _: None, limits=limits)
        self.client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(jobs)).test_client()
        self.worker = Worker(service, self.store.jobs, self.files)
        self.folder = folder / "files" / "jobs"

    def ask(self, method, path, who=ME, **more):
        with use_request(Request(STRANGER, Permission.FILES, count_key=who)):
            return getattr(self.client, method)(path, **more)

    def send(self, query="?held=true", data=DATA, who=ME, **more):
        return self.ask("post", JOBS + query, who, data=data, content_type="text/csv", **more)


def test_twenty_held_files_are_not_taken_from_one_caller(service, tmp_path):
    house = House(service, tmp_path, jobs=3)
    answers = [house.send() for _ in range(20)]
    assert [each.status_code for each in answers] == [202] * 3 + [429] * 17
    refused = answers[-1]
    assert refused.json["error"]["code"] == "too_much_open"
    assert refused.json["error"]["message"] == (
        "You have 3 jobs here that are not done yet (files, lists, answers); up to 3 are taken at a time."
    )
    assert refused.headers["Retry-After"] == "60"
    assert len(list(house.folder.glob("*"))) == 3
    assert house.send(who=YOU).status_code == 202
    assert house.send(who="").status_code == 202  # on this machine nobody is limited
    house.ask("delete", answers[0].headers["Location"])
    assert house.send("").status_code == 202
    while house.worker.step():  # done: it counts no longer
        pass
    assert house.send().status_code == 202
    assert house.send().status_code == 429


def test_bytes_are_refused_before_and_while_they_come_and_leave_nothing(service, tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.receive.STEP", 1_000)
    house = House(service, tmp_path, size=3 * len(DATA))
    first = house.send(data=DATA + DATA[DATA.index(b"\n") + 1 :] * 9)
    assert first.status_code == 202  # one alone may be as large as a file may be
    read = []

    class Body(io.BytesIO):
        def read(self, size=-1):
            read.append(size)
            return super().read(size)

    refused = house.send(input_stream=Body(DATA), data=None, headers={"Content-Length": str(len(DATA))})
    assert (refused.status_code, read) == (429, [])
    assert "several may have up to 0 MB together" in refused.json["error"]["message"]
    house.ask("delete", first.headers["Location"])
    assert house.send().status_code == 202

    chunks = io.BytesIO(DATA + DATA[DATA.index(b"\n") + 1 :] * 9)
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": None}
    refused = house.send(input_stream=chunks, data=None, environ_overrides=environ)
    assert refused.status_code == 429
    assert len(list(house.folder.glob("*"))) == 1
    assert house.send().status_code == 202  # what was refused does not count


def test_files_of_unknown_size_that_come_at_once_never_have_more_together_than_may(table, tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.receive.STEP", 30_000)
    most, came = 100_000, [0, 0, 0]
    limits = FileLimits(10_000_000, Quota(size=most))
    with use_request(Request(STRANGER, Permission.FILES, count_key=ME)):
        files = [Receiver(uuid.uuid4().hex, table, Files(str(tmp_path)), limits) for _ in came]
        for each in files:
            each.expect(0)
        coming = [each.passing(b"x" * 999 for _ in range(1_000)) for each in files]
        refused = 0
        while refused < len(files) - 1:
            for at, blocks in enumerate(coming):
                try:
                    came[at] += len(next(blocks, b""))
                except TooMuchOpen:
                    refused += 1
                    coming[at] = iter(())
                assert sum(came) <= most
    assert sum(came) > 0.9 * most  # what is counted ahead takes nothing away


def test_a_result_that_takes_long_in_another_format_counts_among_open_jobs(service, tmp_path, monkeypatch):
    house = House(service, tmp_path, jobs=1)
    done = house.send("").headers["Location"]
    while house.worker.step():
        pass
    assert house.send().status_code == 202  # held, and all that may be open
    assert house.ask("get", f"{done}/result?format=xlsx").status_code == 200  # a small one is made at once
    monkeypatch.setattr("jobs.downloads.SMALL", 0)
    refused = house.ask("get", f"{done}/result?format={EXCEL_CSV}")
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_much_open")
    monkeypatch.setattr("jobs.downloads.PATIENCE", 0.01, raising=False)
    other = house.ask("get", f"{done}/result?format={EXCEL_CSV}", YOU)
    assert other.status_code in (200, 202)
    assert house.send(who=YOU).status_code == 429  # it is still to be made
    while house.worker.step():
        pass
    assert house.send(who=YOU).status_code == 202


def test_a_file_that_is_refused_or_sent_again_under_its_key_does_not_count(service, tmp_path):
    house = House(service, tmp_path, jobs=1)
    assert house.send(data=b"no,column\n1,2\n", query="").status_code == 400
    again = {"headers": {"Idempotency-Key": "march"}}
    first, second = (house.send(**again) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert house.send().status_code == 429


def test_the_house_keeper_removes_uploads_of_killed_processes(service, tmp_path):
    house = House(service, tmp_path)
    reserve(house.store.jobs)
    with house.store.jobs._engine().begin() as connection:
        connection.execute(update(uploads).values(at=0))
    purge(house.store, house.files, 7, None)
    with house.store.jobs._engine().connect() as connection:
        assert connection.execute(uploads.select()).all() == []


@pytest.mark.parametrize(("caller", "who"), [(STRANGER, "address 203.0.113.9"), (EVERYBODY, "")])
def test_the_gate_says_for_whom_a_request_counts(caller, who):
    heard = []
    gate = Gate(lambda *_: heard.append(counted_for()) or (), None, lambda _: caller, lambda _: "1", None)
    gate.needs = lambda _: Permission.READ
    environ = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": "203.0.113.9:80"}
    gate._let_in(environ, lambda *_: None, _may_all(caller), Permission.READ)
    assert heard == [who]
    assert counted_for() == ""


def _may_all(caller):
    return caller if caller is EVERYBODY else type(caller)("", frozenset(Permission))
