"""The table of alerts: one of each episode and channel, claimed by a lease and retried, like callbacks of jobs."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import and_, select, update

from store.database_table import TRIED, DatabaseTable, now_in
from store.errors import store_errors
from store.outcome_tables import alarm_episodes, alerts
from store.outcomes.alarm_records import Alert
from store.outcomes.episodes import episode_of


class AlertTable(DatabaseTable):
    """The table of alerts."""

    def claim(self, lease: float) -> Alert | None:
        """Claim an alert that is due, for `lease` seconds; None where there is none."""
        with store_errors(), self._engine().connect() as connection:
            due = and_(alerts.c.state == "waiting", alerts.c.due <= now_in(connection))
            seen = connection.execute(select(alerts).where(due).order_by(alerts.c.due).limit(TRIED)).all()
        return next(filter(None, (self._take(each, lease) for each in seen)), None)

    def _take(self, seen: Any, lease: float) -> Alert | None:
        owner = uuid.uuid4().hex
        of = and_(alerts.c.episode == seen.episode, alerts.c.channel == seen.channel)
        with store_errors(), self._engine().begin() as connection:
            now = now_in(connection)
            unchanged = and_(of, alerts.c.state == "waiting", alerts.c.attempts == seen.attempts, alerts.c.due <= now)
            change = {"owner": owner, "attempts": seen.attempts + 1, "due": now + lease}
            if connection.execute(update(alerts).where(unchanged).values(change)).rowcount != 1:
                return None
            row = connection.execute(select(alarm_episodes).where(alarm_episodes.c.id == seen.episode)).one()
        return Alert(episode_of(row), seen.channel, seen.attempts + 1, owner)

    def renew(self, alert: Alert, lease: float) -> bool:
        """Renew the lease of an alert; False where it has another owner by now."""
        with store_errors(), self._engine().connect() as connection:
            now = now_in(connection)
        return self._change(alert, {"due": now + lease})

    def sent(self, alert: Alert) -> bool:
        """Record that an alert was sent."""
        return self._change(alert, {"state": "sent", "message": "", "owner": None})

    def missed(self, alert: Alert, message: str, pause: float | None) -> bool:
        """Record a failed attempt; it is tried again after `pause` seconds, None for never."""
        with store_errors(), self._engine().connect() as connection:
            now = now_in(connection)
        again = {"state": "failed"} if pause is None else {"due": now + pause}
        return self._change(alert, {"message": message, "owner": None, **again})

    def states(self, episode: str) -> dict[str, str]:
        """State of each alert of an episode, by channel: waiting, sent or failed."""
        asked = select(alerts.c.channel, alerts.c.state).where(alerts.c.episode == episode)
        with store_errors(), self._engine().connect() as connection:
            return {row.channel: row.state for row in connection.execute(asked)}

    def _change(self, alert: Alert, values: dict[str, Any]) -> bool:
        of = and_(alerts.c.episode == alert.episode.id, alerts.c.channel == alert.channel)
        with store_errors(), self._engine().begin() as connection:
            mine = and_(of, alerts.c.owner == alert.owner, alerts.c.state == "waiting")
            return connection.execute(update(alerts).where(mine).values(values)).rowcount == 1
