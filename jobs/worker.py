"""The worker: claims chunks and executes them."""

from __future__ import annotations

import errno
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from jobs.files import paths
from jobs.missing_versions import MissingVersions
from jobs.retention.removal import clear_after
from jobs.work.claimed_chunk import ClaimedChunk, LeaseLost, Stopped
from jobs.work.job_kinds import SCORE, JobKind, job_kind
from jobs.work.lease_renewal import heartbeat
from ml.errors import LikelyError
from ml.service import Service
from ml.translation import ALL_READERS, mark, serialize_messages, text, use_language
from store.connection.circuit_breaker import CircuitBreaker
from store.errors import is_unavailable
from store.files import Files
from store.job import SPLITTING, Chunk, Job
from store.jobs import JobTable
from telemetry.log_context import log_fields
from telemetry.metrics import CHUNKS, observe
from telemetry.tracing import job_span

log = logging.getLogger(__name__)

# Errors of a file system that is full or away: no chunk is their cause
AWAY = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT)
GONE_FILES = ("result_gone", "campaign_gone")  # codes of errors which mean that files are missing
FILES_PATIENCE = 900.0  # seconds for which the files of a job are waited for
LEASE_SECONDS = 30.0  # seconds until the chunk of a dead worker is given to another
GONE = mark("Something went wrong here. It is in the log of the worker under {name}.")


