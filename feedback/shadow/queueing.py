"""Sampling of decisions for a challenger: a share of them, chosen by their ids, queued after they are stored."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from store.errors import StoreUnavailable, is_unavailable
from store.outcome_records import Decision
from store.outcomes.shadow import ShadowTable
from store.outcomes.shadow_records import Challenger

log = logging.getLogger(__name__)

KNOWN_FOR = 2.0  # seconds for which it is not asked again who is a challenger
MOST_WAITING = 10_000  # decisions of a challenger that wait; those beyond are left out and counted


def in_share(decision: str, share: float) -> bool:
    """True for about this share of the ids, for each id always the same."""
    return int.from_bytes(hashlib.sha256(decision.encode()).digest()[:6]) / 2**48 < share


class ShadowQueue:
    """Queues decisions for challengers.

    Parameters
    ----------
    table : callable
        Gives the tables of challengers.
    clock : callable
        Gives seconds.
    """

    def __init__(self, table: Callable[[], ShadowTable], clock: Callable[[], float] = time.monotonic) -> None:
        self._table, self._clock = table, clock
        self._known: Mapping[str, Challenger] = {}
        self._until = float("-inf")

    def observe(self, made: Sequence[tuple[Decision, Any]]) -> None:
        """Queue the new decisions that fall into the share of their model's challenger.

        Nothing is raised: what happens here must change nothing for those who decide.
        """
        try:
            self._observe(made)
        except Exception as error:  # noqa: BLE001
            if not isinstance(error, StoreUnavailable) and not is_unavailable(error):
                log.warning("Decisions could not be queued for a challenger: %s", type(error).__name__)

    def _observe(self, made: Sequence[tuple[Decision, Any]]) -> None:
        if self._clock() >= self._until:
            self._known, self._until = self._table().challengers(), self._clock() + KNOWN_FOR
        if not self._known:
            return
        by_version: dict[str, list[str]] = defaultdict(list)
        for decision, _ in made:
            challenger = self._known.get(decision.model.partition("@")[0])
            if challenger is not None and _is_asked(decision, challenger):
                by_version[challenger.version].append(decision.id)
        if by_version:
            self._table().queue(by_version, MOST_WAITING)


def _is_asked(decision: Decision, challenger: Challenger) -> bool:
    """True where the values are kept, somebody else decided, and the decision is in the share."""
    answered = decision.sealed is not None and decision.probabilities is not None
    return answered and decision.model != challenger.version and in_share(decision.id, challenger.share)
