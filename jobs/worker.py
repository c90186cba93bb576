"""The worker: claims chunks and executes them; sweeps of old jobs and orphaned uploads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from jobs.files import paths
from jobs.work.chunks import LeaseLost, Stopped
from jobs.work.job_kinds import SCORE, job_kind
from jobs.work.lease_renewal import heartbeat
from ml.errors import LikelyError
from ml.service import Service
from store.files import Files
from store.job import SPLITTING, Chunk
from store.jobs import JobTable

log = logging.getLogger(__name__)

LEASE = 30.0  # seconds until the chunk of a dead worker is given to another
DAY = 86_400.0
UPLOAD = 3_600.0  # seconds without a write after which an upload is abandoned
AT_ONCE = 500  # ids per query
GONE = "Something went wrong here. It is in the log of the worker under {name}."


class Worker:
    """Claims and executes chunks, one after the other.

    Parameters
    ----------
    service : Service
    table : JobTable
    files : Files
    announce : callable
        Called with a job's id when it has more work; tells other workers where there is a broker.
    lease : float
        Seconds.
    stop : callable
        True when this process was told to stop: long work is given back.
    """

    def __init__(
        self,
        service: Service,
        table: JobTable,
        files: Files,
        announce: Callable[[str], Any] = lambda _: None,
        lease: float = LEASE,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._service, self._table, self._files = service, table, files
        self.announce, self._lease, self._stop = announce, lease, stop

    def step(self, job: str | None = None) -> bool:
        """Execute one chunk, of that job or of any; False where there is none, or this process is told to stop."""
        if self._stop():
            return False
        chunk = self._table.claim(self._lease, job)
        if chunk is None:
            return False
        what = f"{chunk.job}/{chunk.number}"
        with heartbeat(lambda: self._table.renew(chunk, self._lease), self._lease, what):
            self._do(chunk)
        return True

    def _do(self, chunk: Chunk) -> None:
        job = self._table.get(chunk.job)
        if job is None:
            return
        try:
            work = job_kind(job.options.get("kind", SCORE))
            if chunk.number == SPLITTING:
                work.split(self._table, self._files, self._service, job, chunk, self.announce, self._stop)
            else:
                work.do(self._table, self._files, self._service, job, chunk)
        except LeaseLost:
            log.info("Job %s, chunk %s went to another worker.", chunk.job, chunk.number)
        except LikelyError as error:
            self._table.fail(chunk.job, str(error))
        except Stopped:
            self._table.release(chunk)
        except (KeyboardInterrupt, SystemExit):
            self._table.release(chunk)
            raise
        except Exception:
            name = f"{chunk.job}/{chunk.number}"
            log.exception("Job %s failed, attempt %s", name, chunk.attempts)
            self._table.drop(chunk, GONE.format(name=name))


def sweep(table: JobTable, files: Files, days: float) -> int:
    """Remove jobs that have been over for that many days with their files, and orphaned uploads; returns the number.

    Files go first: after a kill in between, the job still exists and is removed by the next sweep.
    """
    old = table.older(days * DAY)
    for job in old:
        files.remove(paths.folder(job))
        table.forget(job)
    _sweep_uploads(table, files)
    return len(old)


def _sweep_uploads(table: JobTable, files: Files) -> None:
    """Remove orphaned uploads, which a process left that was killed during an upload.

    Folders that hold more than an upload are kept: they belong to a job in another database.
    """
    found = files.folders(paths.ALL)
    for at in range(0, len(found), AT_ONCE):
        some = found[at : at + AT_ONCE]
        for job in sorted(set(some) - table.known(some)):
            age = files.age(paths.folder(job), time.time())
            if age is not None and age > UPLOAD and set(files.sizes(paths.folder(job))) <= {paths.SOURCE}:
                log.info("The file of %s, which is no job, is removed.", job)
                files.remove(paths.folder(job))
