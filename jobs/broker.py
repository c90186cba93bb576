"""Celery: the broker carries ids of jobs, and a lost message does no harm.

Celery workers on any number of machines learn that a job has free chunks, and claim these from the
table as all workers do. A lost message is sent again by the sweeper of any worker.
"""

from __future__ import annotations

import logging
import mmap
import threading
import time
from collections.abc import Callable

from celery import Celery, signals

log = logging.getLogger(__name__)

TASK = "jobs.work"
SLICE = 20.0  # time slice of one message, in seconds, before it goes to the end of the queue
AT_ONCE = 4  # messages for a job: so many workers start on it
REMEMBERED = 1000  # jobs announced recently
SWEEP = 10.0  # seconds between two sweeps for jobs without a message

# One byte shared by the worker's processes: those of the pool receive no signal at shutdown
_ending = mmap.mmap(-1, 1)


def stopping() -> bool:
    """True when this worker was told to stop."""
    return _ending[0] == 1


def _end(**_: object) -> None:
    _ending[0] = 1


def connect(broker_url: str) -> Celery:
    """Create a Celery application that can send, and that gives up soon where the broker is unreachable."""
    app = Celery("likely", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        broker_connection_timeout=2,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker retries its broker for ever
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
        worker_hijack_root_logger=False,
        # Remote control is unused, and its queue belongs to one connection: a worker that
        # reconnects before RabbitMQ has noticed, or a second one on the machine, would be rejected
        worker_enable_remote_control=False,
        task_default_queue="likely",
        timezone="UTC",
    )
    return app


def announcer(app: Celery) -> Callable[[str], None]:
    """Return the function that tells workers of a job; where the broker is unreachable, the sweeper does so later."""
    last: dict[str, float] = {}

    def announce(job: str) -> None:
        now = time.monotonic()
        if now - last.get(job, -SWEEP) < 1:
            return
        if len(last) > REMEMBERED:
            last.clear()
        last[job] = now
        try:
            for _ in range(AT_ONCE):
                app.send_task(TASK, [job], retry=False, expires=600)
        except Exception as error:  # noqa: BLE001 - each transport has errors of its own
            log.warning("The broker does not take messages: %s", type(error).__name__)

    return announce


def serve(
    app: Celery, step: Callable[[str], bool], with_work: Callable[[], list[str]], begin: Callable[[], object]
) -> Celery:
    """Add the task to a Celery application, and the sweeper to its workers.

    Parameters
    ----------
    app : Celery
    step : callable
        Executes one chunk of a job; False where there is none.
    with_work : callable
        Gives the jobs with a free chunk.
    begin : callable
        Called in the worker's first process when it is ready.
    """

    def work(job: str) -> None:
        """Execute chunks of a job until there are none, or the time slice is over."""
        until = time.monotonic() + SLICE
        while step(job):
            if time.monotonic() > until:
                app.send_task(TASK, [job], retry=False, expires=600)
                return

    app.task(name=TASK)(work)
    signals.worker_shutting_down.connect(_end, weak=False)
    signals.worker_ready.connect(lambda **_: _start_sweeper(app, with_work), weak=False)
    signals.worker_ready.connect(lambda **_: begin(), weak=False)
    return app


def _start_sweeper(app: Celery, with_work: Callable[[], list[str]]) -> None:
    announce = announcer(app)

    def sweep() -> None:
        while not stopping():
            try:
                for job in with_work():
                    announce(job)
            except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the sweeper
                log.warning("The sweeper could not look for work.")
            time.sleep(SWEEP)

    threading.Thread(target=sweep, daemon=True, name="sweeper").start()