class Worker:
    """Claims and executes chunks, one after the other.

    While the store is away there is nothing to do; its circuit breaker says so in the log. A chunk that was in work
    then is given back when the store answers again, unless it was recorded as done.

    Parameters
    ----------
    announce : callable
        Called with a job's id when it has more work; tells other workers where there is a broker.
    stop : callable
        True when this process was told to stop: long work is given back.
    patience : float
        Seconds for which jobs of versions that are missing here are left to others; 0 where there are none.
    kinds : mapping of str to JobKind
        Job kinds defined in other packages, which import this one: injected, to avoid an import cycle.
    """

    def __init__(
        self,
        service: Service,
        table: JobTable,
        files: Files,
        announce: Callable[[str], Any] = lambda _: None,
        lease: float = LEASE_SECONDS,
        stop: Callable[[], bool] = lambda: False,
        patience: float = 0.0,
        kinds: Mapping[str, JobKind] | None = None,
    ) -> None:
        self.service, self._table, self._files = service, table, files
        self._announce, self._lease, self._stop = announce, lease, stop
        self._missing, self._kinds = MissingVersions(patience), dict(kinds or {})
        self._owed: list[Chunk] = []  # in work when the store went away
        self._unanswered: dict[str, float] = {}  # claims whose answer was lost, and when their leases expire
        self._gone_since: dict[str, float] = {}  # jobs whose files are away, and when that was seen first
        self._place = CircuitBreaker("The place of the files", log)

    @property
    def waits(self) -> bool:
        """True while this worker must not end, though there may be nothing to claim."""
        return bool(self._owed) or self._missing.waits() or self._place.is_open

    def step(self, job: str | None = None) -> bool:
        """Execute one chunk, of that job or of any.

        Returns
        -------
        bool
            False where there is none, this process is told to stop, or store or files do not answer.
        """
        if self._stop() or not self._place.allows():
            return False
        try:
            chunk = self._next(job)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return False
        if chunk is None:
            return False
        try:
            self._do(chunk)
        except Exception as error:
            if not is_unavailable(error):
                raise
            self._owed.append(chunk)
        return True

    def _next(self, job: str | None) -> Chunk | None:
        """Give back what is owed to the store, and claim a chunk."""
        while self._owed:
            self._table.give_back(self._owed[-1])
            self._owed.pop()
        self._give_back_unanswered()
        owner = uuid.uuid4().hex
        try:
            return self._table.claim(self._lease, job, self._missing.skipped(), owner)
        except Exception:
            self._unanswered[owner] = time.monotonic() + self._lease
            raise

    def _give_back_unanswered(self) -> None:
        """Give back what claims took whose answer was lost: until its lease expired, nobody else could claim it.

        Asked again until then, for a claim may be carried out long after its connection broke.
        """
        now = time.monotonic()
        self._unanswered = {owner: end for owner, end in self._unanswered.items() if end > now}
        if self._unanswered:
            self._table.give_back_claims(list(self._unanswered))

    def _do(self, chunk: Chunk) -> None:
        job = self._table.get_uncounted(chunk.job)
        if job is None:
            return
        began, result = time.perf_counter(), "failed"
        about = {"likely.job": job.id, "likely.chunk": chunk.number, "likely.model": job.model}
        with (
            log_fields(request_id=job.origin.request, job=job.id, chunk=chunk.number),
            job_span(f"{job.kind} chunk", job.origin.trace, about | {"likely.request_id": job.origin.request}),
        ):
            try:
                with heartbeat(lambda: self._table.renew(chunk, self._lease), self._lease, f"{job.id}/{chunk.number}"):
                    result = self._tried(job, chunk)
            finally:
                observe(CHUNKS, time.perf_counter() - began, job.kind, result)

    def _tried(self, job: Job, chunk: Chunk) -> str:
        """Execute a chunk and handle its errors; returns the result as metrics name it."""
        try:
            self._execute(job, chunk)
        except LeaseLost:
            return self._leave(job, chunk)
        except LikelyError as error:
            return self._refuse(job, chunk, error)
        except Stopped:
            self._table.give_back(chunk)
            return "given back"
        except (KeyboardInterrupt, SystemExit):
            with suppress(Exception):  # its lease runs out
                self._table.give_back(chunk)
            raise
        except Exception as error:
            if is_unavailable(error):
                raise
            return self._failed(job, chunk, error)
        self._place.succeeded()
        return "done"

    def _failed(self, job: Job, chunk: Chunk, error: Exception) -> str:
        """Give back a chunk that failed, unless its files went away with its job."""
        if not self._table.renew(chunk, self._lease):
            return self._leave(job, chunk)
        if (isinstance(error, OSError) and error.errno in AWAY) or self._is_away(job):
            return self._wait_for_files(chunk, error)
        name = f"{chunk.job}/{chunk.number}"
        log.error("Job %s failed, attempt %s", name, chunk.attempts, exc_info=error)
        with use_language(ALL_READERS):
            self._table.retry_later(chunk, serialize_messages(text(GONE, name=name)))
        return "failed"

    def _is_away(self, job: Job) -> bool:
        """True where the folder of a job that is not removed is missing: the file system is probably not mounted.

        Only the process that accepts a job makes its folder, so it is there with its files or not at all; a removal is
        written into the job's row first. After a quarter of an hour the folder counts as removed by hand.
        """
        place = str(job.options.get("of", job.id))
        base = self._table.get_uncounted(place)
        try:
            away = base is not None and base.state != "cancelled" and not self._files.sizes(paths.folder(place))
        except Exception:  # noqa: BLE001 - each kind of place has errors of its own
            away = True
        if not away:
            self._gone_since.pop(place, None)
            return False
        return time.monotonic() - self._gone_since.setdefault(place, time.monotonic()) < FILES_PATIENCE

    def _wait_for_files(self, chunk: Chunk, error: Exception) -> str:
        """Give a chunk back without counting the attempt; nothing is done for a while."""
        self._place.failed(error)
        self._table.give_back(chunk)
        return "given back"

    def _leave(self, job: Job, chunk: Chunk) -> str:
        """Leave a chunk to its new owner; where its job is over, remove what was written for it."""
        log.info("Job %s, chunk %s went to another worker, or its job is over.", chunk.job, chunk.number)
        try:
            clear_after(self._table, self._files, job)
        except OSError as error:
            log.warning("Files of %s, which is over, are still there: %s", job.id, error)
        return "lost"

    def _execute(self, job: Job, chunk: Chunk) -> None:
        kind = job.options.get("kind", SCORE)
        functions = self._kinds.get(kind) or job_kind(kind)
        work = ClaimedChunk(self._table, self._files, self.service, job, chunk, self._announce, self._stop)
        if chunk.number == SPLITTING:
            with use_language(ALL_READERS):  # what is wrong with a file is kept, and said to who reads it
                functions.split(work)
        else:
            functions.do(work)

    def _refuse(self, job: Job, chunk: Chunk, error: LikelyError) -> str:
        """Fail the job, unless its version is missing here and may be with another worker, or its files are away."""
        if error.code in GONE_FILES:  # tried again, for the place may have been away until now
            if self._is_away(job):
                return self._wait_for_files(chunk, error)
            self._table.retry_later(chunk, _kept(error))
            return "refused"
        try:
            self.service.opened(job.model)
            self._missing.forget(job.model)
        except LikelyError as fault:
            if not self._missing.report(job.model, self._table.count_done_chunks(job.model), str(fault)):
                self._table.give_back(chunk)
                self._announce(job.id)
                return "given back"
        self._table.fail(job.id, _kept(error))
        return "refused"


def _kept(error: LikelyError) -> str:
    """An error's message in the form in which the table keeps it, translatable for every reader."""
    message, hint = error.kept
    with use_language(ALL_READERS):
        said: str = serialize_messages(text("{message} {hint}", message=message, hint=hint) if hint else message)
    return said
