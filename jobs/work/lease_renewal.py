"""Heartbeat: renews a lease while the work goes on; and duties, which one process of all instances does at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from store.db import Store
from store.errors import is_unavailable

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@contextmanager
def heartbeat(renew: Callable[[], bool], lease: float, what: str) -> Iterator[None]:
    """Renew a lease three times within its seconds, until the block ends or the lease is lost (`renew` gives False).

    The log calls the leased thing `what`.
    """
    over = threading.Event()

    def beat() -> None:
        while not over.wait(lease / 3):
            try:
                if not renew():
                    return
            except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end the beat
                if not is_unavailable(error):  # that is in the log already
                    log.warning("The lease of %s could not be renewed.", what)

    thread = threading.Thread(target=copy_context().run, args=(beat,), daemon=True)  # its lines name the request, too
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def on_duty(store: Store, name: str, work: Callable[[], Result], lease: float, pause: float) -> Result | None:
    """Do a duty of all instances where it is due and no other process is at it; None where not, or without a database.

    Parameters
    ----------
    lease : float
        Seconds after which another process does it in the place of one that was killed.
    pause : float
        Seconds until it is due again; after an error at most as long as the lease.
    """
    owner = store.duties.claim(name, lease) if store.exists else None  # no database is made for this
    if owner is None:
        return None
    due = min(pause, lease)
    try:
        with heartbeat(lambda: store.duties.renew(name, owner, lease), lease, f"the duty {name}"):
            result = work()
        due = pause
        return result
    finally:
        store.duties.done(name, owner, due)
