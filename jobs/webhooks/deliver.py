"""Delivery of webhooks (``callback_url``) when a job is over: at least once, retried until acknowledged."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException

import orjson
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from jobs.files.job_view import described
from jobs.webhooks.allowed_addresses import BadWebhook, Target, WebhookRules, resolve
from jobs.webhooks.sign import signed
from jobs.work.lease_renewal import heartbeat
from jobs.work.periodic_thread import PeriodicThread
from store.db import Store
from store.job import Job
from store.webhooks import ClaimedWebhook
from telemetry.log_context import log_fields
from telemetry.request_ids import HEADER

log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0  # seconds until the call of a dead worker is taken over by another
DEADLINE = 10.0  # seconds that a call may take in all
MOST_READ = 64 * 1024  # bytes read of a response, whose content is ignored
PAUSES = (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600)  # seconds before each further attempt: 10 h in all
PAUSE = 1.0  # seconds between two polls for calls
GONE = 410  # 410 Gone: the receiver wants no further call
NO_SECRET = "CALLBACK_SECRET is not set where calls are made."  # noqa: S105 - the name of a setting


class WebhookSender:
    """Sends webhooks, one after the other; lease and deadline of a call are in seconds."""

    def __init__(
        self, store: Store, rules: WebhookRules, lease: float = LEASE_SECONDS, deadline: float = DEADLINE
    ) -> None:
        self._store, self._rules, self._lease, self._deadline = store, rules, lease, deadline

    def start(self, stop: threading.Event) -> None:
        """Send webhooks in a thread, so that a slow receiver blocks no work, until told to stop."""
        PeriodicThread("calls", self.step, "Calls could not be looked for", PAUSE, first=0.0).start(stop)

    def step(self) -> bool:
        """Send one webhook that is due; False where there is none."""
        call = self._store.webhooks.claim(self._lease)
        if call is None:
            return False
        job = self._store.jobs.get(call.job)
        with log_fields(request_id=job.origin.request if job else "", job=call.job):
            self._send(call, job)
        return True

    def _send(self, call: ClaimedWebhook, job: Job | None) -> None:
        with heartbeat(lambda: self._store.webhooks.renew(call, self._lease), self._lease, f"the call of {call.job}"):
            status, message = self._call(call, job)
        if status is not None and not message:
            self._store.webhooks.delivered(call, status)
        else:
            last = call.attempts > len(PAUSES) or status == GONE
            self._store.webhooks.missed(call, status, message, None if last else PAUSES[call.attempts - 1])
            log.info("Job %s: call %s of its address failed: %s", call.job, call.attempts, message)

    def _call(self, call: ClaimedWebhook, job: Job | None) -> tuple[int | None, str]:
        """Result of :func:`send_signed`."""
        if job is None:
            return GONE, "The job was removed."
        if not self._rules.secrets:
            return None, NO_SECRET
        body = orjson.dumps(described(job))
        more = {HEADER: job.origin.request} if job.origin.request else {}
        return send_signed(call.url, self._rules, call.job, body, self._deadline, more)


def send_signed(
    url: str, rules: WebhookRules, message: str, body: bytes, seconds: float = DEADLINE,
    more: Mapping[str, str] | None = None,
) -> tuple[int | None, str]:  # fmt: skip
    """POST a signed body; returns the HTTP code, and what went wrong: empty where the receiver took it.

    Nothing of the content of the response is in it.

    Parameters
    ----------
    rules : WebhookRules
        Keys that sign, and addresses that may be called.
    message : str
        Id of the message, the same at each attempt.
    seconds : float
        Time that the call may take in all.
    more : mapping of str to str, optional
        Further headers.
    """
    begun = time.monotonic()
    headers = {**signed(rules.secrets, message, int(time.time()), body), **(more or {})}
    try:
        status = _post(resolve(url, rules.networks), body, headers, seconds)
    except BadWebhook as error:
        return None, str(error)
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        if time.monotonic() - begun >= seconds:  # the error is that of the connection, which was cut
            return None, f"No answer came within {seconds:g} seconds."
        return None, f"No answer came: {type(error).__name__}."
    if 200 <= status < 300:
        return status, ""
    return status, f"It answered with {status}." + (" Redirects are not followed." if 300 <= status < 400 else "")


def _post(target: Target, body: bytes, headers: dict[str, str], seconds: float) -> int:
    """POST to the checked addresses, until one is reachable; returns the HTTP code.

    Raises OSError, HTTPError, HTTPException, ValueError.
    """
    sent = headers | {
        "Host": target.authority, "Content-Type": "application/json", "User-Agent": "Likely",
        "Accept-Encoding": "identity", "Connection": "close",
    }  # fmt: skip
    until = time.monotonic() + seconds
    for address in target.addresses:
        connection = _connection(target, address, seconds)
        try:
            with _deadline(connection, until - time.monotonic()):
                connection.request("POST", target.path, body, sent, preload_content=False, decode_content=False)
                answer = connection.getresponse()
                answer.read(MOST_READ)
                return answer.status
        except NewConnectionError:
            if address == target.addresses[-1]:
                raise
        finally:
            connection.close()
    raise OSError("There is no address.")


def _connection(target: Target, address: str, seconds: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=seconds)
    return HTTPSConnection(
        address, target.port, timeout=seconds, ssl_context=ssl.create_default_context(),
        server_hostname=target.host, assert_hostname=target.host,
    )  # fmt: skip


@contextmanager
def _deadline(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Close the connection after a total of so many seconds: a timeout per read does not stop a trickle of bytes."""

    def cut() -> None:
        line = connection.sock
        if line is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # the raw socket, below TLS and its closing handshake

    timer = threading.Timer(max(seconds, 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
