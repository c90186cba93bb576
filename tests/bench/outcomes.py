"""What recording decisions and outcomes costs, and whether anything is lost, with SQLite and with PostgreSQL.

Tables: one prediction with decisions recorded and without, in turns, as CPU in one process and over HTTP; 16 sellers
who record an outcome every half second while programs predict; and the same while a worker is killed (kill -9) every
2.5 s, after which every decision that was answered, and every outcome that was confirmed, is counted in the database.

Run: python tests/bench/outcomes.py [sqlite|postgresql]
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import create_server
from ml.service import open_service
from settings import Settings
from store.db import open_store
from tests.bench.fast_path import body_of, cpu
from tests.bench.length import either
from tests.bench.post import API, clients_of, measure, port_of, request_of
from tests.bench.sellers import BETWEEN, MODEL, PATH, PROGRAMS, crowd, kill_workers
from tests.bench.serving import gunicorn, serving, table
from tests.faults.places import database, wait_until
from tests.stored import decisions_of, events_of

SELLERS = 16
ROUNDS, SECONDS = either(12, 2), 1.0
KILLS = either(6, 2)  # of workers
WAYS = {"not recorded": {"DECISIONS": "off"}, "recorded": {}, "recorded without values": {"DECISION_VALUES": "none"}}
CROWD = either(10, 4)  # s


def environ_of(folder: str, url: str, **more: str) -> dict[str, str]:
    """Settings of a service with a database and files of its own."""
    own = {"MODELS_DIR": "models", "VAR_DIR": folder, "DATABASE_URL": url, "LOG_LEVEL": "critical", "RATE_LIMIT": "0"}
    return own | more


def added(url: str, body: bytes) -> list[list[str]]:
    """One prediction with decisions recorded, with their values and without, and without recording, in turns."""
    request = request_of(PATH, body)
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        tempfile.TemporaryDirectory() as three,
        serving(gunicorn(API[1]), API[2], **environ_of(one, url, **WAYS["not recorded"])) as off,
        serving(gunicorn(API[1]), API[2], **environ_of(two, url)) as on,
        serving(gunicorn(API[1]), API[2], **environ_of(three, url, **WAYS["recorded without values"])) as bare,
    ):
        ways = dict(zip(WAYS, (off, on, bare), strict=True))
        for server in ways.values():
            for _ in range(3):  # each worker opens the model
                measure(clients_of(port_of(server), request, 4), SECONDS)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, server in ways.items():
                found[name].append(measure(clients_of(port_of(server), request, 1), SECONDS).p50)
    return _rows(found)


def in_process(url: str, body: bytes) -> list[list[str]]:
    """CPU of one prediction through the whole service in this process, in turns: a busy machine counts for little."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {
            name: create_server(Settings.from_environ(environ_of(f"{folder}/{at}", url, AUTH="none", **more))).wsgi_app
            for at, (name, more) in enumerate(WAYS.items())
        }
        for server in ways.values():
            cpu(server, PATH, body)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(4 * ROUNDS):
            for name, server in ways.items():
                found[name].append(cpu(server, PATH, body))
    return _rows(found)


def _rows(found: dict[str, list[float]]) -> list[list[str]]:
    base = found["not recorded"]
    return [
        [name, f"{median(each):.3f} ms", f"{median(_apart(base, each)):+.3f} ms", f"{min(each):.3f} ms"]
        for name, each in found.items()
    ]


def _apart(base: list[float], other: list[float]) -> list[float]:
    return [b - a for a, b in zip(base, other, strict=True)]


def beside_sellers(url: str, body: bytes) -> list[list[str]]:
    """Predictions of programs without sellers and beside 16 of them, and the outcomes that these record."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(gunicorn(API[1]), API[2], **environ_of(folder, url)) as server,
    ):
        port = port_of(server)
        crowd(port, 0, 3.0, body)
        for sellers in (0, SELLERS):
            tally = crowd(port, sellers, CROWD, body)
            told = _spread(tally.told) if tally.told else "–"
            lost = ", ".join(f"{count} × {status}" for status, count in tally.refused.items()) or str(tally.unanswered)
            rows.append([str(sellers), f"{len(tally.predicted) / CROWD:,.0f}/s", _spread(tally.predicted),
                         f"{len(tally.told) / CROWD:,.0f}/s", told, lost])  # fmt: skip
    return rows


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.1f} / {quantiles(seconds, n=20)[-1] * 1000:.1f} ms"


def killed(url: str, body: bytes) -> list[list[str]]:
    """Decisions and outcomes that were answered while workers were killed, and how many of them are stored."""
    with tempfile.TemporaryDirectory() as folder:
        with serving(gunicorn(API[1]), API[2], **environ_of(folder, url)) as server:
            tally = crowd(port_of(server), SELLERS, (KILLS + 1) * BETWEEN, body, kill_workers(server))
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)  # and at last all of them, the master included
        tables = open_store(url).outcomes

        def ids() -> set[str]:
            return {each.id for each in decisions_of(tables, MODEL, sealed=False)}

        with serving(gunicorn(API[1]), API[2], **environ_of(folder, url)):
            with suppress(AssertionError):  # the table says how many are missing
                wait_until(lambda: tally.decisions <= ids(), 30.0)
            there = ids()
        keys = Counter(event.key for event in events_of(tables, MODEL) if event.key)
    lost, missing = tally.decisions - there, tally.keys - set(keys)
    twice = sum(count > 1 for count in keys.values())
    return [
        ["decisions", str(len(tally.decisions)), str(len(lost)), "–"],
        ["outcomes", str(len(tally.keys)), str(len(missing)), str(twice)],
        ["requests without an answer", str(tally.unanswered), "–", "–"],
    ]


def main(*kinds: str) -> None:
    """Measure with each database, and print the tables."""
    body = body_of(open_service("models"), MODEL)
    for kind in kinds or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            header = ["", "CPU", "added", "quietest"]
            table(f"{kind}: one prediction in process, {4 * ROUNDS} rounds in turns", header, in_process(url, body))
            rows = added(url, body)
            table(f"{kind}: one prediction, p50 of {ROUNDS} rounds in turns", ["", "p50", "added", "quietest"], rows)
            header = ["sellers", "predictions", "p50 / p95", "outcomes", "p50 / p95", "refused or lost"]
            table(f"{kind}: {PROGRAMS} programs predict beside sellers", header, beside_sellers(url, body))
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            header = [f"{KILLS} kills -9 of workers, then of all", "answered", "not stored", "stored twice"]
            table(f"{kind}: {SELLERS} sellers and {PROGRAMS} programs", header, killed(url, body))


if __name__ == "__main__":
    main(*sys.argv[1:])
