"""Prefetch of decisions and events: fetched in few statements (no N+1 queries) before each is looked up by its id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from ml.context import holding
from store.db import Store
from store.outcome_records import Decision, Event

T = TypeVar("T")
Fetched = tuple[dict[str, Decision | None], dict[str, Event | None], dict[Hashable, Any]]
_fetched: ContextVar[Fetched | None] = ContextVar("fetched_decisions_and_events", default=None)


class DecisionLookup:
    """Finds decisions and events by id; `flush` stores decisions that this machine has given and not stored yet."""

    def __init__(self, store: Store, flush: Callable[[], object]) -> None:
        self._store, self._flush = store, flush

    def decision(self, decision_id: str) -> Decision | None:
        """A decision; one that was given a moment ago may still have to be stored."""
        held = _fetched.get()
        if held is not None and decision_id in held[0]:
            return held[0][decision_id]
        return self._decisions([decision_id]).get(decision_id)

    def event(self, event_id: str) -> Event | None:
        """An event; None where there is none of this id."""
        held = _fetched.get()
        if held is not None and event_id in held[1]:
            return held[1][event_id]
        return self._store.outcomes.events.get(event_id)

    def once(self, what: Hashable, look: Callable[[], T]) -> T:
        """Look something up under a key of its own kind: once within a block of :meth:`fetched`, else each time."""
        held = _fetched.get()
        if held is None:
            return look()
        if what not in held[2]:
            held[2][what] = look()
        value: T = held[2][what]
        return value

    @contextmanager
    def fetched(self, decisions: Collection[str], events: Collection[str]) -> Iterator[None]:
        """Fetch these at once for all that is asked until the block ends; what is not there is not looked for again.

        Raises
        ------
        StoreUnavailable
        """
        looked_up = self._decisions(decisions), self._store.outcomes.events.some(set(events) - {""})
        held: Fetched = (
            {each: looked_up[0].get(each) for each in decisions},
            {each: looked_up[1].get(each) for each in events},
            {},
        )
        with holding(_fetched, held):
            yield

    def _decisions(self, numbers: Collection[str]) -> dict[str, Decision]:
        table, wanted = self._store.outcomes.decisions, set(numbers) - {""}
        by_id = table.some(wanted)
        if len(by_id) < len(wanted):
            self._flush()
            by_id |= table.some(wanted - set(by_id))
        return by_id
