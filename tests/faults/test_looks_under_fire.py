"""Looks into files whose process takes too much, hangs or is killed: a clear error, and others are served."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from ml.errors import ReadersBusy, Unreadable
from ml.files.open_table import AUTO, open_table
from ml.files.readers import text_process
from ml.files.readers.text_process import ForkServer, TextReader
from ml.files.text.begin_text import TextRequest
from ml.files.text.byte_counts import ByteCounts
from ml.runtime.deadline import deadline
from store.db import open_store
from store.files import Files
from tests.faults.places import wait_until
from tests.small import small_service

pytestmark = pytest.mark.skipif(not text_process.CAN_FORK, reason="the system cannot fork")
ROOT = Path(__file__).resolve().parents[2]
SIZE = 2**40  # bytes of a file without an end
COUNTED = TextRequest(counts=ByteCounts("utf-8", SIZE, commas=True))
TABLE = b"income,debt,shoe_size,region\n" + b"50.25,3.75,41,south\n" * 300
ENDED = "The file takes more memory or time than there is for one."


class Endless(io.RawIOBase):
    """A file of a line that is repeated without an end, behind a beginning."""

    def __init__(self, line=b"1,2\n", begin=b""):
        self._line, self._begin, self._at = line, begin, 0

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        self._at = SIZE if whence else offset
        return self._at

    def read(self, size=-1):
        if self._at < len(self._begin):
            return self._begin[self._at : self._at + size]
        return (self._line * (size // len(self._line) + 2))[(self._at - len(self._begin)) % len(self._line) :][:size]


def is_gone(number):
    try:
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc/self/stat").exists()  # gone between the two questions, or no Linux
    return state == "Z"  # it ended; a container's first process may not ask for that


def small_look():
    with TextReader() as reader:
        return sum(1 for _ in reader.open(io.BytesIO(TABLE), TextRequest()))


@pytest.fixture
def begun():
    """A look that has begun, its rows, and the number of its process."""
    with TextReader() as reader:
        rows = iter(reader.open(Endless(), COUNTED))
        assert next(rows) == ["1", "2"]
        yield rows, reader._processes[0].pid


def test_a_line_that_takes_all_memory_is_an_error_of_its_file_alone(begun):
    others, _ = begun
    with TextReader() as reader, pytest.raises(Unreadable, match="takes more memory"):
        list(reader.open(Endless(b"x" * 2**16), COUNTED))
    assert next(others) == ["1", "2"]
    assert small_look() == 301


@pytest.mark.parametrize("line", [b"\n", b"1.234;3.75;41;south\n"], ids=["blank lines", "numbers that may be either"])
def test_a_file_that_takes_all_time_is_read_until_the_deadline(service, line):
    """It would take weeks: to find a record, and to find a number that tells the decimal mark."""
    begin, schema = TABLE.replace(b",", b";"), service.model("binary").schema
    with TextReader() as reader, deadline(0.3):
        table = open_table(Endless(line, begin), AUTO, schema, counts=COUNTED.counts, reader=reader)
        count = sum(1 for _ in table.lines)
    assert table.header == ("income", "debt", "shoe_size", "region")
    assert count <= 300 or line.strip()


def test_a_process_that_is_killed_in_the_middle_is_an_error_of_its_file_alone(begun):
    rows, number = begun
    os.kill(number, signal.SIGKILL)
    with pytest.raises(Unreadable, match=ENDED):
        list(rows)
    assert small_look() == 301


def test_a_process_that_hangs_is_ended(monkeypatch):
    with TextReader() as reader:
        rows = iter(reader.open(Endless(), COUNTED))
        next(rows)
        number = reader._processes[0].pid
        os.kill(number, signal.SIGSTOP)
        reader._until = 0.0  # its time is over
        with pytest.raises(Unreadable, match=ENDED):
            list(rows)
        wait_until(lambda: is_gone(number))
    assert small_look() == 301


def test_a_look_that_is_left_leaves_no_process(begun):
    rows, number = begun
    with TextReader() as reader:
        next(iter(reader.open(Endless(), COUNTED)))
        another = reader._processes[0].pid
    wait_until(lambda: is_gone(another))
    assert not is_gone(number)
    assert next(rows) == ["1", "2"]


def test_a_server_that_was_killed_is_started_again_and_looks_go_on(begun):
    rows, _ = begun
    text_process.SERVER._process.kill()
    assert small_look() == 301
    assert [next(rows) for _ in range(100_000)][-1] == ["1", "2"]


def test_a_server_that_does_not_answer_is_replaced(monkeypatch):
    server = ForkServer()
    monkeypatch.setattr(text_process, "SERVER", server)
    assert small_look() == 301
    first = server._process
    first.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(text_process, "STARTS", 0.05)
    answered = []

    def start(*arguments, **named):
        monkeypatch.setattr(text_process, "STARTS", 60.0)
        answered.append(1)
        return popen(*arguments, **named)

    popen = subprocess.Popen
    monkeypatch.setattr(text_process.subprocess, "Popen", start)
    assert small_look() == 301
    assert answered == [1]
    assert first.returncode == -signal.SIGKILL
    server.end()


SCRIPT = """
import os, sys
from ml.files.readers.text_process import SERVER, TextReader
from tests.faults.test_looks_under_fire import COUNTED, Endless, small_look
assert small_look() == 301
first = SERVER._process.pid
if os.fork() == 0:  # as Gunicorn does, and a look in a thread after that
    assert small_look() == 301
    assert SERVER._process.pid != first
    os._exit(0)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
reader = TextReader()
rows = iter(reader.open(Endless(), COUNTED))
next(rows)
print(SERVER._process.pid, reader._processes[0].pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_with_the_web_worker_end_its_server_and_its_processes(how):
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        server, process = map(int, worker.stdout.readline().split())
        assert not is_gone(server)
        assert not is_gone(process)
        worker.send_signal(how)
        worker.wait()
        wait_until(lambda: is_gone(server) and is_gone(process))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def client(service, tmp_path):
    jobs = JobService(service, open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "f")), str)
    return create_api(service, dict, 20_000_000, 1_000, campaign_service=CampaignService(jobs)).test_client()


def test_a_program_is_told_and_others_are_served(client, monkeypatch):
    job = client.post("/api/v1/models/binary/jobs?held=true", data=TABLE).json["id"]
    with monkeypatch.context() as late:
        late.setattr(text_process, "SECONDS", -1.0)
        answer = client.get(f"/api/v1/jobs/{job}/preview")
        assert (answer.status_code, answer.json["error"]["code"]) == (400, "unreadable")
        assert ENDED in answer.json["error"]["message"]
        started = client.post(f"/api/v1/jobs/{job}/start", json={})
        assert (started.status_code, started.json["error"]["code"]) == (400, "unreadable")
    assert client.get(f"/api/v1/jobs/{job}/preview").json["checked"] == 200


def test_where_no_process_can_be_started_a_look_waits_and_scores_do_not(client, monkeypatch):
    monkeypatch.setattr(text_process, "SERVER", ForkServer())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ReadersBusy):
        small_look()
    job = client.post("/api/v1/models/binary/jobs?held=true", data=TABLE)
    assert job.status_code == 202
    answer = client.get(f"/api/v1/jobs/{job.json['id']}/preview")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "readers_busy")
    assert answer.headers["Retry-After"]
    scored = client.post("/api/v1/models/binary/predict", data=TABLE, content_type="text/csv")
    assert scored.status_code == 200
