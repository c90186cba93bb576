"""Lines of one record in the stored result of a job: found by the column that names records, and emptied."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from jobs.files import paths
from jobs.work.call_lists import AFTER
from jobs.work.rank_index import encode_index, index_of
from jobs.work.stored_result import LIST
from ml.files.cells.safe_cells import csv_text, plain_cell, safe_cell
from ml.translation import text
from store.files import Files
from store.job import Job


@dataclass(frozen=True)
class FoundLines:
    """A chunk of a result that holds a record."""

    number: int
    """Number of the chunk."""
    file: str
    lines: list[list[str]]
    """All lines of the chunk."""
    at: list[int]
    """Positions of the record's lines."""


def id_places(header: Sequence[str], options: Mapping[str, Any], column: str) -> list[int]:
    """Places in a result's header of the columns that name records, as the file calls them or as they were matched.

    The options are the job's, or those of a list's campaign; `column` is the model's name of the column.
    """
    renamed = {**(options.get("near") or {}), **(options.get("columns") or {})}
    renamed |= (options.get("reading") or {}).get("renamed") or {}
    named = {column, *(name for name, feature in renamed.items() if feature == column)}
    return [at for at, name in enumerate(header) if name in named]


def find_lines(files: Files, number: int, file: str, places: Sequence[int], record: str) -> FoundLines | None:
    """Lines of a chunk in which one of these cells is the record's id; None where there are none."""
    stored = b"".join(files.read(file))
    if '"' not in record and record.encode() not in stored:
        return None
    lines = list(csv.reader(io.StringIO(stored.decode(), newline="")))
    at = [row for row, line in enumerate(lines) if any(plain_cell(line[place]).strip() == record for place in places)]
    return FoundLines(number, file, lines, at) if at else None


def write_without(files: Files, job: Job, chunk: FoundLines) -> str:
    """Write the chunk anew with emptied lines, and the index of a campaign beside it; returns the new file.

    Rows and places stay, so that counts, ranges and control groups do.
    """
    lines = list(chunk.lines)
    for row in chunk.at:
        lines[row] = _emptied(lines[row], job.kind)
    texts = [csv_text([line]).encode() for line in lines]
    out = paths.made(job.id, chunk.number, uuid.uuid4().hex, "out")
    if index_of(chunk.file).rpartition("/")[2] in files.sizes(paths.folder(job.id)):
        files.add(index_of(out), [_index(files, chunk, lines, texts, job.options["reading"]["header"])])
    files.add(out, [b"".join(texts)])
    return out


def _emptied(line: Sequence[str], kind: str) -> list[str]:
    """An emptied line: of a list its place and group stay, of any other result it says that the record was erased."""
    if kind == LIST:
        group = AFTER.index("group") - len(AFTER)
        return [line[0], *[""] * (len(line) - 1 + group), line[group], *[""] * (-1 - group)]
    return [*[""] * (len(line) - 1), safe_cell(text("This record was erased."))]


def _index(
    files: Files, chunk: FoundLines, lines: Sequence[Sequence[str]], texts: Sequence[bytes], header: Sequence[str]
) -> bytes:
    """The index of the chunk, in which the record has no rank."""
    with files.open(index_of(chunk.file)) as file:
        before = dict(np.load(io.BytesIO(file.read()), allow_pickle=False))
    probabilities = before["probabilities"].copy()
    probabilities[chunk.at] = np.nan
    draws = before.get("draws")
    if draws is not None:
        draws = draws.copy()
        draws[chunk.at] = 1.0  # in no control group
    starts = np.array([0, *accumulate(map(len, texts))], dtype=np.int64)
    return encode_index(header, lines, probabilities, starts, draws)
