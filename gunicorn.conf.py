"""Gunicorn's configuration. Values that differ between deployments come from settings.py."""

import socket
import struct
import sys
from pathlib import Path
from typing import Any

from jobs.local_runner import resume
from settings import BadSetting, Settings
from web.address import BadAddress, check_hosts, joined

try:
    _settings = Settings.from_environ()
except BadSetting as problem:
    sys.exit(str(problem))

bind = joined(_settings.host, _settings.port)
worker_class = "gthread"
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

# Restart workers after so many requests, with jitter: memory leaks stay small.
max_requests = 100_000
max_requests_jitter = 10_000

# The heartbeat file must not wait for a slow disk.
if Path("/dev/shm").is_dir():  # noqa: S108 - a file system in memory, and Gunicorn makes a private file there
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Gunicorn 25+ would open a control socket in the home folder.
control_socket_disable = True

# Errors to the console; the router writes the access log, or --access-logfile - does.
# Never the query string or the referrer: addresses hold a customer's values.
loglevel = _settings.log_level
errorlog = "-"
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(L)ss'


def on_starting(server: Any) -> None:
    """Fail at once, with a message, where the host is not one of this machine; Gunicorn would retry five times."""
    try:
        check_hosts(server.cfg.address)
    except BadAddress as problem:
        sys.exit(str(problem))


def when_ready(server: Any) -> None:
    """Limit idle connections, and resume jobs that the last run of the service left unfinished.

    Gunicorn has no timeout for a half-sent request (slowloris). The kernel has one, which connections inherit from the
    listening socket. With a broker its workers resume the jobs.
    """
    patience = struct.pack("ll", _settings.stall_seconds, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
    if not _settings.broker_url:
        resume(_settings.database_url, _settings.var_dir, Path(__file__).resolve().parent, _settings.to_environ())
