"""Purge: removes jobs after their time, finishes removals, and finds files that belong to no job."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from pathlib import Path

from jobs.files import paths
from jobs.receive import discard
from jobs.retention.removal import finish_removals, remove_job
from store.db import Store
from store.files import Files

log = logging.getLogger(__name__)

DAY = 86_400.0
UPLOAD = 3_600.0  # seconds without a write after which files that no row names are abandoned
AT_ONCE = 500  # ids per query
TEMPORARY = "likely-*"  # folders of exports and workbooks; a killed process leaves them


def purge(store: Store, files: Files, days: float, decision_days: float | None) -> int:
    """Remove jobs that have been over, or held, for that many days; returns the number.

    Removals that a killed process left half done are finished, and files of this database's jobs that have no row are
    removed: of uploads whose process was killed, and of workers that wrote for a job which was removed meanwhile.
    Folders of other databases, whose ids begin with another tag, are left alone. Decisions, and what was told of them,
    are removed after `decision_days`.
    """
    finish_removals(store.jobs, files, store.jobs.removals.begun())
    removed = 0
    while old := [job for job in store.jobs.expired(days * DAY) if remove_job(store.jobs, files, job, lists=False)]:
        removed += len(old)
    store.jobs.uploads.expire()
    if decision_days is not None:
        store.outcomes.erasure.expire(decision_days * DAY)
    _purge_files(store, files)
    store.forget_deleted()
    return removed


def _purge_files(store: Store, files: Files) -> None:
    """Remove files that have no row, and those of jobs that were cancelled."""
    folders = [folder for folder in files.folders(paths.ALL) if folder.startswith(store.job_ids.tag)]
    for at in range(0, len(folders), AT_ONCE):
        some = folders[at : at + AT_ONCE]
        states = store.jobs.states(some)
        for job in some:
            if states.get(job) == "cancelled" or (job not in states and _is_abandoned(files, job)):
                log.info("The files of %s, which is no job or was cancelled, are removed.", job)
                discard(files, job)


def _is_abandoned(files: Files, job: str) -> bool:
    """True where nobody can be writing an upload any more, whose row comes last."""
    age = files.age(paths.folder(job), time.time())
    return age is not None and age > UPLOAD


def purge_temporary(folder: Path | None = None) -> int:
    """Remove temporary folders of this machine's user that killed processes left; returns their number."""
    left = 0
    for place in (folder or Path(tempfile.gettempdir())).glob(TEMPORARY):
        try:
            if place.is_dir() and not place.is_symlink() and place.stat().st_uid == os.getuid() and _is_old(place):
                shutil.rmtree(place)
                left += 1
        except OSError:  # its process has just removed it, or it is not ours to remove
            continue
    return left


def _is_old(place: Path) -> bool:
    return time.time() - max(each.stat().st_mtime for each in (place, *place.rglob("*"))) > DAY
