"""The mover: a thread of each process that moves decisions from the spool to the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from feedback.decision_rows import InUse, ScoredRecords, decisions_of
from feedback.recorder import raw_records_of
from feedback.sealing import Sealer
from feedback.spool import Spool
from jobs.work.periodic_thread import PeriodicThread
from ml.service import Service
from store.db import Store
from store.outcome_records import Decision

PAUSE = 0.5  # seconds between two moves
AWAY = 5.0  # seconds until a database that is away is tried again
KEY_PATIENCE = 2.0  # seconds for which the start of a process waits for the key of the values
OnDecisions = Callable[[Sequence[tuple[Decision, Any]]], object]  # decisions, each with its values


class Mover:
    """Moves decisions from the spool to the database, for as long as its process runs.

    `on_decisions` is called with new decisions and their values, after they are stored.
    """

    def __init__(
        self, spool: Spool, sealer: Sealer | None, store: Store, service: Service,
        on_decisions: OnDecisions = lambda _: None,
    ) -> None:  # fmt: skip
        self._spool, self._sealer, self._store, self._service = spool, sealer, store, service
        failure = "Decisions could not be moved to the store"
        self._thread = PeriodicThread("mover", self._move, failure, PAUSE, first=0.0, pause_after_error=AWAY)
        self._asked = threading.Event()  # set once the key of the values was asked for, whatever the answer
        self._on_decisions = on_decisions

    def start(self) -> None:
        """Start the thread of this process, where it does not run, and wait a little for the key of the values.

        Without the key the values of a decision are not kept; a database that does not answer must not keep the process
        from serving.
        """
        self._thread.start()
        self._asked.wait(KEY_PATIENCE)

    def stop(self) -> None:
        """End the thread, and move once more what there is: the disk may go with the process."""
        self._thread.stop()
        self.move()

    def move(self) -> bool:
        """Move what there is; False where the database does not answer."""
        return self._thread.call() is not None

    def _move(self) -> bool:
        """Store the key and all lines; False, as a periodic thread understands it: nothing is left to do at once."""
        try:
            if self._sealer is not None:
                self._sealer.prepare()
        finally:
            self._asked.set()
        self._spool.drain(self._store_lines)
        return False

    def _store_lines(self, lines: Sequence[bytes]) -> None:
        in_use = InUse(self._service, self._store)
        decisions = [each for line in lines for each in decisions_of(self._scored_records(line), in_use, self._sealer)]
        self._store.outcomes.decisions.append([decision for decision, _ in decisions])
        self._on_decisions(decisions)

    def _scored_records(self, line: bytes) -> ScoredRecords:
        """Parse a line of the spool; any error counts as a line that is none."""
        held = orjson.loads(line)
        own = {name: held[name] for name in ("answer", "model", "door", "who", "made", "names", "ids", "probabilities")}
        places = range(held["first"], held["first"] + len(held["ids"]))
        values = raw_records_of(held, self._sealer)
        # Lines of releases that kept no cut-offs have none
        return ScoredRecords(**own, places=places, values=values, cut_offs=held.get("cut_offs"))
