"""The service of one row of the fault matrix: its processes, and the database, cache, broker and disk below it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import text

from settings import Settings
from store.db import open_store
from tests.bench.serving import children_of, memory_of
from tests.faults.places import Door, Processes, Rabbit, Redis, database, get, wait_until
from tests.serving import free_port
from tests.small import small_model

LEASE_SECONDS = 3


class House:
    """A service with two web workers; its jobs are done by a runner, with PostgreSQL by two workers.

    Parameters
    ----------
    folder : Path
    url : str
        Of the database, as the processes reach it.
    own_url : str
        Of the database, as the matrix reaches it.
    places : dict
        ``door`` of PostgreSQL, ``redis`` (the cache), ``broker``.
    settings : str
        More settings.
    """

    def __init__(self, folder: Path, url: str, own_url: str, places: dict[str, Any], **settings: Any) -> None:
        self.folder, self.places, self.log = folder, places, folder / "log"
        self.port, self._alone = free_port(), url.startswith("sqlite")
        self.models = folder / "models"
        small_model("binary", self.models)
        given = {"var_dir": folder / "var", "files_url": f"file://{folder}/var/files", **settings}
        self.settings = Settings(
            models_dir=self.models, database_url=url, port=self.port, job_lease=LEASE_SECONDS, stall_seconds=2,
            min_free_mb=0, log_level="warning", **given,
        )  # fmt: skip
        self.processes = Processes(self.settings.to_environ() | {"OMP_NUM_THREADS": "1"}, self.log)
        self.store = open_store(own_url)
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_web(self) -> None:
        """Start the web service and wait until it answers."""
        self.web = self.processes.start("app.py")
        wait_until(self.is_served, 60)

    def start_workers(self) -> None:
        """Start workers, where there is no runner beside the web service."""
        if not self._alone:
            self.workers = [self.processes.start("-m", "jobs", "--workers", "1") for _ in range(2)]

    def is_served(self) -> bool:
        with suppress(OSError):
            return bool(get(f"http://127.0.0.1:{self.port}/healthz"))
        return False

    def web_workers(self) -> list[int]:
        """Process ids of Gunicorn's workers."""
        assert self.web is not None
        return [pid for pid in children_of(self.web.pid) if "app.py" in _command(pid)]

    def runner(self) -> int:
        """Process id of the runner beside the web service; it begins with the next job."""
        return wait_until(lambda: sum([pid for pid in _all_of(self.web) if "--until-idle" in _command(pid)][:1]), 30)

    def memory(self) -> float:
        """MB of all processes, shared pages counted once."""
        started = [self.web, *self.workers]
        return sum(memory_of(each.pid) for each in started if each is not None and each.poll() is None)

    def duplicated(self) -> int:
        """Number of jobs that are there twice under one name."""
        with self.store._engine().connect() as connection:
            names = connection.scalars(text("SELECT options FROM jobs WHERE kind = 'score'")).all()
        return sum(count - 1 for count in Counter(names_of(names)).values())

    def end(self) -> None:
        self.processes.end()
        self.store._engine().dispose()


def names_of(options: Sequence[str]) -> list[str]:
    return [json.loads(each)["name"] for each in options]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _all_of(process: subprocess.Popen[bytes] | None) -> list[int]:
    """A process's descendants, and what it left to nobody but is in its session."""
    assert process is not None
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getsid(int(path.name)) == process.pid:
                found.append(int(path.name))
    return found


def send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def tmpfs(folder: Path, megabytes: int) -> Iterator[None]:
    """A small disk at a folder; LookupError where this user may not mount one."""
    folder.mkdir(parents=True)
    first = [] if os.getuid() == 0 else ["sudo", "-n"]
    mounted = [*first, "mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mounted, capture_output=True, check=False).returncode:
        raise LookupError("a small disk cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run([*first, "umount", "-l", str(folder)], capture_output=True, check=False)


@contextmanager
def house_of(kind: str, folder: Path, **settings: Any) -> Iterator[House]:
    """A house of one kind, without its processes.

    Parameters
    ----------
    kind : str
        ``sqlite``, ``sqlite redis`` (a cache), ``sqlite tmpfs``, ``postgresql``, ``postgresql redis`` or
        ``postgresql rabbitmq`` (a broker).
    """
    with ExitStack() as stack:
        places: dict[str, Any] = {}
        data, *beside = kind.split()
        folder.mkdir(parents=True, exist_ok=True)
        if "tmpfs" in beside:
            stack.enter_context(tmpfs(folder / "var", 60))
        (folder / "var").mkdir(exist_ok=True)
        url = own = stack.enter_context(database(data, folder / "var"))
        if data == "postgresql":
            door = places["door"] = Door("127.0.0.1", 5432)
            door.open()
            stack.callback(door.slam)
            url = url.replace(":5432", f":{door.port}")
            settings.setdefault("redis_url", "")
        if beside == ["redis"] and data == "sqlite":
            cache = places["redis"] = Redis(folder)
            stack.callback(cache.end)
            settings["redis_url"] = cache.url
        elif data == "postgresql" and beside:
            broker = places["broker"] = Redis(folder) if beside == ["redis"] else Rabbit()
            stack.callback(broker.end)
            settings["broker_url"] = broker.url
        house = House(folder, url, own, places, **settings)
        stack.callback(house.end)
        yield house


def hold(seconds: float, done: Callable[[], bool] = lambda: False) -> None:
    """Let a fault last, at most until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not done():
        time.sleep(0.05)
