"""Job that stores the outcomes of a table, chunk by chunk, each line on its own.

A chunk that is done again, as after a kill, stores nothing twice: a line without a key has one of its job and number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

import orjson

from auth.permissions import Permission
from auth.sender import use_sender
from feedback.outcome_import.importer import REFUSED, LineReading, OutcomeImporter
from feedback.outcome_import.layout import Layout, layout_in, open_outcomes
from feedback.service import Feedback
from jobs.files import paths
from jobs.work.chunks import LeaseLost, add_chunks
from ml.decision.crm_columns import crm_columns
from ml.errors import NoRecords
from ml.files.cells.safe_cells import csv_text, safe_cell
from ml.files.table import Table
from ml.files.text.read_options import ReadOptions
from ml.service import Service
from ml.translation import text
from store.files import Files
from store.job import Chunk, Job
from store.jobs import JobTable
from store.outcome_records import FILE

LINES = 1_000  # of a chunk: a transaction of some hundred milliseconds
HEADER = ("line", "state", "record", "event", "problem", "hint")
Numbered = tuple[int, list[str]]


def split_table(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    announce: Callable[[str], Any], stop: Callable[[], bool],
) -> None:  # fmt: skip
    """Find the system whose columns the file has, and cut it into chunks.

    Raises
    ------
    LikelyError
        The file cannot be read, or its columns are nobody's: not worth a retry.
    LeaseLost, Stopped
    """
    systems = crm_columns(service.model(job.model).card)
    options = ReadOptions.from_mapping(job.options.get("read") or {})
    with files.open(paths.source(job.id)) as file:
        layout = layout_in(file, options, systems, job.options.get("as", ""))
        lines = _numbered(open_outcomes(file, options, systems))
        some = iter(lambda: list(islice(lines, LINES)), [])
        description = layout.to_json()
        total = add_chunks(table, files, chunk, some, lambda each: orjson.dumps([description, each]), announce, stop)
    if not total:
        raise NoRecords(text("There is no line in the file."), text("Send a table with a header and a line for each."))
    head = paths.made(job.id, chunk.number, chunk.owner, "out")
    files.add(head, [csv_text([HEADER]).encode()])
    if not table.finish(chunk, total, file=head, about={"system": layout.system}):
        files.remove(head)
        raise LeaseLost


def import_lines(feedback: Feedback, table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk) -> None:
    """Store the outcomes in the lines of a chunk, in the name of the sender, and write the state of each line.

    Raises
    ------
    LikelyError
        The model was removed: not worth a retry.
    LeaseLost
    """
    description, lines = orjson.loads(b"".join(files.read(chunk.file or "")))
    bundle, layout = service.model(job.model), Layout.from_json(description)
    key = partial(_key, job.id)
    with use_sender(feedback.store, job.options["sender"], Permission.OUTCOMES, job.origin.request):
        importer = OutcomeImporter(feedback, layout, crm_columns(bundle.card), bundle.name, FILE, key)
        read = importer.read(lines)
        importer.store(read)
    out = paths.made(job.id, chunk.number, chunk.owner, "out")
    files.add(out, [csv_text(_results(layout, lines, read)).encode()])
    states = Counter(line.state for line in read)
    if not table.finish(chunk, len(read), states.pop(REFUSED, 0), out, gaps=states):
        files.remove(out)
        raise LeaseLost
    files.remove(chunk.file or "")


def _key(job: str, line: int) -> str:
    return f"{job}:{line}"


def _numbered(table: Table) -> Iterator[Numbered]:
    """Lines with their numbers in the file, without empty ones."""
    return ((table.line, cells) for cells in table.lines if any(map(str.strip, cells)))


def _results(layout: Layout, lines: Sequence[Numbered], read: Sequence[LineReading]) -> Iterator[list[str]]:
    for (number, cells), line in zip(lines, read, strict=True):
        problem = (line.problem.message, line.problem.hint) if line.problem else ("", "")
        event = line.event.id if line.event else ""
        yield [str(number), line.state, safe_cell(layout.cell(cells, "record")), event, *map(safe_cell, problem)]
