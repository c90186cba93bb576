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
    """JSON, never pickle: nobody who can write into the cache can make us run code."""

    def loads(self, bvalue: Any, *args: Any, **kwargs: Any) -> Any:
        return None if bvalue is None else super().loads(bvalue, *args, **kwargs)


class ResultCache:
    """A Flask-Caching cache that can be asked from everywhere and survives the loss of its store.

    A lost cache costs time, not answers: the result is computed again, and the log says so.

    Parameters
    ----------
    folder : Path
        Where the files go; not used with Redis.
    redis_url : str
        Empty for files.
    """

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        server = Flask("cache", static_folder=None)
        self._cache = Cache(server, with_jinja2_ext=False, config=_config(folder, redis_url))
        self._store = server.extensions["cache"][self._cache]
        self._lost = _lost(redis_url)

    def get(self, key: str) -> Any:
        """Give the value, or None where there is none."""
        try:
            return self._store.get(key)
        except self._lost as error:
            log.warning("The cache did not answer, results are computed again: %s", error)
            return None

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool:
        """Keep a JSON value; `timeout` in seconds, 0 for ever."""
        try:
            return bool(self._store.set(key, value, timeout=timeout))
        except self._lost as error:
            log.warning("The cache did not take a result: %s", error)
            return False

    def fault(self) -> str | None:
        """What is wrong with the cache: write a value and read it back."""
        probe = str(time.time())
        if not self.set("probe", probe, timeout=60) or self.get("probe") is None:
            return "The cache does not keep what is written to it."
        return None


def _lost(redis_url: str) -> tuple[type[Exception], ...]:
    """What a cache raises that is not there; redis takes 0.05 s to import, for those who have one."""
    if not redis_url:
        return (OSError,)
    from redis.exceptions import RedisError

    return RedisError, OSError


def _config(folder: Path, redis_url: str) -> dict[str, Any]:
    shared = {"CACHE_SERIALIZER": _Json, "CACHE_DEFAULT_TIMEOUT": _THIRTY_DAYS, "CACHE_KEY_PREFIX": "likely:"}
    if redis_url:
        # a frozen Redis must not hold a page for longer than computing the result would
        patience = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
        return shared | {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": redis_url, "CACHE_OPTIONS": patience}
    # no threshold: counting files at each write is slow, and `sweep` keeps the folder in bounds
    return shared | {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder), "CACHE_THRESHOLD": 0}


def sweep(folder: Path, older_than: float = _THIRTY_DAYS) -> int:
    """Remove cached files that nobody has written for a while: results of versions long replaced.

    Returns
    -------
    int
        How many files went.
    """
    limit = time.time() - older_than
    old = [file for file in folder.glob("*") if file.is_file() and file.stat().st_mtime < limit]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
