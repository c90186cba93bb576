"""Job that stores the outcomes of a table, chunk by chunk, each line on its own.

A chunk that is done again, as after a kill, stores nothing twice: a line without a key has one of its job and number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

import orjson

from auth.permissions import Permission
from auth.sender import use_sender
from feedback.outcome_import.importer import REFUSED, LineReading, OutcomeImporter
from feedback.outcome_import.layout import Layout, layout_in, open_outcomes
from feedback.service import Feedback
from jobs.files import paths
from jobs.work.claimed_chunk import ClaimedChunk
from ml.decision.crm_columns import crm_columns
from ml.errors import NoRecords
from ml.files.cells.safe_cells import csv_text, safe_cell
from ml.files.table import Table
from ml.files.text.read_options import ReadOptions
from ml.translation import text
from store.outcome_records import FILE

LINES = 1_000  # of a chunk: a transaction of some hundred milliseconds
HEADER = ("line", "state", "record", "event", "problem", "hint")
Numbered = tuple[int, list[str]]


def split_table(work: ClaimedChunk) -> None:
    """Find the system whose columns the file has, and cut it into chunks.

    Raises
    ------
    LikelyError
        The file cannot be read, or its columns are nobody's: not worth a retry.
    LeaseLost, Stopped
    """
    given, systems = work.job.options, crm_columns(work.bundle.card)
    options = ReadOptions.from_mapping(given.get("read") or {})
    with work.files.open(paths.source(work.job.id)) as file:
        layout = layout_in(file, options, systems, given.get("as", ""))
        lines = _numbered(open_outcomes(file, options, systems))
        parts = iter(lambda: list(islice(lines, LINES)), [])
        description = layout.to_json()
        total = work.add_chunks(parts, lambda _, some: orjson.dumps([description, some]))
    if not total:
        raise NoRecords(text("There is no line in the file."), text("Send a table with a header and a line for each."))
    work.finish(total, [csv_text([HEADER]).encode()], about={"system": layout.system})


def import_lines(feedback: Feedback, work: ClaimedChunk) -> None:
    """Store the outcomes in the lines of a chunk, in the name of the sender, and write the state of each line.

    Raises
    ------
    LikelyError
        The model was removed: not worth a retry.
    LeaseLost
    """
    description, lines = orjson.loads(work.read())
    job, bundle, layout = work.job, work.bundle, Layout.from_json(description)
    key = partial(_key, job.id)
    with use_sender(feedback.store, job.options["sender"], Permission.OUTCOMES, job.origin.request):
        importer = OutcomeImporter(feedback, layout, crm_columns(bundle.card), bundle.name, FILE, key)
        read = importer.read(lines)
        importer.store(read)
    states = Counter(line.state for line in read)
    refused = states.pop(REFUSED, 0)
    work.finish(len(read), [csv_text(_results(layout, lines, read)).encode()], refused=refused, gaps=states)


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
