"""Preview of a held file that cannot be read with the given read options: the reason, and the options that may help."""

from __future__ import annotations

from jobs.files import paths
from jobs.files.preview import SCANNED, Preview
from jobs.files.source import counts_of
from ml.batch.compare_file import FileComparison
from ml.errors import Misread
from ml.files.file_kinds import CSV
from ml.files.header.left_out import LeftOut
from ml.files.header.match_columns import Matched
from ml.files.raw_preview import raw_preview
from ml.files.readers.text_process import TextReader
from ml.files.table import ReadPlan
from ml.files.text.read_options import ReadOptions
from ml.service import Bundle
from store.files import Files
from store.job import Job


def of_misread(error: Misread, bundle: Bundle, files: Files, job: Job, options: ReadOptions) -> Preview:
    """A preview without columns and records.

    Parameters
    ----------
    error : Misread
        Reason why it cannot be read.
    options : ReadOptions
        The present read options.

    Raises
    ------
    Unreadable
        No read option would help.
    """
    with TextReader(SCANNED) as reader, files.open(paths.source(job.id)) as file:
        dialect, top = raw_preview(file, options, bundle.schema, counts_of(job.options), reader)
    return Preview(
        header=(),
        top=top,
        rows=[],
        read=[],
        matched=Matched(missing=tuple(feature.name for feature in bundle.schema.given)),
        checked=0,
        refused=0,
        estimated=None,
        whole=False,
        problems=[],
        unread=[],
        gaps={},
        blank=False,
        why=str(error),
        reason_seconds=0.0,
        dialect=dialect,
        applies=("separator", "encoding", "header_row") if dialect.format == CSV else ("sheet", "header_row"),
        left_out=LeftOut(),
        compared=FileComparison(0),
        notes=list(dialect.notes),
        reading=ReadPlan(()),
    )
