"""Rate limit (throttle): how many requests a key, a person or a client address (IP) may send in a minute."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerMinute, WindowStats
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from auth.caller import Caller
from store.connection.circuit_breaker import CircuitBreaker
from telemetry.metrics import LIMITED, count

log = logging.getLogger(__name__)

MEMORY = "memory://"
WINDOW = 60  # seconds
TIMEOUT = 0.5  # seconds for an answer of Redis


def storage_of(redis_url: str) -> str:
    """URL of the counts, as ``limits`` takes it: a Redis for all instances, or the memory of each process."""
    return redis_url.replace("unix:", "redis+unix:", 1) if redis_url.startswith("unix:") else redis_url or MEMORY


class CountsInMemory(MemoryStorage):
    """Counts of this process, whose expired ones are removed once a window.

    The library starts a thread at each request for that, and waits until it runs: behind all that compute.
    """

    _remove_at = 0.0

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802
        if time.monotonic() >= self._remove_at:
            self._remove_at = time.monotonic() + WINDOW
            expire: Callable[[], None] = getattr(self, "_MemoryStorage__expire_events")  # noqa: B009
            expire()


@dataclass(frozen=True)
class Taken:
    """One request, counted."""

    allowed: bool
    headers: list[tuple[str, str]]
    """``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-10); ``Retry-After`` where it is not
    allowed."""


class RateLimiter:
    """Counts requests in windows of a minute, in the Redis of a URL for all instances, or else in each process.

    While Redis is away, nobody is limited.
    """

    def __init__(self, per_minute: int, storage: str) -> None:
        waits = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
        counts = CountsInMemory() if storage == MEMORY else storage_from_string(storage, wrap_exceptions=True, **waits)
        self._limiter = FixedWindowRateLimiter(counts)
        self._item = RateLimitItemPerMinute(per_minute)
        self._breaker = CircuitBreaker("The count of requests (nobody is limited meanwhile)", log, backend="rate_limit")

    def hit(self, who: str) -> Taken:
        """Count a request of somebody, and say whether it is allowed."""
        if not self._breaker.allows():
            return Taken(True, [])
        try:
            allowed, window = self._hit(who)
            # The clock went back: the window would last so much longer
            if window.reset_time - time.time() > WINDOW + 1:
                self._limiter.clear(self._item, who)
                allowed, window = self._hit(who)
        except StorageError as error:
            self._breaker.failed(error)
            return Taken(True, [])
        self._breaker.succeeded()
        if not allowed:
            count(LIMITED, who.partition(" ")[0])
        seconds = max(1, round(window.reset_time - time.time()))
        headers = [
            ("RateLimit-Policy", f'"caller";q={self._item.amount};w={WINDOW}'),
            ("RateLimit", f'"caller";r={window.remaining};t={seconds}'),
        ]
        return Taken(allowed, headers if allowed else [*headers, ("Retry-After", str(seconds))])

    def _hit(self, who: str) -> tuple[bool, WindowStats]:
        return self._limiter.hit(self._item, who), self._limiter.get_window_stats(self._item, who)


def count_key(caller: Caller, client: str) -> str:
    """Key of a request's count: the person, the API key, or an unknown caller's IP address (:func:`client_network`)."""
    return caller.id or f"address {client_network(client)}"


def client_network(client: str) -> str:
    """IP address or network under which requests of a client are counted; `client` is as ``REMOTE_ADDR`` has it.

    A port is left out, IPv6 counts by its /64, and all that is no IP address counts together: else a client would be
    somebody else with each spelling.
    """
    host, _, port = client.strip().rpartition(":")
    if not (port.isdecimal() and (host.endswith("]") or ("." in host and ":" not in host))):
        host = client.strip()
    try:
        parsed = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
