"""Preview of a file before it is scored: read options, matched columns, and the problems of the first records."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.files import paths
from jobs.files.file_words import labels_of, missing_columns, near_sentences, unread_sentence
from jobs.files.first_problems import Unread, sorts, unread_of
from jobs.files.source import counts_of
from jobs.files.taken_lines import of_features, take_lines
from ml.advice.score_known import ESTIMATOR, Blanks, schema_for
from ml.batch.compare_file import FileComparison, compare_file, every_nth
from ml.batch.score_lines import gaps_in
from ml.campaign.reasons import reasons_in_cells
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.data.value_words import gap_sentences
from ml.errors import Problem
from ml.files.file_kinds import CSV, PARQUET
from ml.files.header.left_out import LeftOut
from ml.files.header.match_columns import Matched
from ml.files.open_table import AUTO, open_table
from ml.files.readers.text_process import TextReader
from ml.files.table import ReadPlan, Table, row_of
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.runtime.deadline import deadline, is_late
from ml.service import Bundle, Service
from ml.translation import plural, text
from store.files import Files
from store.job import Job

CHECKED = 200
COUNTED = 20_000  # lines up to which a file is read to its end, which is fast enough for a request
LOOK = 3.0  # seconds in which lines are taken: a file may be of nothing but blank ones
SCANNED = 64 * 1024**2  # bytes by which the encoding is told, where not all were counted as they came
SHOWN = 5
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Preview:
    """The first records of a file."""

    header: tuple[str, ...]
    top: Sequence[list[str]]
    """The first rows of the file, including those above the header."""
    rows: list[list[str]]
    """Cells of the first few records."""
    read: list[list[str | None]]
    """Cells as parsed; None where the column gives no feature, or a line does not fit the header."""
    matched: Matched
    """Columns matched to features, and features without a column."""
    checked: int
    refused: int
    """Records checked, and those of them that cannot be scored."""
    estimated: int | None
    """Records of the whole file, estimated by its size; None where that is impossible."""
    whole: bool
    """True when all lines were read, so that `estimated` and `left_out` are exact."""
    problems: list[tuple[Problem, int]]
    """The first of each kind, its row from 0, and the number of checked records that have it."""
    unread: list[Unread]
    """Unreadable values of the checked records, by feature."""
    gaps: Mapping[str, int]
    """By feature, records without its value, where in training every row had one."""
    blank: bool
    """True when a checked record lacks a value, so that it makes a difference what becomes of missing values."""
    why: str
    """Reason why the job cannot be started; empty where it can."""
    reason_seconds: float
    """Seconds that the reasons of one record take."""
    dialect: Dialect
    """Read options of the file: detected, or given."""
    applies: tuple[str, ...]
    """Read options that apply to such a file, by the names of :class:`ml.files.text.read_options.ReadOptions`."""
    left_out: LeftOut
    """Lines read that are no records."""
    compared: FileComparison
    """Up to 2,000 records of the first 20,000, beside the training data."""
    notes: list[str]
    """Notes on the file, for people."""
    reading: ReadPlan
    """Needed to score the lines."""


def preview(
    service: Service, bundle: Bundle, files: Files, job: Job, given: Mapping[str, str], options: ReadOptions = AUTO,
    blanks: Blanks = ESTIMATOR,
) -> Preview:  # fmt: skip
    """Read and check the first 200 records.

    Parameters
    ----------
    given : mapping of str to str
        Column to feature, as chosen by the user; "" leaves the column out.
    options : ReadOptions
        Read options given by the user.
    blanks : {"estimator", "average"}
        Treatment of missing values: with "average" no record is refused for them.

    Raises
    ------
    Unreadable, InvalidData
        The file is no table, or of a format that cannot be read here; Misread where other read options may help.
    BadColumns
    """
    schema = bundle.schema
    with TextReader(SCANNED) as reader, files.open(paths.source(job.id)) as file:
        with deadline(LOOK):
            table = open_table(file, options, schema, given, counts=counts_of(job.options), reader=reader)
        with deadline(LOOK):
            lines, ended = take_lines(table.lines, CHECKED)
            rest, whole = (
                take_lines(table.lines, COUNTED - len(lines), of_features(schema, table)) if not ended else ([], True)
            )
            more, whole = len(rest), whole and not is_late()
    raws = [table.rules.row(row_of(table.names, line)) for line in lines]
    known = read_records(schema.with_blanks, raws, extra=True)
    taken = schema_for(schema, blanks)
    records = read_records(taken, raws, extra=True)
    good = [at for at, row in enumerate(records.rows) if row is not None]
    gaps = gaps_in(schema, table.names, [lines[at] for at in good], table.rules)
    unread = unread_of(schema, records.problems, table.names, lines)
    compared = _compared(bundle, table, every_nth([*lines, *rest]))
    estimated = len(lines) + more if whole else _estimated(job.size, table, lines)
    first = raws[good[0]] if good else None
    return Preview(
        header=table.header,
        top=table.top,
        rows=lines[:SHOWN],
        read=[_read_cells(schema, table, raw) for raw in raws[:SHOWN]],
        matched=table.matched,
        checked=len(lines),
        refused=len(lines) - len(good),
        estimated=estimated,
        whole=whole,
        problems=sorts(records.problems)[:MOST_PROBLEMS],
        unread=unread,
        gaps=gaps,
        blank=any(row is not None and not {None, ""}.isdisjoint(row) for row in known.rows),
        why=_why(bundle, table.matched.columns, len(lines), len(lines) - len(good)),
        reason_seconds=_seconds(service, bundle, first, blanks) if isinstance(first, dict) else 0.0,
        dialect=table.dialect,
        applies=_applies(schema, table),
        left_out=table.left_out,
        compared=compared,
        notes=[
            *_sentences(
                taken,
                table,
                unread,
                gaps,
                len(lines),
                estimated if whole else None,
            ),
            *compared.sentences(),
        ],
        reading=table.reading,
    )


def _compared(bundle: Bundle, table: Table, lines: Sequence[list[str]]) -> FileComparison:
    raws = [raw for line in lines if not isinstance(raw := table.rules.row(row_of(table.names, line)), Problem)]
    return compare_file(bundle, raws, set(table.names))


def _read_cells(schema: Schema, table: Table, raw: Mapping[str, Any] | Problem) -> list[str | None]:
    cells = {} if isinstance(raw, Problem) else raw
    return [cells.get(name) if name in schema.position else None for name in table.names]


def _applies(schema: Schema, table: Table) -> tuple[str, ...]:
    """Read options that apply to a file of this format and columns."""
    if table.dialect.format == PARQUET:
        return ()
    kinds = {schema.features[schema.position[name]].kind for name in table.names if name in schema.position}
    options = ["separator", "encoding"] if table.dialect.format == CSV else ["sheet"]
    options += ["header_row"]
    options += ["decimal"] if kinds & {"number", "integer"} else []
    return (*options, *(["dates"] if "date" in kinds else []))


def _sentences(
    schema: Schema, table: Table, unread: Sequence[Unread], gaps: Mapping[str, int], checked: int, total: int | None
) -> Iterator[str]:
    """Notes on the file: first those that change results."""
    labels = labels_of(schema)
    whole = checked == total
    missing = table.matched.missing
    yield from near_sentences(table.matched.near, labels)
    yield from table.matched.alike_notes
    if checked and any(table.matched.columns.values()):  # else nothing can be scored anyway
        yield from missing_columns(schema, missing).sentences(total)
    lacking = {labels.get(name, name): count for name, count in gaps.items() if name not in missing}
    slots = {"n": f"{checked:,}"}
    records = (
        plural("of the {n} record", "of the {n} records", checked, **slots)
        if whole
        else plural("of the first {n} record", "of the first {n} records", checked, **slots)
    )
    yield from gap_sentences(lacking, records)
    for each in unread:
        yield unread_sentence(labels.get(each.feature, each.feature), each.count, checked, each.example, whole=whole)
    yield from table.dialect.notes
    yield from table.left_out.notes


def _estimated(size: int, table: Table, lines: Sequence[list[str]]) -> int | None:
    if table.dialect.format != CSV or table.dialect.compressed or not lines:
        return None
    encoding = table.dialect.encoding or "utf-8"
    head, *rest = (len(",".join(line).encode(encoding, "replace")) + 1 for line in (table.header, *lines))
    return max(len(lines), round((size - head) / (sum(rest) / len(rest))))


def _why(bundle: Bundle, columns: Mapping[str, Any], checked: int, refused: int) -> str:
    if not any(columns.values()):
        return text(
            "No column of the file gives a feature of {model}: choose one for each feature.", model=bundle.title
        )
    if not checked:
        return text("The file has a header and no records.")
    if refused == checked:
        return text("None of the first {n} records can be scored: see what is wrong with them.", n=checked)
    return ""


def _seconds(service: Service, bundle: Bundle, cells: Mapping[str, str], blanks: Blanks) -> float:
    if bundle.offers != "probabilities":
        return 0.0
    column = bundle.outcomes.index(bundle.outcomes.positive)
    reasons_in_cells(service, bundle, cells, column, blanks)  # the first call fills caches that all share
    start = time.perf_counter()
    reasons_in_cells(service, bundle, cells, column, blanks)
    return time.perf_counter() - start
