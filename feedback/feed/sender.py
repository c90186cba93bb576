"""Sends the feed: one process of all instances at a time, each part again until the receiver takes it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson

from feedback.feed.described import described_decision, described_event, renamed
from feedback.service import Feedback
from jobs.webhooks.allowed_addresses import ANYWHERE, WebhookRules
from jobs.webhooks.deliver import PAUSES, send_signed
from jobs.work.lease_renewal import on_duty
from jobs.work.periodic_thread import PeriodicThread
from ml.errors import LikelyError
from store.outcome_records import Decision
from store.outcomes.feeds import DECISIONS, EVENTS, FeedPart

log = logging.getLogger(__name__)

DUTY = "feed"
LEASE_SECONDS = 60.0  # seconds after which another process tells in the place of one that was killed
PAUSE = 2.0  # seconds between two looks
AT_ONCE = 200  # decisions or events of one call


class FeedSender:
    """Tells decisions and events to an address, in the order in which they were stored, signed by the secrets."""

    def __init__(self, feedback: Feedback, url: str, secrets: Sequence[bytes]) -> None:
        self._feedback, self._url = feedback, url
        self._rules = WebhookRules(tuple(secrets), ANYWHERE)
        self._store = feedback.store
        self._thread = PeriodicThread("feed", self._look, "The feed could not be told", PAUSE)

    def start(self) -> None:
        """Tell in a thread for as long as this process runs."""
        self._thread.start()

    def look(self) -> int:
        """Tell what there is, where no other process does; returns how many parts were taken."""
        return self._thread.call() or 0

    def _look(self) -> int:
        return on_duty(self._store, DUTY, self._tell, LEASE_SECONDS, PAUSE) or 0

    def _tell(self) -> int:
        feeds, taken = self._store.outcomes.feeds, 0
        for kind in (DECISIONS, EVENTS):
            while (part := feeds.next(kind, AT_ONCE)) is not None:
                fault = self._send(part) if part.rows else ""
                if fault:
                    feeds.missed(part, PAUSES[min(part.attempts, len(PAUSES) - 1)])
                    log.warning("The feed of %s was not taken, attempt %s: %s", kind, part.attempts + 1, fault)
                    break
                feeds.taken(part)
                taken += bool(part.rows)
        return taken

    def _send(self, part: FeedPart) -> str:
        """Send a part; returns what went wrong, empty where it was taken."""
        body = orjson.dumps({"type": part.kind, part.kind: [self._described(each) for each in part.rows]})
        return send_signed(self._url, self._rules, f"{part.kind}-{part.last}", body)[1]

    def _described(self, row: Any) -> dict[str, Any]:
        made = described_decision(row) if isinstance(row, Decision) else described_event(row)
        try:
            card = self._feedback.service.registry.load(row.model).card
        except LikelyError:  # the version is gone
            card = {}
        return renamed(made, card)
