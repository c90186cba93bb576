"""Cache of look-ups of the last second, so that most requests of a page ask the store nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from store.errors import StoreUnavailable

Found = TypeVar("Found")

REMEMBERED_FOR = 1.0  # seconds, after which what was ended on another instance is ended here
REMEMBERED_WHILE_AWAY = 600.0  # seconds: while the store does not answer, nobody can end anything there either
MOST = 10_000


class Recent(Generic[Found]):
    """Cache of look-ups that holds what was found for one second; misses are not cached.

    While the store does not answer, what was found in the ten minutes before holds.

    Parameters
    ----------
    look_up : callable
        Gives what belongs to a text, or None.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(self, look_up: Callable[[str], Found | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._look_up, self._clock = look_up, clock
        self._found: dict[str, tuple[float, Found]] = {}

    def __call__(self, sent: str) -> Found | None:
        """Look up the value of a text."""
        now = self._clock()
        entry = self._found.get(sent)
        if entry is not None and now < entry[0] + REMEMBERED_FOR:
            return entry[1]
        try:
            value = self._look_up(sent)
        except StoreUnavailable:
            if entry is not None and now < entry[0] + REMEMBERED_WHILE_AWAY:
                return entry[1]
            raise
        self._found.pop(sent, None)
        if value is not None:
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[sent] = now, value
        return value

    def forget(self) -> None:
        """Look all texts up again: something was changed in this process."""
        self._found.clear()
