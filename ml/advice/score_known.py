"""Scores of records with blanks by what is known of them: v(K), as the Prediction page shows it, for whole files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from ml.advice.advice import labels_of
from ml.advice.value_function import Game
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.bundle.scoring import refused_problem, score_each
from ml.data.records import read_records
from ml.data.schema import Row
from ml.errors import Problem

Blanks = Literal["estimator", "average"]  # what becomes of missing values
BLANKS: tuple[Blanks, ...] = get_args(Blanks)
ESTIMATOR, AVERAGE = BLANKS


def score_known(game: Game, bundle: Bundle, raws: Sequence[object]) -> list[Score | tuple[Problem, ...]]:
    """A score for each record, or its problems; a blank is averaged over (:mod:`ml.advice.value_function`).

    Complete records are scored by the estimator itself, all at once. Columns that the model does not know are ignored.
    """
    records = read_records(bundle.schema.with_blanks, raws, extra=True)
    rows = [None if row is None else tuple(None if value == "" else value for value in row) for row in records.rows]
    whole = [at for at, row in enumerate(rows) if row is not None and None not in row]
    found: list[Score | tuple[Problem, ...]] = [() for _ in raws]
    for at, scored in zip(whole, score_each(bundle, [raws[at] for at in whole]), strict=True):
        found[at] = scored
    for problem in records.problems:
        found[problem.row] = (*found[problem.row], problem)  # type: ignore[misc]
    for at, row in enumerate(rows):
        if row is not None and None in row:
            notes = tuple(note for note in records.notes if note.row == at)
            found[at] = _averaged(game, bundle, row, at, records.ids[at], notes)
    return found


def _averaged(
    game: Game, bundle: Bundle, row: Row, at: int, record_id: str | None, notes: tuple[Problem, ...]
) -> Score | tuple[Problem, ...]:
    try:
        scored = game.at(row)
    except ValueError as error:
        return (refused_problem(at, str(error)),)
    return Score(record_id, labels_of(bundle, row, scored), tuple(scored.value.tolist()), notes)
