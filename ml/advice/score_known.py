"""Scores with missing values, by one rule for page, API, files and commands: the estimator's own, or averaged.

With "average" a missing value is a blank, as on the Prediction page: the score is the average over what it may be
(:mod:`ml.advice.value_function`). Complete records are scored by the estimator in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from ml.advice.many_records import values_of_rows
from ml.advice.value_function import ValueFunction
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score, Scored
from ml.bundle.scoring import refused_problem, score_each
from ml.data.records import Records, read_records
from ml.data.schema import Row, Schema
from ml.errors import InvalidRecord, Problem
from ml.metrics.evaluation import no_probabilities

Blanks = Literal["estimator", "average"]  # what becomes of missing values
BLANKS: tuple[Blanks, ...] = get_args(Blanks)
ESTIMATOR, AVERAGE = BLANKS


def schema_for(schema: Schema, blanks: Blanks) -> Schema:
    """The schema that records are held against: with "average" no value is required."""
    return schema.with_blanks if blanks == AVERAGE else schema


def check_blanks(bundle: Bundle, blanks: Blanks) -> None:
    """Raise NoProbabilities where there are none to average."""
    if blanks == AVERAGE and bundle.offers != "probabilities":
        raise no_probabilities()


def as_blanks(row: Row) -> Row:
    """A row with blanks in place of empty texts."""
    return tuple(None if value == "" else value for value in row)


def score_known(
    value_function: ValueFunction, bundle: Bundle, raws: Sequence[object]
) -> list[Score | tuple[Problem, ...]]:
    """A score for each record by what is known of it, or its problems. Unknown columns are ignored."""
    return _each(value_function, bundle, raws, read_records(bundle.schema.with_blanks, raws, extra=True))


def score_all_known(value_function: ValueFunction, bundle: Bundle, raws: Sequence[object]) -> Scored:
    """Scores of records by what is known of them.

    Raises
    ------
    InvalidRecord
        With every problem of every record, unknown columns among them.
    """
    records = read_records(bundle.schema.with_blanks, raws)
    records.all_rows()
    scores = _each(value_function, bundle, raws, records)
    problems = [problem for each in scores if not isinstance(each, Score) for problem in each]
    if problems:
        raise InvalidRecord(problems)
    return Scored(bundle, tuple(each for each in scores if isinstance(each, Score)))


def _each(
    value_function: ValueFunction, bundle: Bundle, raws: Sequence[object], records: Records
) -> list[Score | tuple[Problem, ...]]:
    rows = [None if row is None else as_blanks(row) for row in records.rows]
    scores: list[Score | tuple[Problem, ...]] = [() for _ in rows]
    for problem in records.problems:
        scores[problem.row] = (*scores[problem.row], problem)  # type: ignore[misc]
    whole = [at for at, row in enumerate(rows) if row is not None and None not in row]
    for at, scored in zip(whole, score_each(bundle, [raws[at] for at in whole]), strict=True):
        scores[at] = scored if isinstance(scored, Score) else tuple(replace(each, row=at) for each in scored)
    part = {at: row for at, row in enumerate(rows) if row is not None and None in row}
    notes: dict[int, tuple[Problem, ...]] = {}
    for note in records.notes:
        notes[note.row] = (*notes.get(note.row, ()), note)
    for at, value in zip(part, _values(value_function, list(part.values())), strict=True):
        if isinstance(value, str):
            scores[at] = (refused_problem(at, value),)
        else:  # no label: the estimator was not called
            scores[at] = Score(records.ids[at], (), tuple(value.tolist()), notes.get(at, ()))
    return scores


def _values(value_function: ValueFunction, rows: Sequence[Row]) -> list[np.ndarray | str]:
    """v(K) of each record, or why the estimator refuses it."""
    try:
        return list(values_of_rows(value_function, rows))
    except ValueError as error:
        if len(rows) == 1:
            return [str(error)]
    middle = len(rows) // 2
    return [*_values(value_function, rows[:middle]), *_values(value_function, rows[middle:])]
