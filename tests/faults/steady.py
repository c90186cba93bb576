"""A steady load of predictions and jobs, of which each answer is compared with what has to come."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles

from tests.faults.wire import RECORD, TABLE

MODEL = "/api/v1/models/binary"
CLIENTS, PAUSE = 3, 0.02  # clients that predict, and seconds between two predictions of one
PATIENCE = 35.0  # seconds: a router gives up after 30
ROWS = 6_000  # of a job: two chunks
SENT_EVERY = 0.7  # seconds
REFUSED = (429, 503, 507)  # come back later
RECORDS = [{**RECORD, "income": 30.0 + at} for at in range(8)]


@dataclass(frozen=True)
class Answer:
    """When a prediction was asked for, how long it took, and what came: a code, 0 for no answer, -1 for a wrong one."""

    at: float
    seconds: float
    code: int


@dataclass
class Sent:
    """A job: its idempotency key, its id once it is accepted, whether it is over, and its result the right one."""

    key: str
    job: str = ""
    over: bool = False
    right: bool = False


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Code and body of an answer; 0 where none came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def table_of(rows: int = ROWS) -> bytes:
    return TABLE + b"".join(b"%d.5,3.75,41,south\n" % (at % 97) for at in range(rows))


def predict(port: int, record: dict[str, object]) -> tuple[int, bytes]:
    return ask(port, "POST", f"{MODEL}/predict", json.dumps(record).encode(), **{"Content-Type": "application/json"})


@dataclass
class Load:
    """The load on one service, begun and ended by a ``with`` block."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    jobs: list[Sent] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._right = [predict(self.port, record)[1] for record in RECORDS]
        assert all(b"probabilit" in each for each in self._right), self._right[0]
        self._table = table_of()
        first = Sent("reference")
        self._send(first)
        end = time.monotonic() + 60
        while not (result := self._result(first.job)) and time.monotonic() < end:
            time.sleep(0.1)
        assert result.count(b"\n") == ROWS + 1, result[:200]
        self._reference = result
        threads = [threading.Thread(target=self._predict, args=(at,), daemon=True) for at in range(CLIENTS)]
        self._threads = [*threads, threading.Thread(target=self._send_jobs, daemon=True)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    def _predict(self, at: int) -> None:
        while not self._over.wait(PAUSE):
            at = (at + 1) % len(RECORDS)
            began = time.monotonic()
            code, body = predict(self.port, RECORDS[at])
            if code == 200 and body != self._right[at]:
                code = -1
            self.answers.append(Answer(began, time.monotonic() - began, code))

    def _send_jobs(self) -> None:
        while not self._over.wait(SENT_EVERY):
            if not self.jobs or self.jobs[-1].job:
                self.jobs.append(Sent(f"job-{len(self.jobs)}"))
            self._send(self.jobs[-1])

    def _send(self, sent: Sent) -> None:
        """Send a job; one that was not accepted is sent again under its key, as programs do."""
        path = f"{MODEL}/jobs?name={sent.key}"
        code, body = ask(self.port, "POST", path, self._table, **{"Idempotency-Key": sent.key})
        self.codes[code] += 1
        if code in (200, 202):
            sent.job = json.loads(body)["id"]

    def _result(self, job: str) -> bytes:
        code, body = ask(self.port, "GET", f"/api/v1/jobs/{job}")
        if code != 200 or json.loads(body)["state"] not in ("done", "failed", "cancelled"):
            return b""
        code, body = ask(self.port, "GET", f"/api/v1/jobs/{job}/result")
        return b"" if code in (0, *REFUSED) else body or b"nothing"  # what is refused for now is asked for again

    def settle(self, seconds: float = 60.0) -> None:
        """After the load: wait until every job is over, and compare their results."""
        end = time.monotonic() + seconds
        while (open_ := [sent for sent in self.jobs if not sent.over]) and time.monotonic() < end:
            for sent in open_:
                if not sent.job:
                    self._send(sent)
                elif result := self._result(sent.job):
                    sent.over, sent.right = True, result == self._reference
            time.sleep(0.2)

    def p95(self, begin: float, end: float) -> float:
        """95th percentile of a prediction asked for between two times, in ms; those without an answer count too."""
        took = [each.seconds for each in self.answers if begin <= each.at < end]
        return 1000 * (quantiles(took, n=20)[-1] if len(took) > 1 else (took or [float("nan")])[0])

    def count(self, *codes: int) -> int:
        """Number of predictions that were answered so, and of attempts to send a job."""
        return sum(each.code in codes for each in self.answers) + sum(self.codes[code] for code in codes)

    def errors(self) -> int:
        """Number of answers of 500 and above, but for those that say to come back later."""
        found = [each.code for each in self.answers] + list(self.codes.elements())
        return sum(code >= 500 and code not in REFUSED for code in found)
