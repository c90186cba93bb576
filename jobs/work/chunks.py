"""What is done with a piece: the first cuts the file into the others, each of which is scored."""

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
from store.job import Job, Piece
from store.jobs import JobTable

RECORDS = 5_000  # of a piece: a second of work on the slowest path, so that little is lost and much is shared out


class NotMine(Exception):
    """The piece was claimed by another, or its job is over: stop, and leave no trace."""


class Stopped(Exception):
    """The process is to end: the piece is given back, and goes on from what is there."""


def split(
    table: JobTable, files: Files, service: Service, job: Job, piece: Piece,
    announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
    header: Callable[[Bundle, Sequence[str]], list[str]] = result_header, records: int | None = None,
) -> None:  # fmt: skip
    """Cut the file into pieces, which others may begin to score at once.

    Parameters
    ----------
    announce : callable
        Called with the job's id when there is more to do.
    stop : callable
        Asked between two pieces whether to end.
    header : callable
        Gives the names of the result's columns.
    records : int
        Of a piece, 5,000 by default; the same each time that a job is split.

    Raises
    ------
    LikelyError
        The file cannot be read, or is none for this model: trying again would not help.
    NotMine, Stopped
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
            name = paths.made(job.id, number, piece.owner, "in")
            files.write(name, [packed(source, lines)])
            if not table.add_pieces(piece, [(number, len(lines), name)]):
                raise NotMine
            announce(job.id)
    head = paths.made(job.id, 0, piece.owner, "out")
    files.write(head, [csv_text([header(bundle, source.header)]).encode()])
    about = about_file(bundle.schema, source, job.options.get("near") or {})
    if not table.finish(piece, total, file=head, about=about):
        raise NotMine


def _go_on(stop: Callable[[], bool]) -> None:
    if stop():
        raise Stopped


def score(table: JobTable, files: Files, service: Service, job: Job, piece: Piece) -> None:
    """Score the records of a piece.

    Raises
    ------
    LikelyError
        The model is gone: trying again would not help.
    NotMine
    """
    bundle = service.model(job.model)
    made = scored(service, bundle, b"".join(files.read(piece.file or "")))
    out = paths.made(job.id, piece.number, piece.owner, "out")
    files.write(out, [csv_text(made.lines).encode()])
    if not table.finish(piece, len(made.lines), made.refused, out, made.gaps, made.unread):
        files.remove(out)
        raise NotMine
    files.remove(piece.file or "")
