"""A file of hundreds of MB is written as it comes: the web worker holds none of it."""

import http.client
import time

import orjson
import pytest

from tests.bench.serving import gunicorn, memory_of, serving
from tests.lanes import fewer
from tests.small import small_model

PATH = "/api/v1/models/binary/jobs"
MB = 1024 * 1024
SIZE, SLACK = fewer(300, 120), 40  # MB; a worker that held the file would show, and of the larger one a tenth twice


@pytest.fixture
def server(tmp_path):
    """One web worker. Its broker is away, so that nothing but the upload happens."""
    small_model("binary", tmp_path / "models")
    environ = {
        "MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path), "BROKER_URL": "redis://127.0.0.1:1/0",
        "LOG_LEVEL": "critical",
    }  # fmt: skip
    with serving(gunicorn("app:create_server()", "-w", "1"), "/healthz", **environ) as found:
        yield found


def test_an_upload_is_never_held_in_memory(server, tmp_path):
    line = b"50.25,3.75,41,south\n"
    block = line * (MB // len(line))
    header = b"income,debt,shoe_size,region\n"
    connection = http.client.HTTPConnection(server.url.rpartition("/")[2], timeout=60)
    connection.request(
        "POST", PATH, header + line, {"Content-Type": "text/csv"}
    )  # what the first job brings in is no part of it
    assert connection.getresponse().read()
    before, most = memory_of(server.pid), 0.0
    connection.putrequest("POST", PATH)
    connection.putheader("Content-Type", "text/csv")
    connection.putheader("Content-Length", str(len(header) + SIZE * len(block)))
    connection.endheaders()
    connection.send(header)
    begun = time.monotonic()
    for number in range(SIZE):
        connection.send(block)
        if number % 20 == 0:
            most = max(most, memory_of(server.pid))
    answer = connection.getresponse()
    job = orjson.loads(answer.read())
    connection.close()
    most = max(most, memory_of(server.pid))
    assert answer.status == 202, job
    (kept,) = (tmp_path / "files" / "jobs" / job["id"]).iterdir()
    assert kept.stat().st_size == len(header) + SIZE * len(block)
    kept.unlink()
    assert most - before < SLACK, f"{before:.0f} MB before, {most:.0f} MB at most"
    assert time.monotonic() - begun < 60
