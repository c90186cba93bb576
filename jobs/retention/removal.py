"""Removal of jobs: from the sight of everybody at once, then their files, then their rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from jobs.files import paths
from store.files import Files
from store.job import EXPORT, Job
from store.jobs import JobTable

log = logging.getLogger(__name__)
LIST = "list"


def remove_job(table: JobTable, files: Files, job: str, *, lists: bool = True) -> bool:
    """Remove a job that is over or held, with its exports and, of a campaign, its lists.

    Control groups and assignments of lists that were finished stay (:mod:`store.control_groups`).

    Parameters
    ----------
    lists : bool
        False leaves the lists of a campaign to their own time.

    Returns
    -------
    bool
        False where the job runs, or is none: then nothing was removed.
    """
    begun = table.removals.begin(job, lists=lists)
    finish_removals(table, files, begun)
    return bool(begun)


def finish_removals(table: JobTable, files: Files, begun: Iterable[str]) -> None:
    """Remove files and rows of jobs whose removal was begun; what cannot be removed now is left to the next purge."""
    for job in begun:
        try:
            files.remove(paths.folder(job))
        except OSError as error:
            log.warning("The files of %s, which was removed, are still there: %s", job, error)
        else:
            table.removals.finish(job)


def clear_after(table: JobTable, files: Files, job: Job) -> None:
    """Remove what a worker wrote for a job that was cancelled or removed meanwhile."""
    place = str(job.options.get("of")) if job.kind == EXPORT else job.id
    base = table.get_uncounted(place)
    if base is None or base.state == "cancelled":
        files.remove(paths.folder(place))
        if job.kind == LIST:
            table.control_groups.forget_list(job.id)
            table.assignments.forget_list(job.id)
