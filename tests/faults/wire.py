"""Requests written byte by byte to a server of the test's own, and what it answers."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from tests.bench.serving import gunicorn, serving
from tests.small import small_model

LIMIT = 1024 * 1024
RECORD = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
LINE = b"50.25,3.75,41,south\n"
TABLE = b"income,debt,shoe_size,region\n"
MODEL, JOB = "/api/v1/models/binary", "/api/v1/jobs/{job}"
JOBS = f"{MODEL}/jobs"


@contextmanager
def house_of(folder: Path) -> Iterator[SimpleNamespace]:
    """One worker with bodies of 1 MB at most, and a held job for the addresses that want one.

    Its broker is away, so that no job goes on. The log is free of tracebacks in the end.
    """
    version = small_model("binary", folder / "models").partition("@")[2]
    environ = {
        "MODELS_DIR": str(folder / "models"), "VAR_DIR": str(folder), "LOG_LEVEL": "warning", "MAX_BODY_MB": "1",
        "MAX_RECORDS": "100000", "THREADS": "2", "STALL_SECONDS": "2", "BROKER_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    log = folder / "log"
    with serving(gunicorn("app:create_server()", "-w", "1"), "/healthz", log, **environ) as found:
        house = SimpleNamespace(port=int(found.url.rpartition(":")[2]), files=folder / "files", log=log, names={})
        house.names["version"] = version
        held = ask(house, head(house, f"{JOBS}?held=true", "text/csv") + chunked(TABLE + LINE))
        assert held is not None, "closed without an answer"
        house.names["job"] = json.loads(held.body)["id"]
        yield house
        assert "Traceback" not in log.read_text()


def head(house: SimpleNamespace, path: str, kind: str = "application/json", *fields: str) -> bytes:
    """The head of a request whose body comes in chunks, or as the fields say."""
    lines = [f"POST {path.format(**house.names)} HTTP/1.1", "Host: x", f"Content-Type: {kind}"]
    lines += fields or ["Transfer-Encoding: chunked"]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(body: bytes, size: int = 65_536) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def opened(house: SimpleNamespace) -> socket.socket:
    return socket.create_connection(("127.0.0.1", house.port), 30)


def heard(connection: socket.socket) -> SimpleNamespace | None:
    """The next answer on a connection; None where it was closed without one."""
    answer = http.client.HTTPResponse(connection, method="POST")
    try:
        answer.begin()
    except (http.client.BadStatusLine, ConnectionError):
        return None
    body = answer.read()
    return SimpleNamespace(status=answer.status, headers=answer.headers, body=body, closes=answer.will_close)


def ask(house: SimpleNamespace, request: bytes, *, end: bool = False) -> SimpleNamespace | None:
    with opened(house) as connection:
        try:
            connection.sendall(request)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # it was answered before all was sent
        return heard(connection)


def kept(house: SimpleNamespace) -> list[Path]:
    """The jobs that were accepted and their files."""
    return sorted(path for path in house.files.rglob("*"))


def works(house: SimpleNamespace) -> bool:
    said = ask(house, head(house, f"{MODEL}/predict") + chunked(json.dumps(RECORD).encode()))
    return said is not None and bool(said.status == 200)
