"""Receives the file of a job: written block by block, counted for whoever sends it, removed where it becomes no job."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType

from auth.caller import counted_for
from jobs.files import paths
from jobs.refused import NoRoom, TooMuchOpen, taken, too_large, too_much_open
from ml.translation import text
from store.errors import CommitUnknown, is_unavailable
from store.files import Files
from store.job import Job
from store.jobs import JobTable
from store.uploads import Quota

log = logging.getLogger(__name__)

STEP = 8 * 1024 * 1024  # bytes after which a file that comes is counted anew
AHEAD = 16  # part of what one may have open in all that is counted before it comes, at most
MOST = 20_000 * 1024 * 1024  # bytes of a file


@dataclass(frozen=True)
class FileLimits:
    """Limits of files that are sent: bytes of one, and what one person may have open at a time."""

    most: int = MOST
    quota: Quota = field(default_factory=Quota)


USUAL = FileLimits()


class Receiver:
    """The file of one job to be. Used as a context: what was written and counted is undone where an error leaves it.

    Parameters
    ----------
    job : str
        Its id.
    table : JobTable
    files : Files
    limits : FileLimits
    again : bool
        Whether its idempotency key is that of a job: it is counted as any other, but not refused where its sender has
        as much open as may be, for then it will be that job.
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
        """Undo what became no job. Where the commit is unknown, the file stays until the sweep has checked."""
        if not self.accepted and not isinstance(error, CommitUnknown):
            self._undo()

    def expect(self, size: int) -> None:
        """Count a file before it comes.

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

    def is_new(self) -> None:
        """Count it as a file that becomes a job of its own: the job of its key was removed while it came.

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
        """Pass on the blocks of the file while they are counted.

        Raises
        ------
        FileTooLarge, TooMuchOpen
        """
        told = 0
        for block in blocks:
            self.size += len(block)
            if self.size > self._limits.most:
                raise too_large(self._limits.most)
            if self.size > self._counted or self.size - told >= STEP:
                told = self.size
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
        """Remove the file, and count it no longer; what fails is left to the sweep."""
        discard(self._files, self.job)
        if self.who:
            try:
                self._table.uploads.release(self.job)
            except Exception as error:
                if not is_unavailable(error):
                    raise

    def _count_ahead(self) -> None:
        """Count bytes before they are kept, and some more of a file of unknown size; where these do not fit, none more.

        So several that come at once never have more together than they may.
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
    """Remove the files of a job; a failure is left to the sweep."""
    try:
        files.remove(paths.folder(job))
    except OSError as error:
        log.warning("The files of %s are still there: %s", job, error)


def as_long_as(before: Job | None, blocks: Iterable[bytes], key: str) -> Iterator[bytes]:
    """The blocks of a file; KeyTaken as soon as they are more than those of the job of their key, if there is one."""
    size = 0
    for block in blocks:
        size += len(block)
        if before is not None and size > before.size:
            raise taken(key, "file")
        yield block
