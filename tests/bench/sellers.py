"""Sellers and programs as clients: they predict, record what came, connect anew, and count what was answered."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ml.service import open_service
from tests.bench.post import API
from tests.bench.serving import Server, children_of

MODEL, OUTCOME = "breast-cancer", "/api/v1/outcomes"
PATH = API[3].format(model=MODEL)
PROGRAMS = 2
THINKING = 0.5  # s between two outcomes of a seller
BETWEEN = 2.5  # s between two kills


@dataclass
class Tally:
    """What clients saw: seconds of each request, ids of decisions, keys of outcomes, and requests without an answer."""

    predicted: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    decisions: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0


class Client(threading.Thread):
    """One client on a kept connection, which connects anew where it is lost."""

    def __init__(self, port: int, number: int, tally: Tally, end: float, body: bytes) -> None:
        super().__init__(daemon=True)
        self.port, self.number, self.tally, self.end, self.body = port, number, tally, end, body
        self.connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: bytes) -> tuple[int, str, float]:
        """Status, id of the decision, and seconds; status 0 where the connection was lost."""
        began = time.perf_counter()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            return 0, "", 0.0
        return answer.status, answer.headers.get("Decision-Id", ""), time.perf_counter() - began

    def predict(self) -> str:
        """Ask about a record; the id of the decision, empty without an answer."""
        status, mark, seconds = self.post(PATH, self.body)
        if status == 200:
            self.tally.predicted.append(seconds)
            if mark:
                self.tally.decisions.add(f"{mark}-0")
            return mark
        self.failed(status)
        return ""

    def failed(self, status: int) -> None:
        if status:
            self.tally.refused[status] += 1
        else:
            self.tally.unanswered += 1

    def tell(self, mark: str, outcome: str) -> None:
        """Tell what came of a decision; the same again under its key where the answer was lost."""
        key = f"{self.number}-{mark}"
        told = {"model": MODEL, "decision": f"{mark}-0", "outcome": outcome, "value": random.randint(0, 1), "key": key}
        for _ in range(5):
            status, _, seconds = self.post(OUTCOME, json.dumps(told).encode())
            if status == 200:
                self.tally.told.append(seconds)
                self.tally.keys.add(key)
                return
            self.failed(status)


class Seller(Client):
    """Asks about a customer, thinks, and records what came."""

    def run(self) -> None:
        time.sleep(random.random() * THINKING)
        outcome = open_service("models").model(MODEL).outcomes.positive
        while time.monotonic() < self.end:
            mark = self.predict()
            time.sleep(THINKING)
            if mark:
                self.tell(mark, outcome)


class Program(Client):
    """Predicts as fast as it is answered."""

    def run(self) -> None:
        while time.monotonic() < self.end:
            self.predict()


def crowd(port: int, sellers: int, seconds: float, body: bytes, beside: Callable[[float], None] | None = None) -> Tally:
    """Sellers and programs for so many seconds, and what happens beside them until then."""
    tally, end = Tally(), time.monotonic() + seconds
    clients: list[Client] = [Seller(port, at, tally, end, body) for at in range(sellers)]
    clients += [Program(port, at, tally, end, body) for at in range(sellers, sellers + PROGRAMS)]
    for each in clients:
        each.start()
    if beside is not None:
        beside(end)
    for each in clients:
        each.join()
    return tally


def kill_workers(server: Server) -> Callable[[float], None]:
    """Kills a worker every so often until a time, and lets the master start another one."""

    def beside(end: float) -> None:
        while time.monotonic() + BETWEEN < end:
            time.sleep(BETWEEN)
            workers = children_of(server.pid)
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(workers), signal.SIGKILL)

    return beside
