"""Control groups of campaigns: the records that each list kept back. They outlive the jobs and their files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from store.database_table import DatabaseTable, now_in
from store.tables import control_groups

ControlRecord = tuple[int, str]  # row of the file from 1, and the record's id; empty where it has none


@dataclass(frozen=True)
class ControlGroup:
    """The control group of one list."""

    job: str
    """Id of the job that wrote the list."""
    campaign: str
    """Id of the campaign, whose job may be gone."""
    model: str
    """Key of the version that scored it."""
    name: str
    """Name of the file; may be empty."""
    share: float
    """Share that was to be kept back."""
    calls: int
    """Records of the list that are to be called."""
    control: int
    """Records that were kept back."""
    made: float
    """Seconds since 1970, by the database's clock."""
    records: tuple[ControlRecord, ...]
    """Records kept back: row of the file, from 1, and id."""


class ControlGroupTable(DatabaseTable):
    """The table of control groups."""

    def keep(
        self, job: str, campaign: str, model: str, name: str, share: float, calls: int, control: int,
        records: Sequence[ControlRecord],
    ) -> None:  # fmt: skip
        """Store the control group of a list, in place of one that an earlier attempt stored."""
        row: dict[str, Any] = {"job": job, "campaign": campaign, "model": model, "name": name, "share": share}
        row |= {"calls": calls, "control": control, "records": json.dumps(list(map(list, records)))}
        with self._transaction() as connection:
            connection.execute(delete(control_groups).where(control_groups.c.job == job))
            connection.execute(insert(control_groups).values(row | {"made": now_in(connection)}))

    def of(self, campaign: str) -> list[ControlGroup]:
        """Control groups of a campaign's lists, the oldest first; empty where there are none."""
        query = select(control_groups).where(control_groups.c.campaign == campaign)
        return [
            ControlGroup(**{**row._mapping, "records": tuple((at, name) for at, name in json.loads(row.records))})
            for row in self._all(query.order_by(control_groups.c.made, control_groups.c.job))
        ]

    def forget_list(self, job: str) -> bool:
        """Delete the control group of one list; False where it has none."""
        return self._change(delete(control_groups).where(control_groups.c.job == job)) > 0

    def forget_campaign(self, campaign: str) -> int:
        """Delete the control groups of a campaign; returns how many there were."""
        return self._change(delete(control_groups).where(control_groups.c.campaign == campaign))
