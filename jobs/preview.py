"""What a file holds, before anything runs: its columns beside the features, and the first problems."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jobs import places
from ml.campaign.reasons import reasons_in_cells
from ml.errors import Problem
from ml.files.dialect import Dialect
from ml.files.formats import CSV
from ml.files.open_table import AUTO, open_table
from ml.files.read_options import ReadOptions
from ml.files.table import Reading, Table, row_of
from ml.records import read_records
from ml.service import Bundle, Service
from store.files import Files
from store.job import Job

CHECKED = 200
SHOWN = 5
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Preview:
    """The first records of a file.

    Attributes
    ----------
    header : tuple of str
    rows : list of list of str
        Cells of the first few records.
    columns : dict of str to (str or None)
        Column to the feature that it gives, None where it gives none.
    missing : tuple of str
        Features that no column gives.
    checked, refused : int
        Records looked at, and those of them that cannot be scored.
    estimated : int or None
        Records of the whole file, by its size; None where its size does not tell.
    problems : list of (Problem, int)
        The first of each sort, its row from 0, and how many of the records looked at have the same.
    why : str
        Why the job cannot be started; empty where it can.
    reason_seconds : float
        What the reasons of one record take.
    dialect : Dialect
        How the file is written: found out, or told.
    notes : tuple of str
        What is worth saying of the file.
    unread : dict of str to int
        By feature, values of the records looked at that cannot be taken.
    reading : Reading
        What whoever scores the lines has to know.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    columns: Mapping[str, str | None]
    missing: tuple[str, ...]
    checked: int
    refused: int
    estimated: int | None
    problems: list[tuple[Problem, int]]
    why: str
    reason_seconds: float
    dialect: Dialect
    notes: tuple[str, ...]
    unread: Mapping[str, int]
    reading: Reading


def preview(
    service: Service, bundle: Bundle, files: Files, job: Job, given: Mapping[str, str], options: ReadOptions = AUTO
) -> Preview:
    """Look at the first 200 records.

    Parameters
    ----------
    service : Service
    bundle : Bundle
    files : Files
    job : Job
    given : mapping of str to str
        Column to feature, as somebody chose; to "" where the column is to be left out.
    options : ReadOptions
        What somebody said of how the file is written.

    Raises
    ------
    Unreadable, InvalidData
        The file is no table, or of a format that cannot be read here.
    BadColumns
    """
    with files.open(places.source(job.id)) as file:
        table = open_table(file, options, bundle.schema, given)
        lines = list(islice(table.lines, CHECKED))
        whole = len(lines) < CHECKED
    raws = [table.rules.row(row_of(table.names, line)) for line in lines]
    found = read_records(bundle.schema, raws, extra=True)
    refused = sum(row is None for row in found.rows)
    good = next((raw for raw, row in zip(raws, found.rows, strict=True) if row is not None), None)
    return Preview(
        header=table.header,
        rows=lines[:SHOWN],
        columns=table.matched.columns,
        missing=table.matched.missing,
        checked=len(lines),
        refused=refused,
        estimated=len(lines) if whole else _estimated(job.size, table, lines),
        problems=_sorts(found.problems)[:MOST_PROBLEMS],
        why=_why(bundle, table.matched.columns, len(lines), refused),
        reason_seconds=0.0 if good is None or isinstance(good, Problem) else _seconds(service, bundle, good),
        dialect=table.dialect,
        notes=tuple(table.notes),
        unread=Counter(problem.feature for problem in found.problems if problem.feature),
        reading=table.reading,
    )


def _sorts(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """The first problem of each feature and wording, and how many there are."""
    first: dict[tuple[str | None, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.feature, problem.message), problem)
    counts = Counter((problem.feature, problem.message) for problem in problems)
    return [(problem, counts[sort]) for sort, problem in first.items()]


def _estimated(size: int, table: Table, lines: Sequence[list[str]]) -> int | None:
    if table.dialect.format != CSV or table.dialect.compressed:
        return None
    encoding = table.dialect.encoding or "utf-8"
    head, *rest = (len(",".join(line).encode(encoding, "replace")) + 1 for line in (table.header, *lines))
    return max(len(lines), round((size - head) / (sum(rest) / len(rest))))


def _why(bundle: Bundle, columns: Mapping[str, Any], checked: int, refused: int) -> str:
    if not any(columns.values()):
        return f"No column of the file gives a feature of {bundle.title}: choose one for each feature."
    if not checked:
        return "The file has a header and no records."
    if refused == checked:
        return f"None of the first {checked} records can be scored: see what is wrong with them."
    return ""


def _seconds(service: Service, bundle: Bundle, cells: Mapping[str, str]) -> float:
    if bundle.offers != "probabilities":
        return 0.0
    column = bundle.outcomes.index(bundle.outcomes.positive)
    reasons_in_cells(service, bundle, cells, column)  # the first makes what all share
    start = time.perf_counter()
    reasons_in_cells(service, bundle, cells, column)
    return time.perf_counter() - start
