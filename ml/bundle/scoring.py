"""Scoring of raw records by one version; names each record that the estimator itself refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from ml.bundle.bundle import Bundle
from ml.bundle.scored import AT_ONCE, Score, Scored, ScoresOfBlock
from ml.data.columns import Block, block_of, rows_of
from ml.data.outcomes import Prediction
from ml.data.records import Records, read_records
from ml.data.schema import Row
from ml.errors import InvalidRecord, Problem
from ml.runtime.halving import bisect_refused
from ml.translation import mark, text

REFUSED = mark("Its values are of the right kind, but the estimator was not made for them: change or fill them.")


def score_records(bundle: Bundle, raws: Iterable[object]) -> Scored:
    """Score raw records; InvalidRecord with all problems where one cannot be scored."""
    raws = iter(raws)
    first = read_records(bundle.schema, islice(raws, AT_ONCE))
    if len(first.ids) == 1:
        (row,) = first.all_rows()
        labels, probabilities = _answered(bundle, lambda: [row], lambda: bundle.predictor.row(row))
        names = tuple(name for name, yes in zip(bundle.outcomes.names, labels, strict=True) if yes)
        return Scored(bundle, (Score(first.ids[0], names, probabilities, first.notes),))
    block, ids, notes = _typed_columns(bundle, first, raws)
    answer = _answered(bundle, partial(rows_of, bundle.schema, block), lambda: bundle.predictor.block(block))
    return Scored(bundle, ScoresOfBlock(ids, bundle.outcomes.names, answer, _by_record(notes)))


def _typed_columns(
    bundle: Bundle, read: Records, rest: Iterator[object]
) -> tuple[Block, list[str | None], tuple[Problem, ...]]:  # fmt: skip
    """Typed columns of records, their ids, and notes; read a thousand at a time, so that few are there as objects.

    Raises InvalidRecord with all problems of all records.
    """
    parts, ids = list[Block](), list[str | None]()
    problems, notes = list[Problem](), list[Problem]()
    while True:
        first = len(ids)
        ids.extend(read.ids)
        problems.extend(_moved(read.problems, first))
        notes.extend(_moved(read.notes, first))
        if not problems:
            parts.append(block_of(bundle.schema, read.all_rows()))
        read = read_records(bundle.schema, islice(rest, AT_ONCE))
        if not read.ids:
            break
    if problems:
        raise InvalidRecord(problems, notes)
    return _joined(parts), ids, tuple(notes)


def _joined(parts: list[Block]) -> Block:
    """Parts of a block, one after the other; column by column, each part of which is let go of."""
    if len(parts) == 1:
        return parts[0]
    columns = list(map(list, zip(*parts, strict=True)))
    parts.clear()
    return tuple(np.concatenate(columns.pop(0)) for _ in range(len(columns)))


def _moved(problems: Iterable[Problem], first: int) -> Iterable[Problem]:
    """Problems of records that were counted from their first."""
    return (replace(each, row=each.row + first) for each in problems) if first else problems


def score_each(bundle: Bundle, raws: Sequence[object]) -> list[Score | tuple[Problem, ...]]:
    """Score the valid records: a score for each, or its problems. Unknown columns are ignored."""
    records = read_records(bundle.schema, raws, extra=True)
    scores: list[Score | tuple[Problem, ...]] = [() for _ in records.ids]
    for problem in records.problems:
        scores[problem.row] = (*scores[problem.row], problem)  # type: ignore[misc]
    good = [at for at, row in enumerate(records.rows) if row is not None]
    rows = [row for row in records.rows if row is not None]
    if not rows:  # estimators refuse empty input
        return scores
    try:
        answer = _answered(bundle, lambda: rows, lambda: bundle.predictor.block(block_of(bundle.schema, rows)))
    except InvalidRecord as refused:
        bad = {good[problem.row]: problem for problem in refused.problems}
        rest = [raw for at, raw in enumerate(raws) if at not in bad]
        scored = iter(score_each(bundle, rest))
        return [(bad[at],) if at in bad else next(scored) for at in range(len(raws))]
    for at, score in zip(good, _scores(bundle, _only(records, good), answer), strict=True):
        scores[at] = score
    return scores


def _answered(bundle: Bundle, rows: Callable[[], Sequence[Row]], ask: Callable[[], Any]) -> Any:
    """The answer, or InvalidRecord with each record that the estimator refuses."""
    try:
        return ask()
    except ValueError as error:
        all_rows = rows()
        why, places, middle = partial(_refusal, bundle, all_rows), range(len(all_rows)), len(all_rows) // 2
        # all together were refused just now
        refused = [*bisect_refused(places[:middle], why), *bisect_refused(places[middle:], why)] or [(0, str(error))]
        raise InvalidRecord([refused_problem(*each) for each in refused]) from error


def _refusal(bundle: Bundle, rows: Sequence[Row], places: Sequence[int]) -> str | None:
    """Reason for which the estimator refuses some of the rows, asked together; None where it takes them."""
    try:
        if len(places) == 1:
            bundle.predictor.row(rows[places[0]])
        else:
            bundle.predictor.block(block_of(bundle.schema, [rows[at] for at in places]))
    except ValueError as error:
        return str(error) or text("no reason was given")
    return None


def refused_problem(at: int, why: str) -> Problem:
    """The problem of a record that the estimator refuses; `why` is the text of its error."""
    reason = (why.splitlines() or [""])[0][:200]
    return Problem(at, None, None, text("The model cannot answer this record: {reason}", reason=reason), text(REFUSED))


def _only(records: Records, which: Sequence[int]) -> Records:
    """Some of the records, their notes renumbered."""
    place = {at: new for new, at in enumerate(which)}
    notes = tuple(replace(note, row=place[note.row]) for note in records.notes if note.row in place)
    return Records(tuple(records.rows[at] for at in which), tuple(records.ids[at] for at in which), (), notes)


def _scores(bundle: Bundle, records: Records, answer: Prediction) -> Sequence[Score]:
    return ScoresOfBlock(records.ids, bundle.outcomes.names, answer, _by_record(records.notes))


def _by_record(problems: Iterable[Problem]) -> dict[int, tuple[Problem, ...]]:
    notes: dict[int, tuple[Problem, ...]] = {}
    for note in problems:
        notes[note.row] = (*notes.get(note.row, ()), note)
    return notes
