"""What slow and idle clients cost the others: predictions beside them, with our worker and with Gunicorn's own.

Run: python tests/bench/slow_clients.py [model]
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.length import either
from tests.bench.serving import Server, gunicorn, serving, table
from tests.bench.sign_in import port_of, request

SECONDS = either(15, 5)
PATIENCE = 10.0  # seconds, after which a prediction counts as not answered
DRIPPING, IDLE = 12, 2_000
PATH = "/api/v1/models/{model}/predict"


def open_up(port: int) -> socket.socket:
    """A connection whose client has room for little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", port))
    return client


def begin(kind: str, port: int, model: str) -> socket.socket:
    """A connection of a slow client, and the first that it sends."""
    client = open_up(port)
    head = f"POST {PATH.format(model=model)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    if kind == "heads":
        client.sendall(head[:40].encode())
    elif kind == "bodies":
        client.sendall(f"{head}Content-Length: 5000\r\n\r\n{{".encode())
    elif kind == "long bodies":
        client.sendall(f"{head}Content-Length: 900000\r\n\r\n{{".encode())
    elif kind == "readers":
        client.sendall(b"GET /assets/vendor/plotly-cartesian.min.js HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
    return client


def attack(kind: str, number: int, port: int, model: str) -> None:
    """Slow clients, each of which sends or reads a byte every half second and comes back when it is thrown out."""
    clients = [begin(kind, port, model) for _ in range(number)]
    print("ready", flush=True)
    while True:
        time.sleep(0.5 if kind != "idle" else 5)
        for at, client in enumerate(clients):
            try:
                client.settimeout(0.01)
                if kind == "readers":
                    if not client.recv(1):
                        raise OSError
                elif kind != "idle":
                    client.sendall(b"x")
            except TimeoutError:
                pass
            except OSError:
                client.close()
                clients[at] = begin(kind, port, model)


@contextmanager
def beside(kind: str, number: int, port: int, model: str) -> Iterator[None]:
    """Slow clients in a process of their own."""
    if not number:
        yield
        return
    command = [sys.executable, __file__, "--attack", kind, str(number), str(port), model]
    attackers = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert attackers.stdout is not None
    attackers.stdout.readline()
    time.sleep(1)
    try:
        yield
    finally:
        attackers.kill()
        attackers.wait()


def asked(port: int, sent: bytes) -> float:
    """Seconds of one prediction, over a connection of its own; PATIENCE where it was not answered."""
    began = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.sendall(sent)
            if not client.recv(65_536).startswith(b"HTTP/1.1 200"):
                return PATIENCE
    except OSError:
        return PATIENCE
    return time.perf_counter() - began


def p95(server: Server, model: str, kind: str, number: int) -> str:
    """p95 of a prediction beside slow clients, and how many were answered."""
    port = port_of(server)
    sent = request(port, model).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    took = []
    with beside(kind, number, port, model):
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            took.append(asked(port, sent))
    silent = sum(each >= PATIENCE for each in took)
    found = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    return f"{found * 1000:.1f} ms" + (f", {silent} of {len(took)} not answered" if silent else "")


def main(model: str) -> None:
    """Measure both workers in turns."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8192), hard), hard))
    kinds = [("none", 0), *((kind, DRIPPING) for kind in ("heads", "bodies", "long bodies", "readers")), ("idle", IDLE)]
    workers = {"ours": (), "Gunicorn's gthread": ("-k", "gthread")}
    rows = []
    for kind, number in kinds:
        row = [f"{number} {kind}" if number else kind]
        for options in workers.values():
            with tempfile.TemporaryDirectory() as folder:
                environ = {"VAR_DIR": folder, "LOG_LEVEL": "critical"}
                with serving(gunicorn("app:create_server()", *options), "/healthz", **environ) as server:
                    row.append(p95(server, model, kind, number))
        rows.append(row)
    table(f"p95 of a prediction of {model} beside slow clients", ["slow clients", *workers], rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attack"]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
        attack(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    main(sys.argv[1] if len(sys.argv) > 1 else "loan")
