"""Decisions whose outcomes are known as CSV: columns as the model's training had them, formulas escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ml.data.columns import block_of, cells_of
from ml.data.feature import text_of
from ml.data.outcomes import Outcomes
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.files.cells.safe_cells import csv_text, safe_cell
from ml.training.again.outcome_rows import OutcomeRow, outcome_of, truth_columns

BESIDE = ("decision", "record", "made", "known", "group", "campaign", "selection")
AT_ONCE = 500  # rows


def header_of(schema: Schema, outcomes: Outcomes) -> tuple[str, ...]:
    """Names of the columns: what is beside, features, truth.

    A column that is beside gets another name where a feature has that one: ``record`` becomes ``record (decision)``.
    """
    names = [*schema.names, *(str(item.value) for item in outcomes.items)]
    taken = frozenset(names)
    beside = [name if name not in taken else f"{name} (decision)" for name in BESIDE]
    return (*beside, *schema.names, *truth_columns(outcomes, taken | set(beside)))


def outcome_csv(schema: Schema, outcomes: Outcomes, rows: Iterable[OutcomeRow]) -> Iterator[str]:
    """Lines of the table, some at a time, the header first.

    Decisions of which no value is kept, or no outcome known, are left out; so are those with values that the model
    does not take. Values that were blank are empty, and so is an independent outcome that is not known.
    """
    yield csv_text([list(map(safe_cell, header_of(schema, outcomes)))])
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        lines = list(_lines(schema, outcomes, some))
        if lines:
            yield csv_text(lines)


def _lines(schema: Schema, outcomes: Outcomes, rows: Sequence[OutcomeRow]) -> Iterator[list[str]]:
    known = [(row, truth) for row in rows if row.values is not None and any(truth := _truth(outcomes, row))]
    optional = schema.with_blanks
    read = read_records(optional, [row.values for row, _ in known], extra=True).rows
    whole = [(row, truth, values) for (row, truth), values in zip(known, read, strict=True) if values is not None]
    block = block_of(optional, [values for _, _, values in whole])
    for (row, truth, _), cells in zip(whole, cells_of(schema, block), strict=True):
        yield [*_beside(row), *map(safe_cell, cells), *map(safe_cell, truth)]


def _truth(outcomes: Outcomes, row: OutcomeRow) -> list[str]:
    if outcomes.exclusive:
        outcome = outcome_of(outcomes, row.came)
        return ["" if outcome is None else text_of(outcome.value)]
    return ["" if (came := row.came.get(name)) is None else str(int(came)) for name in outcomes.names]


def _beside(row: OutcomeRow) -> list[str]:
    made, known = (
        dt.datetime.fromtimestamp(each, dt.UTC).isoformat(timespec="seconds") for each in (row.made, row.known)
    )
    return list(map(safe_cell, (row.decision, row.record, made, known, row.group, row.campaign, row.selection)))
