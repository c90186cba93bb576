"""The stored result of a job: CSV in chunks, with a campaign's ranks, of which any byte range can be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from jobs.errors import ResultGone
from jobs.files import paths
from jobs.work.call_lists import AFTER, open_index
from jobs.work.decided_records import asks_decisions
from jobs.work.score_campaign import EXTRA, RANK
from ml.batch.result_columns import DECISION, added_columns
from ml.campaign.focus import focus, ranks
from ml.files.table import ReadPlan
from ml.files.write.result import Block, ColumnFacts, Result, file_columns, own_kind, plain_header, stored_blocks
from ml.service import Bundle, Service
from ml.translation import text
from store.files import BLOCK, Files
from store.job import Job
from store.jobs import JobTable

CAMPAIGN, LIST = "campaign", "list"
_TENS = 10 ** np.arange(1, 19)


@dataclass(frozen=True)
class StoredChunk:
    """A chunk of a result: a stored file, whose column of ranks may be filled in on reading."""

    file: str
    size: int
    """Bytes, with the ranks filled in."""
    ranks: np.ndarray | None = None
    """Ranks of its records; 0 where there is none. Array of int."""
    at: int = 0
    """Index of the column of ranks."""

    def read(self, files: Files, start: int = 0) -> Iterator[bytes]:
        """Yield its bytes from `start` on."""
        if self.ranks is not None:
            yield self._ranked(b"".join(files.read(self.file)), self.ranks)[start:]
            return
        with files.open(self.file) as file:
            file.seek(start)
            while block := file.read(BLOCK):
                yield block

    def _ranked(self, text: bytes, ranks: np.ndarray) -> bytes:
        lines = list(csv.reader(io.StringIO(text.decode(), newline="")))
        for line, rank in zip(lines, ranks.tolist(), strict=True):
            line[self.at] = str(rank) if rank else ""
        out = io.StringIO()
        csv.writer(out).writerows(lines)
        return out.getvalue().encode()


@dataclass(frozen=True)
class StoredResult:
    """A result as a sequence of stored chunks."""

    files: Files
    parts: tuple[StoredChunk, ...]

    @property
    def length(self) -> int:
        """Size in bytes."""
        return sum(part.size for part in self.parts)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop`, block by block."""
        left = (self.length if stop is None else stop) - start
        for part in self.parts:
            if start >= part.size:
                start -= part.size
                continue
            for block in part.read(self.files, start):
                if left <= 0:
                    return
                yield block[:left]
                left -= len(block)
            start = 0


def stored(table: JobTable, files: Files, service: Service, job: Job, rank: np.ndarray | None = None) -> StoredResult:
    """The result of a finished job, as CSV.

    Parameters
    ----------
    rank : ndarray of int, optional
        Ranks of a campaign's records, if already computed.

    Raises
    ------
    ResultGone, UnknownModel, BrokenModel
    """
    names, sizes = table.results(job.id), files.sizes(paths.folder(job.id))
    try:
        parts = [StoredChunk(name, sizes[name.rpartition("/")[2]]) for name in names]
    except KeyError:
        raise ResultGone(text("The files of this job were removed."), text("Send its file again.")) from None
    if job.kind != CAMPAIGN:
        return StoredResult(files, tuple(parts))
    bundle, index = service.model(job.model), open_index(table, files, job)
    if rank is None:
        rank = ranks(focus(index.probabilities, bundle.card, bundle.outcomes)[1])
    at = index.width + 1 + len(bundle.outcomes) + RANK
    split = np.split(rank, index.first[1:-1])
    ranked = [
        StoredChunk(part.file, part.size + _digits(own), own, at) for part, own in zip(parts[1:], split, strict=True)
    ]
    return StoredResult(files, (parts[0], *ranked))


def _digits(rank: np.ndarray) -> int:
    """Number of digits of all ranks."""
    some = rank[rank > 0]
    return int((np.searchsorted(_TENS, some, side="right") + 1).sum())


def own_wanted(bundle: Bundle, job: Job) -> tuple[list[str], list[str]]:
    """Default names of our columns in a job's result before and after those of the file."""
    if job.kind == LIST:
        return ["place"], list(AFTER)
    more = EXTRA if job.kind == CAMPAIGN else (DECISION,) if asks_decisions(job.options) else ()
    return [], added_columns(bundle, more)


def header_of_result(table: JobTable, files: Files, job: Job) -> list[str]:
    """Column names of a result, without escapes for spreadsheets."""
    try:
        with files.open(table.results(job.id)[0]) as file:
            return plain_header(next(csv.reader(io.StringIO(file.read().decode(), newline=""))))
    except (FileNotFoundError, IndexError, StopIteration):
        raise ResultGone(text("The files of this job were removed."), text("Send its file again.")) from None


def own_columns(bundle: Bundle, job: Job, header: Sequence[str]) -> dict[str, str]:
    """Names of our columns in a job's result, by default names: renamed where the file has such a column."""
    before, after = own_wanted(bundle, job)
    return dict(zip([*before, *after], [*header[: len(before)], *header[len(header) - len(after) :]], strict=True))


def result_of(table: JobTable, files: Files, service: Service, job: Job) -> Result:
    """The result of a finished job, typed, for other formats; errors as :func:`stored`."""
    bundle = service.model(job.model)
    header, parts = header_of_result(table, files, job), stored(table, files, service, job)
    before, after = own_wanted(bundle, job)
    file = header[len(before) : len(header) - len(after)]
    ours = own_columns(bundle, job, header)
    named = [ColumnFacts(ours[name], own_kind(name)) for name in (*before, *after)]
    columns = [*named[: len(before)], *_of_file(table, bundle, job, file)]
    return Result((*columns, *named[len(before) :]), partial(_blocks, parts), "List" if job.kind == LIST else "Result")


def _of_file(table: JobTable, bundle: Bundle, job: Job, header: Sequence[str]) -> list[ColumnFacts]:
    """The uploaded file's columns with their types; for a list, the columns of its campaign's file."""
    source = table.get(job.options["of"]) if job.kind == LIST else job
    options = source.options if source else {}
    if "reading" not in options:
        return file_columns(header, options.get("columns") or {}, bundle.schema)
    reading = ReadPlan.from_json(options["reading"], bundle.schema)
    return file_columns(header, reading.renamed, bundle.schema, reading.rules)


def _blocks(parts: StoredResult) -> Iterator[Block]:
    return stored_blocks(part.read(parts.files) for part in parts.parts)
