"""Cache of expensive results: JSON values by string keys, each computed once (single-flight).

Keys begin with the model key. A new version has a new key, so nothing is ever invalidated; values that another
release wrote, or somebody else, are none (:mod:`ml.runtime.checksummed_value`). Results of numbers that somebody typed
are kept for an hour: there is no end to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ml.locale import use_number_format
from ml.runtime.checksummed_value import verified, with_checksum
from ml.runtime.deadline import BackgroundTasks
from ml.runtime.single_flight import SingleFlight
from ml.translation import ALL_READERS, serialize_messages, use_language

Key = tuple[str | int | float | bool | None, ...]
TYPED_SECONDS = 3600  # for which the result of a number that somebody typed is kept


class Cache(Protocol):
    """The part of Flask-Caching's interface that is used: JSON values by string."""

    def get(self, key: str) -> Any:
        """The value, or None."""

    def set(self, key: str, value: Any, timeout: int | None = None) -> Any:
        """Keep a value; a timeout of 0 keeps it for good."""


class ResultCache:
    """Results in a cache, computed by one caller while the others wait.

    Parameters
    ----------
    cache : Cache or None
        Cache of the results; None computes them each time.
    single_flight : SingleFlight or None
        Locks by key, between processes too if it has a folder.
    """

    def __init__(self, cache: Cache | None = None, single_flight: SingleFlight | None = None) -> None:
        self._cache = cache
        self._single_flight = single_flight or SingleFlight()
        self._background = BackgroundTasks()

    def result(self, key: Key, compute: Callable[[], Any], *, typed: bool = False) -> Any:
        """The kept value, or that of `compute`; see :meth:`ml.service.Service.result`."""
        text, seconds = _text(key), TYPED_SECONDS if typed else 0
        cached = self._get(text)
        return self._background.ask(text, lambda: self._computed(text, compute, seconds)) if cached is None else cached

    def kept(self, key: Key) -> Any:
        """The kept value, or None; nothing is computed."""
        return self._get(_text(key))

    def _computed(self, text: str, compute: Callable[[], Any], seconds: int) -> Any:
        with self._single_flight.only_one(text):
            value = self._get(text)
            if value is None:
                with use_number_format(None), use_language(ALL_READERS):
                    value = serialize_messages(compute())
                if self._cache is not None:
                    self._cache.set(text, with_checksum(text, value), timeout=seconds)
        return value

    def _get(self, text: str) -> Any:
        return None if self._cache is None else verified(text, self._cache.get(text))


def _text(key: Key) -> str:
    return "|".join(repr(part) for part in key)
