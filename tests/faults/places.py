"""What the fault tests stand on: databases and brokers of their own, and processes that end with the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock, Timeout
from sqlalchemy import create_engine, text

from tests.bench.serving import children_of
from tests.serving import free_port

Found = TypeVar("Found")

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432"
RABBIT = ("127.0.0.1", 5672)


def missing(what: str) -> None:
    """Fail where CI is set, skip by name elsewhere."""
    pytest.skip(what)


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with closing(socket.create_connection((host, port), timeout=1)):
            return True
    except OSError:
        return False


def wait_until(what: Callable[[], Found], seconds: float = 60.0, pause: float = 0.1) -> Found:
    """The first true answer of a question; a failure after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(pause)
    raise AssertionError(f"not so within {seconds:.0f} s: {what}")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """A database, or a schema, of one's own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'likely.db'}"
        return
    if not answers("127.0.0.1", 5432):
        missing("PostgreSQL does not answer at 127.0.0.1:5432")
    schema = f"likely_{uuid.uuid4().hex[:12]}"
    admin = create_engine(f"{POSTGRES}/test", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{POSTGRES}/test?options=-csearch_path%3D{schema}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


class Redis:
    """A Redis of the test's own, which may be killed and come back empty."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("redis-server") is None:
            missing("redis-server is not installed")
        self.port, self._folder = free_port(), folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        wait_until(lambda: answers("127.0.0.1", self.port), 10)
        return process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def come_back(self) -> None:
        self.process = self._start()

    def end(self) -> None:
        self.kill()


class Rabbit:
    """The RabbitMQ of this machine behind a door that a test may slam: with it closed, the broker is gone."""

    def __init__(self) -> None:
        if not answers(*RABBIT):
            missing("RabbitMQ does not answer at 127.0.0.1:5672")
        if shutil.which("rabbitmqctl") is None:
            missing("rabbitmqctl is not installed: it makes a virtual host for the test alone")
        self.port, self._host = free_port(), f"likely-{uuid.uuid4().hex[:12]}"
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/{self._host}"
        self._control("add_vhost", self._host)
        self._control("set_permissions", "-p", self._host, "guest", ".*", ".*", ".*")
        self.process = self._start()

    def _control(self, *words: str) -> None:
        first = [] if os.getuid() == 0 else ["sudo", "-n"]  # it obeys root and its own user only
        done = subprocess.run([*first, "rabbitmqctl", "-q", *words], capture_output=True, text=True, timeout=60)
        if done.returncode:
            missing(f"rabbitmqctl {words[0]}: {done.stdout}{done.stderr}")

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(Path(__file__).with_name("door.py")), str(self.port), *map(str, RABBIT)]
        process = subprocess.Popen(command)
        wait_until(lambda: answers("127.0.0.1", self.port), 10)
        return process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def come_back(self) -> None:
        self.process = self._start()

    def end(self) -> None:
        self.kill()
        self._control("delete_vhost", self._host)


class Door:
    """A door to a server of this machine that a test may slam, or freeze: its server is gone, or stands still."""

    def __init__(self, host: str, port: int) -> None:
        self.port, self._behind = free_port(), (host, str(port))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that carries."""
        assert self._process is not None
        return self._process

    def open(self, late: float = 0.0) -> None:
        """Open it; all that comes through is so many seconds late."""
        command = [sys.executable, str(Path(__file__).with_name("door.py")), str(self.port), *self._behind, str(late)]
        self._process = subprocess.Popen(command)
        wait_until(lambda: answers("127.0.0.1", self.port), 10)

    def come_back(self, late: float = 0.0) -> None:
        self.open(late)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def slam(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        self.slam()


class Processes:
    """What a test starts, all of it ended by its id when the test is over."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self._environ, self._log = environ, log
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(process)
        return process

    def end(self) -> None:
        for process in self._started:
            with suppress(ProcessLookupError):  # the whole session, what was orphaned too
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process and all that it started, as when a machine goes away."""
    for pid in [*children_of(process.pid), process.pid]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
    return body


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock of the runner."""
    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True
