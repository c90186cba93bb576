"""The cache of expensive results: files by default, Redis where there is one."""

import logging
import time
from pathlib import Path
from typing import Any

from cachelib.serializers import JSONSerializer
from flask import Flask
from flask_caching import Cache

log = logging.getLogger(__name__)

_THIRTY_DAYS = 30 * 24 * 3600


class _Json(JSONSerializer):
    """Serializer: JSON, never pickle, so that write access to the cache cannot execute code."""

    def loads(self, bvalue: Any, *args: Any, **kwargs: Any) -> Any:
        return None if bvalue is None else super().loads(bvalue, *args, **kwargs)


class ResultCache:
    """A Flask-Caching cache that works outside an application context and survives the loss of its backend.

    Without a cache, results are computed again, and the log says so.

    Parameters
    ----------
    folder : Path
        Folder of the file cache; not used with Redis.
    redis_url : str
        Empty for files.
    """

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        server = Flask("cache", static_folder=None)
        self._cache = Cache(server, with_jinja2_ext=False, config=_config(folder, redis_url))
        self._store = server.extensions["cache"][self._cache]
        self._lost = _lost(redis_url)

    def get(self, key: str) -> Any:
        """Return the value, or None where there is none."""
        try:
            return self._store.get(key)
        except self._lost as error:
            log.warning("The cache did not answer, results are computed again: %s", error)
            return None

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool:
        """Store a JSON value; `timeout` in seconds, 0 for ever."""
        try:
            return bool(self._store.set(key, value, timeout=timeout))
        except self._lost as error:
            log.warning("The cache did not take a result: %s", error)
            return False

    def fault(self) -> str | None:
        """Health check: write a value and read it back; the message of a failure, else None."""
        probe = str(time.time())
        if not self.set("probe", probe, timeout=60) or self.get("probe") is None:
            return "The cache does not keep what is written to it."
        return None


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
    # no threshold: counting files at each write is slow; `sweep` bounds the folder
    return shared | {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder), "CACHE_THRESHOLD": 0}


def sweep(folder: Path, older_than: float = _THIRTY_DAYS) -> int:
    """Remove cached files that were not written for a while: results of versions long replaced.

    Returns
    -------
    int
        Number of files removed.
    """
    limit = time.time() - older_than
    old = [file for file in folder.glob("*") if file.is_file() and file.stat().st_mtime < limit]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
