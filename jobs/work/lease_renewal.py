"""Heartbeat: renews a lease while the work goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def heartbeat(renew: Callable[[], bool], lease: float, what: str) -> Iterator[None]:
    """Renew a lease three times within its duration, until the block ends or the lease is lost.

    Parameters
    ----------
    renew : callable
        False where the lease was lost.
    lease : float
        Seconds.
    what : str
        Name of the leased thing, for the log.
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
