"""Celery: the broker carries ids of jobs, and a lost message does no harm.

Celery workers on any number of machines learn that a job has free chunks, and claim these from the
table as all workers do. A lost message is sent again by the reannouncer of any worker.
"""

from __future__ import annotations

import logging
import mmap
import time
from collections.abc import Callable

from celery import Celery, signals

from jobs.work.periodic_thread import PeriodicThread
from store.connection.circuit_breaker import CircuitBreaker

log = logging.getLogger(__name__)

TASK = "jobs.work"
SLICE = 20.0  # time slice of one message, in seconds, before it goes to the end of the queue
AT_ONCE = 4  # messages for a job: so many workers start on it
REMEMBERED = 1000  # jobs announced recently
BREAKER = "likely_breaker"  # attribute of the application
# Loggers of Celery that speak of an outage
OF_OUTAGES = tuple(f"celery.worker.{name}" for name in ("consumer.consumer", "consumer.connection", "loops", "request"))
LOST, CONNECTED = ("%s (%r)", "consumer: Cannot connect to %s"), "Connected to %s"
# Of a lost connection, perhaps after there is another one. What was not acknowledged comes again: its chunks are done
LEFT_OVER = ("Couldn't ack %r", "Error cleaning up after event loop", "Error cleaning up after sync event loop")
REANNOUNCE_SECONDS = 10.0  # seconds between two looks for jobs without a message
DEAF = 30.0  # seconds without a message after which a worker looks for work by itself; a busy one hears each SLICE

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


def breaker_of(app: Celery) -> CircuitBreaker:
    """The circuit breaker of the broker: one for all of a process that ask it."""
    known: CircuitBreaker | None = vars(app).get(BREAKER)
    if known is None:
        known = CircuitBreaker("The broker (jobs that were sent wait meanwhile)", log, backend="broker")
        setattr(app, BREAKER, known)
    return known


class OneLineAnOutage(logging.Filter):
    """Takes what Celery logs of each trial and each message in an outage; the circuit breaker logs an outage once."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        super().__init__()
        self._breaker = breaker

    def filter(self, record: logging.LogRecord) -> bool:
        """False for lines of an outage."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        error = next((each for each in arguments if isinstance(each, BaseException)), None)
        if record.msg == CONNECTED:
            self._breaker.succeeded()
        elif error is not None and str(record.msg).startswith(LOST):
            self._breaker.failed(error)
            return False
        return not str(record.msg).startswith(LEFT_OVER)


def announcer(app: Celery) -> Callable[[str], None]:
    """Return the function that tells workers of a job; without the broker the reannouncer does so later."""
    last: dict[str, float] = {}
    breaker = breaker_of(app)

    def announce(job: str) -> None:
        now = time.monotonic()
        if now - last.get(job, -REANNOUNCE_SECONDS) < 1 or not breaker.allows():
            return
        if len(last) > REMEMBERED:
            last.clear()
        last[job] = now
        try:
            for _ in range(AT_ONCE):
                app.send_task(TASK, [job], retry=False, expires=600)
        except Exception as error:  # noqa: BLE001 - each transport has errors of its own
            breaker.failed(error)
        else:
            breaker.succeeded()

    return announce


def serve(
    app: Celery, step: Callable[[str], bool], with_work: Callable[[], list[str]], begin: Callable[[], object]
) -> Celery:
    """Add the task to a Celery application, and the reannouncer to its workers.

    `step` and `with_work` are as of :class:`Reannouncer`; `begin` is called in the worker's first process when it is
    ready.
    """

    def work(job: str) -> None:
        """Execute chunks of a job until there are none, or the time slice is over."""
        until = time.monotonic() + SLICE
        while step(job):
            if time.monotonic() > until:
                app.send_task(TASK, [job], retry=False, expires=600)
                return

    app.task(name=TASK)(work)
    signals.setup_logging.connect(lambda **_: None, weak=False)  # the log is set up already; Celery's has another form
    for name in OF_OUTAGES:
        logging.getLogger(name).addFilter(OneLineAnOutage(breaker_of(app)))
    signals.worker_shutting_down.connect(_end, weak=False)
    reannouncer = Reannouncer(announcer(app), step, with_work, lambda: breaker_of(app).is_open)
    signals.task_received.connect(reannouncer.heard, weak=False)
    signals.worker_ready.connect(reannouncer.start, weak=False)
    signals.worker_ready.connect(lambda **_: begin(), weak=False)
    return app


class Reannouncer:
    """Announces jobs that have work and no message, and works itself where this worker hears nothing of its broker.

    Celery's consumer may wait for good on a connection to Redis that broke while it acknowledged a message (seen with
    Celery 5.7, kombu 5.7, redis-py 8.1): it reconnects for sending, but never asks for messages again.

    Parameters
    ----------
    announce : callable
        Sends messages for a job.
    step : callable
        Executes one chunk of a job; False where there is none.
    with_work : callable
        Gives the jobs with a free chunk.
    is_away : callable
        True while the broker is known to be away, which is in the log already.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(
        self, announce: Callable[[str], object], step: Callable[[str], bool], with_work: Callable[[], list[str]],
        is_away: Callable[[], bool], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._announce, self._step, self._with_work, self._clock = announce, step, with_work, clock
        self._is_away = is_away
        self._silent_since = self._there_since = clock()
        self._is_deaf = self._is_told = False

    def heard(self, **_: object) -> None:
        """Note that a message of the broker has arrived."""
        self._silent_since = self._clock()
        if self._is_told:
            log.warning("Messages come again from the broker.")
        self._is_deaf = self._is_told = False

    def reannounce(self) -> None:
        """Announce jobs, and execute their free chunks where no message came for a while although there are some."""
        jobs = self._with_work()
        if self._is_away():
            self._there_since = self._clock()
        if not jobs:
            self._silent_since = self._clock()
        for job in jobs:
            self._announce(job)
            if self._clock() - self._silent_since > DEAF:
                self._work_unheard(job)

    def _work_unheard(self, job: str) -> None:
        self._is_deaf = True
        if not self._is_told and self._clock() - max(self._silent_since, self._there_since) > DEAF:
            log.warning("There is work, and no message of it came from the broker: it is looked for without.")
            self._is_told = True
        while self._is_deaf and self._step(job):
            pass

    def start(self, **_: object) -> None:
        """Start the thread that looks for lost jobs until this worker is told to stop."""
        PeriodicThread(
            "reannouncer", self._look, "The sweeper could not look for work", REANNOUNCE_SECONDS, first=0.0
        ).start()

    def _look(self) -> None:
        if not stopping():
            self.reannounce()
