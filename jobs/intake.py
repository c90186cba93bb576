"""Where jobs are accepted, looked at and given out: what the API and the pages call."""

from __future__ import annotations

import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jobs import places
from jobs.addresses import NOBODY, Rules
from ml.errors import LikelyError, NoRecords
from ml.files.formats import format_of
from ml.service import Service
from store.db import Doubtful, Store
from store.files import Files
from store.job import OPEN, OVER, Job, State, Wanted

log = logging.getLogger(__name__)

LONGEST_KEY = 200
ASKED = ("name", "columns")  # options that belong to what an idempotency key stands for
Cursor = tuple[float, str]


class UnknownJob(LikelyError):
    """No job has that id; it may have been removed after its time."""

    code = "unknown_job"


class NotDone(LikelyError):
    """The job has no result yet, or never will."""

    code = "not_done"


class KeyTaken(LikelyError):
    """Another file, or the same with other options, was sent under the same idempotency key."""

    code = "key_taken"


class NoRoom(LikelyError):
    """The file cannot be kept."""

    code = "no_room"


class Intake:
    """Accepts jobs.

    Parameters
    ----------
    service : Service
    store : Store
        Its table of jobs is opened with the first question.
    files : Files
    announce : callable
        Called with the id of a job that has work to be done: tells whoever works.
    rules : Rules
        Who may be called when a job is over; nobody by default.
    """

    def __init__(
        self, service: Service, store: Store, files: Files, announce: Callable[[str], Any], rules: Rules = NOBODY
    ) -> None:
        self.service, self.store, self.files, self._announce = service, store, files, announce
        self._rules = rules

    def accept(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None = None, *,
        held: bool = False, callback: str = "",
    ) -> tuple[Job, bool]:  # fmt: skip
        """Keep a file and have it scored by the version that is live now.

        Parameters
        ----------
        model : str
            Name or key.
        blocks : iterable of bytes
            The file; never held in memory as a whole.
        options : mapping
            JSON values: ``name`` of the file, ``columns`` (column of the file to feature).
        key : str, optional
            Whoever sends the same file with the same options again under the same key gets the same job.
        held : bool
            Only keep the file, until the job is started.
        callback : str
            Address to call when the job is over.

        Returns
        -------
        (Job, bool)
            The job, and whether it is new.

        Raises
        ------
        UnknownModel, BrokenModel, BadCallback, NoRecords, KeyTaken, NoRoom
        """
        bundle = self.service.model(model)
        if callback:
            self._rules.check(callback)
        job, digest = uuid.uuid4().hex, hashlib.sha256()
        start, blocks = _peek(blocks)
        if not start:
            raise NoRecords("The file is empty.", "Send a table with a header and a line for each record.")
        size = self._keep(job, _digested(blocks, digest))
        asked = {name: options.get(name) for name in ASKED} | {"held": held, "callback_url": callback}
        found = dict(options) | {"format": format_of(start), "asked": asked}
        state: State = "held" if held else "waiting"
        try:
            new = self.store.jobs.add(job, bundle.key, digest.hexdigest(), size, found, key, state, callback)
        except BaseException as error:
            # Where nobody knows whether the job is kept, its file stays until the sweep can ask
            if not isinstance(error, Doubtful):
                self._discard(job)
            raise
        if not new:
            self._discard(job)
            return self._same(key or "", model, bundle.key, asked | {"file": digest.hexdigest()}), False
        if not held:
            self._announce(job)
        return self.get(job), True

    def _keep(self, job: str, blocks: Iterable[bytes]) -> int:
        """Write the file of a job and give its size; of one that breaks off nothing stays, its folder neither."""
        try:
            return self.files.write(places.source(job), blocks)
        except OSError as error:
            self._discard(job)
            log.error("The file of a job cannot be kept: %s", error)
            raise NoRoom("The file cannot be kept here at the moment.", "Try again later.") from None
        except BaseException:
            self._discard(job)
            raise

    def _discard(self, job: str) -> None:
        """Remove the files of a job that is none; what cannot be removed now is swept later."""
        try:
            self.files.remove(places.folder(job))
        except OSError as error:
            log.warning("The files of %s are still there: %s", job, error)

    def _same(self, key: str, model: str, live: str, asked: Mapping[str, Any]) -> Job:
        """The job of a key, where the same was asked for."""
        job = self.store.jobs.by_key(key)
        if job is None:
            raise KeyTaken("The job of this key was removed just now.", "Send it again.")
        before = job.options.get("asked", asked) | {"file": job.digest}
        differs = sorted(each for each in {*asked, *before} if asked.get(each) != before.get(each))
        name, version = job.model.partition("@")[0], job.model
        if model.partition("@")[0] != name or ("@" in model and live != version):
            differs.append("model")
        if differs:
            message = f"Under the key {key[:80]!r} came another request before; what differs: {', '.join(differs)}."
            raise KeyTaken(message, "Give each request a key of its own.")
        return job

    def get(self, job: str) -> Job:
        """The job as it is now; UnknownJob where there is none."""
        found = self.store.jobs.get(job)
        if found is None:
            raise UnknownJob(f"There is no job {job[:80]!r}.", "Jobs are kept for some days after they are over.")
        if found.state in OPEN:
            self._announce(job)  # whoever asks wants it done: a runner that died is started again
        return found

    def page(self, wanted: Wanted, most: int, after: Cursor | None) -> tuple[list[Job], Cursor | None]:
        """Some jobs, the newest first; see :meth:`store.job_queries.JobQueries.page`."""
        return self.store.jobs.page(wanted, most, after)

    def cancel(self, job: str) -> Job:
        """Stop a job that is not over, its files go; one that is over stays as it is."""
        self.get(job)
        if self.store.jobs.cancel(job):
            self._discard(job)
            self._announce(job)  # somebody may have asked to be called
        return self.get(job)

    def delete(self, job: str) -> Job | None:
        """Cancel a job that is not over, and remove one that is, with its files.

        Returns
        -------
        Job or None
            The job, where it still is there. One that became done just now was not meant: it stays.
        """
        if self.get(job).state not in OVER:
            return self.cancel(job)
        if self.store.jobs.forget(job):
            self._discard(job)
        return None


def _peek(blocks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first block that is not empty, and all blocks."""
    rest = (block for block in blocks if block)
    first = next(rest, b"")
    return first, itertools.chain([first], rest)


def _digested(blocks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block
