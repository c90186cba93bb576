"""Splitting of a file into chunks, and scoring of one chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from jobs.files import paths
from jobs.files.file_words import about_file
from jobs.files.source import encode_lines, opened, scored
from jobs.work.decided_records import Decide, asks_decisions, with_decisions
from ml.advice.score_known import ESTIMATOR, schema_for
from ml.batch.check_header import check_header
from ml.batch.result_columns import DECISION, result_header
from ml.files.cells.safe_cells import csv_text
from ml.service import Bundle, Service
from store.files import Files
from store.job import Chunk, Job
from store.jobs import JobTable

RECORDS = 5_000  # of a chunk: a second of work on the slowest path; a killed worker loses little, and many can share


class LeaseLost(Exception):
    """The lease of the chunk was lost to another worker, or its job is over: stop, and leave no file."""


class Stopped(Exception):
    """The process was told to stop: the chunk is given back, and resumed from its present state."""


def split(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
    header: Callable[[Bundle, Sequence[str]], list[str]] = result_header, records: int | None = None,
) -> None:  # fmt: skip
    """Split the file into chunks, which other workers may score meanwhile.

    Parameters
    ----------
    announce : callable
        Called with the job's id when there are new chunks.
    stop : callable
        True when the process was told to stop; called between two chunks.
    header : callable
        Gives the column names of the result.
    records : int
        Records of a chunk, 5,000 by default; the same at each splitting of a job.

    Raises
    ------
    LikelyError
        The file cannot be read, or does not fit the model: not worth a retry.
    LeaseLost, Stopped
    """
    bundle = service.model(job.model)
    with files.open(paths.source(job.id)) as file:
        source = opened(file, job.options, bundle, lambda: _go_on(stop))
        check_header(bundle, source.names, source.twice)
        some = iter(lambda: list(islice(source.lines, records or RECORDS)), [])
        total = add_chunks(table, files, chunk, some, lambda lines: encode_lines(source, lines), announce, stop)
    head = paths.made(job.id, 0, chunk.owner, "out")
    files.add(head, [csv_text([header(bundle, source.header)]).encode()])
    schema = schema_for(bundle.schema, job.options.get("blanks", ESTIMATOR))
    about = about_file(schema, source, job.options)
    if not table.finish(chunk, total, file=head, about=about):
        files.remove(head)
        raise LeaseLost


def add_chunks(
    table: JobTable, files: Files, chunk: Chunk, some: Iterable[Sequence[Any]], pack: Callable[[Sequence[Any]], bytes],
    announce: Callable[[str], Any], stop: Callable[[], bool],
) -> int:  # fmt: skip
    """Add the chunks of a file, except those that an earlier, interrupted splitting added; returns the number of lines.

    Raises
    ------
    LeaseLost, Stopped
    """
    there, total = table.numbers(chunk.job), 0
    for number, lines in enumerate(some, start=1):
        total += len(lines)
        if number in there:
            continue
        _go_on(stop)
        name = paths.made(chunk.job, number, chunk.owner, "in")
        files.add(name, [pack(lines)])
        if not table.add_chunks(chunk, [(number, len(lines), name)]):
            files.remove(name)
            raise LeaseLost
        announce(chunk.job)
    return total


def _go_on(stop: Callable[[], bool]) -> None:
    if stop():
        raise Stopped


def split_scored(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
) -> None:  # fmt: skip
    """Split the file of a scoring job, whose result may have a column of decisions; errors as :func:`split`."""
    more = (DECISION,) if asks_decisions(job.options) else ()
    split(table, files, service, job, chunk, announce, stop, partial(result_header, more=more))


def score(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk, decide: Decide | None = None
) -> None:
    """Score the records of one chunk, and record the decisions about them where the job asks for that.

    It is done only after all its decisions are stored: one that was lost before is done again, and has the same.

    Parameters
    ----------
    decide : callable, optional
        Records decisions; a job that asks for them fails without it.

    Raises
    ------
    LikelyError
        The model was removed, or decisions are not recorded here: not worth a retry.
    StoreUnavailable
    LeaseLost
    """
    bundle, whole = service.model(job.model), b"".join(files.read(chunk.file or ""))
    made = scored(service, bundle, whole, job.options.get("blanks", ESTIMATOR))
    lines: Sequence[Any] = made.lines
    if asks_decisions(job.options):
        lines = with_decisions(decide, job, bundle, whole, lines, (chunk.number - 1) * RECORDS)
    out = paths.made(job.id, chunk.number, chunk.owner, "out")
    files.add(out, [csv_text(lines).encode()])
    if not table.finish(chunk, len(lines), made.refused, out, made.gaps, made.unread):
        files.remove(out)
        raise LeaseLost
    files.remove(chunk.file or "")
