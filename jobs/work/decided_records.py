"""Decisions of a scoring job whose sender wants them recorded: the records of a chunk, and the ids in its result."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from jobs.errors import decisions_off
from jobs.files.source import decode_lines
from ml.batch.columnar_writer import ResultLine
from ml.bundle.observers import id_of
from ml.data.schema import Schema
from ml.files.cells.safe_cells import plain_cell
from ml.service import Bundle
from store.job import Job
from store.outcome_records import answer_of_job, decision_id

DECISIONS = "decisions"  # option of a job: to whom its answers are given, as ``auth.caller.caller_id`` says
AT_ONCE = 500  # records that are handed over together


class DecidedRecord(NamedTuple):
    """A record that was scored."""

    place: int
    """Position of the record in the file, from 0; refused records are counted."""
    record: str | None
    """Id of the record."""
    probabilities: tuple[float, ...] | None
    """In the order of the outcomes."""
    values: dict[str, Any]
    """Values of the features, and the id, as they were read."""


Decide = Callable[[Job, Bundle, Sequence[DecidedRecord]], object]  # records them; again with the same, as after a kill


def asks_decisions(options: Mapping[str, Any]) -> bool:
    """True where the sender of a job wants its records recorded as decisions."""
    return options.get(DECISIONS) is not None


def with_decisions(
    decide: Decide | None, job: Job, bundle: Bundle, packed: bytes, lines: Sequence[ResultLine], first: int
) -> list[ResultLine]:
    """Record the decisions of a chunk, and return its lines with their ids before the problems; refused ones have none.

    Ids are made of the job's id and the record's place, so a chunk that is done again has the same.

    Parameters
    ----------
    decide : callable or None
        None where decisions are not recorded.
    packed : bytes
        The chunk.
    lines : sequence of ResultLine
        Lines of its result.
    first : int
        Place in the file of its first record.

    Raises
    ------
    DecisionsOff
    StoreUnavailable
        They are not recorded, or not all of them.
    """
    if decide is None:
        raise decisions_off()
    records = _records(bundle, packed, lines, first)
    while some := list(islice(records, AT_ONCE)):
        decide(job, bundle, some)
    answer = answer_of_job(job.id)
    marks = ("" if line[-1] else decision_id(answer, at) for at, line in enumerate(lines, start=first))
    return [[*line[:-1], mark, line[-1]] for line, mark in zip(lines, marks, strict=True)]


def _records(bundle: Bundle, packed: bytes, lines: Sequence[ResultLine], first: int) -> Iterator[DecidedRecord]:
    k, schema = len(bundle.outcomes), bundle.schema
    for at, (line, values) in enumerate(zip(lines, _values(bundle, packed), strict=True)):
        if line[-1]:
            continue
        given = line[-1 - k : -1]
        probabilities = tuple(map(float, given)) if given[0] else None
        yield DecidedRecord(first + at, id_of(schema, values), probabilities, values)


def _values(bundle: Bundle, packed: bytes) -> Iterator[dict[str, Any]]:
    """Values of each record of a chunk, without columns that are nothing to the model: they may be personal."""
    known = _names_read(bundle.schema)
    if packed.startswith(b"{"):
        stored = json.loads(packed)
        for record in stored["records"]:
            renamed = {stored["renamed"].get(name, name): value for name, value in record.items()} if record else {}
            yield {name: value for name, value in renamed.items() if name in known}
        return
    reading, records = decode_lines(packed, bundle)
    names = [reading.renamed.get(name, name) for name in reading.header]
    columns = [(at, name, reading.rules.reader(name)) for at, name in enumerate(names) if name in known]
    for cells in records:
        fits = len(cells) == len(names)
        yield {name: read(plain_cell(cells[at])) for at, name, read in columns} if fits else {}


def _names_read(schema: Schema) -> set[str]:
    """Names under which the model reads a value, or a record's id."""
    return {*schema.position, *schema.shown.values()} | ({schema.record_id} if schema.record_id else set())
