"""The table of episodes of the calibration alarm: one goes on for each outcome of a model, the others are over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.database_table import DatabaseTable, now_in
from store.outcome_tables import alarm_episodes, alerts
from store.outcomes.alarm_records import Episode


class EpisodeTable(DatabaseTable):
    """The table of episodes."""

    def going_on(self, model: str) -> dict[str, Episode]:
        """The episodes of a model that are not over, by outcome."""
        query = select(alarm_episodes).where(alarm_episodes.c.model == model, alarm_episodes.c.ended.is_(None))
        return {row.outcome: episode_of(row) for row in self._all(query)}

    def states(self) -> dict[str, tuple[bool, float | None]]:
        """By model, whether an alarm of an episode that is not over has gone off, and when one was last looked at."""
        table = alarm_episodes.c
        query = select(table.model, func.count(table.alarmed), func.max(table.checked)).where(table.ended.is_(None))
        rows = map(tuple, self._all(query.group_by(table.model)))
        return {name: (alarmed > 0, checked) for name, alarmed, checked in rows}

    def of(self, model: str, most: int = 50) -> list[Episode]:
        """Episodes of a model in which the alarm went off, the latest first."""
        query = select(alarm_episodes).where(alarm_episodes.c.model == model, alarm_episodes.c.alarmed.is_not(None))
        return list(map(episode_of, self._all(query.order_by(alarm_episodes.c.alarmed.desc()).limit(most))))

    def begin(self, version: str, outcome: str) -> Episode:
        """The episode of a version's outcome that goes on: a new one, or what another process has begun.

        The first of a version counts all of its outcomes, a later one those that become certain from now on.
        """
        model = version.partition("@")[0]
        before = select(alarm_episodes.c.id).where(
            alarm_episodes.c.version == version, alarm_episodes.c.outcome == outcome
        )
        try:
            with self._read_then_write() as connection:
                again = connection.execute(before.limit(1)).first() is not None
                began = now_in(connection) if again else 0.0
                episode = Episode(uuid.uuid4().hex, model, version, outcome, began)
                connection.execute(insert(alarm_episodes).values(vars(episode)))
            return episode
        except IntegrityError:  # of each outcome of a model one goes on
            return self.going_on(model)[outcome]

    def advance(self, episode: str, evidence: str, seen: int) -> bool:
        """Store the state of an episode; False where it is over."""
        with self._transaction() as connection:
            values = {"evidence": evidence, "seen": seen, "checked": now_in(connection)}
            return connection.execute(update(alarm_episodes).where(_is_on(episode)).values(values)).rowcount == 1

    def go_off(self, episode: str, alarmed: float, since: float | None, channels: Sequence[str]) -> bool:
        """Note that the alarm went off, and an alert for each channel; False where that is noted already, or over."""
        with self._transaction() as connection:
            first = _is_on(episode) & alarm_episodes.c.alarmed.is_(None)
            change = update(alarm_episodes).where(first).values(alarmed=alarmed, since=since)
            if connection.execute(change).rowcount != 1:
                return False
            row = {"episode": episode, "state": "waiting", "attempts": 0, "due": 0.0, "owner": None, "message": ""}
            for channel in channels:
                connection.execute(insert(alerts).values({**row, "channel": channel}))
            return True

    def end(self, episode: str, by: str, why: str) -> bool:
        """End an episode; False where it is over."""
        with self._transaction() as connection:
            values = {"ended": now_in(connection), "ended_by": by, "ended_why": why}
            return connection.execute(update(alarm_episodes).where(_is_on(episode)).values(values)).rowcount == 1


def _is_on(episode: str) -> Any:
    return (alarm_episodes.c.id == episode) & alarm_episodes.c.ended.is_(None)


def episode_of(row: Row[Any]) -> Episode:
    """The episode of a row."""
    return Episode(**row._mapping)
