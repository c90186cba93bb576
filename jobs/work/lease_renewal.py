"""Renews a lease as long as the work goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def heartbeat(renew: Callable[[], bool], lease: float, what: str) -> Iterator[None]:
    """Renew a lease three times as often as it would end, until the block is left or the lease is another's.

    Parameters
    ----------
    renew : callable
        False where it is no longer one's own.
    lease : float
        Seconds.
    what : str
        What is held, for the log.
    """
    over = threading.Event()

    def beat() -> None:
        while not over.wait(lease / 3):
            try:
                if not renew():
                    return
            except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the beat
                log.warning("The lease of %s could not be renewed.", what)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
