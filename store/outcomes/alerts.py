"""Table of alerts: one row for each alarm episode and channel, claimed by a lease and retried as webhooks are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from store.database_table import DatabaseTable
from store.errors import store_errors
from store.lease import Lease
from store.outcome_tables import alarm_episodes, alerts
from store.outcomes.alarm_records import Alert
from store.outcomes.episodes import episode_of

ALERT_LEASE = Lease(alerts, while_in=alerts.c.state == "waiting")


class AlertTable(DatabaseTable):
    """The table of alerts."""

    def claim(self, lease: float) -> Alert | None:
        """Claim an alert that is due, for `lease` seconds; None where there is none."""
        with store_errors():
            taken = next(iter(ALERT_LEASE.claim_due(self._engine(), lease)), None)
        if taken is None:
            return None
        (episode,) = self._all(select(alarm_episodes).where(alarm_episodes.c.id == taken.episode))
        return Alert(episode_of(episode), taken.channel, taken.attempts + 1, taken.owner)

    def renew(self, alert: Alert, lease: float) -> bool:
        """Renew the lease of an alert; False where it has another owner by now."""
        with self._transaction() as connection:
            return ALERT_LEASE.renew(connection, alert.owner, *_is(alert), seconds=lease)

    def sent(self, alert: Alert) -> bool:
        """Record that an alert was sent."""
        return self._give_back(alert, None, state="sent", message="")

    def missed(self, alert: Alert, message: str, pause: float | None) -> bool:
        """Record a failed attempt; it is tried again after `pause` seconds, None for never."""
        return self._give_back(alert, pause, state="failed" if pause is None else "waiting", message=message)

    def states(self, episode: str) -> dict[str, str]:
        """State of each alert of an episode, by channel: waiting, sent or failed."""
        query = select(alerts.c.channel, alerts.c.state).where(alerts.c.episode == episode)
        return {row.channel: row.state for row in self._all(query)}

    def _give_back(self, alert: Alert, pause: float | None, **values: Any) -> bool:
        values["attempts"] = alert.attempts
        with self._transaction() as connection:
            return ALERT_LEASE.give_back(connection, alert.owner, *_is(alert), pause=pause, **values)


def _is(alert: Alert) -> tuple[Any, ...]:
    return alerts.c.episode == alert.episode.id, alerts.c.channel == alert.channel
