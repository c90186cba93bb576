"""Splitting of a file into chunks, and scoring of one chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from jobs.files import paths
from jobs.files.file_words import about_file
from jobs.files.source import encode_lines, opened, scored
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.decided_records import Decide, asks_decisions, with_decisions
from ml.advice.score_known import ESTIMATOR, schema_for
from ml.batch.check_header import check_header
from ml.batch.result_columns import DECISION, result_header
from ml.files.cells.safe_cells import csv_text
from ml.service import Bundle

RECORDS = 5_000  # of a chunk: a second of work on the slowest path; a killed worker loses little, and many can share


def split(
    work: ClaimedChunk, header: Callable[[Bundle, Sequence[str]], list[str]] = result_header, records: int | None = None
) -> None:
    """Split the file into chunks, which other workers may score meanwhile.

    Parameters
    ----------
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
    bundle, options = work.bundle, work.job.options
    with work.files.open(paths.source(work.job.id)) as file:
        source = opened(file, options, bundle, work.go_on)
        check_header(bundle, source.names, source.twice)
        parts = iter(lambda: list(islice(source.lines, records or RECORDS)), [])
        total = work.add_chunks(parts, lambda _, lines: encode_lines(source, lines))
    about = about_file(schema_for(bundle.schema, options.get("blanks", ESTIMATOR)), source, options)
    work.finish(total, [csv_text([header(bundle, source.header)]).encode()], about=about)


def split_scored(work: ClaimedChunk) -> None:
    """Split the file of a scoring job, whose result may have a column of decisions; errors as :func:`split`."""
    more = (DECISION,) if asks_decisions(work.job.options) else ()
    split(work, partial(result_header, more=more))


def score(work: ClaimedChunk, decide: Decide | None = None) -> None:
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
    job, bundle, content = work.job, work.bundle, work.read()
    made = scored(work.service, bundle, content, job.options.get("blanks", ESTIMATOR))
    lines: Sequence[Any] = made.lines
    if asks_decisions(job.options):
        lines = with_decisions(decide, job, bundle, content, lines, (work.chunk.number - 1) * RECORDS)
    work.finish(len(lines), [csv_text(lines).encode()], refused=made.refused, gaps=made.gaps, unread=made.unread)
