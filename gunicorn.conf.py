"""How Gunicorn serves Likely. Values that differ between deployments come from settings.py."""

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
# Longer than routers keep idle connections (90 s), so that the router closes them, not we under its feet.
keepalive = 95

# Replace workers now and then, not all at once: whatever leaks stays small.
max_requests = 100_000
max_requests_jitter = 10_000

# The heartbeat file must not wait for a slow disk.
if Path("/dev/shm").is_dir():  # noqa: S108 - a file system in memory, and Gunicorn makes a private file there
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Nobody asked for a socket in the home folder that can command the server.
control_socket_disable = True

# Errors to the console; the access log is the router's business, or --access-logfile - here.
# Never the query string or the referrer: addresses hold what was typed of a customer.
loglevel = _settings.log_level
errorlog = "-"
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(L)ss'


def on_starting(server: Any) -> None:
    """Say in words that the host is none of this machine, where Gunicorn would try five times."""
    try:
        check_hosts(server.cfg.address)
    except BadAddress as problem:
        sys.exit(str(problem))


def when_ready(server: Any) -> None:
    """Connections that stand still are given up; jobs that were not over when the service ended go on.

    Gunicorn has no limit for who sends half a request and waits. The kernel has one, which connections take over
    from the socket that they come in by. With a broker its workers see to the jobs.
    """
    patience = struct.pack("ll", _settings.stall_seconds, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
    if not _settings.broker_url:
        resume(_settings.database_url, _settings.var_dir, Path(__file__).resolve().parent, _settings.to_environ())
