"""Receives an upload: written block by block, counted against its sender's quota, removed if no job is made."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType

from auth.caller import counted_for
from jobs.errors import NoRoom, TooMuchOpen, taken, too_large, too_much_open
from jobs.files import paths
from ml.translation import text
from store.errors import CommitUnknown, is_unavailable
from store.files import Files
from store.job import Job
from store.jobs import JobTable
from store.uploads import Quota

log = logging.getLogger(__name__)

STEP = 8 * 1024 * 1024  # bytes after which the size of an upload is written to the store again
AHEAD = 16  # bytes that are reserved ahead of an upload of unknown size: at most this part of the quota
MOST = 20_000 * 1024 * 1024  # bytes of a file


@dataclass(frozen=True)
class FileLimits:
    """Limits of uploads: bytes of one, and the quota of one caller."""

    most: int = MOST
    quota: Quota = field(default_factory=Quota)


USUAL = FileLimits()


class Receiver:
    """An upload that becomes a job. A context manager: on an error the file is removed, and its quota given back.

    With `again` a job has its idempotency key already: the upload is counted as any other, but not refused where the
    quota is used up, for it is expected to be answered with that job.
    """

    def __init__(self, job: str, table: JobTable, files: Files, limits: FileLimits, again: bool = False) -> None:
        self.job, self.again = job, again
        self.size, self._counted, self.accepted = 0, 0, False
        self._table, self._files, self._limits = table, files, limits
        self._digest = hashlib.sha256()
        self.who = counted_for()

    @property
    def digest(self) -> str:
        """SHA-256 of what came, in hex."""
        return self._digest.hexdigest()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Undo what became no job. Where the commit is unknown, the file stays until the purge has checked."""
        if not self.accepted and not isinstance(error, CommitUnknown):
            self._undo()

    def expect(self, size: int) -> None:
        """Reserve quota for an upload before it begins.

        Parameters
        ----------
        size : int
            Bytes, as far as they are known.

        Raises
        ------
        FileTooLarge, TooMuchOpen
        """
        if size > self._limits.most:
            raise too_large(self._limits.most)
        self._reserve(size)

    def count_as_new(self) -> None:
        """Count the upload as one that becomes a new job: the job of its key was removed meanwhile.

        Raises
        ------
        TooMuchOpen
        """
        self.again = False
        self._reserve(self.size)

    def _reserve(self, size: int) -> None:
        quota = self._limits.quota
        if self.who and (others := self._table.uploads.reserve(self.job, self.who, size, quota, again=self.again)):
            raise too_much_open(others, quota)
        self._counted = size

    def passing(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on the blocks of the upload, and count them against the quota.

        Raises
        ------
        FileTooLarge, TooMuchOpen
        """
        recorded = 0
        for block in blocks:
            self.size += len(block)
            if self.size > self._limits.most:
                raise too_large(self._limits.most)
            if self.size > self._counted or self.size - recorded >= STEP:
                recorded = self.size
                self._count_ahead()
            self._digest.update(block)
            yield block
        self._grow(self.size)

    def keep(self, blocks: Iterable[bytes]) -> None:
        """Write the file.

        Raises
        ------
        NoRoom
        """
        try:
            self._files.write(paths.source(self.job), blocks)
        except OSError as error:
            log.error("The file of a job cannot be kept: %s", error)
            raise NoRoom(text("What was sent cannot be kept here at the moment."), text("Try again later.")) from None

    def _undo(self) -> None:
        """Remove the file, and release its quota; what fails is left to the purge."""
        discard(self._files, self.job)
        if self.who:
            try:
                self._table.uploads.release(self.job)
            except Exception as error:
                if not is_unavailable(error):
                    raise

    def _count_ahead(self) -> None:
        """Reserve quota before bytes are written, and some ahead where the size is unknown, if that is left.

        So concurrent uploads never exceed the quota together.
        """
        more = min(STEP, self._limits.quota.size // AHEAD or STEP)
        try:
            self._grow(self._counted if self.size <= self._counted else self.size + more)
        except TooMuchOpen:
            self._grow(self.size)

    def _grow(self, size: int) -> None:
        quota = self._limits.quota
        if self.who and (others := self._table.uploads.grow(self.job, self.who, size, quota, again=self.again)):
            raise too_much_open(others, quota)
        self._counted = size


def discard(files: Files, job: str) -> None:
    """Remove the files of a job; a failure is left to the purge."""
    try:
        files.remove(paths.folder(job))
    except OSError as error:
        log.warning("The files of %s are still there: %s", job, error)


def limited_to_size(before: Job | None, blocks: Iterable[bytes], key: str) -> Iterator[bytes]:
    """The blocks of an upload; KeyTaken as soon as it is larger than the file of the job that has its key, if any."""
    size = 0
    for block in blocks:
        size += len(block)
        if before is not None and size > before.size:
            raise taken(key, "file")
        yield block
