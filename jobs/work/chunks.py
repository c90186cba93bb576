"""What is done with a chunk: the first cuts the file into the others, each of which is scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from jobs.files import paths
from jobs.files.file_words import about_file
from jobs.files.source import opened, packed, scored
from ml.batch.check_header import check_header
from ml.batch.result_columns import result_header
from ml.files.cells.safe_cells import csv_text
from ml.service import Bundle, Service
from store.files import Files
from store.job import Chunk, Job
from store.jobs import JobTable

RECORDS = 5_000  # of a chunk: a second of work on the slowest path, so that little is lost and much is shared out


class LeaseLost(Exception):
    """The chunk was claimed by another, or its job is over: stop, and leave no trace."""


class Stopped(Exception):
    """The process is to end: the chunk is given back, and goes on from what is there."""


def split(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
    header: Callable[[Bundle, Sequence[str]], list[str]] = result_header, records: int | None = None,
) -> None:  # fmt: skip
    """Cut the file into chunks, which others may begin to score at once.

    Parameters
    ----------
    announce : callable
        Called with the job's id when there is more to do.
    stop : callable
        Asked between two chunks whether to end.
    header : callable
        Gives the names of the result's columns.
    records : int
        Of a chunk, 5,000 by default; the same each time that a job is split.

    Raises
    ------
    LikelyError
        The file cannot be read, or is none for this model: trying again would not help.
    LeaseLost, Stopped
    """
    bundle = service.model(job.model)
    number = total = 0
    there = table.numbers(job.id)
    with files.open(paths.source(job.id)) as file:
        source = opened(file, job.options, bundle, lambda: _go_on(stop))
        check_header(bundle, source.names, source.twice)
        while lines := list(islice(source.lines, records or RECORDS)):
            number += 1
            total += len(lines)
            if number in there:  # from a splitting that was not finished
                continue
            _go_on(stop)
            name = paths.made(job.id, number, chunk.owner, "in")
            files.write(name, [packed(source, lines)])
            if not table.add_chunks(chunk, [(number, len(lines), name)]):
                raise LeaseLost
            announce(job.id)
    head = paths.made(job.id, 0, chunk.owner, "out")
    files.write(head, [csv_text([header(bundle, source.header)]).encode()])
    about = about_file(bundle.schema, source, job.options.get("near") or {})
    if not table.finish(chunk, total, file=head, about=about):
        raise LeaseLost


def _go_on(stop: Callable[[], bool]) -> None:
    if stop():
        raise Stopped


def score(table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk) -> None:
    """Score the records of a chunk.

    Raises
    ------
    LikelyError
        The model is gone: trying again would not help.
    LeaseLost
    """
    bundle = service.model(job.model)
    made = scored(service, bundle, b"".join(files.read(chunk.file or "")))
    out = paths.made(job.id, chunk.number, chunk.owner, "out")
    files.write(out, [csv_text(made.lines).encode()])
    if not table.finish(chunk, len(made.lines), made.refused, out, made.gaps, made.unread):
        files.remove(out)
        raise LeaseLost
    files.remove(chunk.file or "")
