"""The worker process, ``python -m jobs``: executes jobs until told to stop.

With BROKER_URL a Celery worker, else it polls the table of jobs; any number of them, on any
number of machines that share DATABASE_URL and FILES_URL.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported: parallelism is by chunks, not within numpy
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before onnxruntime is imported

import argparse
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from feedback.job_kinds import kinds_of
from jobs import worker_metrics
from jobs.local_runner import PAUSE, run_until_idle
from jobs.missing_versions import VERSION_PATIENCE
from jobs.retention.retention_thread import RetentionThread
from jobs.webhooks.allowed_addresses import WebhookRules
from jobs.webhooks.deliver import WebhookSender
from jobs.worker import Worker
from ml.lifecycle.shared.shared_models import shared_of
from ml.lifecycle.shared.sync import Sync, open_shared
from ml.service import Service, open_service
from settings import BadSetting, Settings, find_room_for_temporary_files, trace_exporters
from store.db import Store, chosen_cut_offs, open_store
from store.errors import is_unavailable
from store.files import Files
from telemetry.logs import set_up_logs
from telemetry.predictions import observe_scored
from telemetry.tracing import set_up_traces

ORPHAN = 1.0  # seconds between two checks that the parent of a helper is alive


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environ()
    except BadSetting as problem:
        sys.exit(f"error: {problem}")
    set_up_logs(settings.log_level, settings.log_format)
    set_up_traces(trace_exporters())
    find_room_for_temporary_files(settings.var_dir)
    worker_metrics.share(settings.var_dir)
    count = options.workers or settings.job_workers
    if settings.broker_url and not options.until_idle and not options.helper:
        return _work_for_broker(settings, count)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if options.helper:
        return _help(settings, stop, options.helper)
    with ExitStack() as helpers:
        for _ in range(count - 1):
            helpers.enter_context(_Helper([sys.executable, "-m", "jobs", "--helper", str(os.getpid())]))
        return _work(settings, stop, until_idle=options.until_idle)


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


def _open(
    settings: Settings, stop: Callable[[], bool], patience: float = VERSION_PATIENCE,
    announce: Callable[[str], object] = lambda _: None,
) -> tuple[Store, Files, Worker]:  # fmt: skip
    store, files = open_store(settings.database_url), Files(settings.files_url)
    if settings.models_url:  # before the service is opened, which then knows that others share its models
        open_shared(settings.models_folder, settings.models_url, store.shared_models, settings.default_model)
    service = open_service(settings.models_folder, chosen=chosen_cut_offs(store), scored=observe_scored)
    kinds = kinds_of(service, store, settings.decision_values, settings.decisions)
    worker = Worker(service, store.jobs, files, announce, settings.job_lease, stop, patience, kinds)
    return store, files, worker


def _work(settings: Settings, stop: threading.Event, *, until_idle: bool) -> int:
    """Work by polling the table of jobs."""
    alone = until_idle and settings.database_url.startswith("sqlite:")  # the runner of one machine
    store, files, worker = _open(settings, stop.is_set, 0.0 if alone else VERSION_PATIENCE)
    _begin(settings, store, files, worker.service, stop)

    def waited_for() -> bool:
        try:
            return worker.waits or store.webhooks.waiting()
        except Exception as error:
            if not is_unavailable(error):
                raise
            return True  # there may be work in it

    if until_idle:
        run_until_idle(settings.var_dir, worker.step, stop, waited_for=waited_for)
        return 0
    while not stop.is_set():
        if not worker.step():
            stop.wait(PAUSE)
    return 0


def _begin(settings: Settings, store: Store, files: Files, service: Service, stop: threading.Event) -> None:
    """Start the background threads that one process of each worker runs: webhooks, clean-up, models, metrics."""
    models = shared_of(settings.models_folder)
    if models is not None:
        Sync(models, busy=True).start()
    if settings.worker_metrics_port:
        address, everybody = (settings.host, settings.worker_metrics_port), settings.auth_mode == "none"
        worker_metrics.show(settings.var_dir, service, store, address, settings.metrics_networks, everybody=everybody)
    rules = WebhookRules.of(settings.callback_secret, settings.callback_networks)
    WebhookSender(store, rules, settings.job_lease).start(stop)

    RetentionThread(store, files, settings.job_days, settings.decision_days).start(stop)


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
    from jobs import broker  # celery takes 5 MB, and the runner of one machine has none

    app = broker.connect(settings.broker_url)
    store, files, worker = _open(settings, broker.stopping, announce=broker.announcer(app))
    never = threading.Event()  # daemon threads, which end with the process
    broker.serve(app, worker.step, store.jobs.with_work, lambda: _begin(settings, store, files, worker.service, never))
    name = f"likely-{uuid.uuid4().hex[:12]}@%h"  # two workers of one name on a machine would replace each other
    lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["--quiet", "worker", "-n", name, "-c", str(count), "--loglevel", settings.log_level, *lonely])
    return 0


if __name__ == "__main__":
    sys.exit(main())
