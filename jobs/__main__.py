"""The worker process, ``python -m jobs``: executes jobs until told to stop.

With BROKER_URL a Celery worker, else it polls the table of jobs; any number of them, on any
number of machines that share DATABASE_URL and FILES_URL.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported: parallelism is by chunks, not within numpy
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before onnxruntime is imported

import argparse
import logging
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from jobs import broker
from jobs.local_runner import PAUSE, run_until_idle
from jobs.webhooks.allowed_addresses import CallbackRules
from jobs.webhooks.deliver import CallbackSender
from jobs.worker import Worker, sweep
from ml.service import open_service
from settings import BadSetting, Settings
from store.db import Store, open_store
from store.files import Files

log = logging.getLogger(__name__)

HOUR = 3600.0
ORPHAN = 1.0  # seconds between two checks that the parent of a helper is alive


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environ()
    except BadSetting as problem:
        sys.exit(f"error: {problem}")
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s")
    count = given.workers or settings.job_workers
    if settings.broker_url and not given.until_idle and not given.helper:
        return _work_for_broker(settings, count)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if given.helper:
        return _help(settings, stop, given.helper)
    with ExitStack() as helpers:
        for _ in range(count - 1):
            helpers.enter_context(_Helper([sys.executable, "-m", "jobs", "--helper", str(os.getpid())]))
        return _work(settings, stop, until_idle=given.until_idle)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description="Work on jobs: files to be scored.")
    parser.add_argument("--until-idle", action="store_true", help="end when there has been nothing to do for a while")
    parser.add_argument("--workers", type=_processes, help="processes; JOB_WORKERS by default")
    parser.add_argument("--helper", type=int, metavar="PID", help=argparse.SUPPRESS)  # works while PID lives
    return parser


def _processes(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} came; accepted: a whole number from 1 to 64")
    return int(text)


class _Helper(subprocess.Popen[bytes]):
    """Context manager of a subprocess that is terminated at the end of the block."""

    def __exit__(self, *_: object) -> None:
        self.terminate()
        self.wait()


def _open(settings: Settings, stop: Callable[[], bool]) -> tuple[Store, Files, Worker]:
    store, files = open_store(settings.database_url), Files(settings.files_url)
    service = open_service(settings.models_dir)
    return store, files, Worker(service, store.jobs, files, lease=settings.job_lease, stop=stop)


def _work(settings: Settings, stop: threading.Event, *, until_idle: bool) -> int:
    """Work by polling the table of jobs."""
    store, files, worker = _open(settings, stop.is_set)
    _begin(settings, store, files, stop)
    if until_idle:
        run_until_idle(settings.var_dir, worker.step, stop, waited_for=store.calls.waiting)
        return 0
    while not stop.is_set():
        if not worker.step():
            stop.wait(PAUSE)
    return 0


def _begin(settings: Settings, store: Store, files: Files, stop: threading.Event) -> None:
    """Start the background threads that one process of each worker runs: callbacks and clean-up."""
    rules = CallbackRules.of(settings.callback_secret, settings.callback_networks)
    CallbackSender(store, rules, settings.job_lease).start(stop)

    def keep() -> None:
        while True:
            try:
                sweep(store.jobs, files, settings.job_days)
            except Exception as error:  # noqa: BLE001 - a database or a place that is away for a moment
                log.warning("Old jobs could not be looked for: %s", type(error).__name__)
            if stop.wait(HOUR):
                return

    threading.Thread(target=keep, daemon=True, name="house").start()


def _help(settings: Settings, stop: threading.Event, parent: int) -> int:
    """Work by polling the table as long as the parent lives: a killed parent cannot stop its helpers."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN)
        stop.set()

    threading.Thread(target=watch, daemon=True, name="orphan").start()
    _, _, worker = _open(settings, stop.is_set)
    while not stop.is_set():
        if not worker.step():
            stop.wait(PAUSE)
    return 0


def _work_for_broker(settings: Settings, count: int) -> int:
    """Run as a Celery worker."""
    app = broker.connect(settings.broker_url)
    store, files, worker = _open(settings, broker.stopping)
    worker.announce = broker.announcer(app)
    never = threading.Event()  # daemon threads, which end with the process
    broker.serve(app, worker.step, store.jobs.with_work, lambda: _begin(settings, store, files, never))
    name = f"likely-{uuid.uuid4().hex[:12]}@%h"  # two workers of one name on a machine would replace each other
    lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["worker", "-n", name, "-c", str(count), "--loglevel", settings.log_level, *lonely])
    return 0


if __name__ == "__main__":
    sys.exit(main())
