"""A claimed chunk of a job: what its work reads, and how what it made is stored while the lease is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jobs.files import paths
from ml.service import Bundle, Service
from store.files import Files
from store.job import Chunk, Job
from store.jobs import JobTable


class LeaseLost(Exception):
    """The lease of the chunk was lost to another worker, or its job is over: stop, and leave no file."""


class Stopped(Exception):
    """The process was told to stop: the chunk is given back, and resumed from its present state."""


@dataclass(frozen=True)
class ClaimedChunk:
    """A chunk that this process has claimed, with all that the work on it needs."""

    table: JobTable
    files: Files
    service: Service
    job: Job
    chunk: Chunk
    announce: Callable[[str], Any]
    """Called with the job's id when there are new chunks."""
    stop: Callable[[], bool]
    """True when the process was told to stop."""

    @cached_property
    def bundle(self) -> Bundle:
        """The version that the job asks; LikelyError where it was removed: not worth a retry."""
        return self.service.model(self.job.model)

    @property
    def out(self) -> str:
        """Path of the file that the work on this chunk makes."""
        return paths.made(self.job.id, self.chunk.number, self.chunk.owner, "out")

    def read(self) -> bytes:
        """The content of this chunk."""
        return b"".join(self.files.read(self.chunk.file or ""))

    def go_on(self) -> None:
        """Raise Stopped when the process was told to stop."""
        if self.stop():
            raise Stopped

    def add_chunks(self, parts: Iterable[Sequence[Any]], pack: Callable[[int, Sequence[Any]], bytes]) -> int:
        """Add the chunks of the job, except those that an earlier, interrupted splitting added.

        Parameters
        ----------
        parts : iterable of sequences
            The lines of each chunk.
        pack : callable
            Makes the content of a chunk, of the number of lines before it and its lines.

        Returns
        -------
        int
            Number of lines.

        Raises
        ------
        LeaseLost, Stopped
        """
        there, total = self.table.numbers(self.job.id), 0
        for number, lines in enumerate(parts, start=1):
            if number not in there:
                self.go_on()
                name = paths.made(self.job.id, number, self.chunk.owner, "in")
                self.files.add(name, [pack(total, lines)])
                if not self.table.add_chunks(self.chunk, [(number, len(lines), name)]):
                    self.files.remove(name)
                    raise LeaseLost
                self.announce(self.job.id)
            total += len(lines)
        return total

    def finish(
        self, records: int, blocks: Iterable[bytes], file: str = "", beside: Mapping[str, bytes] | None = None,
        **facts: Any,
    ) -> None:  # fmt: skip
        """Write what was made of this chunk, record it as done, and remove the chunk's own content.

        Parameters
        ----------
        records : int
            Number of records in it.
        blocks : iterable of bytes
            Content of the file.
        file : str
            Path of the file, by default :attr:`out`.
        beside : mapping of str to bytes, optional
            Further files by path, written before that one.
        facts
            As of :meth:`store.jobs.JobTable.finish`.

        Raises
        ------
        LeaseLost
            Then the files are removed.
        """
        file, beside = file or self.out, beside or {}
        for path, content in beside.items():
            self.files.add(path, [content])
        self.files.add(file, blocks)
        if not self.table.finish(self.chunk, records, file=file, **facts):
            for path in (file, *beside):
                self.files.remove(path)
            raise LeaseLost
        if self.chunk.file:
            self.files.remove(self.chunk.file)
