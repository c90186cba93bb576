"""What sign-in costs: one record over HTTP to a service for everybody, and to one that asks for a key, in turns.

Run: python tests/bench/sign_in.py [model]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from ml.service import open_service
from store.db import open_store
from tests.bench.length import either
from tests.bench.post import Connection, measure
from tests.bench.serving import Server, gunicorn, serving, table

ROUNDS, SECONDS = either(8, 2), 2.0


def request(port: int, model: str, key: str = "") -> bytes:
    """A request of one record."""
    features = open_service("models").model(model).schema.given
    record = {each.name: each.default for each in features}
    body = json.dumps(record, default=str).encode()
    bearer = f"Authorization: Bearer {key}\r\n" if key else ""
    head = f"POST /api/v1/models/{model}/predict HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{bearer}"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def port_of(server: Server) -> int:
    """The port at which a server answers."""
    return int(server.url.rpartition(":")[2])


def main(model: str) -> None:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/asks/likely.db"
        store = open_store(url)
        key, _ = ApiKeys(store, AuditLog(store)).make("bench", ["score"])
        command = gunicorn("app:create_server()")
        open_to_all = serving(command, "/healthz", VAR_DIR=f"{folder}/all", AUTH="none")
        asks = serving(command, "/healthz", VAR_DIR=f"{folder}/asks", DATABASE_URL=url, AUTH="password")
        with open_to_all as first, asks as second:
            sent = {"everybody": (port_of(first), ""), "API key": (port_of(second), key)}
            found: dict[str, list[float]] = {name: [] for name in sent}
            for _ in range(ROUNDS):
                for name, (port, bearer) in sent.items():
                    made = measure([Connection(port, request(port, model, bearer))], SECONDS)
                    found[name].append(made.p50)
    best = {name: min(each) for name, each in found.items()}
    rows = [[name, f"{ms:.3f} ms", f"{ms / best['everybody']:.2f}"] for name, ms in best.items()]
    table(f"One record of {model}: median of a request, best of {ROUNDS} rounds", ["who", "request", "times"], rows)


if __name__ == "__main__":
    main(next((word for word in sys.argv[1:] if not word.startswith("-")), "loan"))
