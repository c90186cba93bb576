"""Removals of jobs: begun in one transaction and finished after the files, so that a kill in between leaves a trace."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from store.database_table import DatabaseTable, clock
from store.job import EXPORT, OVER, REMOVED
from store.outcome_tables import assignments
from store.tables import chunks, control_groups, jobs, webhooks

LIST = "list"


class RemovalTable(DatabaseTable):
    """Jobs that are being removed. They are in no answer, and what their options held is gone."""

    def begin(self, job: str, *, lists: bool) -> list[str]:
        """Begin the removal of a job that is over or held, and of what was made of its result.

        Parameters
        ----------
        lists : bool
            True where the lists of a campaign go too, also those that are still being made. Exports always go.

        Returns
        -------
        list of str
            The ids, the job's own first; empty where it runs, or is no job.
        """
        with self._transaction() as connection:
            if not _hide(connection, [job], ("held", *OVER)):
                return []
            results = _made_of(connection, [job], [EXPORT, LIST] if lists else [EXPORT])
            results += _made_of(connection, results, [EXPORT])
            _hide(connection, results)
            return [job, *results]

    def begun(self, most: int = 100) -> list[str]:
        """Jobs whose removal was begun."""
        return [row.id for row in self._all(select(jobs.c.id).where(jobs.c.state == REMOVED).limit(most))]

    def finish(self, job: str) -> bool:
        """Delete the rows of a job that is over, held or being removed; False where it runs or does not exist."""
        with self._transaction() as connection:
            gone = delete(jobs).where(jobs.c.id == job, jobs.c.state.in_(("held", REMOVED, *OVER)))
            if connection.execute(gone).rowcount != 1:
                return False
            connection.execute(delete(chunks).where(chunks.c.job == job))
            connection.execute(delete(webhooks).where(webhooks.c.job == job))
        return True


def _hide(connection: Connection, ids: Collection[str], while_in: Collection[str] = ()) -> bool:
    """Mark jobs as being removed, without what their options tell; an unfinished list loses its assignments."""
    wanted = [jobs.c.id.in_(ids), *([jobs.c.state.in_(while_in)] if while_in else [])]
    unfinished = select(jobs.c.id).where(*wanted, jobs.c.state != "done")
    connection.execute(delete(control_groups).where(control_groups.c.job.in_(unfinished)))
    connection.execute(delete(assignments).where(assignments.c.list.in_(unfinished)))
    empty = {
        "state": REMOVED,
        "options": "{}",
        "message": "",
        "digest": "",
        "key": None,
        "who": None,
        "finished": clock(connection),
    }
    hidden = connection.execute(update(jobs).where(*wanted).values(empty)).rowcount > 0
    connection.execute(delete(webhooks).where(webhooks.c.job.in_(ids)))
    return hidden


def _made_of(connection: Connection, of: Collection[str], kinds: Collection[str]) -> list[str]:
    """Jobs of these kinds that were made of the results of others."""
    if not of:
        return []
    rows = connection.execute(select(jobs.c.id, jobs.c.options).where(jobs.c.kind.in_(kinds), jobs.c.state != REMOVED))
    return [row.id for row in rows if json.loads(row.options).get("of") in of]
