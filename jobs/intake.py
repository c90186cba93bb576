"""Where jobs are accepted, looked at and given out: what the API and the pages call."""

from __future__ import annotations

import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jobs import places
from jobs.sources import format_of
from ml.errors import LikelyError, NoRecords
from ml.service import Service
from store.db import Store
from store.files import Files
from store.job import OPEN, Job, State

log = logging.getLogger(__name__)

LONGEST_KEY = 200


class UnknownJob(LikelyError):
    """No job has that id; it may have been removed after its time."""

    code = "unknown_job"


class NotDone(LikelyError):
    """The job has no result yet, or never will."""

    code = "not_done"


class KeyTaken(LikelyError):
    """Another file was sent under the same idempotency key."""

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
    """

    def __init__(self, service: Service, store: Store, files: Files, announce: Callable[[str], Any]) -> None:
        self.service, self.store, self.files, self._announce = service, store, files, announce

    def accept(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None = None, *,
        held: bool = False,
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
            Whoever sends the same file again under the same key gets the same job.
        held : bool
            Only keep the file, until the job is started.

        Returns
        -------
        (Job, bool)
            The job, and whether it is new.

        Raises
        ------
        UnknownModel, BrokenModel, NoRecords, KeyTaken, NoRoom
        """
        bundle = self.service.model(model)
        job, digest = uuid.uuid4().hex, hashlib.sha256()
        start, blocks = _peek(blocks)
        if not start:
            raise NoRecords("The file is empty.", "Send a table with a header and a line for each record.")
        size = self._keep(job, _digested(blocks, digest))
        found = dict(options) | {"format": format_of(start)}
        state: State = "held" if held else "waiting"
        if not self.store.jobs.add(job, bundle.key, digest.hexdigest(), size, found, key, state):
            self.files.remove(places.folder(job))
            return self._same(key or "", bundle.name, digest.hexdigest()), False
        if not held:
            self._announce(job)
        return self.get(job), True

    def _keep(self, job: str, blocks: Iterable[bytes]) -> int:
        """Write the file of a job and give its size; of one that breaks off nothing stays, its folder neither."""
        try:
            return self.files.write(places.source(job), blocks)
        except OSError as error:
            self.files.remove(places.folder(job))
            log.error("The file of a job cannot be kept: %s", error)
            raise NoRoom("The file cannot be kept here at the moment.", "Try again later.") from None
        except BaseException:
            self.files.remove(places.folder(job))
            raise

    def _same(self, key: str, name: str, digest: str) -> Job:
        job = self.store.jobs.by_key(key)
        if job is None:
            raise KeyTaken("The job of this key was removed just now.", "Send it again.")
        if job.digest != digest or job.model.partition("@")[0] != name:
            raise KeyTaken(f"Under the key {key[:80]!r} another file was sent.", "Give each file a key of its own.")
        return job

    def get(self, job: str) -> Job:
        """The job as it is now; UnknownJob where there is none."""
        found = self.store.jobs.get(job)
        if found is None:
            raise UnknownJob(f"There is no job {job[:80]!r}.", "Jobs are kept for some days after they are over.")
        if found.state in OPEN:
            self._announce(job)  # whoever asks wants it done: a runner that died is started again
        return found

    def of_model(self, name: str) -> list[Job]:
        """The newest jobs of a model."""
        return self.store.jobs.of_model(name)

    def result(self, job: str) -> Iterator[bytes]:
        """The result as CSV, block by block.

        Raises
        ------
        UnknownJob, NotDone
        """
        found = self.get(job)
        if found.state != "done":
            why = {"failed": f"The job failed: {found.message}", "cancelled": "The job was cancelled."}
            raise NotDone(
                why.get(found.state, "The job is not done yet."), "GET /api/v1/jobs/<id> tells how far it is."
            )
        return itertools.chain.from_iterable(self.files.read(name) for name in self.store.jobs.results(job))

    def cancel(self, job: str) -> Job:
        """Stop a job that is not over; its files go."""
        self.get(job)
        if self.store.jobs.cancel(job):
            self.files.remove(places.folder(job))
        return self.get(job)


def _peek(blocks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first block that is not empty, and all blocks."""
    rest = (block for block in blocks if block)
    first = next(rest, b"")
    return first, itertools.chain([first], rest)


def _digested(blocks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block
