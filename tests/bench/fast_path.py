"""What ``api/v1/fast_path.py`` saves: one record through the API with the way around Flask and without it.

In one process and in turns, with the doors and headers of the service around both, as CPU time of the thread, so that
a busy machine counts for little: the median of the rounds, and the quietest. Then under Gunicorn from one client,
where the header ``Content-Encoding: identity`` sends every second round through Flask.

Run: python tests/bench/fast_path.py [models]
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from api import create_api
from api.v1.fast_path import FastPath
from ml.service import Service, open_service
from tests.bench.length import either
from tests.bench.post import API, clients_of, measure, port_of, request_of
from tests.bench.serving import gunicorn, serving, table
from web.dispatch import Dispatcher
from web.headers import SafeHeaders
from web.origins import Origins
from web.static import compress_text

ROUNDS, CALLS = either(60, 10), 100
SECONDS = 1.0  # of a round over HTTP, of which there are fewer
MODELS = ("breast-cancer", "loan", "bank-products")
ENVIRON = {
    "REQUEST_METHOD": "POST",
    "QUERY_STRING": "",
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "HTTP_ACCEPT": "*/*",
    "CONTENT_TYPE": "application/json",
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def body_of(service: Service, model: str) -> bytes:
    """A record of a model's defaults."""
    return json.dumps({feature.name: feature.default for feature in service.model(model).schema.features}).encode()


def cpu(server: Any, path: str, body: bytes) -> float:
    """Milliseconds of CPU of one request, over some."""
    statuses: list[str] = []
    started = time.thread_time()
    for _ in range(CALLS):
        asked = ENVIRON | {"PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        b"".join(server(asked, lambda status, headers, exc_info=None: statuses.append(status)))
    taken = time.thread_time() - started
    if set(statuses) != {"200 OK"}:
        raise SystemExit(f"Not only 200: {set(statuses)}")
    return taken / CALLS * 1000


def row_of(model: str, short: list[float], flask: list[float]) -> list[str]:
    """Medians, the median of what a pair of rounds saved, and the least."""
    saved = median(b - a for a, b in zip(short, flask, strict=True))
    return [f"{model}", *(f"{each:.3f} ms" for each in (median(short), median(flask), saved, min(short), min(flask)))]


def in_process(service: Service, models: tuple[str, ...]) -> list[list[str]]:
    """CPU of both ways in turns."""
    api = create_api(service, dict, 10_000_000, 1000)
    compress_text(api)
    assert isinstance(api.wsgi_app, FastPath)
    ways = [
        SafeHeaders(Origins(Dispatcher(way, way), []), "default-src 'self'", [], 0)
        for way in (api.wsgi_app, api.wsgi_app._flask)
    ]
    rows = []
    for model in models:
        asked = API[3].format(model=model), body_of(service, model)
        for way in ways:
            cpu(way, *asked)
        pairs = [[cpu(way, *asked) for way in ways] for _ in range(ROUNDS)]
        rows.append(row_of(model, *map(list, zip(*pairs, strict=True))))
    return rows


def over_http(service: Service, models: tuple[str, ...]) -> list[list[str]]:
    """The median latency of one client, both ways in turns."""
    rows = []
    with serving(gunicorn(API[1]), API[2], MODELS_DIR="models", LOG_LEVEL="warning") as server:
        for model in models:
            short = request_of(API[3].format(model=model), body_of(service, model))
            flask = short.replace(b"\r\n\r\n", b"\r\nContent-Encoding: identity\r\n\r\n", 1)
            for _ in range(4):  # each worker opens the model
                measure(clients_of(port_of(server), flask, 4), SECONDS)
            pairs = [
                [measure(clients_of(port_of(server), request, 1), SECONDS).p50 for request in (short, flask)]
                for _ in range(ROUNDS // 3)
            ]
            rows.append(row_of(model, *map(list, zip(*pairs, strict=True))))
    return rows


def main(*models: str) -> None:
    """Measure and print both tables."""
    service = open_service("models")
    header = ["model", "fast path", "through Flask", "saved", "fast path, quietest", "through Flask, quietest"]
    table(
        f"One record in process, CPU, {ROUNDS} rounds of {CALLS} in turns",
        header,
        in_process(service, models or MODELS),
    )
    table(f"One record over HTTP, one client, p50, {ROUNDS // 3} rounds", header, over_http(service, models or MODELS))


if __name__ == "__main__":
    main(*sys.argv[1:])
