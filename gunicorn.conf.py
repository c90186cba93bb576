"""Gunicorn's configuration. Values that differ between deployments come from settings.py."""

import gc
import os
import socket
import struct
import sys
from pathlib import Path
from threading import Timer
from typing import Any

from jobs.local_runner import resume
from settings import BadSetting, Settings
from telemetry import shared_files
from telemetry.gunicorn_log import GunicornLog
from web.address import BadAddress, check_hosts, joined
from web.deadline_worker import DeadlineWorker
from web.listening import take_no_more_at_close

try:
    _settings = Settings.from_environ()
except BadSetting as problem:
    sys.exit(str(problem))

bind = joined(_settings.host, _settings.port)
# Slow and idle clients hold no thread: a deadline for each request as a whole
DeadlineWorker.grace = _settings.stall_seconds
worker_class = "web.deadline_worker.DeadlineWorker"
workers = _settings.web_concurrency
threads = _settings.threads

# One copy of libraries and models in memory, shared by the workers: 140 MB less with two of them.
preload_app = True

# A worker that does not report for this long is replaced. A slow request alone does not count.
timeout = 60
# Below the 30 s after which platforms kill, with room for the log.
graceful_timeout = 25
# Longer than routers keep idle connections (90 s), so that the router closes them and never sends on a closed one.
keepalive = 95

# Addresses carry what matches the columns of a file (?columns=): Gunicorn's most, and twice its default
limit_request_line = 8190

# Restart workers after so many requests, with jitter: memory leaks stay small.
max_requests = 100_000
max_requests_jitter = 10_000

# The heartbeat file must not wait for a slow disk.
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - a file system in memory, and Gunicorn makes a private file there
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Seconds after which a worker asks each model once: later than the first requests, earlier than the first edits.
SETTLED = 2.0
PATIENCE = 10.0  # seconds for that at a stop; it takes five at most

# Which proxies are believed, and what of them, is said by PROXY_HOPS alone
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

# Gunicorn 25+ would open a control socket in the home folder.
control_socket_disable = True

# Errors to the console; the router writes the access log, or --access-logfile - does.
# Never the query string or the referrer: addresses hold a customer's values.
loglevel = _settings.log_level
GunicornLog.form = _settings.log_format
logger_class = "telemetry.gunicorn_log.GunicornLog"
errorlog = "-"
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(L)ss'


def on_starting(server: Any) -> None:
    """Share metrics between workers; fail at once, with a message, where the host is not one of this machine.

    Gunicorn would try that five times.
    """
    try:
        check_hosts(server.cfg.address)
    except BadAddress as problem:
        sys.exit(str(problem))
    shared_files.share(_settings.var_dir)


def child_exit(_server: Any, _worker: Any) -> None:
    """Add what a worker counted that has ended to what others counted that have."""
    shared_files.merge_ended(shared_files.folder_of(_settings.var_dir))


def when_ready(server: Any) -> None:
    """Limit idle connections, resume jobs that the last run left unfinished, and keep garbage collection short.

    Gunicorn has no timeout for a half-sent request (slowloris). The kernel has one, which connections inherit from the
    listening socket. With a broker its workers resume the jobs. A full collection in a worker would look at all that
    was loaded before the fork, which stays to the end: 150 ms, while somebody waits for a score.
    """
    patience = struct.pack("ll", _settings.stall_seconds, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
    take_no_more_at_close(server)
    if not _settings.broker_url:
        resume(_settings.database_url, _settings.var_dir, Path(__file__).resolve().parent, _settings.to_environ())
    gc.freeze()


def worker_exit(_server: Any, worker: Any) -> None:
    """Store the decisions that this worker recorded last: the disk may go with the machine.

    What asks each model is waited for: a thread within a library of C++ ends the process by SIGABRT when Python ends.
    """
    later = getattr(worker, "later", None)
    if later is not None:
        later.cancel()
        later.join(PATIENCE)
    mover = getattr(getattr(worker, "wsgi", None), "extensions", {}).get("likely-mover")
    if mover is not None:
        mover.stop()


def post_worker_init(worker: Any) -> None:
    """Let no person wait for what a worker computes once for each model, and see to the purge of old jobs."""
    extensions = getattr(worker.wsgi, "extensions", {})
    if "likely-mover" in extensions:
        extensions["likely-mover"].start()  # after the fork, which no thread survives
    if "likely-sync" in extensions:
        extensions["likely-sync"]()  # after the fork, which no thread survives
    begin = extensions.get("likely")
    if begin is not None:
        worker.later = Timer(SETTLED, begin)
        worker.later.daemon = True
        worker.later.start()
