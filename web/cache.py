"""The cache of expensive results: files by default, Redis where there is one."""

import logging
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cachelib.serializers import JSONSerializer
from flask import Flask
from flask_caching import Cache

from store.connection.circuit_breaker import CircuitBreaker
from telemetry.metrics import CACHE, count

log = logging.getLogger(__name__)

AWAY = ("ConnectionError", "TimeoutError", "BusyLoadingError", "AuthenticationError")  # of redis.exceptions
FAILED = object()
_THIRTY_DAYS = 30 * 24 * 3600
_EXPIRY = struct.Struct("I")


class _Json(JSONSerializer):
    """Serializer: JSON, never pickle, so that write access to the cache cannot execute code."""

    def loads(self, bvalue: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return None if bvalue is None else super().loads(bvalue, *args, **kwargs)
        except (ValueError, RecursionError):  # somebody else wrote there
            return None

    def load(self, f: Any) -> Any:
        return self.loads(f.read())


class CacheBackend:
    """A Flask-Caching cache that works outside an application context and survives the loss of its backend.

    It keeps files in the folder, unless it is given the URL of a Redis. Without a cache, results are computed again,
    and the log says so.
    """

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        server = Flask("cache", static_folder=None)
        self._cache = Cache(server, with_jinja2_ext=False, config=_config(folder, redis_url))
        self._store = server.extensions["cache"][self._cache]
        self._lost = _lost(redis_url)
        self._breaker = CircuitBreaker("The cache (results are computed again meanwhile)", log, backend="cache")
        self._warned = False  # that it is full, since a value was written last
        logging.getLogger().addFilter(_is_of_others)

    def get(self, key: str) -> Any:
        """Return the value, or None where there is none."""
        value = self._asked(self._store.get, key)
        if value is not FAILED:
            count(CACHE, "miss" if value is None else "hit")
        return None if value is FAILED else value

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool:
        """Store a JSON value; `timeout` in seconds, 0 for ever."""
        stored = self._asked(self._store.set, key, value, timeout=timeout)
        if stored is FAILED:
            return False
        if stored:
            self._warned = False
        else:
            self._warn_once("The cache cannot be written to; results are computed again meanwhile. Is its disk full?")
        return bool(stored)

    def _asked(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Ask the backend; FAILED where it does not answer."""
        if not self._breaker.allows():
            count(CACHE, "error")
            return FAILED
        try:
            answer = method(*given, **named)
        except self._lost as error:
            if isinstance(error, OSError) or type(error).__name__ in AWAY:
                self._breaker.failed(error)
            else:  # it answers, but does not do this: it is full, say
                self._warn_once("The cache refused: %s", error)
            count(CACHE, "error")
            return FAILED
        self._breaker.succeeded()
        return answer

    def _warn_once(self, words: str, *given: object) -> None:
        if not self._warned:
            log.warning(words, *given)
        self._warned = True

    def fault(self) -> str | None:
        """Health check: write a value and read it back; the message of a failure, else None."""
        probe = str(time.time())
        if not self.set("probe", probe, timeout=60) or self.get("probe") is None:
            return "The cache does not keep what is written to it."
        return None


def _is_of_others(record: logging.LogRecord) -> bool:
    """False for what cachelib logs, at each write that fails, with a traceback: the backend says it once."""
    return "cachelib" not in Path(record.pathname).parts


def _lost(redis_url: str) -> tuple[type[Exception], ...]:
    """Errors of a lost backend; importing redis takes 0.05 s, so only where it is used."""
    if not redis_url:
        return (OSError,)
    from redis.exceptions import RedisError

    return RedisError, OSError


def _config(folder: Path, redis_url: str) -> dict[str, Any]:
    shared = {"CACHE_SERIALIZER": _Json, "CACHE_DEFAULT_TIMEOUT": _THIRTY_DAYS, "CACHE_KEY_PREFIX": "likely:"}
    if redis_url:
        # a frozen Redis must not delay a page for longer than computing the result would
        patience = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
        return shared | {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": redis_url, "CACHE_OPTIONS": patience}
    # no threshold: counting files at each write is slow; `purge_cache` bounds the folder
    return shared | {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder), "CACHE_THRESHOLD": 0}


def purge_cache(folder: Path) -> int:
    """Remove cached files that have expired, or were not written for a while: results of versions long replaced.

    Returns
    -------
    int
        Number of files removed.
    """
    now, removed = time.time(), 0
    for file in folder.glob("*"):
        with suppress(OSError):  # other processes remove, too
            if file.stat().st_mtime < now - _THIRTY_DAYS or _expired(file, now):
                file.unlink()
                removed += 1
    return removed


def _expired(file: Path, now: float) -> bool:
    """True where the moment of expiry, with which cachelib's files begin, has passed; 0 is never."""
    with file.open("rb") as opened:
        head = opened.read(_EXPIRY.size)
    return len(head) == _EXPIRY.size and 0 < _EXPIRY.unpack(head)[0] < now
