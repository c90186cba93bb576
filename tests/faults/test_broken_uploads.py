"""Files that are sent as jobs: kept whole, or not at all."""

import json
import socket
import struct

import pytest

from tests.faults.places import wait_until
from tests.faults.wire import JOBS, LIMIT, LINE, TABLE, ask, chunked, head, house_of, kept, opened, works


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with house_of(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.mark.parametrize("held", ["false", "true"])
def test_an_upload_over_the_limit_of_bodies_is_kept_whole(server, held):
    table = TABLE + LINE * (3 * LIMIT // len(LINE))
    answer = ask(server, head(server, f"{JOBS}?held={held}", "text/csv") + chunked(table, 10_007))
    assert answer.status == 202
    (file,) = (server.files / "jobs" / json.loads(answer.body)["id"]).iterdir()
    assert file.read_bytes() == table
    for path in file, file.parent:
        path.unlink() if path.is_file() else path.rmdir()


@pytest.mark.parametrize("held", ["false", "true"])
@pytest.mark.parametrize("field", ["Transfer-Encoding: chunked", f"Content-Length: {6 * LIMIT}"])
def test_of_an_upload_whose_client_dies_nothing_stays(server, held, field):
    before = kept(server)
    connection = opened(server)
    half = TABLE + LINE * (3 * LIMIT // len(LINE))
    body = chunked(half)[:-5] if field.startswith("T") else half
    connection.sendall(head(server, f"{JOBS}?held={held}", "text/csv", field) + body)
    wait_until(lambda: kept(server) != before, 20)  # it is being written
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()  # by RST, as when a process is killed
    wait_until(lambda: kept(server) == before, 20)
    assert works(server)
