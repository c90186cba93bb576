"""One record over HTTP: our endpoint beside Flask routes under the same Gunicorn, in one run.

Routes: one that does nothing, one that keeps the scikit-learn pipeline and asks it with a frame
(``usual.py``). The client is one process that keeps 1 or 16 connections busy by epoll, because it
shares the cores with the servers. Rounds of the servers alternate, so that a busy machine slows
all of them; the best round counts.

Run: python tests/bench/post.py [model]
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ml.service import open_service
from tests.bench.length import either
from tests.bench.serving import Server, gunicorn, serving, table

CLIENTS = (1, 16)
ROUNDS = either(4, 1)
SECONDS = 2.0
PATIENCE = 60.0  # s: on a machine that is busy with other things a round goes on until there is an answer
API = ("likely", "app:create_server()", "/healthz", "/api/v1/models/{model}/predict")
USUAL = "tests.bench.usual:flask"


@dataclass
class Round:
    """Seconds of each request, and of the whole."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def p50(self) -> float:
        return median(self.latencies) * 1000

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class Connection:
    """A kept connection that sends the same request again as soon as it was answered."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.received = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def answered(self) -> bool:
        """Read what is there; True when the answer is complete. Ends the run when it is no 200."""
        more = self.socket.recv(65536)
        self.received += more
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not more or (found and not head.startswith(b"HTTP/1.1 200")):
            raise SystemExit(f"No 200: {self.received[:500]!r}")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0) if found else 0
        return bool(found) and len(body) >= length


def measure(connections: Sequence[Connection], seconds: float) -> Round:
    """Keep the connections busy for so long, and until one was answered, then close them."""
    made = Round()
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        for each in connections:
            selector.register(each.socket, selectors.EVENT_READ, each)
            each.send()
        end = started + seconds
        while (now := time.perf_counter()) < end or not made.latencies:
            if now > started + PATIENCE:
                raise SystemExit(f"No answer within {PATIENCE:.0f} s: the machine is too busy to measure anything.")
            for key, _ in selector.select(timeout=max(end - now, 0.1)):
                if key.data.answered():
                    made.latencies.append(time.perf_counter() - key.data.sent_at)
                    key.data.send()
        made.seconds = time.perf_counter() - started
        for each in connections:
            each.socket.close()
    return made


def clients_of(port: int, request: bytes, count: int) -> list[Connection]:
    """Clients that all send one request."""
    return [Connection(port, request) for _ in range(count)]


def request_of(path: str, body: bytes) -> bytes:
    """A POST of JSON."""
    lines = ("Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join((f"POST {path} HTTP/1.1", *lines, "", "")).encode() + body


def best(rounds: list[Round]) -> tuple[float, float]:
    """The least p50 in ms and the highest rate: what the machine can do when it is left alone."""
    return min(each.p50 for each in rounds), max(each.rate for each in rounds)


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def main(model: str = "breast-cancer") -> None:
    """Serve both, measure in turns, print figures and ratios."""
    models = os.environ.get("MODELS_DIR", "models")
    bundle = open_service(models).model(model)
    record = {feature.name: feature.default for feature in bundle.schema.features}
    body = json.dumps(record).encode()
    environ = {"MODELS_DIR": models, "MODEL": model, "LOG_LEVEL": "warning"}
    name, app, health, path = API
    with (
        serving(gunicorn(app), health, **environ) as likely,
        serving(gunicorn(USUAL), "/nothing", **environ) as usual,
    ):
        routes = {
            "Flask, does nothing": (port_of(usual), request_of("/nothing", body)),
            name: (port_of(likely), request_of(path.format(model=model), body)),
        }
        if bundle.outcomes.exclusive:  # the usual route knows no others
            routes["Flask, keeps the pipeline"] = (port_of(usual), request_of("/predict", body))
        for clients in CLIENTS:
            for port, request in routes.values():
                measure(clients_of(port, request, clients), 0.5)  # both workers open the model
            measured: dict[str, list[Round]] = {route: [] for route in routes}
            for _ in range(ROUNDS):
                for route, (port, request) in routes.items():
                    measured[route].append(measure(clients_of(port, request, clients), SECONDS))
            show(model, clients, measured)


def show(model: str, clients: int, measured: dict[str, list[Round]]) -> None:
    """Print one table: each route, and how it stands to the one that does nothing."""
    figures = {route: best(rounds) for route, rounds in measured.items()}
    base_p50, base_rate = next(iter(figures.values()))
    rows = [
        [route, f"{p50:.2f} ms", f"{p50 / base_p50:.2f}", f"{rate:,.0f}/s", f"{rate / base_rate:.2f}"]
        for route, (p50, rate) in figures.items()
    ]
    title = f"POST one record of {model}, {clients} client{'s' * (clients > 1)}, 2 workers, best of {ROUNDS} rounds"
    table(title, ["route", "p50", "of nothing", "requests", "of nothing"], rows)


if __name__ == "__main__":
    main(*sys.argv[1:2])
